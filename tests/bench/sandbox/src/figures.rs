//! Taking the figures: rounds of all subjects by turns, so that what else the machine does falls on all of them.

use std::{
    fmt,
    time::{Duration, Instant},
};

use crate::Failure;

const ROUNDS: usize = 20;
/// Instances that are alive at a time while memory is measured.
const INSTANCES: usize = 100;
const THREADS: usize = 2;
const RATE_FOR: Duration = Duration::from_secs(3);

/// Makes one call in a fresh instance.
pub type Caller<'a> = Box<dyn FnMut() -> Result<(), Failure> + 'a>;

/// How long something took, and how much of two processors' time: on a machine that does other things too, the second says more.
#[derive(Clone, Copy)]
pub struct Took {
    pub wall: Duration,
    processor: Duration,
}

impl Took {
    /// Takes the time of some work.
    pub fn by<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<(T, Self), Failure> {
        let (begun, before) = (Instant::now(), processor_time()?);
        let done = work()?;
        Ok((done, Self { wall: begun.elapsed(), processor: processor_time()?.saturating_sub(before) }))
    }
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2?}, {:.2?} of processors", self.wall, self.processor)
    }
}

/// What all threads of this process have used, in the kernel's hundredths of a second.
fn processor_time() -> Result<Duration, Failure> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let (_, behind_name) = text.rsplit_once(") ").ok_or("no name in /proc/self/stat")?;
    let mut fields = behind_name.split(' ').skip(11);
    let mut ticks =
        || -> Result<u64, Failure> { Ok(fields.next().ok_or("too few fields in /proc/self/stat")?.parse()?) };
    Ok(Duration::from_millis(10 * (ticks()? + ticks()?)))
}

/// Something that is measured.
pub trait Subject: Send + Sync {
    fn name(&self) -> &str;
    /// Its size, in bytes.
    fn package(&self) -> usize;
    /// How long it took until it could be called for the first time.
    fn install(&self) -> Took;
    /// How long it takes to load code that was compiled before.
    fn load(&self) -> Result<Option<Duration>, Failure>;
    /// What makes its calls, on one thread.
    fn caller(&self) -> Result<Caller<'_>, Failure>;
    /// Private memory of one instance out of so many, in KiB.
    fn memory(&self, instances: usize) -> Result<u64, Failure>;
}

pub struct Figures {
    pub name: String,
    pub install: Took,
    /// Microseconds.
    pub p50: f64,
    package: usize,
    load: Option<Duration>,
    p99: f64,
    per_second: u64,
    kib: u64,
}

pub fn measure(subjects: &[(Box<dyn Subject>, usize)]) -> Result<Vec<Figures>, Failure> {
    let memory = subjects.iter().map(|(subject, _)| subject.memory(INSTANCES)).collect::<Result<Vec<_>, _>>()?;
    let mut callers = subjects.iter().map(|(subject, _)| subject.caller()).collect::<Result<Vec<_>, _>>()?;
    let mut times = vec![Vec::new(); subjects.len()];
    for round in 0..=ROUNDS {
        for (n, call) in callers.iter_mut().enumerate() {
            for _ in 0..subjects[n].1 {
                let begun = Instant::now();
                call()?;
                // The first round is for getting warm.
                if round > 0 {
                    times[n].push(begun.elapsed().as_secs_f64() * 1_000_000.0);
                }
            }
        }
    }
    drop(callers);
    let mut figures = Vec::new();
    for (((subject, _), times), kib) in subjects.iter().zip(&mut times).zip(memory) {
        times.sort_by(f64::total_cmp);
        figures.push(Figures {
            name: subject.name().to_owned(),
            install: subject.install(),
            p50: times[times.len() / 2],
            package: subject.package(),
            load: subject.load()?,
            p99: times[times.len() * 99 / 100],
            per_second: per_second(&**subject)?,
            kib,
        });
    }
    Ok(figures)
}

/// Calls that two threads make in a second.
fn per_second(subject: &dyn Subject) -> Result<u64, Failure> {
    let count = || -> Result<u64, Failure> {
        let mut call = subject.caller()?;
        let (begun, mut calls) = (Instant::now(), 0);
        while begun.elapsed() < RATE_FOR {
            call()?;
            calls += 1;
        }
        Ok(calls)
    };
    let all: Vec<Result<u64, Failure>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(count)).collect();
        threads.into_iter().map(|one| one.join().unwrap_or_else(|_| Err("a thread panicked".into()))).collect()
    });
    Ok(all.into_iter().sum::<Result<u64, Failure>>()? / RATE_FOR.as_secs())
}

/// Memory of this process that nobody shares, written to, in KiB.
pub fn private_kib() -> Result<u64, Failure> {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = text.lines().find_map(|line| line.strip_prefix("Private_Dirty:")).ok_or("no Private_Dirty")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// A row of the table, but for its end.
impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, install, p50, package, load, p99, per_second, kib } = self;
        let package = package / 1_024;
        let load = load.map_or_else(|| "–".to_owned(), |time| format!("{time:.1?}"));
        write!(
            f,
            "| {name} | {package} KiB | {install} | {load} | {p50:.1} µs | {p99:.1} µs | {per_second} | {kib} KiB |"
        )
    }
}
