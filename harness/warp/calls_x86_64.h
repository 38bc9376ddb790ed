/*
 * calls_x86_64.h - the system calls that are taken over, as a table: CALL(name, handler, what a
 * signal does to its wait), CALL_IF(name, argument, its value, handler, ...). The kernel does all
 * others. The numbers are those of x86-64; aarch64 has no poll, select, alarm, time, fork and
 * others, and wants a table of its own.
 */
#ifndef FOTARIG_HARNESS_WARP_CALLS_X86_64_H
#define FOTARIG_HARNESS_WARP_CALLS_X86_64_H

/* clocks and sleeping */
CALL(clock_gettime, warp_on_clock_gettime, LET)
CALL(gettimeofday, warp_on_gettimeofday, LET)
CALL(time, warp_on_time, LET)
CALL(times, warp_on_times, LET)
CALL(nanosleep, warp_on_nanosleep, EINTR)
CALL(clock_nanosleep, warp_on_clock_nanosleep, EINTR)
CALL(sched_yield, warp_on_yield, LET)
CALL(clock_settime, warp_on_clock_set, LET)
CALL(settimeofday, warp_on_clock_set, LET)
CALL(adjtimex, warp_on_clock_set, LET)
CALL(clock_adjtime, warp_on_clock_set, LET)
/* waiting for descriptors */
CALL(poll, warp_on_poll, EINTR)
CALL(ppoll, warp_on_ppoll, LET)
CALL(select, warp_on_select, EINTR)
CALL(pselect6, warp_on_pselect6, LET)
CALL(epoll_wait, warp_on_epoll_wait, EINTR)
CALL(epoll_pwait, warp_on_epoll_pwait, LET)
CALL(epoll_pwait2, warp_on_epoll_pwait2, LET)
/* bytes */
CALL(read, warp_on_read, LET)
CALL(readv, warp_on_read, LET)
CALL(recvfrom, warp_on_receive, LET)
CALL(recvmsg, warp_on_receive, LET)
CALL(recvmmsg, warp_on_receive, LET)
CALL(write, warp_on_write, LET)
CALL(writev, warp_on_write, LET)
CALL(accept, warp_on_accept, LET)
CALL(accept4, warp_on_accept, LET)
CALL(connect, warp_on_connect, LET)
/* the port */
CALL_IF(ioctl, 1, TCSBRK, warp_on_drain, LET)
CALL_IF(ioctl, 1, TCSETSW, warp_on_drain, LET)
CALL_IF(ioctl, 1, TCSETSF, warp_on_drain, LET)
CALL_IF(ioctl, 1, TCSETS, warp_on_rate, LET)
CALL_IF(ioctl, 1, TIOCMGET, warp_on_modem_lines, LET)
CALL_IF(ioctl, 1, TIOCMSET, warp_on_modem_lines, LET)
CALL_IF(ioctl, 1, TIOCMBIS, warp_on_modem_lines, LET)
CALL_IF(ioctl, 1, TIOCMBIC, warp_on_modem_lines, LET)
/* threads waiting for each other */
CALL(futex, warp_on_futex, LET)
CALL(futex_waitv, warp_on_refused, LET)
CALL(io_uring_setup, warp_on_refused, LET)
/* timers */
CALL(alarm, warp_on_alarm, LET)
CALL(getitimer, warp_on_getitimer, LET)
CALL(setitimer, warp_on_setitimer, LET)
CALL(timer_create, warp_on_timer_create, LET)
CALL(timer_settime, warp_on_timer_settime, LET)
CALL(timer_gettime, warp_on_timer_gettime, LET)
CALL(timer_getoverrun, warp_on_timer_getoverrun, LET)
CALL(timer_delete, warp_on_timer_delete, LET)
CALL(timerfd_create, warp_on_timerfd_create, LET)
CALL(timerfd_settime, warp_on_timerfd_settime, LET)
CALL(timerfd_gettime, warp_on_timerfd_gettime, LET)
/* threads and processes */
CALL(clone, warp_on_clone, LET)
CALL(clone3, warp_on_clone3, LET)
CALL(fork, warp_on_fork, LET)
CALL(vfork, warp_on_vfork, LET)
CALL(execve, warp_on_execve, LET)
CALL(execveat, warp_on_execve, LET)
CALL(exit, warp_on_exit, LET)
CALL(exit_group, warp_on_exit_group, LET)
CALL(wait4, warp_on_wait4, LET)
CALL(waitid, warp_on_waitid, LET)
CALL(set_robust_list, warp_on_birth, LET)
CALL(rseq, warp_on_birth, LET)
CALL(sched_setaffinity, warp_on_affinity, LET)
CALL(getrandom, warp_on_getrandom, LET)
/* signals */
CALL(kill, warp_on_kill, LET)
CALL(tkill, warp_on_kill, LET)
CALL(tgkill, warp_on_kill, LET)
CALL(rt_sigqueueinfo, warp_on_kill, LET)
CALL(rt_tgsigqueueinfo, warp_on_kill, LET)
CALL(pidfd_send_signal, warp_on_kill, LET)
CALL(pause, warp_on_suspend, LET)
CALL(rt_sigsuspend, warp_on_suspend, LET)
CALL(rt_sigtimedwait, warp_on_sigtimedwait, LET)

#endif
