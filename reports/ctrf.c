/*
 * ctrf.c - the run as CTRF JSON (ctrf.io, specification 0.0.0).
 *
 * Times are integers in milliseconds; unknown keys are only allowed in `extra`, where times of the
 * bench are given in microseconds. CTRF has no "error": it is "other" with a raw status.
 */
#include "reports/internal.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
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

/* A case that passed, but not at once, is what readers call flaky. */
static bool is_flaky(const struct report_case *c)
{
    return c->verdict == REPORT_PASSED && c->attempt_count > 0;
}

static void put_attempts(struct ctrf *ctrf, cJSON *test, const struct report_case *c)
{
    if (c->attempt_count == 0)
        return;
    put_number(ctrf, test, "retries", c->attempt_count);
    put(ctrf, test, "flaky", cJSON_CreateBool(is_flaky(c)));
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

static void put_extra(struct ctrf *ctrf, cJSON *test, const struct report_case *c)
{
    cJSON *extra = put(ctrf, test, "extra", cJSON_CreateObject());
    put_text(ctrf, extra, "title", c->title);
    put_text(ctrf, extra, "why", c->why);
    put_text(ctrf, extra, "type", c->type ? report_type(c) : NULL);
    put_text(ctrf, extra, "place", c->place);
    put_bytes(ctrf, extra, "expected", c->expected);
    put_bytes(ctrf, extra, "received", c->received);
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

static void put_test(struct ctrf *ctrf, cJSON *tests, const struct report_case *c)
{
    cJSON *test = append(ctrf, tests, cJSON_CreateObject());
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
    put_attempts(ctrf, test, c);
    put_extra(ctrf, test, c);
}

static void put_summary(struct ctrf *ctrf, cJSON *results)
{
    const struct report_run *run = ctrf->run;
    cJSON *summary = put(ctrf, results, "summary", cJSON_CreateObject());
    uint64_t stop_ms = report_ended_ms(run);
    put_number(ctrf, summary, "tests", run->entry_count);
    for (int i = 0; i < REPORT_VERDICT_COUNT; i++)
        put_number(ctrf, summary, status_of((enum report_verdict)i), run->counts[i]);
    uint64_t flaky = 0;
    for (size_t i = 0; i < run->entry_count; i++)
        flaky += is_flaky(&run->entries[i]->result);
    put_number(ctrf, summary, "flaky", flaky);
    put_number(ctrf, summary, "suites", run->suite_count);
    put_number(ctrf, summary, "start", run->info.started_at_ms);
    put_number(ctrf, summary, "stop", stop_ms);
    put_number(ctrf, summary, "duration", stop_ms - run->info.started_at_ms);
}

static void put_environment(struct ctrf *ctrf, cJSON *results)
{
    const struct report_run_info *info = &ctrf->run->info;
    char seed[24]; /* as text: JSON readers lose digits of 64-bit numbers */
    snprintf(seed, sizeof seed, "%" PRIu64, info->seed);
    cJSON *environment = put(ctrf, results, "environment", cJSON_CreateObject());
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

static void put_document(struct ctrf *ctrf, cJSON *root)
{
    const struct report_run *run = ctrf->run;
    struct report_buffer generator = {0};
    put_text(ctrf, root, "reportFormat", "CTRF");
    put_text(ctrf, root, "specVersion", "0.0.0");
    report_buffer_prose(&generator, run->info.tool);
    report_buffer_addf(&generator, " ");
    report_buffer_prose(&generator, run->info.tool_version);
    put(ctrf, root, "generatedBy", string_of(ctrf, &generator));
    cJSON *results = put(ctrf, root, "results", cJSON_CreateObject());
    cJSON *tool = put(ctrf, results, "tool", cJSON_CreateObject());
    put_text(ctrf, tool, "name", run->info.tool[0] ? run->info.tool : "fotarig");
    put_text(ctrf, tool, "version", run->info.tool_version);
    put_summary(ctrf, results);
    cJSON *tests = put(ctrf, results, "tests", cJSON_CreateArray());
    for (size_t i = 0; i < run->entry_count; i++)
        put_test(ctrf, tests, &run->entries[i]->result);
    put_environment(ctrf, results);
}

int report_write_ctrf(const struct report_run *run, const char *path,
                      struct report_error *reterr_error)
{
    struct ctrf ctrf = {.run = run};
    struct report_buffer document = {0};
    cJSON *root = cJSON_CreateObject();
    put_document(&ctrf, root);
    char *printed = root && !ctrf.failed ? cJSON_Print(root) : NULL;
    if (printed) {
        report_buffer_add(&document, printed, strlen(printed));
        report_buffer_add(&document, "\n", 1);
    }
    document.failed |= !printed;
    cJSON_free(printed);
    cJSON_Delete(root);
    int result = report_replace_file(path, &document, reterr_error);
    report_buffer_free(&document);
    return result;
}
