//! What the process that runs guests gives up: files, networks, other programs, other processes. It has its pipe, its memory and its
//! threads, and needs nothing else; a guest that got out of its sandbox would have no more than that.
//!
//! So this is a list of what stays ([`FREE`], and [`bound`] where arguments decide). What is not on it is answered with EPERM, also what
//! the kernel has yet to learn, and the numbers of x86-64's x32.

use std::{collections::BTreeMap, io};

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction,
    SeccompCmpArgLen::{Dword, Qword},
    SeccompCmpOp::{self, Eq, MaskedEq},
    SeccompCondition, SeccompFilter, SeccompRule, apply_filter_all_threads,
};

/// System calls that stay, whatever their arguments.
const FREE: &[libc::c_long] = &[
    // The pipe, and what else is open: nothing else can be opened.
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_recvmsg,
    libc::SYS_sendmsg,
    libc::SYS_shutdown,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_close,
    libc::SYS_dup,
    // Memory; and files of it that have no name: the images that instances begin with.
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_memfd_create,
    libc::SYS_ftruncate,
    // Waiting: for the pipe, for one another, for a time.
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_eventfd2,
    libc::SYS_ppoll,
    libc::SYS_futex,
    libc::SYS_restart_syscall,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    // What time it is, and chance.
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    // Signals to itself: traps of wasm are faults that the engine handles.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // Threads: what each sets up, and their turns.
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_membarrier,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    // Who it is, and what it has used: read only.
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    // The end. `clone3` is answered by a filter of its own, see `no_clone3`.
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_clone3,
];

/// Older forms of the same, where the processor's table still has them.
#[cfg(target_arch = "x86_64")]
const FREE_TOO: &[libc::c_long] = &[libc::SYS_epoll_wait, libc::SYS_poll, libc::SYS_time];
#[cfg(not(target_arch = "x86_64"))]
const FREE_TOO: &[libc::c_long] = &[];

/// What may be done to a descriptor. Not: to have the kernel send signals about it (`F_SETOWN`, `F_SETSIG`), to anybody.
const FCNTL: [libc::c_int; 7] = [
    libc::F_GETFD,
    libc::F_SETFD,
    libc::F_GETFL,
    libc::F_DUPFD,
    libc::F_DUPFD_CLOEXEC,
    libc::F_ADD_SEALS,
    libc::F_GET_SEALS,
];

/// System calls that stay with some of their arguments: a rule for each form that is allowed.
fn bound() -> io::Result<Vec<(libc::c_long, Vec<SeccompRule>)>> {
    let own = u64::from(std::process::id());
    let mut fcntl = FCNTL.iter().map(|command| rule(&[is(1, number(*command))])).collect::<io::Result<Vec<_>>>()?;
    let unannounced = MaskedEq(number(libc::O_ASYNC));
    fcntl.push(rule(&[is(1, number(libc::F_SETFL)), (2, Dword, unannounced, 0)])?);
    let thread = number(libc::CLONE_THREAD);
    Ok(vec![
        (libc::SYS_fcntl, fcntl),
        // `set_nonblocking`, and no more: others have signals sent.
        (libc::SYS_ioctl, vec![rule(&[is(1, libc::FIONBIO)])?]),
        // Threads have names. It stays as little dumpable as it is.
        (libc::SYS_prctl, vec![rule(&[is(0, number(libc::PR_SET_NAME))])?]),
        // Limits, as the size of its stack: its own.
        (libc::SYS_prlimit64, vec![rule(&[is(0, 0)])?, rule(&[is(0, own)])?]),
        // A signal to a thread of its own, as `abort` sends it. By thread alone, or queued, it could go to anybody.
        (libc::SYS_tgkill, vec![rule(&[is(0, own)])?]),
        // Threads, and no processes.
        (libc::SYS_clone, vec![rule(&[(0, Qword, MaskedEq(thread), thread)])?]),
    ])
}

type Condition = (u8, seccompiler::SeccompCmpArgLen, SeccompCmpOp, u64);

fn is(argument: u8, value: u64) -> Condition {
    (argument, Dword, Eq, value)
}

fn number(value: libc::c_int) -> u64 {
    u64::from(value.cast_unsigned())
}

/// All of them have to hold.
fn rule(conditions: &[Condition]) -> io::Result<SeccompRule> {
    let conditions = conditions.iter().cloned();
    let conditions = conditions.map(|(argument, length, operator, value)| {
        SeccompCondition::new(argument, length, operator, value).map_err(io::Error::other)
    });
    SeccompRule::new(conditions.collect::<io::Result<_>>()?).map_err(io::Error::other)
}

/// Gives it up, for every thread there is and every one to come.
pub(super) fn lock_down() -> io::Result<()> {
    // No core dump, which would hold applicants' data; and no other process of this user looks inside.
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    // First, since the other one ends the installing of filters.
    apply(no_clone3(), SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS.unsigned_abs()))?;
    let free = FREE.iter().chain(FREE_TOO).map(|call| (*call, Vec::new()));
    let rules = free.chain(bound()?).collect();
    apply(rules, SeccompAction::Errno(libc::EPERM.unsigned_abs()), SeccompAction::Allow)
}

/// Its flags lie in memory, where no filter sees them. As if the kernel did not know it: then threads are started with `clone`.
fn no_clone3() -> BTreeMap<i64, Vec<SeccompRule>> {
    BTreeMap::from([(libc::SYS_clone3, Vec::new())])
}

/// Has the kernel answer those that the rules name in the one way, and all others in the other. Of two filters the stricter decides.
fn apply(rules: BTreeMap<i64, Vec<SeccompRule>>, others: SeccompAction, these: SeccompAction) -> io::Result<()> {
    let arch = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let filter = SeccompFilter::new(rules, others, these, arch).map_err(io::Error::other)?;
    let program: BpfProgram = filter.try_into().map_err(io::Error::other)?;
    apply_filter_all_threads(&program).map_err(io::Error::other)
}
