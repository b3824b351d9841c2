//! Power cuts under load: what was acknowledged is there afterwards. With `synchronous=FULL` nothing may be lost; without,
//! something has to be, or the proof sees nothing.
//!
//! The gateway runs with a library that writes down what a disk would not yet hold (`tests/power/power.c`); it is killed, and
//! what was not synced is taken back (`disk`).

mod disk;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use self::disk::{Cut, Disk, Left, Watch};
use super::{
    Chance, Load,
    check::{compare, drained, lost},
    sqlite,
};
use crate::{
    Failure,
    gateway::Gateway,
    world::{Application, World},
};

const CLIENTS: usize = 16;
const PAUSE: Duration = Duration::from_millis(100);
/// How long a process lives at least and at most, in milliseconds.
const LIFE: (u64, u64) = (30, 700);
/// One process in so many is cut off while it starts.
const STARTING: u64 = 5;
/// One in so many lives until the log is copied into the database file, at most so long, and then so many milliseconds.
const CHECKPOINT: u64 = 3;
const PATIENCE: Duration = Duration::from_secs(15);
const CHECKPOINT_LASTS: u64 = 40;
/// Credentials are larger than they need be, so that the log is copied more often.
const MORE_BYTES: usize = 60_000;
/// How the file is named that asks a build with debug assertions for NORMAL (`gateway/store/src/database.rs`).
const UNSYNCED: &str = "unsynced";

/// What to do.
#[derive(Debug, Clone)]
pub struct Power {
    /// How often the power is cut, with FULL and again with NORMAL.
    pub cuts: u64,
    pub seed: u64,
    /// The library that writes down what is not synced.
    pub library: PathBuf,
}

/// # Errors
/// Something is lost with FULL, or nothing without, or it cannot be run; in words.
pub async fn run(power: &Power) -> Result<(), Failure> {
    let full = cut_again_and_again(power, true).await?;
    if full > 0 {
        return Err(Failure::new(format!("{full} were acknowledged and lost with synchronous=FULL")));
    }
    let normal = cut_again_and_again(power, false).await?;
    if normal == 0 {
        return Err(Failure::new("nothing was lost with synchronous=NORMAL either: this proves nothing"));
    }
    Ok(())
}

/// How many were acknowledged and are gone.
async fn cut_again_and_again(power: &Power, full: bool) -> Result<usize, Failure> {
    let mode = if full { "FULL" } else { "NORMAL" };
    println!("· synchronous={mode}: {} power cuts, seed {}", power.cuts, power.seed);
    let most = 200 + power.cuts * 60;
    let applications: Vec<_> = (1..=most).map(Application::numbered).collect();
    let settings = "[work]\nworkers = 8\ndelivery_seconds = 5\nlease_seconds = 20\n";
    let mut world = World::start_with(Application::seed(&applications), &[], settings, |_| {}).await?;
    world.gateway.kill()?;
    if !full {
        fs::write(world.gateway.database().with_extension(UNSYNCED), "")?;
    }
    let (mut chance, began) = (Chance::new(power.seed), Instant::now());
    let (mut all, mut so_far) = (Cut::default(), 0);
    let clients = std::slice::from_ref(&world.client);
    let load = Load::start_heavy(&world, clients, CLIENTS, PAUSE, 1..=most, MORE_BYTES);
    for round in 1..=power.cuts {
        let log = begin(&mut world.gateway, &power.library)?;
        world.gateway.spawn()?;
        if round % STARTING > 0 {
            world.gateway.ready().await?;
        }
        if round % CHECKPOINT == 0 {
            until_a_checkpoint(log.path()).await?;
            tokio::time::sleep(Duration::from_millis(chance.below(CHECKPOINT_LASTS))).await;
        } else {
            tokio::time::sleep(Duration::from_millis(LIFE.0 + chance.below(LIFE.1 - LIFE.0))).await;
        }
        if !world.gateway.is_running() {
            return Err(Failure::new(format!("the gateway ended by itself: {}", world.gateway.log().join("\n"))));
        }
        world.gateway.kill()?;
        let left = [Left::Nothing, Left::Torn, Left::Prefix][usize::try_from(chance.below(3)).unwrap_or(0)];
        let cut = Disk::read(log.path())?.cut(left, &mut chance)?;
        drop_shared_memory(world.gateway.folder())?;
        intact(&world.gateway, round)?;
        all.unsynced += cut.unsynced;
        all.taken_back += cut.taken_back;
        all.checkpoints += cut.checkpoints;
        all.cut_checkpoints += cut.cut_checkpoints;
        if round % 10 == 0 {
            let acknowledged = load.acknowledged();
            println!("  {round} cuts, {acknowledged} acknowledged, {:.0?}", began.elapsed());
            if acknowledged == so_far {
                return Err(Failure::new("ten lives, and nothing was acknowledged"));
            }
            so_far = acknowledged;
        }
    }
    world.gateway.set_environment(Vec::new());
    world.gateway.start().await?;
    let told = load.finish().await?;
    let lost = lost(&world, &told.accepted).await?;
    if full && lost == 0 {
        let deliveries = drained(&world, told.accepted.len()).await?;
        compare(&world, &told.accepted, &deliveries).await?;
    }
    println!(
        "synchronous={mode}: {} power cuts in {:.0?}, seed {}\n\
         acknowledged {}   lost {lost}   requests repeated {}   unsynced changes {}, taken back {}\n\
         lives with a checkpoint {}, cut in its midst {}   \
integrity_check: ok after every cut",
        power.cuts,
        began.elapsed(),
        power.seed,
        told.accepted.len(),
        told.repeated,
        all.unsynced,
        all.taken_back,
        all.checkpoints,
        all.cut_checkpoints,
    );
    Ok(lost)
}

/// Waits until the log begins to be copied into the database file, if that comes about soon.
async fn until_a_checkpoint(log: &Path) -> Result<(), Failure> {
    let (mut watch, began) = (Watch::begin(log), Instant::now());
    while began.elapsed() < PATIENCE && !watch.sees_checkpoint()? {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

/// A folder for what is written down in the next life. It lies beside the gateway's: names are kept as links.
fn begin(gateway: &mut Gateway, library: &Path) -> Result<TempDir, Failure> {
    let log = tempfile::tempdir()?;
    gateway.set_environment(vec![
        ("LD_PRELOAD", library.display().to_string()),
        ("POWER_FOLDER", gateway.folder().display().to_string()),
        ("POWER_LOG", log.path().display().to_string()),
    ]);
    Ok(log)
}

/// Memory that processes shared is gone without power. SQLite makes it anew.
fn drop_shared_memory(folder: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with("-shm") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// A copy of the database, as the next process will find it, is whole.
fn intact(gateway: &Gateway, round: u64) -> Result<(), Failure> {
    let copy = tempfile::tempdir()?;
    for entry in fs::read_dir(gateway.folder())? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|name| name.to_string_lossy().contains(".sqlite")) {
            fs::copy(&path, copy.path().join(name))?;
        }
    }
    let said = sqlite::check(&copy.path().join("wellspring.sqlite"))?;
    if said == "ok" { Ok(()) } else { Err(Failure::new(format!("after cut {round} the database is broken: {said}"))) }
}
