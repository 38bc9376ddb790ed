/* kept_replay.c - loads a trace to be played. */
#include "harness/trace/kept_replay.h"
#include "reports/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool trace_log_load(struct trace_log *log, const char *path, char *reterr_text,
                    size_t reterr_capacity)
{
    struct trace_error error;
    size_t bad;
    int descriptor = report_file_source(path);
    if (descriptor < 0) {
        snprintf(reterr_text, reterr_capacity, "%.200s: %s", path, report_file_reason(errno));
        return false;
    }
    bool good = trace_log_read(log, descriptor, &error, &bad);
    close(descriptor);
    if (good)
        trace_log_to_module_time(log);
    if (good && bad == 0)
        return true;
    snprintf(reterr_text, reterr_capacity, "%.200s:%llu:%u: error: %s", path,
             (unsigned long long)error.line, error.column, error.text);
    if (good)
        trace_log_done(log);
    return false;
}

bool kept_replay_open(struct kept_replay *kept, const char *path, char *reterr_text,
                      size_t reterr_capacity)
{
    const char *name = strrchr(path, '/');
    *kept = (struct kept_replay){0};
    if (!trace_log_load(&kept->log, path, reterr_text, reterr_capacity))
        return false;
    if (dialogue_make(&kept->dialogue, &kept->log) &&
        replay_init(&kept->replay, &kept->dialogue, name ? name + 1 : path))
        return true;
    snprintf(reterr_text, reterr_capacity, "%.200s: not enough memory", path);
    kept_replay_close(kept);
    return false;
}

void kept_replay_close(struct kept_replay *kept)
{
    replay_done(&kept->replay);
    dialogue_done(&kept->dialogue);
    trace_log_done(&kept->log);
}
