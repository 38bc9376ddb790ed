/* tap13.c - the Test Anything Protocol, version 13: for prove and what else reads it. */
#include "reports/internal.h"

#include <stdlib.h>
#include <string.h>

struct tap13 {
    const struct report_run *run;
};

/* A description: "#" would begin a directive. */
static void add_description(struct report_buffer *text, const char *prose)
{
    struct report_buffer readable = {0};
    report_buffer_prose(&readable, prose);
    for (const char *at = report_buffer_text(&readable); *at; at++) {
        if (*at == '#')
            report_buffer_add(text, "\\", 1);
        report_buffer_add(text, at, 1);
    }
    text->failed |= readable.failed;
    report_buffer_free(&readable);
}

/* A line of the block below a result, as YAML in double quotes. */
static void add_value(struct report_buffer *text, const char *key, const char *prose)
{
    struct report_buffer readable = {0};
    if (!prose)
        return;
    report_buffer_prose(&readable, prose);
    report_buffer_addf(text, "  %s: \"", key);
    for (const char *at = report_buffer_text(&readable); *at; at++) {
        if (*at == '"' || *at == '\\')
            report_buffer_add(text, "\\", 1);
        report_buffer_add(text, at, 1);
    }
    report_buffer_addf(text, "\"\n");
    text->failed |= readable.failed;
    report_buffer_free(&readable);
}

static bool add_case(void *own, const struct report_case *c, struct report_buffer *text)
{
    const struct tap13 *tap = own;
    struct report_buffer message = {0};
    bool ok = c->verdict == REPORT_PASSED || c->verdict == REPORT_SKIPPED;
    report_add_message(&message, tap->run, c);
    report_buffer_addf(text, ok ? "" : "not ");
    report_buffer_addf(text, "ok - ");
    add_description(text, c->group);
    report_buffer_addf(text, "/");
    add_description(text, c->name);
    if (c->verdict == REPORT_SKIPPED) {
        report_buffer_addf(text, " # SKIP ");
        add_description(text, report_buffer_text(&message));
    }
    report_buffer_addf(text, "\n");
    if (!ok) {
        report_buffer_addf(text, "  ---\n");
        add_value(text, "severity", report_verdict_name(c->verdict));
        add_value(text, "message", report_buffer_text(&message));
        add_value(text, "at", c->place);
        add_value(text, "repeat", c->repeat);
        report_buffer_addf(text, "  ...\n");
    }
    text->failed |= message.failed;
    report_buffer_free(&message);
    return true;
}

static void *begin(const struct report_run *run, const char *path)
{
    struct tap13 *tap = calloc(1, sizeof *tap);
    (void)path;
    if (tap)
        tap->run = run;
    return tap;
}

/* Without numbers, which are optional: harnesses count by themselves. */
static bool write_document(void *own, struct report_stream *stream, FILE *out)
{
    const struct tap13 *tap = own;
    fprintf(out, "TAP version 13\n1..%zu%s\n", tap->run->entry_count,
            tap->run->entry_count ? "" : " # SKIP no case was selected");
    for (size_t i = 0; i < tap->run->entry_count; i++)
        report_stream_copy(stream, i, out);
    return true;
}

static void done(void *own)
{
    free(own);
}

int report_open_tap(struct report_run *run, const char *path, struct report_error *reterr_error)
{
    static const struct report_format format = {begin, add_case, write_document, done};
    return report_stream_open(run, &format, path, reterr_error);
}
