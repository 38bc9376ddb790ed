/* forked.h - the same work on many things, in processes that are copies of this one. */
#ifndef FOTARIG_HARNESS_TRACE_FORKED_H
#define FOTARIG_HARNESS_TRACE_FORKED_H

#include <stddef.h>

enum { FORKED_JOBS_MAX = 64 };

/* Works on the thing `index` and writes what comes of it; what else it changes stays in its copy,
   or, where the work is done in this process, must be as it was. */
typedef void forked_work(void *context, size_t index, void *ret_result);

/*
 * Does the work on `count` things, in up to `jobs` processes (0 or 1 = in this one), and writes a
 * result of `size` bytes for each to `ret_results`, in the order of the things. What a process does
 * not come to (it can't be started, or is killed) is done here. Descriptors and buffers of stdio
 * are those of this process; the work must not write to them.
 */
void forked_all(unsigned jobs, size_t count, size_t size, forked_work *work, void *context,
                void *ret_results);

/* As many as were chosen; 0 = as there are processors. */
unsigned forked_jobs(unsigned chosen);

#endif
