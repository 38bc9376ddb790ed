/* holder.c - a look into /proc: locks, open files, names of processes. */
#include "harness/ports/holder.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct bench_holder bench_holder_of(pid_t pid)
{
    struct bench_holder holder = {.pid = pid};
    char path[64];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%ld/comm", (long)pid);
    file = fopen(path, "re");
    if (file && fgets(holder.name, sizeof holder.name, file))
        holder.name[strcspn(holder.name, "\n")] = '\0';
    if (file)
        fclose(file);
    return holder;
}

/* "3: FLOCK  ADVISORY  WRITE 4711 00:17:6 0 EOF": the process, or 0 where it is not of this file.
 */
static pid_t locker_in(const char *line, const struct stat *device)
{
    long pid;
    unsigned major_number, minor_number;
    unsigned long inode;

    if (sscanf(line, "%*s FLOCK %*s %*s %ld %x:%x:%lu", &pid, &major_number, &minor_number,
               &inode) != 4 ||
        major_number != major(device->st_dev) || minor_number != minor(device->st_dev) ||
        inode != device->st_ino)
        return 0;
    return (pid_t)pid;
}

static pid_t find_locker(const char *path)
{
    FILE *file = fopen("/proc/locks", "re");
    struct stat device;
    char line[256];
    pid_t pid = 0;

    if (file && stat(path, &device) == 0)
        while (pid <= 0 && fgets(line, sizeof line, file))
            pid = locker_in(line, &device);
    if (file)
        fclose(file);
    return pid;
}

/* True: the process has the file open. */
static bool has_open(const char *process, const char *path)
{
    char name[64 + 2 * NAME_MAX], target[PATH_MAX];
    const struct dirent *entry;
    bool found = false;
    DIR *folder;

    snprintf(name, sizeof name, "/proc/%s/fd", process);
    folder = opendir(name);
    while (folder && !found && (entry = readdir(folder))) {
        ssize_t length;
        snprintf(name, sizeof name, "/proc/%s/fd/%s", process, entry->d_name);
        length = readlink(name, target, sizeof target - 1);
        target[length > 0 ? length : 0] = '\0';
        found = strcmp(target, path) == 0;
    }
    if (folder)
        closedir(folder);
    return found;
}

static pid_t find_opener(const char *path)
{
    DIR *folder = opendir("/proc");
    const struct dirent *entry;
    pid_t found = 0;

    while (folder && !found && (entry = readdir(folder))) {
        char *end;
        long pid = strtol(entry->d_name, &end, 10);
        if (pid > 0 && *end == '\0' && pid != (long)getpid() && has_open(entry->d_name, path))
            found = (pid_t)pid;
    }
    if (folder)
        closedir(folder);
    return found;
}

struct bench_holder bench_holder_find_open(const char *device)
{
    pid_t pid = find_opener(device);

    return pid > 0 ? bench_holder_of(pid) : (struct bench_holder){0};
}

struct bench_holder bench_holder_find(const char *device)
{
    pid_t pid = find_locker(device);

    if (pid <= 0)
        pid = find_opener(device);
    return pid > 0 ? bench_holder_of(pid) : (struct bench_holder){0};
}

void bench_holder_print(const struct bench_holder *holder, char *text, size_t capacity)
{
    if (holder->pid <= 0)
        snprintf(text, capacity, "another program");
    else if (holder->name[0])
        snprintf(text, capacity, "pid %ld (%s)", (long)holder->pid, holder->name);
    else
        snprintf(text, capacity, "pid %ld", (long)holder->pid);
}
