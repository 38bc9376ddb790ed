/*
 * junit.c - the run as JUnit XML in the portable profile: what all CI systems read.
 *
 * There is no standard, there are readers; each rule below is the habit of one of them (README.md
 * lists them). All text is escaped before it is written here, so nothing can break the file; what
 * memory ran out of is noticed, and the whole is read once more before it goes to the file.
 * (libxml2 has a writer, too. Loading it, with ICU and the C++ library behind it, takes longer than
 * all else of a run; the tests read what is written here with its reader.)
 */
#include "reports/internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEPTH_MAX = 8 }; /* elements in one another: testsuites to property, and to spare */

struct junit {
    const struct report_run *run;
    char *folder;                /* of the report, with a slash; "" = here */
    struct report_buffer xml;    /* what was written */
    const char *open[DEPTH_MAX]; /* elements that have begun and not ended */
    unsigned depth;
    bool in_tag;               /* the last one's tag takes attributes */
    bool has_text;             /* the last one holds text, and ends behind it */
    struct report_buffer text; /* scratch */
    bool rich;
    bool failed;
};

struct totals {
    size_t tests, failures, errors, skipped;
    uint64_t time_ms;
    uint64_t started_at_ms;
};

static void put(struct junit *junit, const char *text)
{
    report_buffer_add(&junit->xml, text, strlen(text));
}

static void indent(struct junit *junit)
{
    for (unsigned i = 0; i < junit->depth; i++)
        put(junit, " ");
}

static void begin(struct junit *junit, const char *element)
{
    if (junit->in_tag)
        put(junit, ">\n");
    indent(junit);
    put(junit, "<");
    put(junit, element);
    junit->in_tag = true;
    junit->failed |= junit->depth == DEPTH_MAX;
    if (junit->depth < DEPTH_MAX)
        junit->open[junit->depth++] = element;
}

static void end(struct junit *junit)
{
    const char *element = junit->depth > 0 ? junit->open[--junit->depth] : "";
    if (junit->in_tag) {
        put(junit, "/>\n");
    } else {
        if (!junit->has_text)
            indent(junit);
        put(junit, "</");
        put(junit, element);
        put(junit, ">\n");
    }
    junit->in_tag = junit->has_text = false;
}

/* The name of a character that can't stand in an attribute, NULL: it can. */
static const char *entity_of(char c)
{
    switch (c) {
    case '"':
        return "&quot;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    case '\t':
        return "&#9;";
    default:
        return NULL;
    }
}

static void put_value(struct junit *junit, const char *text)
{
    while (*text) {
        size_t plain = strcspn(text, "\"<>&\n\r\t");
        report_buffer_add(&junit->xml, text, plain);
        text += plain;
        if (*text)
            put(junit, entity_of(*text++));
    }
}

/* Writes the scratch text as an attribute and empties it. */
static void attribute_of_text(struct junit *junit, const char *name)
{
    put(junit, " ");
    put(junit, name);
    put(junit, "=\"");
    put_value(junit, report_buffer_text(&junit->text));
    put(junit, "\"");
    junit->failed |= junit->text.failed;
    report_buffer_clear(&junit->text);
}

static void attribute(struct junit *junit, const char *name, const char *value)
{
    report_buffer_prose(&junit->text, value);
    attribute_of_text(junit, name);
}

static void attribute_number(struct junit *junit, const char *name, size_t value)
{
    report_buffer_addf(&junit->text, "%zu", value);
    attribute_of_text(junit, name);
}

static void attribute_seconds(struct junit *junit, const char *name, uint64_t time_ms)
{
    report_buffer_seconds(&junit->text, time_ms);
    attribute_of_text(junit, name);
}

/* UTC without suffix and fraction: the one form that every reader takes. */
static void attribute_utc(struct junit *junit, const char *name, uint64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm utc;
    char text[32];
    if (gmtime_r(&seconds, &utc) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc))
        attribute(junit, name, text);
    else
        junit->failed = true;
}

/* Writes the scratch text as CDATA, split where it would end too early, and empties it. */
static void cdata_of_text(struct junit *junit)
{
    const char *text = report_buffer_text(&junit->text);
    put(junit, junit->in_tag ? "><![CDATA[" : "<![CDATA[");
    junit->in_tag = false;
    junit->has_text = true;
    for (const char *close; (close = strstr(text, "]]>")) != NULL; text = close + 2) {
        report_buffer_add(&junit->xml, text, (size_t)(close + 2 - text));
        put(junit, "]]><![CDATA[");
    }
    put(junit, text);
    put(junit, "]]>");
    junit->failed |= junit->text.failed;
    report_buffer_clear(&junit->text);
}

/* The text begins with the message: readers show the one or the other. */
static void write_problem(struct junit *junit, const char *element, const struct report_case *c)
{
    begin(junit, element);
    attribute(junit, "type", report_type(c));
    report_add_message(&junit->text, junit->run, c);
    attribute_of_text(junit, "message");
    report_add_message(&junit->text, junit->run, c);
    report_buffer_add(&junit->text, "\n", 1);
    report_add_explanation(&junit->text, c);
    cdata_of_text(junit);
    end(junit);
}

static void write_skipped(struct junit *junit, const struct report_case *c)
{
    begin(junit, "skipped");
    report_add_message(&junit->text, junit->run, c);
    attribute_of_text(junit, "message");
    end(junit);
}

/* The scratch text as an element, if there is any. */
static void write_text(struct junit *junit, const char *element)
{
    if (junit->text.size == 0)
        return;
    begin(junit, element);
    cdata_of_text(junit);
    end(junit);
}

/* Each line for itself: what is no character of it is escaped. NULL: none. */
static void add_lines(struct report_buffer *text, const char *lines)
{
    while (lines && *lines) {
        size_t length = strcspn(lines, "\n");
        report_buffer_escape(text, (struct report_bytes){lines, length}, REPORT_FORM_TEXT);
        report_buffer_addf(text, "\n");
        lines += length + (lines[length] == '\n');
    }
}

/* Attachments first, alone on their lines, relative to where the tool was called. */
static void write_system_out(struct junit *junit, const struct report_case *c)
{
    struct report_buffer *text = &junit->text;
    const char *folder = junit->folder[0] == '/' ? "" : junit->folder;
    for (size_t i = 0; i < c->attachment_count; i++) {
        report_buffer_addf(text, "[[ATTACHMENT|");
        report_buffer_prose(text, folder);
        report_buffer_prose(text, c->attachments[i].path);
        report_buffer_addf(text, "]]\n");
    }
    if (c->title) {
        report_buffer_prose(text, c->title);
        report_buffer_addf(text, "\n");
    }
    if (c->slot) {
        report_buffer_addf(text, "slot: ");
        report_buffer_prose(text, c->slot);
        report_buffer_addf(text, "\n");
    }
    if (c->virtual_us) {
        report_buffer_addf(text, "time on the bench: ");
        report_buffer_seconds(text, c->virtual_us / 1000);
        report_buffer_addf(text, " s\n");
    }
    for (size_t i = 0; i < c->attempt_count; i++) {
        report_buffer_addf(text, "attempt %zu: %s: ", i + 1,
                           report_verdict_name(c->attempts[i].verdict));
        report_buffer_prose(text, c->attempts[i].message ? c->attempts[i].message : "");
        report_buffer_addf(text, "\n");
    }
    if (c->output)
        report_buffer_addf(text, "standard output of the client, its last lines:\n");
    add_lines(text, c->output);
    write_text(junit, "system-out");
}

static void write_system_err(struct junit *junit, const struct report_case *c)
{
    add_lines(&junit->text, c->errors);
    write_text(junit, "system-err");
}

static void write_case(struct junit *junit, const struct report_case *c)
{
    begin(junit, "testcase");
    attribute(junit, "classname", c->group);
    attribute(junit, "name", c->name);
    attribute_seconds(junit, "time", report_case_ms(c));
    if (junit->rich && c->file)
        attribute(junit, "file", c->file);
    if (junit->rich && c->file && c->line)
        attribute_number(junit, "line", c->line);
    if (c->verdict == REPORT_FAILED)
        write_problem(junit, "failure", c);
    else if (c->verdict == REPORT_ERROR)
        write_problem(junit, "error", c);
    else if (c->verdict != REPORT_PASSED)
        write_skipped(junit, c);
    write_system_out(junit, c);
    write_system_err(junit, c);
    end(junit);
}

static void count_case(struct totals *totals, const struct junit *junit,
                       const struct report_case *c)
{
    uint64_t started_at_ms = report_case_started_ms(junit->run, c);
    if (totals->tests == 0 || started_at_ms < totals->started_at_ms)
        totals->started_at_ms = started_at_ms;
    totals->tests++;
    totals->failures += c->verdict == REPORT_FAILED;
    totals->errors += c->verdict == REPORT_ERROR;
    totals->skipped += c->verdict == REPORT_SKIPPED || c->verdict == REPORT_NOT_RUN;
    totals->time_ms += report_case_ms(c);
}

/* Totals of each suite, owned by the caller; NULL when memory ran out. */
static struct totals *count_suites(const struct junit *junit)
{
    const struct report_run *run = junit->run;
    struct totals *totals = calloc(run->suite_count + 1, sizeof *totals);
    for (size_t i = 0; totals && i < run->entry_count; i++) {
        const struct report_case c = report_case_at(run, i);
        count_case(&totals[run->entries[i].suite], junit, &c);
    }
    return totals;
}

static void write_property(struct junit *junit, const char *name, const char *value)
{
    if (!name || !name[0] || !value)
        return;
    begin(junit, "property");
    attribute(junit, "name", name);
    attribute(junit, "value", value);
    end(junit);
}

static void write_properties(struct junit *junit)
{
    const struct report_run_info *info = &junit->run->info;
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, info->seed);
    begin(junit, "properties");
    write_property(junit, "tool", info->tool);
    write_property(junit, "tool.version", info->tool_version);
    write_property(junit, "command", info->command);
    write_property(junit, "seed", seed);
    for (size_t i = 0; i < info->property_count; i++)
        write_property(junit, info->properties[i].name, info->properties[i].value);
    end(junit);
}

static void begin_suite(struct junit *junit, size_t suite, const struct totals *totals)
{
    begin(junit, "testsuite");
    attribute(junit, "name", junit->run->suites[suite]);
    attribute_number(junit, "tests", totals->tests);
    attribute_number(junit, "failures", totals->failures);
    attribute_number(junit, "errors", totals->errors);
    attribute_number(junit, "skipped", totals->skipped);
    attribute_seconds(junit, "time", totals->time_ms);
    attribute_utc(junit, "timestamp", totals->started_at_ms);
    report_name_add(&junit->text, junit->run->info.host, "localhost");
    attribute_of_text(junit, "hostname");
    attribute_number(junit, "id", suite);
    write_properties(junit);
}

static void begin_document(struct junit *junit, const struct totals *totals)
{
    const struct report_run *run = junit->run;
    uint64_t time_ms = 0, elapsed_ms = report_ended_ms(run) - run->info.started_at_ms;
    for (size_t i = 0; i < run->suite_count; i++)
        time_ms += totals[i].time_ms;
    put(junit, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    begin(junit, "testsuites");
    report_name_add(&junit->text, run->info.name, "fotarig");
    attribute_of_text(junit, "name");
    attribute_number(junit, "tests", run->entry_count);
    attribute_number(junit, "failures", run->counts[REPORT_FAILED]);
    attribute_number(junit, "errors", run->counts[REPORT_ERROR]);
    attribute_seconds(junit, "time", time_ms > elapsed_ms ? time_ms : elapsed_ms);
}

/* Empties the memory into the file, for what is copied behind it; a copy
   without those goes to `kept`. */
static void drain(struct junit *junit, struct report_buffer *kept, FILE *out)
{
    const char *written = report_buffer_text(&junit->xml);
    report_buffer_add(kept, written, junit->xml.size);
    fwrite(written, 1, junit->xml.size, out);
    junit->failed |= junit->xml.failed;
    report_buffer_clear(&junit->xml);
}

/* ---- the format: report_format --------------------------------------------------------------- */

static void done(void *own)
{
    struct junit *junit = own;
    report_buffer_free(&junit->xml);
    report_buffer_free(&junit->text);
    free(junit->folder);
    free(junit);
}

/* Cases are written as they stand in the document: two elements deep, behind something. */
static bool open_for_cases(struct junit *junit)
{
    begin(junit, "testsuites");
    begin(junit, "testsuite");
    begin(junit, "properties");
    end(junit);
    return !junit->xml.failed;
}

static void *open_junit(const struct report_run *run, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct junit *junit = calloc(1, sizeof *junit);
    if (!junit)
        return NULL;
    junit->run = run;
    junit->folder = strndup(path, slash ? (size_t)(slash + 1 - path) : 0);
    if (junit->folder && open_for_cases(junit))
        return junit;
    done(junit);
    return NULL;
}

static void *open_rich(const struct report_run *run, const char *path)
{
    struct junit *junit = open_junit(run, path);
    if (junit)
        junit->rich = true;
    return junit;
}

static bool add_case(void *own, const struct report_case *c, struct report_buffer *text)
{
    struct junit *junit = own;
    report_buffer_clear(&junit->xml);
    write_case(junit, c);
    const char *written = report_buffer_text(&junit->xml);
    junit->failed |= junit->xml.failed || !report_is_xml(written, junit->xml.size);
    report_buffer_add(text, written, junit->xml.size);
    return !junit->failed;
}

/* Head and suites; the cases of a suite are copied between. */
static void write_suites(struct junit *document, const struct totals *totals,
                         struct report_stream *stream, FILE *out)
{
    const struct report_run *run = document->run;
    struct report_buffer kept = {0};
    begin_document(document, totals);
    for (size_t suite = 0; suite < run->suite_count; suite++) {
        begin_suite(document, suite, &totals[suite]);
        drain(document, &kept, out);
        for (size_t i = 0; i < run->entry_count; i++)
            if (run->entries[i].suite == suite)
                report_stream_copy(stream, i, out);
        end(document);
    }
    end(document);
    drain(document, &kept, out);
    document->failed |= kept.failed || !report_is_xml(report_buffer_text(&kept), kept.size);
    report_buffer_free(&kept);
}

/* By a writer of its own: the other one is where cases stand. */
static bool write_document(void *own, struct report_stream *stream, FILE *out)
{
    const struct junit *cases = own;
    struct junit document = {.run = cases->run};
    struct totals *totals = count_suites(&document);
    if (totals)
        write_suites(&document, totals, stream, out);
    else
        document.failed = true;
    report_buffer_free(&document.xml);
    report_buffer_free(&document.text);
    free(totals);
    return !document.failed;
}

int report_open_junit(struct report_run *run, const char *path, struct report_error *reterr_error)
{
    static const struct report_format format = {open_junit, add_case, write_document, done};
    return report_stream_open(run, &format, path, reterr_error);
}

int report_open_junit_rich(struct report_run *run, const char *path,
                           struct report_error *reterr_error)
{
    static const struct report_format format = {open_rich, add_case, write_document, done};
    return report_stream_open(run, &format, path, reterr_error);
}
