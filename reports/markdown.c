/*
 * markdown.c - a summary that GitHub, GitLab and Forgejo draw: counts, what did not pass with its
 * cause, and the last exchanges of each as a sequence diagram (Mermaid).
 */
#include "reports/internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* GitHub takes a megabyte for a step; a person reads far less. */
enum { CASES_SHOWN = 20, PROSE_SHOWN = 400, ARROWS = 12, ARROW_SHOWN = 60 };

struct markdown {
    const struct report_run *run;
    unsigned count; /* of cases that are shown */
};

/* Prose: punctuation of ASCII gets a backslash, so that nothing in it is markup. */
static void add_prose(struct report_buffer *text, const char *prose, size_t limit)
{
    struct report_buffer readable = {0};
    report_buffer_prose(&readable, prose);
    const char *shown = report_buffer_text(&readable);
    for (size_t i = 0; shown[i] && i < limit; i++) {
        unsigned char byte = (unsigned char)shown[i];
        bool plain = byte >= 0x80 || byte == ' ' || strchr("',:;/", byte) ||
                     (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= 'a' && byte <= 'z');
        if (!plain)
            report_buffer_add(text, "\\", 1);
        report_buffer_add(text, &shown[i], 1);
    }
    text->failed |= readable.failed;
    report_buffer_free(&readable);
}

/* A label of Mermaid: all but letters, digits and a few signs as its number. */
static void add_label(struct report_buffer *text, struct report_bytes bytes, enum report_form form)
{
    struct report_buffer readable = {0};
    report_buffer_escape(&readable, bytes, form);
    const char *shown = report_buffer_text(&readable);
    size_t length = readable.size < ARROW_SHOWN ? readable.size : ARROW_SHOWN;
    while (length > 0 && ((unsigned char)shown[length] & 0xC0) == 0x80)
        length--;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)shown[i];
        bool plain = byte >= 0x80 || strchr(" +=?,./-", byte) || (byte >= '0' && byte <= '9') ||
                     (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
        if (plain)
            report_buffer_add(text, &shown[i], 1);
        else
            report_buffer_addf(text, "#%u;", byte);
    }
    report_buffer_addf(text, length < readable.size ? " ...\n" : "\n");
    text->failed |= readable.failed;
    report_buffer_free(&readable);
}

static void add_diagram(struct report_buffer *text, const struct report_case *c)
{
    size_t first = c->exchange_count > ARROWS ? c->exchange_count - ARROWS : 0;
    if (!c->exchange_count)
        return;
    report_buffer_addf(text, "```mermaid\nsequenceDiagram\n    participant H as host\n"
                             "    participant M as module\n");
    for (size_t i = first; i < c->exchange_count; i++) {
        const struct report_exchange *exchange = &c->exchanges[i];
        report_buffer_addf(text, exchange->direction == REPORT_TO_MODULE ? "    H->>M: "
                                 : exchange->direction == REPORT_TO_HOST ? "    M-->>H: "
                                                                         : "    Note over H,M: ");
        report_buffer_seconds(text, exchange->t_us / 1000);
        report_buffer_addf(text, " ");
        add_label(text, exchange->bytes,
                  exchange->direction == REPORT_NOTE ? REPORT_FORM_TEXT : REPORT_FORM_BYTES);
    }
    report_buffer_addf(text, "```\n\n");
}

/* In a block of its own, where only its fence could end it: a longer one than any in the text. */
static void add_command(struct report_buffer *text, const char *command)
{
    struct report_buffer readable = {0};
    if (!command)
        return;
    report_buffer_prose(&readable, command);
    report_buffer_addf(text, "    %s\n\n", report_buffer_text(&readable)); /* indented: code */
    text->failed |= readable.failed;
    report_buffer_free(&readable);
}

static void add_problem(struct report_buffer *text, const struct report_run *run,
                        const struct report_case *c)
{
    struct report_buffer message = {0};
    report_add_message(&message, run, c);
    report_buffer_addf(text, "### %s ", c->verdict == REPORT_FAILED ? "Failed:" : "Error:");
    add_prose(text, c->group, 100);
    report_buffer_addf(text, " / ");
    add_prose(text, c->name, 200);
    report_buffer_addf(text, "\n\n");
    add_prose(text, c->sentence ? c->sentence : report_buffer_text(&message), PROSE_SHOWN);
    report_buffer_addf(text, "\n\n");
    for (size_t i = 0; i < c->reason_count; i++) {
        report_buffer_addf(text, "%zu. ", i + 1);
        add_prose(text, c->reasons[i].text, PROSE_SHOWN);
        if (c->reasons[i].line)
            report_buffer_addf(text, " \\(line %u\\)", (unsigned)c->reasons[i].line);
        report_buffer_addf(text, "\n");
    }
    report_buffer_addf(text, c->reason_count ? "\n" : "");
    add_diagram(text, c);
    add_command(text, c->repeat);
    text->failed |= message.failed;
    report_buffer_free(&message);
}

/* ---- the format: report_format --------------------------------------------------------------- */

static void *begin(const struct report_run *run, const char *path)
{
    struct markdown *markdown = calloc(1, sizeof *markdown);
    (void)path;
    if (markdown)
        markdown->run = run;
    return markdown;
}

static bool add_case(void *own, const struct report_case *c, struct report_buffer *text)
{
    struct markdown *markdown = own;
    bool problem = c->verdict == REPORT_FAILED || c->verdict == REPORT_ERROR;
    if (problem && markdown->count < CASES_SHOWN) {
        add_problem(text, markdown->run, c);
        markdown->count += c->kind != REPORT_KIND_UNFINISHED;
    }
    report_buffer_add(text, "\n", 1);
    return true;
}

static bool write_document(void *own, struct report_stream *stream, FILE *out)
{
    const struct markdown *markdown = own;
    const struct report_run *run = markdown->run;
    size_t problems = run->counts[REPORT_FAILED] + run->counts[REPORT_ERROR];
    fprintf(out, "## %zu cases: %zu passed, %zu failed, %zu error, %zu skipped, %zu not run\n\n",
            run->entry_count, run->counts[REPORT_PASSED], run->counts[REPORT_FAILED],
            run->counts[REPORT_ERROR], run->counts[REPORT_SKIPPED], run->counts[REPORT_NOT_RUN]);
    for (size_t i = 0; i < run->entry_count; i++)
        if (run->entries[i].verdict == REPORT_FAILED || run->entries[i].verdict == REPORT_ERROR)
            report_stream_copy(stream, i, out);
    if (problems > CASES_SHOWN)
        fprintf(out, "%zu more did not pass; report.html has them.\n", problems - CASES_SHOWN);
    return true;
}

static void done(void *own)
{
    free(own);
}

int report_open_markdown(struct report_run *run, const char *path,
                         struct report_error *reterr_error)
{
    static const struct report_format format = {begin, add_case, write_document, done};
    return report_stream_open(run, &format, path, reterr_error);
}
