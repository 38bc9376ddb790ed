/* html_beside.c - a run of a case that failed beside an earlier one that passed. */
#include "reports/html.h"

enum { EXCHANGE_SHOWN = 220 };

static void add_time(struct report_buffer *text, const char *exchange, uint64_t time_us)
{
    report_buffer_addf(text, "<td class=\"at\">");
    if (exchange)
        html_seconds(text, time_us);
    report_buffer_addf(text, "</td>");
}

static void add_exchange(struct report_buffer *text, const char *exchange, bool marked, bool both)
{
    report_buffer_addf(text, both ? "<td colspan=\"2\"><code>" : "<td><code>");
    report_buffer_addf(text, marked && exchange ? "<mark>" : "");
    if (exchange)
        html_prose(text, exchange, EXCHANGE_SHOWN);
    report_buffer_addf(text, marked && exchange ? "</mark></code>" : "</code>");
    report_buffer_addf(text, "</td>");
}

/* Words and signs besides colour. */
static void add_row(struct report_buffer *text, const struct report_beside *row, bool first)
{
    report_buffer_addf(text, "<tr%s><th scope=\"row\">%s</th>", row->same ? "" : " class=\"apart\"",
                       first       ? "here they part"
                       : row->same ? "="
                                   : "\u2260");
    add_time(text, row->former, row->former_us);
    if (!row->same)
        add_exchange(text, row->former, first, false);
    add_exchange(text, row->now, first, row->same);
    add_time(text, row->now, row->now_us);
    report_buffer_addf(text, "</tr>\n");
}

static void add_table(struct report_buffer *text, const struct report_case *c, size_t rows_max)
{
    bool parted = false;
    report_buffer_addf(text, "<div class=\"scroll\"><table class=\"beside\"><thead><tr><td></td>"
                             "<th scope=\"col\">s</th><th scope=\"col\">when it passed</th>"
                             "<th scope=\"col\">now</th><th scope=\"col\">s</th></tr></thead>"
                             "<tbody>\n");
    for (size_t i = 0; i < c->beside_count && i < rows_max; i++) {
        const struct report_beside *row = &c->besides[i];
        add_row(text, row, !parted && !row->same);
        parted |= !row->same;
    }
    report_buffer_addf(text, "</tbody></table></div>\n");
}

void html_beside(struct report_buffer *text, const struct report_case *c,
                 const struct html_detail *detail)
{
    struct report_buffer parting = {0};
    if (!c->former)
        return;
    report_buffer_addf(text, "<h4>Beside its last pass</h4>\n");
    report_add_parting(&parting, c);
    report_buffer_addf(text, parting.size ? "<p>They part " : "<p class=\"quiet\">");
    html_prose(text, report_buffer_text(&parting), 0);
    report_buffer_addf(text, parting.size ? ".</p>\n<p class=\"quiet\">%s" : "%s",
                       c->beside_count ? "From " : "None to show: ");
    html_prose(text, c->former, 400);
    if (parting.size && c->besides_left_out) {
        report_buffer_addf(text, "; before the first row ");
        html_count(text, c->besides_left_out);
        report_buffer_addf(text, " exchanges agree");
    }
    report_buffer_addf(
        text, ".%s</p>\n",
        c->beside_count && !parting.size
            ? " Both exchanges are the same by meaning: what differs was not on the wire."
            : "");
    if (parting.size)
        add_table(text, c, detail->other_max);
    text->failed |= parting.failed;
    report_buffer_free(&parting);
}
