/* whole_file.c - a whole file in memory; locks. */
#include "harness/cli/whole_file.h"
#include "reports/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_BYTES = 65536 };

/* Reads to the end, doubling the buffer. */
static uint8_t *read_stream(FILE *file, size_t limit, size_t *ret_size)
{
    size_t capacity = FIRST_BYTES, size = 0;
    uint8_t *bytes = malloc(capacity), *larger;

    while (bytes) {
        size += fread(bytes + size, 1, capacity - size, file);
        if (size < capacity && !ferror(file) && size <= limit) {
            *ret_size = size;
            return bytes;
        }
        if (size > limit)
            errno = EFBIG;
        larger = size == capacity && size <= limit ? realloc(bytes, capacity * 2) : NULL;
        if (!larger)
            free(bytes);
        bytes = larger;
        capacity *= 2;
    }
    return NULL;
}

uint8_t *cli_file_read(const char *path, size_t limit, size_t *ret_size)
{
    FILE *file = report_file_source_stream(path);
    uint8_t *bytes;
    int kept;

    if (!file)
        return NULL;
    bytes = read_stream(file, limit, ret_size);
    kept = errno;
    fclose(file);
    errno = kept;
    return bytes;
}

/* ---- locks -------------------------------------------------------------------------------- */

static bool lock_name(const char *path, char *name)
{
    int length = snprintf(name, PATH_MAX, "%s.lock", path);

    if (length > 0 && length < PATH_MAX)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

/* Whoever had the lock last may have removed the name while we opened it. */
static bool is_named(int fd, const char *name)
{
    struct stat opened, named;

    return fstat(fd, &opened) == 0 && stat(name, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

/* 0, or -1 with errno set; EAGAIN: another has it. */
static int take_lock(int fd, long *ret_holder)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fcntl(fd, F_SETLK, &lock) == 0)
        return 0;
    if (errno != EACCES && errno != EAGAIN)
        return -1;
    *ret_holder = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? (long)lock.l_pid : 0;
    errno = EAGAIN;
    return -1;
}

int cli_file_lock(const char *path, long *ret_holder)
{
    char name[PATH_MAX];

    if (!lock_name(path, name))
        return -1;
    for (;;) {
        int fd = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600), kept;
        if (fd < 0)
            return -1;
        if (take_lock(fd, ret_holder)) {
            kept = errno;
            close(fd);
            errno = kept;
            return -1;
        }
        if (is_named(fd, name))
            return fd;
        close(fd);
    }
}

void cli_file_unlock(const char *path, int lock)
{
    char name[PATH_MAX];

    if (lock < 0)
        return;
    if (lock_name(path, name) && is_named(lock, name))
        unlink(name);
    close(lock);
}

void cli_file_free(const uint8_t *bytes)
{
    union {
        const uint8_t *bytes;
        void *memory;
    } owned = {bytes};

    free(owned.memory);
}
