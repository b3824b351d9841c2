//! Every system call, tried from within the process that has given them up, on the thread where a guest runs.
//!
//! Each is tried with arguments that no call takes, so that one that is not refused does nothing; a few more with those that the
//! filter looks at. What came of them is told four bytes at a time, as `random`: two of the number, one of what was tried (zero: no
//! argument), one of the error.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use wellspring_model::time::Entropy;

/// Beyond all numbers that any processor's table has.
const NUMBERS: libc::c_long = 1_000;
/// Numbers of x86-64's x32 begin here.
const X32: libc::c_long = 0x4000_0000;
/// As in the kernel's `fcntl.h`; libc does not have it.
const F_SETSIG: i64 = 10;
/// These would end the thread, or the process.
const ENDS: [libc::c_long; 3] = [libc::SYS_exit, libc::SYS_exit_group, libc::SYS_rt_sigreturn];
/// `uretprobe` and `uprobe`, by which the kernel's own probes come back to it. It lets them pass every filter; from anywhere else they
/// end in SIGILL and ENXIO.
#[cfg(target_arch = "x86_64")]
const PROBES: [libc::c_long; 2] = [335, 336];
#[cfg(not(target_arch = "x86_64"))]
const PROBES: [libc::c_long; 0] = [];

pub struct Tries {
    parent: i64,
    told: Mutex<Option<VecDeque<[u8; 4]>>>,
}

impl Tries {
    pub fn new() -> Self {
        Self { parent: i64::from(std::os::unix::process::parent_id()), told: Mutex::default() }
    }

    fn all(&self) -> VecDeque<[u8; 4]> {
        // With nothing refused, trying would do harm.
        if call(libc::SYS_socket, [-1; 3]) != libc::EPERM {
            return VecDeque::new();
        }
        let numbers = (0..NUMBERS).filter(|number| !ENDS.contains(number) && !PROBES.contains(number));
        let plain = numbers.map(|number| told(number, 0, call(number, [-1; 3])));
        let mut told_of: VecDeque<_> = plain.filter(|told| i32::from(told[3]) != libc::EPERM).collect();
        let bound = self.bound().into_iter().enumerate();
        told_of.extend(bound.map(|(at, (number, arguments))| {
            told(number, u8::try_from(at + 1).unwrap_or(u8::MAX), call(number, arguments))
        }));
        told_of
    }

    /// Those where arguments decide, with signal 0, which only asks whether it could be sent. The test has the same list.
    fn bound(&self) -> Vec<(libc::c_long, [i64; 3])> {
        let (own, parent) = (i64::from(std::process::id()), self.parent);
        let (command, flags) = (i64::from, i64::from);
        vec![
            (libc::SYS_tgkill, [own, own, 0]),
            (libc::SYS_tgkill, [parent, parent, 0]),
            (libc::SYS_prlimit64, [0, 0, 0]),
            (libc::SYS_prlimit64, [own, 0, 0]),
            (libc::SYS_prlimit64, [parent, 0, 0]),
            // A thread shares memory and signals, which these flags do not say: the kernel refuses what the filter lets pass.
            (libc::SYS_clone, [flags(libc::CLONE_THREAD), 0, 0]),
            (libc::SYS_clone, [flags(libc::CLONE_NEWNS | libc::CLONE_FS), 0, 0]),
            (libc::SYS_fcntl, [0, command(libc::F_GETFD), 0]),
            (libc::SYS_fcntl, [0, command(libc::F_SETOWN), parent]),
            (libc::SYS_fcntl, [0, command(libc::F_SETFL), flags(libc::O_NONBLOCK)]),
            (libc::SYS_fcntl, [0, command(libc::F_SETFL), flags(libc::O_NONBLOCK | libc::O_ASYNC)]),
            (libc::SYS_fcntl, [0, F_SETSIG, 0]),
            (libc::SYS_ioctl, [-1, i64::try_from(libc::FIONBIO).unwrap_or_default(), 0]),
            (libc::SYS_ioctl, [-1, i64::try_from(libc::FIOASYNC).unwrap_or_default(), 0]),
            (libc::SYS_prctl, [command(libc::PR_SET_NAME), 0, 0]),
            (libc::SYS_prctl, [command(libc::PR_SET_DUMPABLE), 1, 0]),
            (libc::SYS_kill, [parent, 0, 0]),
            (libc::SYS_tkill, [parent, 0, 0]),
            (libc::SYS_getpid | X32, [0, 0, 0]),
        ]
    }
}

impl Entropy for Tries {
    fn fill(&self, bytes: &mut [u8]) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let next = told.get_or_insert_with(|| self.all()).pop_front();
        bytes.fill(u8::MAX);
        for (byte, told) in bytes.iter_mut().zip(next.unwrap_or([u8::MAX; 4])) {
            *byte = told;
        }
    }
}

fn told(number: libc::c_long, tried: u8, error: libc::c_int) -> [u8; 4] {
    let [low, high, ..] = number.to_le_bytes();
    [low, high, tried, u8::try_from(error).unwrap_or(u8::MAX)]
}

/// The error of a call, or zero.
#[expect(unsafe_code, reason = "no library makes calls that have no name, and those that would do harm")]
fn call(number: libc::c_long, [one, two, three]: [i64; 3]) -> libc::c_int {
    // SAFETY: no argument is an address of anything; a call that is not refused finds nothing that it could change.
    let result = unsafe { libc::syscall(number, one, two, three, -1_i64, -1_i64, -1_i64) };
    if result >= 0 {
        return 0;
    }
    std::io::Error::last_os_error().raw_os_error().unwrap_or_default()
}
