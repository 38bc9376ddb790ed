/* lock.c - lock files, taken by link(). */
#include "harness/ports/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 5, NAMELESS_S = 10, CONTENT_MAX = 32 };

const char *bench_lock_folder = "/var/lock";

/* ---- names -------------------------------------------------------------------------------- */

/* "LCK..ttyUSB2": what all take for a device of /dev itself; false: it is too long. */
static bool name_file(const char *device, char *path)
{
    const char *slash = strrchr(device, '/');

    return snprintf(path, PATH_MAX, "%s/LCK..%s", bench_lock_folder, slash ? slash + 1 : device) <
           PATH_MAX;
}

/* "LCK..pts_3": gensio's for a device in a folder. */
static bool name_gensio_file(const char *device, char *path)
{
    size_t start = strlen(bench_lock_folder) + strlen("/LCK..");

    if (strncmp(device, "/dev/", 5) == 0)
        device += 5;
    if (snprintf(path, PATH_MAX, "%s/LCK..%s", bench_lock_folder, device) >= PATH_MAX)
        return false;
    for (char *slash = path + start; (slash = strchr(slash, '/')); slash++)
        *slash = '_';
    return true;
}

/* ---- whose it is -------------------------------------------------------------------------- */

enum content { ABSENT, DEAD, ALIVE };

/* The number of a process: text with a newline, or four bytes as old UUCP wrote it; 0 = none. */
static pid_t pid_in(const char *content, size_t size)
{
    int32_t binary;
    char *end;
    long pid;

    if (size == sizeof binary && (content[3] == '\0' || content[0] < ' ')) {
        memcpy(&binary, content, sizeof binary);
        return binary;
    }
    pid = strtol(content, &end, 10);
    return end != content && pid > 0 && pid <= INT_MAX ? (pid_t)pid : 0;
}

/* Those of this process. After a container has been started again its process has the number of the
   one that left the file behind, so our own number proves nothing. */
static struct bench_lock *taken;

static bool is_alive(pid_t pid, const struct stat *file)
{
    if (pid != getpid())
        return kill(pid, 0) == 0 || errno == EPERM;
    for (const struct bench_lock *lock = taken; lock; lock = lock->next)
        if (lock->file_device == file->st_dev && lock->file_number == file->st_ino)
            return true;
    return false;
}

/* Looks into a lock file; whatever lies there is not trusted: no link is followed, none waited for.
 */
static enum content look_into(const char *path, pid_t *ret_pid)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    char content[CONTENT_MAX];
    struct stat file;
    ssize_t size;

    *ret_pid = 0;
    if (fd < 0)
        return errno == ENOENT ? ABSENT : ALIVE;
    size = read(fd, content, sizeof content - 1);
    if (fstat(fd, &file))
        file = (struct stat){0};
    close(fd);
    content[size > 0 ? size : 0] = '\0';
    *ret_pid = pid_in(content, size > 0 ? (size_t)size : 0);
    if (*ret_pid > 0)
        return is_alive(*ret_pid, &file) ? ALIVE : DEAD;
    return time(NULL) - file.st_mtime > NAMELESS_S ? DEAD : ALIVE;
}

/* Takes a dead one away, but not one that another has put there this very moment. */
static void remove_dead(const char *path, pid_t dead)
{
    char aside[PATH_MAX + 32];
    pid_t pid;

    snprintf(aside, sizeof aside, "%s.dead.%ld", path, (long)getpid());
    if (rename(path, aside))
        return;
    if (look_into(aside, &pid) == ALIVE && pid != dead && link(aside, path))
        errno = 0; /* somebody else has it meanwhile */
    unlink(aside);
}

struct bench_holder bench_lock_holder(const char *device)
{
    bool (*const names[])(const char *, char *) = {name_file, name_gensio_file};
    char path[PATH_MAX];
    pid_t pid;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i](device, path) && look_into(path, &pid) == ALIVE)
            return pid > 0 ? bench_holder_of(pid) : (struct bench_holder){.pid = -1};
    return (struct bench_holder){0};
}

/* ---- taking and giving back --------------------------------------------------------------- */

/* A finished file of another name; false with errno. */
static bool write_file(char *path, size_t capacity)
{
    char content[CONTENT_MAX];
    int size = snprintf(content, sizeof content, "%10ld\n", (long)getpid()), fd, kept;
    bool good;

    snprintf(path, capacity, "%s/LTMP..XXXXXX", bench_lock_folder);
    fd = mkstemp(path);
    if (fd < 0)
        return false;
    good = write(fd, content, (size_t)size) == size && fchmod(fd, 0644) == 0;
    kept = errno;
    close(fd);
    if (!good)
        unlink(path);
    errno = kept;
    return good;
}

static enum bench_lock_result link_file(struct bench_lock *lock, const char *made)
{
    struct stat file;
    pid_t pid;

    for (int i = 0; i < TRIES; i++) {
        if (link(made, lock->path) == 0 && stat(made, &file) == 0) {
            lock->file_device = file.st_dev;
            lock->file_number = file.st_ino;
            lock->next = taken;
            taken = lock;
            return BENCH_LOCK_TAKEN;
        }
        if (errno != EEXIST)
            return BENCH_LOCK_IMPOSSIBLE;
        if (look_into(lock->path, &pid) == ALIVE)
            return BENCH_LOCK_HELD;
        remove_dead(lock->path, pid);
    }
    return BENCH_LOCK_HELD;
}

enum bench_lock_result bench_lock_take(struct bench_lock *lock, const char *device,
                                       const char *path, struct bench_holder *ret_holder)
{
    char made[PATH_MAX];
    enum bench_lock_result result;
    int kept;

    lock->path[0] = '\0';
    *ret_holder = bench_lock_holder(device);
    if (ret_holder->pid == 0)
        *ret_holder = bench_lock_holder(path);
    if (ret_holder->pid != 0)
        return BENCH_LOCK_HELD;
    if (!write_file(made, sizeof made))
        return BENCH_LOCK_IMPOSSIBLE;
    result = name_file(device, lock->path) ? link_file(lock, made) : BENCH_LOCK_IMPOSSIBLE;
    kept = errno;
    unlink(made);
    errno = kept;
    if (result == BENCH_LOCK_HELD)
        *ret_holder = bench_lock_holder(device);
    if (result != BENCH_LOCK_TAKEN)
        lock->path[0] = '\0';
    return result;
}

void bench_lock_free(struct bench_lock *lock)
{
    struct bench_lock **link = &taken;
    struct stat file;
    pid_t pid;

    if (!lock->path[0])
        return;
    /* The system gives numbers of files again. */
    if (look_into(lock->path, &pid) == ALIVE && pid == getpid() && lstat(lock->path, &file) == 0 &&
        file.st_dev == lock->file_device && file.st_ino == lock->file_number)
        unlink(lock->path);
    while (*link && *link != lock)
        link = &(*link)->next;
    if (*link)
        *link = lock->next;
    lock->path[0] = '\0';
}
