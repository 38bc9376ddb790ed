/* holder.h - which program has a serial port, by its lock files and by what the system tells. */
#ifndef FOTARIG_HARNESS_PORTS_HOLDER_H
#define FOTARIG_HARNESS_PORTS_HOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { BENCH_HOLDER_NAME_MAX = 32 };

struct bench_holder {
    pid_t pid;                        /* 0 = nobody, as far as can be seen */
    char name[BENCH_HOLDER_NAME_MAX]; /* "ser2net"; "" = the system does not tell */
};

/* Another process that has the device locked or open; `device` is a path without links. Who may not
   see another user's files finds locks only. */
struct bench_holder bench_holder_find(const char *device);
/* The same, without locks. */
struct bench_holder bench_holder_find_open(const char *device);
/* The process of that number. */
struct bench_holder bench_holder_of(pid_t pid);

/* "pid 4711 (ser2net)", "pid 4711", "another program". */
void bench_holder_print(const struct bench_holder *holder, char *text, size_t capacity);

#endif
