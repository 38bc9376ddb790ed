/* rack_html_case.c - the page of one case: what came of it, and its last exchanges. */
#include "harness/cli/rack_html.h"

#include <stdlib.h>

#include "harness/results/rebuild.h"

enum { CASE_BYTES_MAX = 16 * 1024 * 1024 };

static void put_row(FILE *out, const char *name, const char *text)
{
    if (!text || !text[0])
        return;
    fprintf(out, "<tr><th>%s</th><td>", name);
    rack_html_put(out, text);
    fputs("</td></tr>\n", out);
}

static void put_bytes(FILE *out, struct report_bytes bytes)
{
    size_t size = report_escape(NULL, 0, bytes.data, bytes.size, REPORT_FORM_BYTES);
    char *text = malloc(size + 1);
    if (text)
        report_escape(text, size + 1, bytes.data, bytes.size, REPORT_FORM_BYTES);
    rack_html_put(out, text);
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
        rack_html_put(out, marks[c->exchanges[i].direction]);
        fputc(' ', out);
        put_bytes(out, c->exchanges[i].bytes);
        fputc('\n', out);
    }
    fputs("</pre>\n", out);
}

static void put_slot(FILE *out, const char *slot)
{
    if (!slot || !slot[0])
        return;
    fputs("<tr><th>slot</th><td><a href=\"/slot/", out);
    rack_html_put_in_path(out, slot, false);
    fputs("\">", out);
    rack_html_put(out, slot);
    fputs("</a></td></tr>\n", out);
}

static void put_began(FILE *out, uint64_t ms)
{
    if (!ms)
        return;
    fputs("<tr><th>began</th><td>", out);
    rack_html_put_moment(out, ms);
    fputs("</td></tr>\n", out);
}

static void put_file(FILE *out, const struct report_attachment *attachment)
{
    fputs("<tr><th>file</th><td><a href=\"/file/", out);
    rack_html_put_in_path(out, attachment->path, true);
    fputs("\">", out);
    rack_html_put(out, attachment->path);
    fputs("</a></td></tr>\n", out);
}

bool rack_html_put_case(const struct rack_page *page, FILE *out, const char *number)
{
    char *end;
    unsigned long index = strtoul(number, &end, 10);
    struct scenario_arena arena;
    struct report_case c;
    if (*end || !*number || !page->results || index >= page->results->test_count)
        return false;
    scenario_arena_init(&arena, CASE_BYTES_MAX);
    results_rebuild(&arena, &page->results->tests[index], &c);
    rack_html_begin(page, out, c.id, false);
    fputs("<table class=\"v\">\n<tr><th>verdict</th>", out);
    rack_html_put_verdict(out, c.verdict);
    fputs("</tr>\n", out);
    put_row(out, "message", c.message);
    put_slot(out, c.slot);
    put_began(out, c.started_at_ms);
    put_row(out, "title", c.title);
    put_row(out, "why", c.why);
    put_row(out, "place", c.place);
    for (size_t i = 0; i < c.detail_count; i++)
        put_row(out, "", c.details[i]);
    put_row(out, "repeat", c.repeat);
    for (size_t i = 0; i < c.attachment_count; i++)
        put_file(out, &c.attachments[i]);
    fputs("</table>\n", out);
    put_exchanges(out, &c);
    scenario_arena_done(&arena);
    return true;
}
