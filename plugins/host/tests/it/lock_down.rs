//! What the process that runs guests can still ask of the kernel: every call is tried from within, and the list of those that are
//! not refused is the one below. It fails where `lock_down` lets one more pass, and where it lets one less.

use std::collections::BTreeMap;

use crate::support::{apart, connection, id, install, tight};

/// What stays, in the order of the kernel's manual. `exit`, `exit_group` and `rt_sigreturn` stay too, and are not tried.
const STAY: &[libc::c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_eventfd2,
    libc::SYS_fstat,
    libc::SYS_ftruncate,
    libc::SYS_futex,
    libc::SYS_getcpu,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_getuid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_memfd_create,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_shutdown,
    libc::SYS_sigaltstack,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
    // Its arguments, all bits set, are those of a thread.
    libc::SYS_clone,
    // Not there, as far as it can tell.
    libc::SYS_clone3,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_epoll_wait,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_time,
];

/// Where arguments decide: what it tries, in that order, and whether it is refused.
const BOUND: [(&str, bool); 19] = [
    ("tgkill to itself", false),
    ("tgkill to the gateway", true),
    ("prlimit64 of itself, as 0", false),
    ("prlimit64 of itself", false),
    ("prlimit64 of the gateway", true),
    ("clone of a thread", false),
    ("clone of a process", true),
    ("fcntl F_GETFD", false),
    ("fcntl F_SETOWN to the gateway", true),
    ("fcntl F_SETFL", false),
    ("fcntl F_SETFL with O_ASYNC", true),
    ("fcntl F_SETSIG", true),
    ("ioctl FIONBIO", false),
    ("ioctl FIOASYNC", true),
    ("prctl PR_SET_NAME", false),
    ("prctl PR_SET_DUMPABLE", true),
    ("kill of the gateway", true),
    ("tkill of the gateway", true),
    ("getpid by its number in x32", true),
];

#[tokio::test]
async fn every_system_call_but_those_it_needs_is_refused() {
    let host = apart(tight(), &["tries"]).await;
    install(&host, &["echoes"]).await;
    let (mut plain, mut bound) = (BTreeMap::new(), Vec::new());
    loop {
        let lines = host.check(&id("echoes"), connection("echoes", &[], &[])).await.expect("it checks");
        let told: [u8; 4] = serde_json::from_str(&lines[3].message).expect("four bytes");
        match told {
            [u8::MAX, u8::MAX, ..] => break,
            [low, high, 0, error] => drop(plain.insert(i64::from(u16::from_le_bytes([low, high])), i32::from(error))),
            [_, _, at, error] => bound.push((usize::from(at), i32::from(error))),
        }
    }
    assert!(!plain.is_empty(), "nothing is refused at all");
    let mut stay = STAY.to_vec();
    stay.sort_unstable();
    assert_eq!(plain.keys().copied().collect::<Vec<_>>(), stay, "numbers of what is not refused");
    assert_eq!(plain[&libc::SYS_clone3], libc::ENOSYS);
    assert_eq!(bound.len(), BOUND.len());
    for ((at, error), (tried, refused)) in bound.into_iter().zip(BOUND) {
        assert_eq!(error == libc::EPERM, refused, "{at}, {tried}: error {error}");
    }
}
