/* rotating.c - a trace in several files. */
#include "harness/trace/rotating.h"
#include "reports/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void trace_part_path(const char *path, uint32_t number, char ret_path[TRACE_PATH_MAX])
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t stem =
        dot && (!slash || dot > slash + 1) && dot > path ? (size_t)(dot - path) : strlen(path);
    snprintf(ret_path, TRACE_PATH_MAX, "%.*s.%04lu%s", (int)stem, path, (unsigned long)number,
             path + stem);
}

static bool open_part(struct trace_parts *parts)
{
    char path[TRACE_PATH_MAX];
    if (parts->rotate_bytes)
        trace_part_path(parts->path, (uint32_t)++parts->header.part, path);
    else
        snprintf(path, sizeof path, "%s", parts->path);
    parts->descriptor = report_file_sink(path);
    if (parts->descriptor < 0)
        return false;
    if (trace_begin(&parts->writer, parts->descriptor, &parts->header))
        return true;
    close(parts->descriptor);
    parts->descriptor = -1;
    errno = ENOMEM;
    return false;
}

static void close_part(struct trace_parts *parts)
{
    if (parts->descriptor < 0)
        return;
    if (!trace_finish(&parts->writer) && !parts->error)
        parts->error = parts->writer.error;
    if (close(parts->descriptor) != 0 && !parts->error)
        parts->error = errno;
    parts->descriptor = -1;
}

static void drop_oldest(const struct trace_parts *parts)
{
    char path[TRACE_PATH_MAX];
    if (!parts->keep || parts->header.part <= parts->keep)
        return;
    trace_part_path(parts->path, (uint32_t)(parts->header.part - parts->keep), path);
    unlink(path); /* somebody may have taken it away already */
}

bool trace_parts_begin(struct trace_parts *parts, const char *path, uint64_t rotate_bytes,
                       uint32_t keep, const struct trace_header *header)
{
    *parts = (struct trace_parts){.path = path,
                                  .rotate_bytes = rotate_bytes,
                                  .keep = keep,
                                  .header = *header,
                                  .descriptor = -1};
    if (strlen(path) + 16 > TRACE_PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (!open_part(parts))
        return false;
    trace_flush(&parts->writer);
    return true;
}

void trace_parts_write(struct trace_parts *parts, const struct trace_event *event)
{
    if (parts->descriptor >= 0)
        trace_write(&parts->writer, event);
}

void trace_parts_flush(struct trace_parts *parts)
{
    if (parts->descriptor < 0)
        return;
    if (parts->writer.used > 0 && !trace_flush(&parts->writer) && !parts->error)
        parts->error = parts->writer.error;
    if (!parts->rotate_bytes || parts->writer.byte_count < parts->rotate_bytes)
        return;
    close_part(parts);
    if (!open_part(parts))
        parts->error = parts->error ? parts->error : errno;
    else
        drop_oldest(parts);
}

bool trace_parts_finish(struct trace_parts *parts)
{
    close_part(parts);
    return !parts->error;
}
