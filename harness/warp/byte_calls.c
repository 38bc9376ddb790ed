/* byte_calls.c - calls that move bytes: they wait here until the kernel can do them at once. */
#include "harness/warp/internal.h"

#include <arpa/inet.h>
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

enum { DECISECOND_US = 100000 };

static bool is_blocking(int fd)
{
    return !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

/* What a call on a descriptor that does not wait costs when it brings nothing. */
static struct warp_reply let_idle(struct warp *warp, struct warp_thread *thread)
{
    return warp_idle(warp, thread, WARP_LOOK_IN_VAIN) ? WARP_REPLY_LET : WARP_REPLY_WAIT;
}

/* Only what can be waited for is looked at twice; files and devices are let through. */
static bool can_wait(int fd)
{
    struct stat about;
    if (fstat(fd, &about))
        return false;
    return S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode) || S_ISCHR(about.st_mode) ||
           (about.st_mode & S_IFMT) == 0; /* eventfd and its kin */
}

static struct warp_reply wait_for(struct warp *warp, struct warp_thread *thread)
{
    int fd = thread->polled[0].fd;
    if (warp_ready(warp, thread))
        return WARP_REPLY_LET;
    if (!is_blocking(fd))
        return let_idle(warp, thread);
    return thread->deadline_at_us <= warp->now_us ? WARP_REPLY_LET : WARP_REPLY_WAIT;
}

/* ---- a terminal that is read raw: VMIN and VTIME (termios(3)) ------------------------------ */

static size_t wanted_bytes(const struct warp_thread *thread, size_t least)
{
    size_t size = warp_argument(thread, 2);
    return size < least ? size : least;
}

/* The bytes that lie there go to the program, though fewer than VMIN. */
static struct warp_reply give_some(struct warp *warp, struct warp_thread *thread, int fd,
                                   const struct termios *now)
{
    uint8_t bytes[4096];
    struct termios at_once = *now;
    size_t size = warp_argument(thread, 2);
    at_once.c_cc[VMIN] = at_once.c_cc[VTIME] = 0;
    tcsetattr(fd, TCSANOW, &at_once);
    ssize_t got = read(fd, bytes, size < sizeof bytes ? size : sizeof bytes);
    int error = errno;
    tcsetattr(fd, TCSANOW, now);
    if (got < 0)
        return warp_reply(-error);
    if (got && !warp_write_memory(warp, thread, warp_argument(thread, 1), bytes, (size_t)got))
        return warp_reply(-EFAULT);
    return warp_reply(got);
}

static struct warp_reply read_raw(struct warp *warp, struct warp_thread *thread, int fd,
                                  const struct termios *mode)
{
    int there = 0;
    size_t least = mode->c_cc[VMIN];
    uint64_t pause_us = (uint64_t)mode->c_cc[VTIME] * DECISECOND_US;
    warp_port_feed(warp);
    warp_port_collect(warp);
    ioctl(fd, FIONREAD, &there);
    if (least == 0 && (there > 0 || pause_us == 0))
        return there > 0 ? WARP_REPLY_LET : let_idle(warp, thread);
    if (least > 0 && (size_t)there >= wanted_bytes(thread, least))
        return WARP_REPLY_LET;
    /* VMIN 0: VTIME is that of the call. Else it is the pause after a byte. */
    if (least == 0 && !thread->again)
        thread->deadline_at_us = warp->now_us + pause_us;
    if (least > 0 && pause_us && there != thread->lay_there) {
        thread->lay_there = there;
        thread->deadline_at_us = there ? warp->now_us + pause_us : WARP_NEVER;
    }
    if (thread->deadline_at_us > warp->now_us)
        return WARP_REPLY_WAIT;
    return give_some(warp, thread, fd, mode);
}

WARP_HANDLER(warp_on_read)
{
    struct termios mode;
    if (!thread->again) {
        thread->deadline_at_us = WARP_NEVER;
        thread->lay_there = 0;
        warp_wait_for(warp, thread, (int)warp_argument(thread, 0), POLLIN);
    }
    int fd = thread->polled[0].fd;
    if (fd < 0 || !can_wait(fd))
        return WARP_REPLY_LET;
    bool is_raw = isatty(fd) && tcgetattr(fd, &mode) == 0 && !(mode.c_lflag & ICANON);
    if (!is_raw || !is_blocking(fd) || thread->call.data.nr != SYS_read)
        return wait_for(warp, thread);
    return read_raw(warp, thread, fd, &mode);
}

/* ---- sockets ------------------------------------------------------------------------------ */

static void take_receive_timeout(struct warp *warp, struct warp_thread *thread)
{
    struct timeval timeout = {0, 0};
    socklen_t size = sizeof timeout;
    thread->deadline_at_us = WARP_NEVER;
    if (getsockopt(thread->polled[0].fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, &size) == 0 &&
        (timeout.tv_sec || timeout.tv_usec)) {
        struct timespec time = {timeout.tv_sec, timeout.tv_usec * 1000};
        thread->deadline_at_us = warp_after_us(warp, &time);
    }
}

static struct warp_reply receive_on(struct warp *warp, struct warp_thread *thread, bool at_once)
{
    if (!thread->again) {
        warp_wait_for(warp, thread, (int)warp_argument(thread, 0), POLLIN);
        take_receive_timeout(warp, thread);
    }
    if (thread->polled[0].fd < 0)
        return WARP_REPLY_LET;
    if (at_once)
        return warp_ready(warp, thread) ? WARP_REPLY_LET : let_idle(warp, thread);
    struct warp_reply reply = wait_for(warp, thread);
    if (reply.kind == WARP_LET && thread->again && thread->deadline_at_us <= warp->now_us &&
        !warp_ready(warp, thread) && is_blocking(thread->polled[0].fd))
        return warp_reply(-EAGAIN);
    return reply;
}

WARP_HANDLER(warp_on_receive)
{
    bool is_message = strcmp(thread->row->name, "recvmsg") == 0;
    uint64_t flags = warp_argument(thread, is_message ? 2 : 3);
    return receive_on(warp, thread, flags & MSG_DONTWAIT);
}

WARP_HANDLER(warp_on_accept)
{
    return receive_on(warp, thread, false);
}

/* Real time leaks in from beyond this machine: it is let through, and told. */
WARP_HANDLER(warp_on_connect)
{
    struct sockaddr_storage address = {0};
    size_t size = warp_argument(thread, 2);
    char text[INET6_ADDRSTRLEN] = "";
    size = size < sizeof address ? size : sizeof address;
    if (!warp_read_memory(warp, thread, warp_argument(thread, 1), &address, size))
        return WARP_REPLY_LET;
    const struct sockaddr_in *four = (const struct sockaddr_in *)&address;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address;
    if (address.ss_family == AF_INET && (ntohl(four->sin_addr.s_addr) >> 24) != 127)
        inet_ntop(AF_INET, &four->sin_addr, text, sizeof text);
    if (address.ss_family == AF_INET6 && !IN6_IS_ADDR_LOOPBACK(&six->sin6_addr))
        inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text);
    if (text[0])
        warp_note_remark(warp, "it connects to %s, where time is not the bench's", text);
    return WARP_REPLY_LET;
}

/* ---- writing ------------------------------------------------------------------------------ */

WARP_HANDLER(warp_on_write)
{
    if (!thread->again) {
        thread->deadline_at_us = WARP_NEVER;
        warp_wait_for(warp, thread, (int)warp_argument(thread, 0), POLLOUT);
    }
    int fd = thread->polled[0].fd;
    if (fd < 0 || !can_wait(fd))
        return WARP_REPLY_LET;
    return wait_for(warp, thread);
}

/* ---- the port ----------------------------------------------------------------------------- */

static bool is_on_port(struct warp *warp, struct warp_thread *thread)
{
    int fd = warp_copy_fd(warp, thread, (int)warp_argument(thread, 0));
    bool is = fd >= 0 && warp_is_port(warp, fd);
    if (fd >= 0)
        close(fd);
    return is;
}

/* tcdrain() and tcsetattr(TCSADRAIN): until the line has carried what was sent. */
WARP_HANDLER(warp_on_drain)
{
    bool is_break = thread->row->value == TCSBRK && warp_argument(thread, 2) == 0;
    if (is_break || (!thread->again && !is_on_port(warp, thread)))
        return WARP_REPLY_LET;
    warp_port_collect(warp);
    thread->deadline_at_us = warp->burst_count ? WARP_NEVER : warp->line_busy_until_us;
    return thread->deadline_at_us > warp->now_us ? WARP_REPLY_WAIT : WARP_REPLY_LET;
}

/* What was written before goes at the rate of before. */
WARP_HANDLER(warp_on_rate)
{
    (void)thread;
    warp_port_collect(warp);
    return WARP_REPLY_LET;
}

/* A pty has no lines; a module holds its own on, and takes no notice of the program's. */
WARP_HANDLER(warp_on_modem_lines)
{
    static const int on = TIOCM_DTR | TIOCM_RTS | TIOCM_CTS | TIOCM_DSR | TIOCM_CD;
    if (!is_on_port(warp, thread))
        return WARP_REPLY_LET;
    if (thread->row->value == TIOCMGET &&
        !warp_write_memory(warp, thread, warp_argument(thread, 2), &on, sizeof on))
        return warp_reply(-EFAULT);
    return warp_reply(0);
}
