/* calls.c - the table of system calls, and the filter that the kernel makes of it. */
#include "harness/warp/internal.h"

#include <asm/termbits.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL(name, handler, signal) {#name, SYS_##name, -1, 0, handler, WARP_SIGNAL_##signal},
#define CALL_IF(name, argument, value, handler, signal)                                            \
    {#name, SYS_##name, argument, value, handler, WARP_SIGNAL_##signal},
const struct warp_call warp_calls_table[] = {
#include "harness/warp/calls_x86_64.h"
};
#undef CALL
#undef CALL_IF
const size_t warp_calls_count = sizeof warp_calls_table / sizeof warp_calls_table[0];

const struct warp_call *warp_call_find(int number, const __u64 *arguments)
{
    for (size_t i = 0; i < warp_calls_count; i++) {
        const struct warp_call *call = &warp_calls_table[i];
        if (call->number == number &&
            (call->argument < 0 || (uint32_t)arguments[call->argument] == (uint32_t)call->value))
            return call;
    }
    return NULL;
}

/* ---- the filter --------------------------------------------------------------------------- */

enum { FILTER_MAX = 8 + 6 * sizeof warp_calls_table / sizeof warp_calls_table[0] };

struct filter {
    struct sock_filter code[FILTER_MAX];
    unsigned short size;
};

static void put(struct filter *filter, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
    filter->code[filter->size++] = (struct sock_filter){code, yes, no, k};
}

static void load(struct filter *filter, size_t offset)
{
    put(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* A row asks, or goes on to the next one. */
static void put_row(struct filter *filter, const struct warp_call *call)
{
    bool has_value = call->argument >= 0;
    put(filter, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->number, 0, has_value ? 4 : 1);
    if (has_value) {
        load(filter, offsetof(struct seccomp_data, args) + 8 * (size_t)call->argument);
        put(filter, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->value, 0, 1);
    }
    put(filter, BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF, 0, 0);
    if (has_value)
        load(filter, offsetof(struct seccomp_data, nr));
}

/* Another architecture's calls (32 bit) have other numbers: they are refused, and it is told. */
static void make_filter(struct filter *filter)
{
    filter->size = 0;
    load(filter, offsetof(struct seccomp_data, arch));
    put(filter, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    put(filter, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    load(filter, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < warp_calls_count; i++)
        put_row(filter, &warp_calls_table[i]);
    put(filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

static bool send_fd(int channel, int fd)
{
    char mark = 'L';
    char control[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec bytes = {&mark, 1};
    struct msghdr message = {.msg_iov = &bytes,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(channel, &message, MSG_NOSIGNAL) == 1;
}

bool warp_filter_install(int channel)
{
    static struct filter filter;
    struct sock_fprog program;
    make_filter(&filter);
    program = (struct sock_fprog){filter.size, filter.code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return false;
    long listener = syscall(
        SYS_seccomp, SECCOMP_SET_MODE_FILTER,
        SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
    return listener >= 0 && send_fd(channel, (int)listener);
}
