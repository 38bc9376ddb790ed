/*
 * torture.c - preloaded into a program: counts its calls, fails the N-th of a kind, or kills the
 * process there. ci/torture/run drives it.
 *
 * TORTURE_FILE   memory that all processes of the program share: counters, and whether it happened
 * TORTURE_CALL   the kind that fails (see CALLS), or `kill`: SIGKILL at the N-th call of any kind
 *                but malloc; `stuck`: it never comes back from there
 * TORTURE_AT     N, from 1; without it calls are counted only
 * TORTURE_FORGET what was not fsynced is noted; with `kill` it is emptied, as a loss of power may
 *                leave it
 *
 * What stdio writes goes past write() inside libc: fflush() and fclose() are of its kind.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "ci/torture/shared.h"

static const char *const names[] = {
#define X(name, error) #name,
    CALLS(X)
#undef X
};

static const int errors[] = {
#define X(name, error) error,
    CALLS(X)
#undef X
};

static struct shared *shared;
static enum call chosen = CALL_NONE;
static uint64_t chosen_at;

/* ---- what is not on the disk yet ------------------------------------------------------------ */

static bool forgets;

/* Several processes may write at once; who holds this can't be killed meanwhile. */
static void lock(void)
{
    while (__atomic_exchange_n(&shared->lock, 1, __ATOMIC_ACQUIRE))
        continue;
}

static void unlock(void)
{
    __atomic_store_n(&shared->lock, 0, __ATOMIC_RELEASE);
}

static void name_of(int fd, char *path)
{
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    path[size < 0 ? 0 : size] = '\0';
}

static char *find_unsynced(const char *path)
{
    for (unsigned i = 0; i < FILES; i++)
        if (strcmp(shared->unsynced[i], path) == 0)
            return shared->unsynced[i];
    return NULL;
}

/* A file that was opened for writing is not on the disk before it is fsynced, and then only when
   nothing is written any more: stdio was flushed before, as everybody does. */
static void note_opened(int fd)
{
    char path[PATH_MAX];
    if (!forgets || fd < 0 || (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
        return;
    name_of(fd, path);
    if (path[0] != '/' || strncmp(path, "/dev/", 5) == 0)
        return;
    lock();
    char *slot = !find_unsynced(path) ? find_unsynced("") : NULL;
    if (slot)
        snprintf(slot, PATH_MAX, "%s", path);
    unlock();
}

static void note_synced(int fd)
{
    char path[PATH_MAX];
    if (!forgets)
        return;
    name_of(fd, path);
    lock();
    char *slot = path[0] ? find_unsynced(path) : NULL;
    if (slot)
        slot[0] = '\0';
    unlock();
}

static void note_renamed(const char *from, const char *to)
{
    char whole[PATH_MAX], target[PATH_MAX];
    if (!forgets || !realpath(to, target) || from[0] == '\0')
        return;
    snprintf(whole, sizeof whole, "%.*s%s", (int)(strrchr(target, '/') - target + 1), target,
             strrchr(from, '/') ? strrchr(from, '/') + 1 : from);
    lock();
    char *slot = find_unsynced(whole);
    if (slot)
        snprintf(slot, PATH_MAX, "%s", target);
    unlock();
}

static void die(void)
{
    lock();
    for (unsigned i = 0; forgets && i < FILES; i++)
        if (shared->unsynced[i][0] && truncate(shared->unsynced[i], 0) != 0)
            shared->unsynced[i][0] = '\0';
    unlock();
    syscall(SYS_kill, getpid(), SIGKILL);
}

/* ---- counting ------------------------------------------------------------------------------- */

/* malloc() is called before constructors run: nothing is counted then. */
__attribute__((constructor)) static void begin(void)
{
    const char *file = getenv("TORTURE_FILE"), *call = getenv("TORTURE_CALL"),
               *at = getenv("TORTURE_AT");
    int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0) : -1;
    if (fd < 0)
        return;
    void *memory = (void *)syscall(SYS_mmap, NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
                                   MAP_SHARED, fd, 0L);
    syscall(SYS_close, fd);
    if (memory == MAP_FAILED)
        return;
    forgets = getenv("TORTURE_FORGET") != NULL;
    for (unsigned i = 0; at && call && i < CALL_COUNT; i++)
        if (strcmp(names[i], call) == 0)
            chosen = (enum call)i;
    if (at && call && strcmp(call, "kill") == 0)
        chosen = CALL_KILL;
    if (at && call && strcmp(call, "stuck") == 0)
        chosen = CALL_STUCK;
    chosen_at = at ? strtoull(at, NULL, 10) : 0;
    shared = memory;
}

/* True, with errno, when this call is the one that fails. */
static bool fails(enum call call)
{
    if (!shared)
        return false;
    uint64_t number = __atomic_add_fetch(&shared->counts[call], 1, __ATOMIC_SEQ_CST);
    uint64_t all = call == CALL_malloc ? 0 : __atomic_add_fetch(&shared->all, 1, __ATOMIC_SEQ_CST);
    if (chosen == CALL_KILL && all == chosen_at) {
        shared->happened = 1;
        die();
    }
    while (chosen == CALL_STUCK && all == chosen_at) {
        shared->happened = 1;
        poll(NULL, 0, 1000); /* a signal that is caught does not end it */
    }
    if (call != chosen || number != chosen_at)
        return false;
    shared->happened = 1;
    errno = errors[call];
    return true;
}

/* ---- memory --------------------------------------------------------------------------------- */

#ifdef TORTURE_SANITIZED
/*
 * The sanitizer's, which stands behind this library. dlsym() asks for memory itself: from a heap
 * that nobody gives back.
 */
static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static _Alignas(16) char early[65536];
static size_t early_used;
static bool finding;

static void *from_early(size_t size)
{
    void *memory = early + early_used;
    early_used += (size + 15) / 16 * 16;
    return early_used <= sizeof early ? memory : NULL;
}

static bool is_early(void)
{
    if (next_realloc)
        return false;
    if (finding)
        return true;
    finding = true;
    *(void **)&next_malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&next_calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)&next_realloc = dlsym(RTLD_NEXT, "realloc");
    return false;
}

void *malloc(size_t size)
{
    if (is_early())
        return from_early(size);
    return fails(CALL_malloc) ? NULL : next_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (is_early())
        return from_early(count * size);
    return fails(CALL_malloc) ? NULL : next_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    if (is_early())
        return memory ? NULL : from_early(size);
    return fails(CALL_malloc) ? NULL : next_realloc(memory, size);
}
#else
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
    return fails(CALL_malloc) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(CALL_malloc) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails(CALL_malloc) ? NULL : __libc_realloc(memory, size);
}
#endif

char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

/* ---- the rest: the next library's function, which is found when it is first called ----------- */

#define NEXT(type, name, ...)                                                                      \
    static type (*next)(__VA_ARGS__);                                                              \
    if (!next)                                                                                     \
    *(void **)&next = dlsym(RTLD_NEXT, #name)

static int open_with(const char *path, int flags, mode_t mode)
{
    int fd = fails(CALL_open) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    note_opened(fd);
    return fd;
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list arguments;
    va_start(arguments, flags);
    if (flags & (O_CREAT | O_TMPFILE))
        mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return open_with(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list arguments;
    va_start(arguments, flags);
    if (flags & (O_CREAT | O_TMPFILE))
        mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return open_with(path, flags, mode);
}

int mkstemp(char *name)
{
    NEXT(int, mkstemp, char *);
    int fd = fails(CALL_open) ? -1 : next(name);
    note_opened(fd);
    return fd;
}

FILE *fopen(const char *path, const char *mode)
{
    NEXT(FILE *, fopen, const char *, const char *);
    FILE *file = fails(CALL_open) ? NULL : next(path, mode);
    if (file)
        note_opened(fileno(file));
    return file;
}

ssize_t read(int fd, void *bytes, size_t size)
{
    NEXT(ssize_t, read, int, void *, size_t);
    return fails(CALL_read) ? -1 : next(fd, bytes, size);
}

size_t fread(void *bytes, size_t size, size_t count, FILE *file)
{
    NEXT(size_t, fread, void *, size_t, size_t, FILE *);
    if (!fails(CALL_read))
        return next(bytes, size, count, file);
    file->_flags |= 0x20; /* what ferror() looks at: the stream has failed */
    return 0;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    NEXT(ssize_t, write, int, const void *, size_t);
    return fails(CALL_write) ? -1 : next(fd, bytes, size);
}

int fflush(FILE *file)
{
    NEXT(int, fflush, FILE *);
    return fails(CALL_write) ? EOF : next(file);
}

int fclose(FILE *file)
{
    NEXT(int, fclose, FILE *);
    bool failed = fails(CALL_write);
    int kept = errno, status = next(file);
    errno = failed ? kept : errno;
    return failed ? EOF : status;
}

int fsync(int fd)
{
    NEXT(int, fsync, int);
    int status = fails(CALL_fsync) ? -1 : next(fd);
    if (status == 0)
        note_synced(fd);
    return status;
}

int rename(const char *from, const char *to)
{
    NEXT(int, rename, const char *, const char *);
    int status = fails(CALL_rename) ? -1 : next(from, to);
    if (status == 0)
        note_renamed(from, to);
    return status;
}

int socket(int domain, int type, int protocol)
{
    NEXT(int, socket, int, int, int);
    return fails(CALL_socket) ? -1 : next(domain, type, protocol);
}

int accept(int fd, struct sockaddr *address, socklen_t *size)
{
    NEXT(int, accept, int, struct sockaddr *, socklen_t *);
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    bool failed = fails(CALL_accept);
    return failed && poll(&waiting, 1, 0) >= 0 ? (errno = errors[CALL_accept], -1)
                                               : next(fd, address, size);
}

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    NEXT(int, accept4, int, struct sockaddr *, socklen_t *, int);
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    bool failed = fails(CALL_accept);
    return failed && poll(&waiting, 1, 0) >= 0 ? (errno = errors[CALL_accept], -1)
                                               : next(fd, address, size, flags);
}

pid_t fork(void)
{
    NEXT(pid_t, fork, void);
    return fails(CALL_fork) ? -1 : next();
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    NEXT(void *, mmap, void *, size_t, int, int, int, off_t);
    return fails(CALL_mmap) ? MAP_FAILED : next(at, size, protection, flags, fd, offset);
}

int posix_openpt(int flags)
{
    NEXT(int, posix_openpt, int);
    return fails(CALL_posix_openpt) ? -1 : next(flags);
}

int tcsetattr(int fd, int actions, const struct termios *settings)
{
    NEXT(int, tcsetattr, int, int, const struct termios *);
    return fails(CALL_tcsetattr) ? -1 : next(fd, actions, settings);
}
