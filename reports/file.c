/* file.c - files that are replaced in one step, and what can't be replaced. */
#include "reports/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What mkstemp made for its owner alone becomes what any other file of this process is. */
static bool take_usual_mode(int fd)
{
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(fd, 0666 & ~mask) == 0;
}

/* Keeps errno over what tidies up. */
static int give_up(struct report_file *file, int fd)
{
    int kept = errno;
    if (fd >= 0 && !file->out)
        close(fd);
    report_file_discard(file);
    errno = kept;
    return -1;
}

static int open_stream(struct report_file *file, int fd)
{
    file->out = fd < 0 ? NULL : fdopen(fd, "wb");
    return file->out ? 0 : give_up(file, fd);
}

/* A fresh file beside file->path. */
static int open_fresh(struct report_file *file)
{
    static const char ending[] = ".XXXXXX";
    size_t length = strlen(file->path);
    file->fresh = malloc(length + sizeof ending);
    if (!file->fresh)
        return give_up(file, -1);
    memcpy(file->fresh, file->path, length);
    memcpy(file->fresh + length, ending, sizeof ending);
    int fd = mkstemp(file->fresh);
    if (fd < 0) { /* the name is nobody's: nothing to remove */
        free(file->fresh);
        file->fresh = NULL;
    } else if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || !take_usual_mode(fd)) {
        return give_up(file, fd);
    }
    return open_stream(file, fd);
}

/* Where a link leads: a regular file is replaced there, anything else is written straight. */
static int open_there(struct report_file *file, int fd)
{
    struct stat info;
    char *real = NULL;
    if (fstat(fd, &info) != 0)
        return give_up(file, fd);
    if (S_ISREG(info.st_mode) && (real = realpath(file->path, NULL)) != NULL) {
        close(fd);
        free(file->path);
        file->path = real;
        return open_fresh(file);
    }
    if (S_ISREG(info.st_mode) && ftruncate(fd, 0) != 0) /* it has lost its name */
        return give_up(file, fd);
    return open_stream(file, fd);
}

/* Somebody else's link may lead anywhere; in a folder that all write to, it was planted. */
static bool is_planted(const struct stat *info)
{
    return S_ISLNK(info->st_mode) && info->st_uid != geteuid() && info->st_uid != 0;
}

int report_file_may_replace(const char *path)
{
    struct stat info;
    if (lstat(path, &info) != 0 || !is_planted(&info))
        return 0;
    errno = EPERM;
    return -1;
}

int report_file_open(struct report_file *ret_file, const char *path)
{
    struct stat info;
    *ret_file = (struct report_file){.path = strdup(path)};
    if (!ret_file->path)
        return -1;
    if (report_file_may_replace(path) != 0)
        return give_up(ret_file, -1);
    if (lstat(path, &info) != 0 || S_ISREG(info.st_mode))
        return open_fresh(ret_file);
    int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0)
        return open_there(ret_file, fd);
    return S_ISLNK(info.st_mode) && errno == ENOENT ? open_fresh(ret_file) : give_up(ret_file, -1);
}

/* The new name is on the disk when its folder is; a folder that can't be synced is left so. */
static void sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    char kept = slash ? slash[1] : '\0';
    if (slash)
        slash[1] = '\0';
    int fd = open(slash ? path : ".", O_RDONLY | O_CLOEXEC);
    if (slash)
        slash[1] = kept;
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

int report_file_close(struct report_file *file, enum report_file_care care)
{
    /* a name that reaches the disk before its bytes is an empty file where there was a whole one */
    bool good = fflush(file->out) == 0 && !ferror(file->out) &&
                (!file->fresh || fsync(fileno(file->out)) == 0);
    int kept = good ? 0 : errno;
    if (fclose(file->out) != 0 && good) {
        good = false;
        kept = errno;
    }
    file->out = NULL;
    errno = kept ? kept : EIO; /* an error of an earlier write left none */
    if (!good || (file->fresh && rename(file->fresh, file->path) != 0))
        return give_up(file, -1);
    bool is_new = file->fresh != NULL;
    free(file->fresh);
    file->fresh = NULL;
    if (is_new && care == REPORT_FILE_DURABLE)
        sync_folder(file->path);
    report_file_discard(file);
    return 0;
}

void report_file_discard(struct report_file *file)
{
    if (file->out)
        fclose(file->out);
    if (file->fresh)
        unlink(file->fresh);
    free(file->fresh);
    free(file->path);
    *file = (struct report_file){0};
}

int report_file_write(const char *path, const void *bytes, size_t size, enum report_file_care care)
{
    struct report_file file;
    if (report_file_open(&file, path) != 0)
        return -1;
    if (size && fwrite(bytes, 1, size, file.out) != size)
        return give_up(&file, -1);
    return report_file_close(&file, care);
}

int report_file_sink(const char *path)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOCTTY | O_CLOEXEC, 0666);
    if (is_planted(&info)) {
        errno = EPERM;
        return -1;
    }
    /* no O_CREAT: a link that leads nowhere makes no file where it leads */
    int fd = open(path, O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0 || errno != ENOENT || !S_ISLNK(info.st_mode) || unlink(path) != 0)
        return fd;
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOCTTY | O_CLOEXEC, 0666);
}

/* /dev/stdin, /dev/fd/63 and their like are the program's own descriptors. */
static bool is_given_by_shell(const char *path)
{
    return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
}

int report_file_source(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        errno = errno == ENXIO ? ESPIPE : errno; /* a socket */
        return -1;
    }
    int error = fstat(fd, &info) != 0 ? errno : S_ISDIR(info.st_mode) ? EISDIR : 0;
    if (!error && S_ISFIFO(info.st_mode) && !is_given_by_shell(path))
        error = ESPIPE;
    if (!error && fcntl(fd, F_SETFL, 0) != 0)
        error = errno;
    if (!error)
        return fd;
    close(fd);
    errno = error;
    return -1;
}

FILE *report_file_source_stream(const char *path)
{
    int fd = report_file_source(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "rb");
    if (fd >= 0 && !file)
        close(fd);
    return file;
}

const char *report_file_reason(int error)
{
    return error == ESPIPE ? "it is a FIFO or a socket, and no file" : strerror(error);
}

FILE *report_file_unnamed(const char *path)
{
    static const char ending[] = ".XXXXXX";
    size_t length = strlen(path);
    char *name = malloc(length + sizeof ending);
    if (!name)
        return NULL;
    memcpy(name, path, length);
    memcpy(name + length, ending, sizeof ending);
    int fd = mkstemp(name);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+b");
    int kept = errno;
    if (fd >= 0)
        unlink(name);
    if (fd >= 0 && !file)
        close(fd);
    else if (file)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    free(name);
    errno = kept;
    return file;
}
