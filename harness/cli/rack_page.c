/* rack_page.c - HTML of a rack. */
#include "harness/cli/rack_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/results/rebuild.h"

enum { RELOAD_S = 5, CASE_BYTES_MAX = 16 * 1024 * 1024 };

static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;margin:1.5em auto;max-width:72em;padding:0 1em;"
    "color:#222;background:#fff}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3em .7em;"
    "border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}"
    "td.n{text-align:right}th,.s,.passed,.failed,.error,.skipped,.not-run{white-space:nowrap}"
    "p.error{white-space:normal}pre{background:#f5f5f5;padding:.7em;overflow-x:auto;white-space:"
    "pre-"
    "wrap}"
    ".passed{color:#17612b}.failed{color:#a8071a;font-weight:700}.error{color:#8a4b00;"
    "font-weight:700}.skipped,.not-run{color:#666}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre{background:#242424}"
    "th,td{border-color:#444}a{color:#8ab4f8}.passed{color:#7fd492}.failed{color:#ff8f8f}"
    ".error{color:#f0b060}.skipped,.not-run{color:#999}}";

/* ---- text ------------------------------------------------------------------------------------ */

static void put(FILE *out, const char *text)
{
    for (; text && *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*text, out);
            break;
        }
}

/* In a path: every byte but letters, digits, "-", "_" and "." as %XX. */
static void put_in_path(FILE *out, const char *text)
{
    for (; *text; text++)
        if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
            (*text >= '0' && *text <= '9') || strchr("-_.", *text))
            fputc(*text, out);
        else
            fprintf(out, "%%%02X", (unsigned char)*text);
}

static void begin(const struct rack_page *page, FILE *out, const char *title)
{
    fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    put(out, title);
    fprintf(out,
            "</title><meta name=\"viewport\" content=\"width=device-width\">"
            "<meta http-equiv=\"refresh\" content=\"%d\">"
            "<link rel=\"stylesheet\" href=\"/style.css\"></head><body>\n<h1>",
            RELOAD_S);
    put(out, title);
    fputs("</h1>\n<p><a href=\"/\">rack ", out);
    put(out, page->rack->name);
    fputs("</a></p>\n", out);
    if (page->results && page->results->unfinished) {
        fputs("<p class=\"error\">", out);
        put(out, page->results->unfinished);
        fputs("</p>\n", out);
    }
    if (page->problem) {
        fputs("<p>no report: ", out);
        put(out, page->problem);
        fputs("</p>\n", out);
    }
}

static void put_verdict(FILE *out, enum report_verdict verdict)
{
    const char *name = report_verdict_name(verdict);
    fprintf(out, "<td class=\"%s\">%s</td>", name, name);
}

/* ---- slots ----------------------------------------------------------------------------------- */

static bool is_on(const struct results_test *test, const char *slot)
{
    return test->slot && strcmp(test->slot, slot) == 0;
}

static void put_slot(const struct rack_page *page, FILE *out, const struct rack_slot *slot)
{
    char state[300];
    size_t counts[REPORT_VERDICT_COUNT] = {0};
    const struct results_test *last = NULL;
    for (size_t i = 0; page->results && i < page->results->test_count; i++) {
        const struct results_test *test = &page->results->tests[i];
        if (!is_on(test, slot->name))
            continue;
        counts[test->verdict]++;
        if (!last || test->started_at_ms >= last->started_at_ms)
            last = test;
    }
    page->find_holder(slot, state, sizeof state);
    fputs("<tr><td class=\"s\"><a href=\"/slot/", out);
    put_in_path(out, slot->name);
    fputs("\">", out);
    put(out, slot->name);
    fputs("</a></td><td>", out);
    put(out, state);
    fprintf(out,
            "</td><td class=\"n\">%zu</td><td class=\"n%s\">%zu</td><td class=\"n%s\">%zu</td><td>",
            counts[REPORT_PASSED], counts[REPORT_FAILED] ? " failed" : "", counts[REPORT_FAILED],
            counts[REPORT_ERROR] ? " error" : "", counts[REPORT_ERROR]);
    put(out, last ? last->id : "");
    fputs("</td>", out);
    if (last)
        put_verdict(out, last->verdict);
    else
        fputs("<td></td>", out);
    fputs("</tr>\n", out);
}

static void put_tests(const struct rack_page *page, FILE *out, const char *slot, bool only_bad)
{
    fputs("<table><tr><th>case</th><th>slot</th><th>verdict</th><th>why</th></tr>\n", out);
    for (size_t i = 0; page->results && i < page->results->test_count; i++) {
        const struct results_test *test = &page->results->tests[i];
        if ((slot && !is_on(test, slot)) ||
            (only_bad && test->verdict != REPORT_FAILED && test->verdict != REPORT_ERROR))
            continue;
        fprintf(out, "<tr><td><a href=\"/case/%zu\">", i);
        put(out, test->id);
        fputs("</a></td><td>", out);
        put(out, test->slot);
        fputs("</td>", out);
        put_verdict(out, test->verdict);
        fputs("<td>", out);
        put(out, test->message);
        fputs("</td></tr>\n", out);
    }
    fputs("</table>\n", out);
}

static void put_rack(const struct rack_page *page, FILE *out)
{
    begin(page, out, page->rack->name);
    fputs("<table><tr><th>slot</th><th>port</th><th>passed</th><th>failed</th><th>errors</th>"
          "<th>last case</th><th></th></tr>\n",
          out);
    for (size_t i = 0; i < page->rack->slot_count; i++)
        put_slot(page, out, &page->rack->slots[i]);
    fputs("</table>\n<h2>not passed</h2>\n", out);
    put_tests(page, out, NULL, true);
}

static bool put_one_slot(const struct rack_page *page, FILE *out, const char *name)
{
    const struct rack_slot *slot = rack_find(page->rack, name);
    char state[300];
    if (!slot)
        return false;
    begin(page, out, slot->name);
    page->find_holder(slot, state, sizeof state);
    fputs("<p>", out);
    put(out, slot->transport ? slot->transport : "booked by its hook");
    fputs(": ", out);
    put(out, state);
    fputs("</p>\n", out);
    if (slot->notes) {
        fputs("<p>", out);
        put(out, slot->notes);
        fputs("</p>\n", out);
    }
    put_tests(page, out, slot->name, false);
    return true;
}

/* ---- a case ---------------------------------------------------------------------------------- */

static void put_row(FILE *out, const char *name, const char *text)
{
    if (!text || !text[0])
        return;
    fprintf(out, "<tr><th>%s</th><td>", name);
    put(out, text);
    fputs("</td></tr>\n", out);
}

static void put_bytes(FILE *out, struct report_bytes bytes)
{
    size_t size = report_escape(NULL, 0, bytes.data, bytes.size, REPORT_FORM_BYTES);
    char *text = malloc(size + 1);
    if (text)
        report_escape(text, size + 1, bytes.data, bytes.size, REPORT_FORM_BYTES);
    put(out, text);
    free(text);
}

static void put_exchanges(FILE *out, const struct report_case *c)
{
    static const char *const marks[] = {
#define X(name, text, mark) mark,
        REPORT_DIRECTIONS(X)
#undef X
    };
    if (!c->exchange_count)
        return;
    fputs("<h2>last exchanges</h2>\n<pre>", out);
    for (size_t i = 0; i < c->exchange_count; i++) {
        fprintf(out, "%10.3f  ", (double)c->exchanges[i].t_us / 1e6);
        put(out, marks[c->exchanges[i].direction]);
        fputc(' ', out);
        put_bytes(out, c->exchanges[i].bytes);
        fputc('\n', out);
    }
    fputs("</pre>\n", out);
}

static bool put_case(const struct rack_page *page, FILE *out, const char *number)
{
    char *end;
    unsigned long index = strtoul(number, &end, 10);
    struct scenario_arena arena;
    struct report_case c;
    if (*end || !*number || !page->results || index >= page->results->test_count)
        return false;
    scenario_arena_init(&arena, CASE_BYTES_MAX);
    results_rebuild(&arena, &page->results->tests[index], &c);
    begin(page, out, c.id);
    fputs("<table>\n<tr><th>verdict</th>", out);
    put_verdict(out, c.verdict);
    fputs("</tr>\n", out);
    put_row(out, "message", c.message);
    put_row(out, "slot", c.slot);
    put_row(out, "title", c.title);
    put_row(out, "why", c.why);
    put_row(out, "place", c.place);
    for (size_t i = 0; i < c.detail_count; i++)
        put_row(out, "", c.details[i]);
    put_row(out, "repeat", c.repeat);
    for (size_t i = 0; i < c.attachment_count; i++)
        put_row(out, "file", c.attachments[i].path);
    fputs("</table>\n", out);
    put_exchanges(out, &c);
    scenario_arena_done(&arena);
    return true;
}

/* ---- paths ----------------------------------------------------------------------------------- */

static bool put_path(const struct rack_page *page, FILE *out, const char *path)
{
    bool found = true;
    if (strcmp(path, "/style.css") == 0) {
        fputs(style, out);
        return true;
    }
    if (strcmp(path, "/") == 0)
        put_rack(page, out);
    else if (strncmp(path, "/slot/", 6) == 0)
        found = put_one_slot(page, out, path + 6);
    else
        found = strncmp(path, "/case/", 6) == 0 && put_case(page, out, path + 6);
    if (found)
        fputs("</body></html>\n", out);
    return found;
}

char *cli_rack_page(const struct rack_page *page, const char *path, size_t *ret_size,
                    const char **ret_type)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_size);
    bool found = out && put_path(page, out, path);
    bool whole = out && fclose(out) == 0;
    *ret_type = strcmp(path, "/style.css") == 0 ? "text/css" : "text/html; charset=utf-8";
    if (found && whole)
        return text;
    free(text);
    return NULL;
}
