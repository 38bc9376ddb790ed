/* html_case.c - everything about a case that did not pass, for somebody who sees it first. */
#include "reports/html.h"

#include <string.h>

enum { VALUE_SHOWN = 400, BEFORE_SHOWN = 60, PROSE_SHOWN = 1000 };

const char *html_sign(enum report_verdict verdict)
{
    static const char *const signs[REPORT_VERDICT_COUNT] = {
        [REPORT_NOT_RUN] = "\u25CB not run", [REPORT_PASSED] = "\u2713 passed",
        [REPORT_FAILED] = "\u2717 failed",   [REPORT_ERROR] = "\u26A0 error",
        [REPORT_SKIPPED] = "\u2013 skipped",
    };
    return signs[verdict];
}

void html_verdict(struct report_buffer *text, enum report_verdict verdict)
{
    report_buffer_addf(text, "<b class=\"%s\">%s</b>", report_verdict_name(verdict),
                       html_sign(verdict));
}

static void add_head(struct report_buffer *text, const struct report_case *c)
{
    report_buffer_addf(text, "<h3>");
    html_verdict(text, c->verdict);
    report_buffer_addf(text, " <a href=\"#");
    html_anchor(text, c->id);
    report_buffer_addf(text, "\">");
    html_prose(text, c->group, 200);
    report_buffer_addf(text, " / ");
    html_prose(text, c->name, 300);
    report_buffer_addf(text, "</a></h3>\n");
}

static void add_paragraph(struct report_buffer *text, const char *kind, const char *prose)
{
    if (!prose)
        return;
    report_buffer_addf(text, "<p class=\"%s\">", kind);
    html_prose(text, prose, PROSE_SHOWN);
    report_buffer_addf(text, "</p>\n");
}

/* ---- expected over received ------------------------------------------------------------------ */

static bool is_continuation(const char *bytes, size_t index)
{
    return ((unsigned char)bytes[index] & 0xC0) == 0x80;
}

/* Where the first character begins in which the two differ; SIZE_MAX: nowhere, or one is absent. */
static size_t first_difference(const struct report_bytes *a, const struct report_bytes *b)
{
    const char *left = a->data, *right = b->data;
    size_t i = 0;
    if (!left || !right)
        return SIZE_MAX;
    while (i < a->size && i < b->size && left[i] == right[i])
        i++;
    if (i == a->size && i == b->size)
        return SIZE_MAX;
    while (i > 0 && ((i < a->size && is_continuation(left, i)) ||
                     (i < b->size && is_continuation(right, i))))
        i--;
    return i;
}

static void add_part(struct report_buffer *text, const struct report_case *c, const char *from,
                     size_t size)
{
    html_bytes(text, (struct report_bytes){from, size},
               c->are_bytes ? REPORT_FORM_BYTES : REPORT_FORM_TEXT, VALUE_SHOWN);
}

static void add_value(struct report_buffer *text, const struct report_case *c, const char *label,
                      const struct report_bytes *value, size_t difference)
{
    const char *bytes = value->data;
    if (!bytes)
        return;
    size_t before = difference < value->size ? difference : value->size, from = 0, marked = 0;
    if (difference == SIZE_MAX)
        before = value->size;
    else if (before > VALUE_SHOWN - BEFORE_SHOWN)
        from = before - BEFORE_SHOWN;
    while (from > 0 && is_continuation(bytes, from))
        from--;
    if (difference < value->size)
        for (marked = 1; before + marked < value->size && is_continuation(bytes, before + marked);)
            marked++;
    report_buffer_addf(text, "<tr><th scope=\"row\">%s</th><td><code>%s", label,
                       from ? "&hellip;" : "");
    add_part(text, c, bytes + from, before - from);
    if (difference != SIZE_MAX) {
        report_buffer_addf(text, "<mark>");
        if (marked)
            add_part(text, c, bytes + before, marked);
        else
            report_buffer_addf(text, "&nbsp;");
        report_buffer_addf(text, "</mark>");
        add_part(text, c, bytes + before + marked, value->size - before - marked);
    }
    report_buffer_addf(text, "</code>%s</td></tr>\n",
                       value->size ? "" : " <span class=\"quiet\">(nothing)</span>");
}

static void add_comparison(struct report_buffer *text, const struct report_case *c)
{
    size_t difference = c->are_bytes && c->expected.size && c->received.size
                            ? first_difference(&c->expected, &c->received)
                            : SIZE_MAX;
    if (!c->expected.data && !c->received.data)
        return;
    report_buffer_addf(text, "<table class=\"compare\">\n");
    add_value(text, c, "expected", &c->expected, difference);
    add_value(text, c, "received", &c->received, difference);
    if (c->place) {
        report_buffer_addf(text, "<tr><th scope=\"row\">asked by</th><td>");
        html_prose(text, c->place, 400);
        report_buffer_addf(text, "</td></tr>\n");
    }
    report_buffer_addf(text, "</table>\n");
}

/* ---- because --------------------------------------------------------------------------------- */

static void add_reasons(struct report_buffer *text, const struct report_case *c,
                        const struct html_detail *detail)
{
    if (!c->reason_count)
        return;
    report_buffer_addf(text, "<h4>Because</h4>\n<ol class=\"because\">\n");
    for (size_t i = 0; i < c->reason_count; i++) {
        const struct report_reason *reason = &c->reasons[i];
        report_buffer_addf(text, "<li>");
        html_prose(text, reason->text, 400);
        if (reason->line) {
            report_buffer_addf(text, " <span class=\"line\">");
            html_prose(text, c->file ? c->file : "line", 200);
            report_buffer_addf(text, ":%u</span>", (unsigned)reason->line);
        }
        if (reason->event)
            report_buffer_addf(text, " <a href=\"#f%us%u\">show</a>", detail->number,
                               (unsigned)reason->event);
        report_buffer_addf(text, "</li>\n");
    }
    report_buffer_addf(text, "</ol>\n");
}

static void add_details(struct report_buffer *text, const struct report_case *c)
{
    if (!c->detail_count)
        return;
    report_buffer_addf(text, "<h4>All that was found</h4>\n<ul>\n");
    for (size_t i = 0; i < c->detail_count; i++) {
        report_buffer_addf(text, "<li>");
        html_prose(text, c->details[i], 500);
        report_buffer_addf(text, "</li>\n");
    }
    report_buffer_addf(text, "</ul>\n");
}

/* ---- without a timeline: what other uses tell ------------------------------------------------ */

static void add_exchanges(struct report_buffer *text, const struct report_case *c)
{
    static const char *const marks[] = {"host &rarr;", "&larr; module", "note"};
    if (!c->exchange_count)
        return;
    report_buffer_addf(text, "<h4>The last exchanges</h4>\n<div class=\"steps\"><div>\n");
    for (size_t i = 0; i < c->exchange_count; i++) {
        const struct report_exchange *exchange = &c->exchanges[i];
        report_buffer_addf(text, "<div><time>");
        html_seconds(text, exchange->t_us);
        report_buffer_addf(text, "</time><i></i><em>%s</em><code>", marks[exchange->direction]);
        html_bytes(text, exchange->bytes,
                   exchange->direction == REPORT_NOTE ? REPORT_FORM_TEXT : REPORT_FORM_BYTES, 200);
        report_buffer_addf(text, "</code></div>\n");
    }
    report_buffer_addf(text, "</div></div>\n");
}

static void add_exchange(struct report_buffer *text, const struct report_case *c,
                         const struct html_detail *detail)
{
    if (!c->event_count) {
        add_exchanges(text, c);
        return;
    }
    report_buffer_addf(text, "<h4>Timeline</h4>\n");
    html_timeline(text, c, detail);
    report_buffer_addf(text, "<h4>Step by step</h4>\n<p class=\"quiet\">Seconds since the start, "
                             "and since the entry before. Open a line for its bytes.</p>\n");
    html_steps(text, c, detail);
}

/* ---- the article ----------------------------------------------------------------------------- */

static void add_repeat(struct report_buffer *text, const struct report_case *c)
{
    if (!c->repeat)
        return;
    report_buffer_addf(text, "<h4>Run it again</h4>\n<div class=\"repeat\"><pre>");
    html_prose(text, c->repeat, 0);
    report_buffer_addf(text, "</pre><button type=\"button\" class=\"copy\" hidden>Copy</button>"
                             "</div>\n");
}

static void add_attachments(struct report_buffer *text, const struct report_case *c)
{
    for (size_t i = 0; i < c->attachment_count; i++) {
        const char *path = c->attachments[i].path;
        /* Only what lies below the report is led to: never a scheme, a host or a script. */
        if (!path || path[0] == '/' || strchr(path, ':') || strstr(path, ".."))
            continue;
        report_buffer_addf(text, "<p><a href=\"");
        html_prose(text, path, 0);
        report_buffer_addf(text, "\">");
        html_prose(text, c->attachments[i].name ? c->attachments[i].name : path, 200);
        report_buffer_addf(text, "</a></p>\n");
    }
}

void html_case(struct report_buffer *text, const struct report_run *run,
               const struct report_case *c, const struct html_detail *detail)
{
    struct report_buffer message = {0};
    report_add_message(&message, run, c);
    report_buffer_addf(text, "<article class=\"case %s\" id=\"", report_verdict_name(c->verdict));
    html_anchor(text, c->id);
    report_buffer_addf(text, "\">\n");
    add_head(text, c);
    add_paragraph(text, "sentence", c->sentence ? c->sentence : report_buffer_text(&message));
    if (c->verdict == REPORT_ERROR)
        report_buffer_addf(text, "<p class=\"quiet\">A fault of the bench or its surroundings: "
                                 "nothing was judged.</p>\n");
    add_comparison(text, c);
    add_reasons(text, c, detail);
    html_beside(text, c, detail);
    add_repeat(text, c);
    add_exchange(text, c, detail);
    add_details(text, c);
    add_paragraph(text, "why", c->why);
    add_attachments(text, c);
    report_buffer_addf(text, "</article>\n");
    text->failed |= message.failed;
    report_buffer_free(&message);
}
