/* html_steps.c - the entries of a timeline one under the other; bytes are behind each of the
 * wire's. */
#include "reports/html.h"

#include <string.h>

enum { HEX_SHOWN = 48, GAP_US = 1000000 };

static const char *const lanes[REPORT_LANE_COUNT] = {
#define X(name, text) text,
    REPORT_LANES(X)
#undef X
};
static const char *const kinds[REPORT_EVENT_COUNT] = {
#define X(name, text, meaning) text,
    REPORT_EVENTS(X)
#undef X
};

/* Of each kind its budget: the last ones are shown. */
bool html_shows(const struct report_case *c, const struct html_detail *detail, size_t index)
{
    bool is_wire = c->events[index].bytes.data != NULL;
    size_t left = is_wire ? detail->wire_max : detail->other_max;
    for (size_t i = index + 1; i < c->event_count && left; i++)
        left -= (c->events[i].bytes.data != NULL) == is_wire;
    if (left)
        return true;
    for (size_t i = 0; i < c->reason_count; i++)
        if (c->reasons[i].event == index + 1)
            return true;
    return false;
}

static void add_hex(struct report_buffer *text, struct report_bytes bytes)
{
    const unsigned char *at = bytes.data;
    for (size_t i = 0; i < bytes.size && i < HEX_SHOWN; i++)
        report_buffer_addf(text, i % 16 == 0 && i ? "\n%02x" : i ? " %02x" : "%02x", at[i]);
    if (bytes.size > HEX_SHOWN)
        report_buffer_addf(text, " &hellip;");
}

static void add_time(struct report_buffer *text, const struct report_event *event,
                     uint64_t before_us)
{
    uint64_t since_us = event->t_us > before_us ? event->t_us - before_us : 0;
    report_buffer_addf(text, "<time>");
    html_seconds(text, event->t_us);
    report_buffer_addf(text, since_us >= GAP_US ? "</time><b class=\"gap\">+" : "</time><i>+");
    html_seconds(text, since_us);
    report_buffer_addf(text, since_us >= GAP_US ? "</b>" : "</i>");
}

/* "host &rarr;" and the like: nobody has to see a colour to know who speaks. */
static const char *who(const struct report_event *event)
{
    switch (event->kind) {
    case REPORT_EVENT_FAULT:
        return "fault";
    case REPORT_EVENT_RESET:
        return "reset";
    case REPORT_EVENT_STATE:
    case REPORT_EVENT_MARK:
        return lanes[event->lane];
    default:
        return event->lane == REPORT_LANE_HOST   ? "host &rarr;"
               : event->kind == REPORT_EVENT_URC ? "&larr; by itself"
                                                 : "&larr; module";
    }
}

static void add_line(struct report_buffer *text, const struct report_case *c, uint32_t line)
{
    if (!line)
        return;
    report_buffer_addf(text, " <span class=\"line\">");
    html_prose(text, c->file ? c->file : "line", 200);
    report_buffer_addf(text, ":%u</span>", (unsigned)line);
}

static void add_wire(struct report_buffer *text, const struct report_case *c,
                     const struct report_event *event, uint64_t before_us,
                     const struct html_detail *detail, size_t index)
{
    size_t size = event->size ? event->size : event->bytes.size;
    report_buffer_addf(text, "<details class=\"%s\"><summary>", kinds[event->kind]);
    add_time(text, event, before_us);
    report_buffer_addf(text, "<em>%s</em><code>", who(event));
    html_bytes(text, event->bytes, REPORT_FORM_BYTES, 160);
    report_buffer_addf(text, "</code></summary><div id=\"f%us%zu\"><pre>", detail->number, index);
    add_hex(text, event->bytes);
    report_buffer_addf(text, "</pre>%zu bytes, %s", size, kinds[event->kind]);
    if (event->deadline_us > event->t_us) {
        report_buffer_addf(text, "; the host waits for an answer until ");
        html_seconds(text, event->deadline_us);
        report_buffer_addf(text, " s (");
        html_seconds(text, event->deadline_us - event->t_us);
        report_buffer_addf(text, " s)");
    }
    add_line(text, c, event->line);
    report_buffer_addf(text, "</div></details>\n");
}

static void add_note(struct report_buffer *text, const struct report_case *c,
                     const struct report_event *event, uint64_t before_us,
                     const struct html_detail *detail, size_t index)
{
    const char *words = event->text && event->text[0] ? event->text : "over";
    report_buffer_addf(text, "<div class=\"%s\" id=\"f%us%zu\">", kinds[event->kind],
                       detail->number, index);
    add_time(text, event, before_us);
    report_buffer_addf(text, "<em>%s</em><span>", who(event));
    html_prose(text, words, 300);
    add_line(text, c, event->line);
    report_buffer_addf(text, "</span></div>\n");
}

void html_steps(struct report_buffer *text, const struct report_case *c,
                const struct html_detail *detail)
{
    uint64_t before_us = 0, left_out = c->events_left_out;
    report_buffer_addf(text, "<div class=\"steps\"><div>\n");
    for (size_t i = 0; i < c->event_count; i++) {
        const struct report_event *event = &c->events[i];
        if (!html_shows(c, detail, i)) {
            left_out++;
            before_us = event->t_us;
            continue;
        }
        if (event->bytes.data)
            add_wire(text, c, event, before_us, detail, i + 1);
        else
            add_note(text, c, event, before_us, detail, i + 1);
        before_us = event->t_us;
    }
    report_buffer_addf(text, "</div></div>\n");
    if (left_out) {
        report_buffer_addf(text, "<p class=\"quiet\">");
        html_count(text, left_out);
        report_buffer_addf(text, " entries before are left out; the command above tells all of "
                                 "them with <code>--timeline</code>.</p>\n");
    }
}
