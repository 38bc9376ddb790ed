/*
 * ctrf.c - the run as CTRF JSON (ctrf.io, specification 0.0.0).
 *
 * Times are integers in milliseconds; unknown keys are only allowed in `extra`, where times of the
 * bench are given in microseconds. CTRF has no "error": it is "other" with a raw status.
 */
#include "reports/internal.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct ctrf {
    const struct report_run *run;
    bool failed; /* memory ran out */
};

/* Puts the item into the object, which then owns it. */
static cJSON *put(struct ctrf *ctrf, cJSON *object, const char *key, cJSON *item)
{
    if (item && cJSON_AddItemToObject(object, key, item))
        return item;
    cJSON_Delete(item);
    ctrf->failed = true;
    return NULL;
}

static cJSON *append(struct ctrf *ctrf, cJSON *array, cJSON *item)
{
    if (item && cJSON_AddItemToArray(array, item))
        return item;
    cJSON_Delete(item);
    ctrf->failed = true;
    return NULL;
}

static void put_number(struct ctrf *ctrf, cJSON *object, const char *key, uint64_t number)
{
    put(ctrf, object, key, cJSON_CreateNumber((double)number));
}

static cJSON *string_of(struct ctrf *ctrf, struct report_buffer *text)
{
    cJSON *item = cJSON_CreateString(report_buffer_text(text));
    ctrf->failed |= text->failed;
    report_buffer_free(text);
    return item;
}

/* Prose; an absent text makes no key. */
static void put_text(struct ctrf *ctrf, cJSON *object, const char *key, const char *text)
{
    struct report_buffer readable = {0};
    if (!text)
        return;
    report_buffer_prose(&readable, text);
    put(ctrf, object, key, string_of(ctrf, &readable));
}

static void put_bytes(struct ctrf *ctrf, cJSON *object, const char *key, struct report_bytes bytes)
{
    struct report_buffer readable = {0};
    if (!bytes.data)
        return;
    report_buffer_escape(&readable, bytes, REPORT_FORM_BYTES);
    put(ctrf, object, key, string_of(ctrf, &readable));
}

static const char *status_of(enum report_verdict verdict)
{
    static const char *const statuses[] = {
#define X(name, text, status, ...) status,
        REPORT_VERDICTS(X)
#undef X
    };
    return statuses[verdict];
}

static void put_steps(struct ctrf *ctrf, cJSON *test, const struct report_case *c)
{
    cJSON *steps = c->step_count ? put(ctrf, test, "steps", cJSON_CreateArray()) : NULL;
    for (size_t i = 0; steps && i < c->step_count; i++) {
        const struct report_step *from = &c->steps[i];
        cJSON *step = append(ctrf, steps, cJSON_CreateObject());
        put_text(ctrf, step, "name", from->name ? from->name : "unnamed");
        put_text(ctrf, step, "status", status_of(from->status));
        cJSON *extra = put(ctrf, step, "extra", cJSON_CreateObject());
        put_number(ctrf, extra, "t_us", from->t_us);
        put_number(ctrf, extra, "duration_us", from->duration_us);
    }
}

static void put_attachments(struct ctrf *ctrf, cJSON *test, const struct report_case *c)
{
    cJSON *all = c->attachment_count ? put(ctrf, test, "attachments", cJSON_CreateArray()) : NULL;
    for (size_t i = 0; all && i < c->attachment_count; i++) {
        const struct report_attachment *from = &c->attachments[i];
        cJSON *attachment = append(ctrf, all, cJSON_CreateObject());
        put_text(ctrf, attachment, "name", from->name ? from->name : "attachment");
        put_text(ctrf, attachment, "contentType",
                 from->content_type ? from->content_type : "application/octet-stream");
        put_text(ctrf, attachment, "path", from->path ? from->path : "");
    }
}

/* A client's outputs as CTRF has them: an array of lines. */
static void put_lines(struct ctrf *ctrf, cJSON *test, const char *key, const char *lines)
{
    cJSON *all = lines && *lines ? put(ctrf, test, key, cJSON_CreateArray()) : NULL;
    while (all && *lines) {
        size_t length = strcspn(lines, "\n");
        struct report_buffer readable = {0};
        report_buffer_escape(&readable, (struct report_bytes){lines, length}, REPORT_FORM_TEXT);
        append(ctrf, all, string_of(ctrf, &readable));
        lines += length + (lines[length] == '\n');
    }
}

static void put_attempts(struct ctrf *ctrf, cJSON *test, const struct report_case *c)
{
    if (c->attempt_count == 0)
        return;
    put_number(ctrf, test, "retries", c->attempt_count);
    put(ctrf, test, "flaky", cJSON_CreateBool(report_is_flaky(c)));
    cJSON *all = put(ctrf, test, "retryAttempts", cJSON_CreateArray());
    for (size_t i = 0; all && i < c->attempt_count; i++) {
        const struct report_attempt *from = &c->attempts[i];
        cJSON *attempt = append(ctrf, all, cJSON_CreateObject());
        put_number(ctrf, attempt, "attempt", i + 1);
        put_text(ctrf, attempt, "status", status_of(from->verdict));
        put_number(ctrf, attempt, "duration", from->wall_us / 1000);
        put_text(ctrf, attempt, "message", from->message);
    }
}

static void put_exchanges(struct ctrf *ctrf, cJSON *extra, const struct report_case *c)
{
    static const char *const directions[] = {
#define X(name, text, mark) text,
        REPORT_DIRECTIONS(X)
#undef X
    };
    cJSON *all = c->exchange_count ? put(ctrf, extra, "exchanges", cJSON_CreateArray()) : NULL;
    for (size_t i = 0; all && i < c->exchange_count; i++) {
        const struct report_exchange *from = &c->exchanges[i];
        cJSON *exchange = append(ctrf, all, cJSON_CreateObject());
        put_number(ctrf, exchange, "t_us", from->t_us);
        put_text(ctrf, exchange, "direction", directions[from->direction]);
        put_bytes(ctrf, exchange, "bytes", from->bytes);
    }
}

static void put_figures(struct ctrf *ctrf, cJSON *extra, const struct report_case *c)
{
    cJSON *all = c->figure_count ? put(ctrf, extra, "figures", cJSON_CreateObject()) : NULL;
    for (size_t i = 0; all && i < c->figure_count; i++) {
        struct report_buffer name = {0};
        report_buffer_prose(&name, c->figures[i].name);
        if (name.size && !cJSON_HasObjectItem(all, name.text))
            put_number(ctrf, all, name.text, c->figures[i].value);
        ctrf->failed |= name.failed;
        report_buffer_free(&name);
    }
}

static void put_details(struct ctrf *ctrf, cJSON *extra, const struct report_case *c)
{
    cJSON *all = c->detail_count ? put(ctrf, extra, "details", cJSON_CreateArray()) : NULL;
    for (size_t i = 0; all && i < c->detail_count; i++) {
        struct report_buffer readable = {0};
        report_buffer_prose(&readable, c->details[i]);
        append(ctrf, all, string_of(ctrf, &readable));
    }
}

static void put_reasons(struct ctrf *ctrf, cJSON *extra, const struct report_case *c)
{
    cJSON *all = c->reason_count ? put(ctrf, extra, "because", cJSON_CreateArray()) : NULL;
    for (size_t i = 0; all && i < c->reason_count; i++) {
        const struct report_reason *from = &c->reasons[i];
        cJSON *reason = append(ctrf, all, cJSON_CreateObject());
        put_text(ctrf, reason, "text", from->text);
        if (from->line)
            put_number(ctrf, reason, "line", from->line);
    }
}

static void put_extra(struct ctrf *ctrf, cJSON *test, const struct report_case *c)
{
    cJSON *extra = put(ctrf, test, "extra", cJSON_CreateObject());
    put_text(ctrf, extra, "title", c->title);
    put_text(ctrf, extra, "why", c->why);
    put_text(ctrf, extra, "kind", c->kind ? report_type(c) : NULL);
    put_text(ctrf, extra, "place", c->place);
    put_bytes(ctrf, extra, "expected", c->expected);
    put_bytes(ctrf, extra, "received", c->received);
    if (c->are_bytes)
        put(ctrf, extra, "areBytes", cJSON_CreateTrue());
    put_text(ctrf, extra, "sentence", c->sentence);
    put_reasons(ctrf, extra, c);
    put_details(ctrf, extra, c);
    put_text(ctrf, extra, "slot", c->slot);
    put_exchanges(ctrf, extra, c);
    put_text(ctrf, extra, "repeat", c->repeat);
    if (c->virtual_us)
        put_number(ctrf, extra, "virtual_us", c->virtual_us);
    put_number(ctrf, extra, "wall_us", c->wall_us);
    put_figures(ctrf, extra, c);
}

/* Message and trace of a case that did not pass. */
static void put_explanation(struct ctrf *ctrf, cJSON *test, const struct report_case *c)
{
    struct report_buffer text = {0};
    if (c->verdict == REPORT_PASSED)
        return;
    report_add_message(&text, ctrf->run, c);
    put(ctrf, test, "message", string_of(ctrf, &text));
    report_add_explanation(&text, c);
    if (c->verdict == REPORT_FAILED || c->verdict == REPORT_ERROR)
        put(ctrf, test, "trace", string_of(ctrf, &text));
    report_buffer_free(&text);
}

static void put_test(struct ctrf *ctrf, cJSON *test, const struct report_case *c)
{
    uint64_t start_ms = report_case_started_ms(ctrf->run, c);
    put_text(ctrf, test, "testId", c->id);
    put_text(ctrf, test, "name", c->name);
    put_text(ctrf, test, "status", status_of(c->verdict));
    if (c->verdict == REPORT_ERROR)
        put_text(ctrf, test, "rawStatus", "rig-error");
    else if (c->verdict != REPORT_PASSED)
        put_text(ctrf, test, "rawStatus", report_verdict_name(c->verdict));
    put_number(ctrf, test, "duration", report_case_ms(c));
    if (c->verdict != REPORT_NOT_RUN) {
        put_number(ctrf, test, "start", start_ms);
        put_number(ctrf, test, "stop", start_ms + report_case_ms(c));
    }
    cJSON *suite = put(ctrf, test, "suite", cJSON_CreateArray());
    append(ctrf, suite, cJSON_CreateString(c->group));
    put_text(ctrf, test, "filePath", c->file);
    if (c->file && c->line)
        put_number(ctrf, test, "line", c->line);
    put_explanation(ctrf, test, c);
    put_steps(ctrf, test, c);
    put_attachments(ctrf, test, c);
    put_lines(ctrf, test, "stdout", c->output);
    put_lines(ctrf, test, "stderr", c->errors);
    put_attempts(ctrf, test, c);
    put_extra(ctrf, test, c);
}

static void put_summary(struct ctrf *ctrf, cJSON *summary)
{
    const struct report_run *run = ctrf->run;
    uint64_t stop_ms = report_ended_ms(run);
    put_number(ctrf, summary, "tests", run->entry_count);
    for (int i = 0; i < REPORT_VERDICT_COUNT; i++)
        put_number(ctrf, summary, status_of((enum report_verdict)i), run->counts[i]);
    uint64_t flaky = 0;
    for (size_t i = 0; i < run->entry_count; i++)
        flaky += run->entries[i].flaky;
    put_number(ctrf, summary, "flaky", flaky);
    put_number(ctrf, summary, "suites", run->suite_count);
    put_number(ctrf, summary, "start", run->info.started_at_ms);
    put_number(ctrf, summary, "stop", stop_ms);
    put_number(ctrf, summary, "duration", stop_ms - run->info.started_at_ms);
}

static void put_environment(struct ctrf *ctrf, cJSON *environment)
{
    const struct report_run_info *info = &ctrf->run->info;
    char seed[24]; /* as text: JSON readers lose digits of 64-bit numbers */
    snprintf(seed, sizeof seed, "%" PRIu64, info->seed);
    put_text(ctrf, environment, "reportName", info->name);
    put_text(ctrf, environment, "testEnvironment", info->host);
    cJSON *extra = put(ctrf, environment, "extra", cJSON_CreateObject());
    put_text(ctrf, extra, "command", info->command);
    put_text(ctrf, extra, "seed", seed);
    put_text(ctrf, extra, "stoppedBecause", ctrf->run->stopped_because);
    for (size_t i = 0; i < info->property_count; i++) {
        struct report_buffer name = {0};
        report_buffer_prose(&name, info->properties[i].name);
        if (name.size && !cJSON_HasObjectItem(extra, name.text))
            put_text(ctrf, extra, name.text, info->properties[i].value);
        ctrf->failed |= name.failed;
        report_buffer_free(&name);
    }
}

static void put_tool(struct ctrf *ctrf, cJSON *tool)
{
    const struct report_run_info *info = &ctrf->run->info;
    put_text(ctrf, tool, "name", info->tool[0] ? info->tool : "fotarig");
    put_text(ctrf, tool, "version", info->tool_version);
}

/* ---- the format: report_format --------------------------------------------------------------- */

/* Adds an object, on one line, that `fill` has filled. */
static void add_object(struct ctrf *ctrf, struct report_buffer *text,
                       void (*fill)(struct ctrf *ctrf, cJSON *object))
{
    cJSON *object = cJSON_CreateObject();
    if (object)
        fill(ctrf, object);
    char *printed = object && !ctrf->failed ? cJSON_PrintUnformatted(object) : NULL;
    if (printed)
        report_buffer_addf(text, "%s", printed);
    ctrf->failed |= !printed;
    cJSON_free(printed);
    cJSON_Delete(object);
}

/* The head's own members, without the braces of the document. */
static void add_head(struct ctrf *ctrf, struct report_buffer *text)
{
    const struct report_run_info *info = &ctrf->run->info;
    struct report_buffer generator = {0};
    report_buffer_prose(&generator, info->tool);
    report_buffer_addf(&generator, " ");
    report_buffer_prose(&generator, info->tool_version);
    cJSON *string = string_of(ctrf, &generator);
    char *printed = string ? cJSON_PrintUnformatted(string) : NULL;
    report_buffer_addf(text,
                       "{\n\"reportFormat\": \"CTRF\",\n\"specVersion\": \"0.0.0\",\n"
                       "\"generatedBy\": %s,\n\"results\": {\n\"tool\": ",
                       printed ? printed : "");
    ctrf->failed |= !printed;
    cJSON_free(printed);
    cJSON_Delete(string);
    add_object(ctrf, text, put_tool);
    report_buffer_addf(text, ",\n\"summary\": ");
    add_object(ctrf, text, put_summary);
    report_buffer_addf(text, ",\n\"tests\": [\n");
}

static void *open_ctrf(const struct report_run *run, const char *path)
{
    struct ctrf *ctrf = calloc(1, sizeof *ctrf);
    /* the first call may load the library, and end the program: now, while no file is half written
     */
    cJSON *nothing = cJSON_CreateNull();
    (void)path;
    if (ctrf && nothing)
        ctrf->run = run;
    cJSON_Delete(nothing);
    if (ctrf && !ctrf->run) {
        free(ctrf);
        return NULL;
    }
    return ctrf;
}

static bool add_case(void *own, const struct report_case *c, struct report_buffer *text)
{
    struct ctrf *ctrf = own;
    cJSON *test = cJSON_CreateObject();
    if (test)
        put_test(ctrf, test, c);
    char *printed = test && !ctrf->failed ? cJSON_PrintUnformatted(test) : NULL;
    if (printed)
        report_buffer_add(text, printed, strlen(printed));
    cJSON_free(printed);
    cJSON_Delete(test);
    return printed != NULL;
}

static bool write_document(void *own, struct report_stream *stream, FILE *out)
{
    struct ctrf *ctrf = own;
    struct report_buffer text = {0};
    add_head(ctrf, &text);
    fwrite(report_buffer_text(&text), 1, text.size, out);
    for (size_t i = 0; i < ctrf->run->entry_count; i++) {
        fputs(i ? ",\n" : "", out);
        report_stream_copy(stream, i, out);
    }
    report_buffer_clear(&text);
    report_buffer_addf(&text, "\n],\n\"environment\": ");
    add_object(ctrf, &text, put_environment);
    report_buffer_addf(&text, "\n}\n}\n");
    fwrite(report_buffer_text(&text), 1, text.size, out);
    bool good = !ctrf->failed && !text.failed;
    report_buffer_free(&text);
    return good;
}

static void done(void *own)
{
    free(own);
}

static const struct report_format format = {open_ctrf, add_case, write_document, done};

int report_open_ctrf_out(struct report_run *run, FILE *out, struct report_error *reterr_error)
{
    return report_stream_open_out(run, &format, out, reterr_error);
}

int report_open_ctrf(struct report_run *run, const char *path, struct report_error *reterr_error)
{
    return report_stream_open(run, &format, path, reterr_error);
}
