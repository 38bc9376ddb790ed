/* memory.c - the program's memory and descriptors, as the supervisor reaches them. */
#include "harness/warp/internal.h"

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

bool warp_read_memory(const struct warp *warp, const struct warp_thread *thread, uint64_t address,
                      void *bytes, size_t size)
{
    struct iovec here = {bytes, size}, there = {(void *)(uintptr_t)address, size};
    (void)warp;
    return process_vm_readv(thread->tid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

bool warp_write_memory(const struct warp *warp, const struct warp_thread *thread, uint64_t address,
                       const void *bytes, size_t size)
{
    struct iovec here = {(void *)(uintptr_t)bytes, size};
    struct iovec there = {(void *)(uintptr_t)address, size};
    (void)warp;
    return process_vm_writev(thread->tid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

int warp_copy_fd(struct warp *warp, const struct warp_thread *thread, int fd)
{
    return (int)syscall(SYS_pidfd_getfd, warp_process_of(warp, thread)->handle, fd, 0);
}
