//! The disk is full under load: nothing is acknowledged that is not stored, what is there can be read, and with room again
//! the same process goes on.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use wellspring_testkit::Greenhouse;

use super::{
    Load, Server, Told,
    check::{compare, drained},
};
use crate::{
    Failure,
    client::Again,
    gateway::Gateway,
    world::{Application, World},
};

const CLIENTS: usize = 16;
const PAUSE: Duration = Duration::from_millis(100);
const MOST: u64 = 20_000;
const SIZE: &str = "64m";
/// What the gateway wants free of that, in bytes.
const RESERVE: u64 = 4 << 20;
/// How long the disk stays full.
const FULL: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(60);

/// A small file system in memory. It is gone when this is dropped.
struct Small {
    folder: PathBuf,
}

impl Small {
    /// `None` where it may not be mounted.
    fn mount(folder: &Path) -> Result<Option<Self>, Failure> {
        fs::create_dir_all(folder)?;
        let options = format!("size={SIZE},mode=0755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder).status();
        Ok(mounted.is_ok_and(|status| status.success()).then(|| Self { folder: folder.to_owned() }))
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    /// Writes until nothing fits any more.
    fn fill(&self) -> Result<(), Failure> {
        let mut file = File::options().create(true).append(true).open(self.ballast())?;
        let mut piece = vec![0; 1 << 20];
        while !piece.is_empty() {
            match file.write_all(&piece) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                    let half = piece.len() / 2;
                    piece.truncate(half);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn make_room(&self) -> Result<(), Failure> {
        Ok(fs::remove_file(self.ballast())?)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Lazily: somebody may still have a file open.
        let _unmounted = Command::new("umount").arg("-l").arg(&self.folder).status();
        // While it was mounted, the gateway's folder could not be removed.
        let _removed = fs::remove_dir(&self.folder);
        let _removed = self.folder.parent().map(fs::remove_dir);
    }
}

/// # Errors
/// Something is lost, or was answered otherwise than it should; in words.
pub async fn run(server: Option<&Server>) -> Result<(), Failure> {
    let folder = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o755)).tempdir()?;
    let small = folder.path().join("small");
    let Some(small) = Small::mount(&small)? else {
        println!("SKIPPED: a small file system may not be mounted here; run it as root");
        return Ok(());
    };
    match server {
        None => {
            println!("· SQLite on a file system of {SIZE}");
            let world = world(folder, "sqlite://small/wellspring.sqlite").await?;
            filled("SQLite", world, &small).await
        }
        Some(server) => {
            println!("· PostgreSQL with its tables on a file system of {SIZE}");
            let place = small.folder.join("tables");
            fs::create_dir(&place)?;
            server.give(&place)?;
            server.ask("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", place.display()))?;
            server.ask("postgres", "CREATE DATABASE small TABLESPACE small")?;
            let world = world(folder, &Server::url_at(server.port(), "small")).await?;
            filled("PostgreSQL", world, &small).await
        }
    }
}

async fn world(folder: TempDir, url: &str) -> Result<World, Failure> {
    let applications: Vec<_> = (1..=MOST).map(Application::numbered).collect();
    // All of the small disk is less than a gateway wants free before it calls itself ready.
    let settings = format!(
        "[work]\nworkers = 8\ndelivery_seconds = 5\nlease_seconds = 20\n[database]\nurl = \"{url}\"\ndisk_reserve_bytes = {RESERVE}\n"
    );
    let ats = Greenhouse::start(Application::seed(&applications)).await?;
    let gateway = Gateway::configured(folder, &World::settings(&settings))?;
    gateway.command(&["migrate"])?;
    let origin = ats.origin().to_owned();
    World::start_in(gateway, ats, &origin, &[], |_| {}).await
}

async fn filled(store: &str, mut world: World, small: &Small) -> Result<(), Failure> {
    let load = Load::start(&world, std::slice::from_ref(&world.client), CLIENTS, PAUSE, 1..=MOST);
    until("something is acknowledged", || Ok(load.acknowledged() >= 100)).await?;
    small.fill()?;
    // What has room in the files as they are is still taken.
    until("somebody is told that there is no room", || {
        small.fill()?;
        Ok(load.told().problems(507) > 0)
    })
    .await?;
    let (before, began) = (load.told(), Instant::now());
    let (mut reads, mut unread) = (0, 0);
    while began.elapsed() < FULL {
        small.fill()?;
        match world.client.get("/v1/submissions?limit=50").await {
            Ok(_) => reads += 1,
            // Nobody looks at a person's application without a row in the audit trail, for which there is no room.
            Err(failure) if failure.to_string().contains("answered 507") => unread += 1,
            Err(failure) => return Err(failure),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let full = load.told();
    let (refused, taken) = (full.problems(507) - before.problems(507), full.accepted.len() - before.accepted.len());
    if refused == 0 {
        return Err(Failure::new("with a full disk nobody was told 507"));
    }
    small.make_room()?;
    until("something is acknowledged again", || Ok(load.acknowledged() > full.accepted.len() + CLIENTS)).await?;
    let told = load.finish().await?;
    if !world.gateway.is_running() {
        return Err(Failure::new("the gateway has ended"));
    }
    told.only(&[Again::Problem(507), Again::Problem(503)])?;
    let deliveries = drained(&world, told.accepted.len()).await?;
    compare(&world, &told.accepted, &deliveries).await?;
    say(store, &told, refused, taken, (reads, unread));
    Ok(())
}

fn say(store: &str, told: &Told, refused: u64, taken: usize, (reads, unread): (u64, u64)) {
    println!(
        "{store}: acknowledged {}   lost 0   twice in the ATS 0   told 507: {}, 503: {}\n\
         in {FULL:.0?} with a full disk: told 507 {refused}, acknowledged all the same (and stored) {taken}, looks at \
         applications answered {reads}, told 507 {unread}",
        told.accepted.len(),
        told.problems(507),
        told.problems(503),
    );
}

async fn until(what: &str, mut is_so: impl FnMut() -> Result<bool, Failure>) -> Result<(), Failure> {
    let began = Instant::now();
    while !is_so()? {
        if began.elapsed() > PATIENCE {
            return Err(Failure::new(format!("waited in vain until {what}")));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
