/* kept_replay.h - a trace file as a module end: loaded, told apart, ready to be played. */
#ifndef FOTARIG_HARNESS_TRACE_KEPT_REPLAY_H
#define FOTARIG_HARNESS_TRACE_KEPT_REPLAY_H

#include "harness/trace/replay.h"

struct kept_replay {
    struct trace_log log;
    struct dialogue dialogue;
    struct replay replay;
};

/*
 * Loads a trace for replay_module; `path` must outlive it, and it must not move. False with a
 * message like "FILE:LINE: what is wrong".
 */
bool kept_replay_open(struct kept_replay *kept, const char *path, char *reterr_text,
                      size_t reterr_capacity);
void kept_replay_close(struct kept_replay *kept);

/* Loads a trace into memory; messages as above. */
bool trace_log_load(struct trace_log *log, const char *path, char *reterr_text,
                    size_t reterr_capacity);

#endif
