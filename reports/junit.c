/*
 * junit.c - the run as JUnit XML in the portable profile: what all CI systems read.
 *
 * There is no standard, there are readers; each rule below is the habit of one of them (README.md
 * lists them). All text is escaped before it reaches the XML writer, so nothing can break the file.
 * The writer itself can: an element that it has no memory to remember is written without its end,
 * and nothing tells (xmlTextWriterStartElement). So what it wrote is read before it goes to the
 * file.
 */
#include "reports/internal.h"

#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct junit {
    const struct report_run *run;
    char *folder; /* of the report, with a slash; "" = here */
    xmlBufferPtr memory;
    xmlTextWriterPtr xml;      /* writes into memory */
    struct report_buffer text; /* scratch */
    bool rich;
    bool failed;
};

struct totals {
    size_t tests, failures, errors, skipped;
    uint64_t time_ms;
    uint64_t started_at_ms;
};

static void check(struct junit *junit, int written)
{
    if (written < 0)
        junit->failed = true;
}

/* Lets the writer begin a document in an empty memory. */
static bool open_writer(struct junit *junit)
{
    if (junit->xml)
        xmlFreeTextWriter(junit->xml);
    if (!junit->memory)
        junit->memory = xmlBufferCreate();
    else
        xmlBufferEmpty(junit->memory);
    junit->xml = junit->memory ? xmlNewTextWriterMemory(junit->memory, 0) : NULL;
    if (junit->xml)
        check(junit, xmlTextWriterSetIndent(junit->xml, 1));
    return junit->xml != NULL;
}

static void flush(struct junit *junit)
{
    check(junit, xmlTextWriterFlush(junit->xml));
}

static const xmlChar *utf8(const char *text)
{
    return (const xmlChar *)text;
}

static void begin(struct junit *junit, const char *element)
{
    check(junit, xmlTextWriterStartElement(junit->xml, utf8(element)));
}

static void end(struct junit *junit)
{
    check(junit, xmlTextWriterEndElement(junit->xml));
}

/* Writes the scratch text as an attribute and empties it. */
static void attribute_of_text(struct junit *junit, const char *name)
{
    check(junit, xmlTextWriterWriteAttribute(junit->xml, utf8(name),
                                             utf8(report_buffer_text(&junit->text))));
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
    check(junit, xmlTextWriterStartCDATA(junit->xml));
    for (const char *close; (close = strstr(text, "]]>")) != NULL; text = close + 2) {
        check(junit, xmlTextWriterWriteRawLen(junit->xml, utf8(text), (int)(close + 2 - text)));
        check(junit, xmlTextWriterEndCDATA(junit->xml));
        check(junit, xmlTextWriterStartCDATA(junit->xml));
    }
    check(junit, xmlTextWriterWriteRaw(junit->xml, utf8(text)));
    check(junit, xmlTextWriterEndCDATA(junit->xml));
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
    check(junit, xmlTextWriterStartDocument(junit->xml, NULL, "UTF-8", NULL));
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
    flush(junit);
    report_buffer_add(kept, xmlBufferContent(junit->memory),
                      (size_t)xmlBufferLength(junit->memory));
    fwrite(xmlBufferContent(junit->memory), 1, (size_t)xmlBufferLength(junit->memory), out);
    xmlBufferEmpty(junit->memory);
}

/* ---- the format: report_format --------------------------------------------------------------- */

static void done(void *own)
{
    struct junit *junit = own;
    if (junit->xml)
        xmlFreeTextWriter(junit->xml);
    if (junit->memory)
        xmlBufferFree(junit->memory);
    report_buffer_free(&junit->text);
    free(junit->folder);
    free(junit);
}

/* Cases are written as they stand in the document: two elements deep, behind something. */
static bool open_for_cases(struct junit *junit)
{
    if (!open_writer(junit))
        return false;
    begin(junit, "testsuites");
    begin(junit, "testsuite");
    begin(junit, "properties");
    end(junit);
    flush(junit);
    return !junit->failed;
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
    xmlBufferEmpty(junit->memory);
    write_case(junit, c);
    flush(junit);
    const void *written = xmlBufferContent(junit->memory);
    size_t size = (size_t)xmlBufferLength(junit->memory);
    junit->failed |= !report_is_xml(written, size);
    report_buffer_add(text, written, size);
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
    check(document, xmlTextWriterEndDocument(document->xml));
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
    if (totals && open_writer(&document))
        write_suites(&document, totals, stream, out);
    else
        document.failed = true;
    if (document.xml)
        xmlFreeTextWriter(document.xml);
    if (document.memory)
        xmlBufferFree(document.memory);
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
