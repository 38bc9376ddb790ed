/* support_log.c - what a client does and when. */
#include <stdio.h>
#include <string.h>

#include "core/test/support_log.h"

static struct log *log_of_rig;

static void add(struct log *log, uint64_t now_us, const char *text)
{
    if (log->count == LOG_MAX)
        return;
    struct log_line *line = &log->lines[log->count++];
    line->at_ms = (uint32_t)(now_us / 1000);
    snprintf(line->text, sizeof line->text, "%s", text);
}

static void on_sent(struct rig *rig, const char *bytes, size_t size)
{
    struct log *log = log_of_rig;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != '\r') {
            log->line[log->length] = bytes[i];
            log->length += log->length < sizeof log->line - 1;
            continue;
        }
        log->line[log->length] = '\0';
        log->length = 0;
        add(log, rig->now_us, log->line);
    }
}

static void write_result(char *text, size_t size, const struct rig *rig,
                         const struct fota_event *event)
{
    const struct fota_result *result = &rig->fota.result;
    snprintf(text, size,
             "= %s/%s, status %u, attempts %u, restarts %u, remarks %u, health %s: %.*s",
             fota_outcome_name(event->a), fota_reason_name(event->b), result->status,
             result->attempts, result->resets_seen, result->remarks,
             fota_reason_name(result->health), event->length, event->text);
}

static void on_event(void *context, uint64_t now_us, const struct fota_event *event)
{
    struct rig *rig = context;
    struct fota_request request;
    char text[LOG_LINE_BYTES] = "";
    rig->outcomes += event->kind == FOTA_EVENT_OUTCOME;
    if (event->kind == FOTA_EVENT_OUTCOME)
        write_result(text, sizeof text, rig, event);
    else if (event->kind == FOTA_EVENT_REQUEST && event->b == 0 &&
             fota_request(&rig->fota, &request))
        snprintf(text, sizeof text, "<%s %u>", fota_request_name(request.kind),
                 (unsigned)request.argument);
    if (text[0] != '\0')
        add(log_of_rig, now_us, text);
}

void log_begin(struct log *log, struct rig *rig)
{
    memset(log, 0, sizeof *log);
    log_of_rig = log;
    rig->host.on_event = on_event;
    rig->on_sent = on_sent;
}

size_t log_find(const struct log *log, size_t from, const char *begin)
{
    size_t length = strlen(begin);
    while (from < log->count && strncmp(log->lines[from].text, begin, length) != 0)
        from++;
    return from < log->count ? from : log->count;
}

void log_print(const struct log *log, size_t from, size_t count)
{
    for (size_t i = from; i < log->count && i < from + count; i++)
        fprintf(stderr, "%10.3f  %s\n", log->lines[i].at_ms / 1000.0, log->lines[i].text);
}
