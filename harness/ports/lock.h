/*
 * lock.h - lock files of serial ports, as minicom, microcom, gensio and ser2net know them:
 * /var/lock/LCK..NAME with the holder's process id. They say something on this machine and in this
 * container only, and nothing to picocom, tio and pyserial, who lock the device itself by flock().
 */
#ifndef FOTARIG_HARNESS_PORTS_LOCK_H
#define FOTARIG_HARNESS_PORTS_LOCK_H

#include <limits.h>
#include <stdint.h>

#include "harness/ports/holder.h"

/* Must not move while it is taken. */
struct bench_lock {
    char path[PATH_MAX]; /* "" = not taken */
    uint64_t file_device, file_number;
    struct bench_lock *next; /* of this process */
};

enum bench_lock_result {
    BENCH_LOCK_TAKEN,
    BENCH_LOCK_HELD,      /* by the holder that is given */
    BENCH_LOCK_IMPOSSIBLE /* no such file can be written, errno says why; nobody is known to hold it
                           */
};

/*
 * Locks `device`, a path without links (/dev/ttyUSB2). The file appears with its content, in one
 * step. One whose process is dead is taken over, and so is one that has named no process for 10 s.
 * `path` is how the user named it, perhaps a link: gensio and ser2net name their file after that,
 * with its folders (/dev/pts/3: LCK..pts_3), which is respected.
 */
enum bench_lock_result bench_lock_take(struct bench_lock *lock, const char *device,
                                       const char *path, struct bench_holder *ret_holder);
/* Who holds it by a lock file; pid 0: nobody. */
struct bench_holder bench_lock_holder(const char *device);
/* Removes the file, if it is still this one. One that is not taken stays so. */
void bench_lock_free(struct bench_lock *lock);

/* The folder of lock files. Tests set it. */
extern const char *bench_lock_folder;

#endif
