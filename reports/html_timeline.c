/*
 * html_timeline.c - a timeline as SVG: lanes over one axis of time, to scale. Two pictures: the
 * whole run, and close up what came last.
 *
 * Shapes have attributes, no style; report.css colours the classes. In the close picture each mark
 * leads to its entry in the list.
 */
#include "reports/html.h"

#include <inttypes.h>
#include <string.h>

enum {
    WIDTH = 1000,
    LEFT = 128, /* where the axis begins */
    RIGHT = 985,
    TOP = 30,
    LANE = 50,       /* height of one */
    WORDS = 14,      /* more of it in the close picture, for words below the marks */
    BAND = 17,       /* of the bar of a state, at the top of the lane */
    MARKS = 24,      /* where marks begin below the top of a lane */
    MARK = 18,       /* height of one */
    LETTER = 7,      /* width of a letter, about */
    CLOSE_WIRE = 16, /* entries of the wire in the close picture */
    GAPS = 5,        /* that are named, the longest ones */
    LABEL_MAX = 26,
    FAULT_MIN = 16, /* letters: of less, the words of a fault tell nothing */
};

struct picture {
    struct report_buffer *text;
    const struct report_case *c;
    const struct html_detail *detail;
    uint64_t from_us, to_us;
    bool close; /* with links and labels */
};

static const char *const lane_names[REPORT_LANE_COUNT] = {
#define X(name, text) text,
    REPORT_LANES(X)
#undef X
};
static const char *const kind_names[REPORT_EVENT_COUNT] = {
#define X(name, text, meaning) text,
    REPORT_EVENTS(X)
#undef X
};

static bool is_wire(const struct report_event *event)
{
    return event->bytes.data != NULL;
}

/* ---- places ---------------------------------------------------------------------------------- */

/* Tenths of a unit to the right. */
static unsigned at(const struct picture *picture, uint64_t t_us)
{
    uint64_t span = picture->to_us - picture->from_us;
    if (t_us <= picture->from_us)
        return LEFT * 10;
    if (t_us >= picture->to_us)
        return RIGHT * 10;
    return LEFT * 10 +
           (unsigned)((double)(t_us - picture->from_us) / (double)span * (RIGHT - LEFT) * 10);
}

static unsigned lane_height(const struct picture *picture)
{
    return picture->close ? LANE + WORDS : LANE;
}

static unsigned lane_top(const struct picture *picture, unsigned lane)
{
    return TOP + lane * lane_height(picture);
}

static unsigned bottom(const struct picture *picture)
{
    return lane_top(picture, REPORT_LANE_COUNT);
}

static bool is_inside(const struct picture *picture, uint64_t t_us)
{
    return t_us >= picture->from_us && t_us <= picture->to_us;
}

static void add_tenths(struct report_buffer *text, unsigned tenths)
{
    report_buffer_addf(text, tenths % 10 ? "%u.%u" : "%u", tenths / 10, tenths % 10);
}

/* "120 s", "1.5 s", "20 ms" */
static void add_span(struct report_buffer *text, uint64_t time_us)
{
    uint64_t tenths = (time_us + 50000) / 100000;
    if (time_us < 1000)
        report_buffer_addf(text, "%" PRIu64 " &#181;s", time_us);
    else if (time_us < 1000000)
        report_buffer_addf(text, "%" PRIu64 " ms", (time_us + 500) / 1000);
    else if (tenths % 10)
        report_buffer_addf(text, "%" PRIu64 ".%u s", tenths / 10, (unsigned)(tenths % 10));
    else
        report_buffer_addf(text, "%" PRIu64 " s", tenths / 10);
}

/* ---- axis ------------------------------------------------------------------------------------ */

/* 1, 2 or 5 times a power of ten: at most eight of them fit. */
static uint64_t tick_us(uint64_t span_us)
{
    static const unsigned steps[] = {1, 2, 5};
    for (uint64_t power = 1; power < UINT64_MAX / 100; power *= 10)
        for (unsigned i = 0; i < 3; i++)
            if (span_us / (power * steps[i]) <= 8)
                return power * steps[i];
    return span_us + 1;
}

/* A time on the axis, in the unit and with the digits that the distance of ticks asks for. */
static void add_axis_time(struct report_buffer *text, uint64_t t_us, uint64_t step_us)
{
    unsigned digits = step_us >= 1000000 ? 0 : step_us >= 100000 ? 1 : step_us >= 10000 ? 2 : 3;
    static const unsigned powers[] = {1000000, 100000, 10000, 1000};
    report_buffer_addf(text, "%" PRIu64, t_us / 1000000);
    if (digits)
        report_buffer_addf(text, ".%0*u", (int)digits, (unsigned)(t_us % 1000000 / powers[digits]));
    report_buffer_addf(text, " s");
}

static void draw_ticks_of_time(const struct picture *picture)
{
    struct report_buffer *text = picture->text;
    struct report_buffer times = {0};
    uint64_t step = tick_us(picture->to_us - picture->from_us);
    report_buffer_addf(text, "<path class=\"tick\" stroke=\"#8886\" d=\"");
    for (uint64_t t = (picture->from_us + step - 1) / step * step; t <= picture->to_us; t += step) {
        unsigned x = at(picture, t);
        report_buffer_addf(text, "M");
        add_tenths(text, x);
        report_buffer_addf(text, " %uV%u", TOP - 6, bottom(picture));
        report_buffer_addf(&times, "<text x=\"");
        add_tenths(&times, x);
        report_buffer_addf(&times, "\" y=\"%u\">", TOP - 12);
        add_axis_time(&times, t, step);
        report_buffer_addf(&times, "</text>");
    }
    report_buffer_addf(text, "\"/><g class=\"time\" text-anchor=\"middle\">%s</g>\n",
                       report_buffer_text(&times));
    text->failed |= times.failed;
    report_buffer_free(&times);
}

static void draw_axis(const struct picture *picture)
{
    struct report_buffer *text = picture->text;
    draw_ticks_of_time(picture);
    report_buffer_addf(text, "<path class=\"rule\" stroke=\"#8886\" d=\"");
    for (unsigned lane = 1; lane <= REPORT_LANE_COUNT; lane++)
        report_buffer_addf(text, "M0 %uH%u", lane_top(picture, lane) - 3, RIGHT);
    report_buffer_addf(text, "\"/><g class=\"lane\">");
    for (unsigned lane = 0; lane < REPORT_LANE_COUNT; lane++) {
        const char *blank = strchr(lane_names[lane], ' ');
        size_t first = blank ? (size_t)(blank - lane_names[lane]) : strlen(lane_names[lane]);
        report_buffer_addf(text, "<text x=\"4\" y=\"%u\">%.*s</text>", lane_top(picture, lane) + 15,
                           (int)first, lane_names[lane]);
        if (blank)
            report_buffer_addf(text, "<text x=\"4\" y=\"%u\">%s</text>",
                               lane_top(picture, lane) + 30, blank + 1);
    }
    report_buffer_addf(text, "</g>\n");
}

/* ---- states ---------------------------------------------------------------------------------- */

/* What is too narrow to be pointed at has no title; the list has it. */
static void draw_band(const struct picture *picture, const struct report_event *event,
                      uint64_t end_us)
{
    struct report_buffer *text = picture->text;
    unsigned from = at(picture, event->t_us), to = at(picture, end_us);
    unsigned width = to > from + 10 ? to - from : 10;
    bool has_title = width >= 40;
    if (!event->text || !event->text[0] || end_us < picture->from_us ||
        event->t_us > picture->to_us)
        return;
    report_buffer_addf(text, "<rect x=\"");
    add_tenths(text, from);
    report_buffer_addf(text, "\" y=\"%u\" height=\"%u\" width=\"",
                       lane_top(picture, event->lane) + 3, BAND);
    add_tenths(text, width);
    report_buffer_addf(text, has_title ? "\"><title>" : "\"/>");
    if (has_title) {
        html_prose(text, event->text, 80);
        report_buffer_addf(text, ", ");
        add_span(text, end_us > event->t_us ? end_us - event->t_us : 0);
        report_buffer_addf(text, "</title></rect>");
    }
    if (width / 10 > strlen(event->text) * LETTER + 6) {
        report_buffer_addf(text, "<text x=\"");
        add_tenths(text, from + 40);
        report_buffer_addf(text, "\" y=\"%u\">", lane_top(picture, event->lane) + 16);
        html_prose(text, event->text, 80);
        report_buffer_addf(text, "</text>");
    }
    report_buffer_addf(text, "\n");
}

static void draw_bands(const struct picture *picture)
{
    const struct report_case *c = picture->c;
    for (unsigned lane = 0; lane < REPORT_LANE_COUNT; lane++) {
        const struct report_event *last = NULL;
        report_buffer_addf(picture->text, "<g class=\"l%u\" fill=\"#8883\">", lane);
        for (size_t i = 0; i < c->event_count; i++) {
            const struct report_event *event = &c->events[i];
            if (event->lane != lane || event->kind != REPORT_EVENT_STATE)
                continue;
            if (last)
                draw_band(picture, last, event->t_us);
            last = event;
        }
        if (last)
            draw_band(picture, last, picture->to_us);
        report_buffer_addf(picture->text, "</g>\n");
    }
}

/* ---- marks ----------------------------------------------------------------------------------- */

/* The shape of a kind, so that nobody needs its colour; moves are relative to its place. */
static void draw_shape(const struct picture *picture, const struct report_event *event)
{
    struct report_buffer *text = picture->text;
    unsigned x = at(picture, event->t_us), y = lane_top(picture, event->lane) + MARKS;
    const char *shape = event->kind == REPORT_EVENT_URC ? "m0 9m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0"
                        : event->kind == REPORT_EVENT_RESET ? "m-6 0h12l-6 12z"
                        : event->kind == REPORT_EVENT_MARK  ? "m0 3l5 6l-5 6l-5-6z"
                        : event->kind == REPORT_EVENT_NOISE ? "m-4 4l8 8m0-8l-8 8"
                                                            : NULL;
    report_buffer_addf(text, "<path class=\"%s\" stroke=\"currentColor\" d=\"M",
                       kind_names[event->kind]);
    add_tenths(text, x);
    if (shape)
        report_buffer_addf(text, " %u%s\"/>", y, shape);
    else
        report_buffer_addf(text, " %uv%u\"/>", y, MARK);
}

static void add_words(struct report_buffer *text, const struct report_event *event, size_t limit)
{
    if (is_wire(event))
        html_bytes(text, event->bytes, REPORT_FORM_BYTES, limit);
    else
        html_prose(text, event->text, limit);
}

/* Tenths between which the words of a fault have room. */
struct room {
    unsigned from, to;
};

static void draw_fault_words(const struct picture *picture, const struct report_event *event,
                             struct room *room)
{
    struct report_buffer *text = picture->text;
    unsigned x = at(picture, event->t_us);
    unsigned before = x > room->from + 40 ? x - room->from - 40 : 0;
    unsigned behind = room->to > x + 40 ? room->to - x - 40 : 0;
    bool left = before > behind;
    unsigned letters = (left ? before : behind) / (LETTER * 10);
    room->from = x;
    if (letters < FAULT_MIN)
        return;
    report_buffer_addf(text, "<text x=\"");
    add_tenths(text, left ? x - 40 : x + 40);
    report_buffer_addf(text, "\" y=\"%u\" text-anchor=\"%s\">&#9889; ", bottom(picture) + 12,
                       left ? "end" : "start");
    /* A cut is told behind the words ("... (63 bytes)"), in letters that need room, too. */
    size_t length = strlen(event->text ? event->text : "");
    add_words(text, event, length + 2 <= letters ? 0 : letters - FAULT_MIN + 1);
    report_buffer_addf(text, "</text>");
    if (!left)
        room->from += (unsigned)(length + 2 < letters ? length + 2 : letters) * LETTER * 10;
}

static void draw_fault(const struct picture *picture, const struct report_event *event,
                       struct room *room)
{
    struct report_buffer *text = picture->text;
    report_buffer_addf(text, "<g class=\"fault\"><title>");
    add_words(text, event, 200);
    report_buffer_addf(text,
                       "</title><path stroke=\"currentColor\" stroke-dasharray=\"4 3\" d=\"M");
    add_tenths(text, at(picture, event->t_us));
    report_buffer_addf(text, " %uV%u\"/>", TOP, bottom(picture) + 14);
    draw_fault_words(picture, event, room);
    report_buffer_addf(text, "</g>\n");
}

/* All ticks of the wire on a lane as one shape: of a whole run there are many. */
static void draw_ticks(const struct picture *picture, unsigned lane)
{
    struct report_buffer *text = picture->text;
    unsigned last = 0;
    bool any = false;
    for (size_t i = 0; i < picture->c->event_count; i++) {
        const struct report_event *event = &picture->c->events[i];
        unsigned x = at(picture, event->t_us);
        if (!is_wire(event) || event->lane != lane || event->kind == REPORT_EVENT_URC ||
            (any && x < last + 12))
            continue;
        if (!any)
            report_buffer_addf(text, "<path class=\"%s\" stroke=\"currentColor\" d=\"",
                               lane == REPORT_LANE_HOST ? "sent" : "answer");
        report_buffer_addf(text, "M");
        add_tenths(text, x);
        report_buffer_addf(text, " %uv%u", lane_top(picture, lane) + MARKS, MARK);
        last = x;
        any = true;
    }
    if (any)
        report_buffer_addf(text, "\"/>\n");
}

/* What came by itself, and notes: those that would cover another are left out. */
static void draw_marks(const struct picture *picture)
{
    unsigned last[REPORT_LANE_COUNT] = {0};
    for (size_t i = 0; i < picture->c->event_count; i++) {
        const struct report_event *event = &picture->c->events[i];
        unsigned x = at(picture, event->t_us);
        bool ticks = is_wire(event) && event->kind != REPORT_EVENT_URC;
        bool crowded =
            event->kind != REPORT_EVENT_RESET && last[event->lane] && x < last[event->lane] + 50;
        if (ticks || crowded || !is_inside(picture, event->t_us) ||
            event->kind == REPORT_EVENT_STATE || event->kind == REPORT_EVENT_FAULT)
            continue;
        last[event->lane] = x;
        report_buffer_addf(picture->text, "<g><title>");
        add_words(picture->text, event, 80);
        report_buffer_addf(picture->text, "</title>");
        draw_shape(picture, event);
        report_buffer_addf(picture->text, "</g>\n");
    }
}

/* The words beside a mark of the close picture, where there is room behind the last ones. */
static void draw_label(const struct picture *picture, const struct report_event *event,
                       unsigned free_from[REPORT_LANE_COUNT])
{
    struct report_buffer words = {0};
    unsigned x = at(picture, event->t_us);
    const char *text = event->bytes.data;
    struct report_bytes bytes = event->bytes;
    while (bytes.size && (text[0] == '\r' || text[0] == '\n')) {
        bytes.data = ++text;
        bytes.size--;
    }
    while (bytes.size && (text[bytes.size - 1] == '\r' || text[bytes.size - 1] == '\n'))
        bytes.size--;
    if (!is_wire(event))
        bytes = report_bytes_of(event->text);
    unsigned length = (unsigned)(bytes.size < LABEL_MAX ? bytes.size : LABEL_MAX + 3);
    unsigned width = (length * LETTER + 10) * 10;
    bool left = x + width > RIGHT * 10;
    if (bytes.size == 0 || x < free_from[event->lane] ||
        (left && x < free_from[event->lane] + width))
        return;
    html_bytes(&words, (struct report_bytes){bytes.data, length < LABEL_MAX ? length : LABEL_MAX},
               is_wire(event) ? REPORT_FORM_BYTES : REPORT_FORM_TEXT, 0);
    report_buffer_addf(picture->text, "<text class=\"say\" x=\"");
    add_tenths(picture->text, left ? x + 20 : x - 20);
    report_buffer_addf(picture->text, "\" y=\"%u\"%s>%s%s</text>",
                       lane_top(picture, event->lane) + MARKS + MARK + 11,
                       left ? " text-anchor=\"end\"" : "", report_buffer_text(&words),
                       bytes.size > LABEL_MAX ? "&hellip;" : "");
    free_from[event->lane] = x + (left ? 20 : width);
    report_buffer_free(&words);
}

static void draw_linked(const struct picture *picture)
{
    struct report_buffer *text = picture->text;
    unsigned free_from[REPORT_LANE_COUNT] = {0};
    for (size_t i = 0; i < picture->c->event_count; i++) {
        const struct report_event *event = &picture->c->events[i];
        if (event->kind == REPORT_EVENT_STATE || event->kind == REPORT_EVENT_FAULT ||
            !is_inside(picture, event->t_us))
            continue;
        bool shown = html_shows(picture->c, picture->detail, i);
        if (shown)
            report_buffer_addf(text, "<a href=\"#f%us%zu\" tabindex=\"-1\">",
                               picture->detail->number, i + 1);
        report_buffer_addf(text, "<g><title>");
        add_words(text, event, 80);
        report_buffer_addf(text, "</title>");
        draw_shape(picture, event);
        draw_label(picture, event, free_from);
        report_buffer_addf(text, shown ? "</g></a>\n" : "</g>\n");
    }
}

/* ---- silence --------------------------------------------------------------------------------- */

struct gap {
    uint64_t from_us, to_us;
    uint64_t allowed_us; /* the host waited for an answer so long; 0 = it did not wait for one */
};

/* The longest times in which nothing passed the wire, in order; returns how many. */
static size_t find_gaps(const struct picture *picture, struct gap gaps[GAPS])
{
    const struct report_event *last = NULL;
    uint64_t least = (picture->to_us - picture->from_us) / 9;
    size_t count = 0;
    for (size_t i = 0; i <= picture->c->event_count; i++) {
        const struct report_event *event =
            i < picture->c->event_count ? &picture->c->events[i] : NULL;
        uint64_t t_us = event ? event->t_us : picture->to_us;
        if (event && (!is_wire(event) || !is_inside(picture, t_us)))
            continue;
        uint64_t since = last ? last->t_us : picture->from_us;
        if (t_us > since && t_us - since > least && count < GAPS)
            gaps[count++] = (struct gap){since, t_us,
                                         last && last->deadline_us > last->t_us &&
                                                 last->kind == REPORT_EVENT_SENT
                                             ? last->deadline_us - last->t_us
                                             : 0};
        last = event;
    }
    return count;
}

/* "30 s silent", and how long the host would have waited, where it waited for a good part of it. */
static void add_gap(struct report_buffer *text, const struct gap *gap)
{
    uint64_t lasted_us = gap->to_us - gap->from_us;
    add_span(text, lasted_us);
    report_buffer_addf(text, " silent");
    if (gap->allowed_us && lasted_us > gap->allowed_us / 3) {
        report_buffer_addf(text, ", ");
        add_span(text, gap->allowed_us);
        report_buffer_addf(text, " allowed");
    }
}

/* Below the lanes; a name for which there is no room is left out. */
static void draw_gaps(const struct picture *picture)
{
    struct report_buffer *text = picture->text;
    struct gap gaps[GAPS];
    size_t count = find_gaps(picture, gaps);
    unsigned free_from = 0;
    for (size_t i = 0; i < count; i++) {
        struct report_buffer name = {0};
        unsigned from = at(picture, gaps[i].from_us), to = at(picture, gaps[i].to_us);
        add_gap(&name, &gaps[i]);
        unsigned half = (unsigned)name.size * LETTER * 5;
        unsigned middle = (from + to) / 2;
        if (middle + half > WIDTH * 10)
            middle = WIDTH * 10 - half;
        report_buffer_addf(text, "<path class=\"silence\" stroke=\"currentColor\" d=\"M");
        add_tenths(text, from);
        report_buffer_addf(text, " %uv8m0-4H", bottom(picture) + 20);
        add_tenths(text, to);
        report_buffer_addf(text, "m0-4v8\"/>");
        if (middle > free_from + half) {
            report_buffer_addf(text, "<text class=\"silence\" text-anchor=\"middle\" x=\"");
            add_tenths(text, middle);
            report_buffer_addf(text, "\" y=\"%u\">%s</text>", bottom(picture) + 40,
                               report_buffer_text(&name));
            free_from = middle + half;
        }
        report_buffer_addf(text, "\n");
        text->failed |= name.failed;
        report_buffer_free(&name);
    }
}

/* ---- the pictures ---------------------------------------------------------------------------- */

static void begin_picture(const struct picture *picture, const char *caption)
{
    report_buffer_addf(
        picture->text,
        "<figure><div class=\"scroll\" tabindex=\"0\" role=\"group\" "
        "aria-label=\"%s\"><svg viewBox=\"0 0 %u %u\" font-size=\"12\" "
        "fill=\"currentColor\" role=\"img\" aria-label=\"%s; the list below says the "
        "same\">\n",
        caption, WIDTH, bottom(picture) + 46, caption);
}

static void end_picture(const struct picture *picture, const char *caption)
{
    report_buffer_addf(picture->text, "</svg></div><figcaption>%s: ", caption);
    add_span(picture->text, picture->to_us - picture->from_us);
    report_buffer_addf(picture->text, ", to scale</figcaption></figure>\n");
}

/* The first fault from entry `i` on that has a mark of its own behind `last`; NULL: none. */
static const struct report_event *next_fault(const struct picture *picture, size_t *i,
                                             unsigned last)
{
    for (; *i < picture->c->event_count; ++*i) {
        const struct report_event *event = &picture->c->events[*i];
        if (event->kind == REPORT_EVENT_FAULT && is_inside(picture, event->t_us) &&
            (!last || at(picture, event->t_us) > last + 100))
            return &picture->c->events[(*i)++];
    }
    return NULL;
}

static void draw_faults(const struct picture *picture)
{
    size_t i = 0;
    struct room room = {.from = LEFT * 10};
    const struct report_event *event = next_fault(picture, &i, 0), *next;
    for (; event; event = next) {
        next = next_fault(picture, &i, at(picture, event->t_us));
        room.to = next ? at(picture, next->t_us) : RIGHT * 10;
        draw_fault(picture, event, &room);
    }
}

static void draw(const struct picture *picture, const char *caption, uint64_t close_from_us)
{
    begin_picture(picture, caption);
    draw_axis(picture);
    if (!picture->close && close_from_us) {
        report_buffer_addf(picture->text, "<rect class=\"close\" fill=\"#8882\" x=\"");
        add_tenths(picture->text, at(picture, close_from_us));
        report_buffer_addf(picture->text, "\" y=\"%u\" height=\"%u\" width=\"", TOP - 4,
                           bottom(picture) - TOP + 4);
        add_tenths(picture->text, RIGHT * 10 + 40 - at(picture, close_from_us));
        report_buffer_addf(picture->text, "\"/>\n");
    }
    draw_bands(picture);
    if (picture->close) {
        draw_linked(picture);
    } else {
        draw_ticks(picture, REPORT_LANE_HOST);
        draw_ticks(picture, REPORT_LANE_MODULE);
        draw_marks(picture);
    }
    draw_faults(picture);
    draw_gaps(picture);
    end_picture(picture, caption);
}

/* Where the close picture begins: a few entries of the wire before the end. */
static uint64_t close_from(const struct report_case *c)
{
    size_t left = CLOSE_WIRE;
    for (size_t i = c->event_count; i > 0; i--)
        if (is_wire(&c->events[i - 1]) && --left == 0)
            return c->events[i - 1].t_us;
    return 0;
}

/* Where the picture begins: what is left out lies before the first entry of the wire that is there.
 */
static uint64_t begin_of(const struct report_case *c)
{
    for (size_t i = 0; i < c->event_count && c->events_left_out; i++)
        if (is_wire(&c->events[i]))
            return c->events[i].t_us;
    return 0;
}

void html_timeline(struct report_buffer *text, const struct report_case *c,
                   const struct html_detail *detail)
{
    const char *whole = c->events_left_out ? "The last part of the run" : "The whole run";
    uint64_t first_us = begin_of(c);
    uint64_t end_us = c->events[c->event_count - 1].t_us;
    struct picture picture = {.text = text, .c = c, .detail = detail, .from_us = first_us};
    picture.to_us = end_us > c->virtual_us ? end_us : c->virtual_us;
    if (picture.to_us <= first_us)
        picture.to_us = first_us + 1000;
    uint64_t from_us = close_from(c);
    bool two = from_us > first_us + (picture.to_us - first_us) / 2;
    picture.close = !two;
    draw(&picture, whole, two ? from_us : 0);
    if (!two || detail->wire_max < CLOSE_WIRE)
        return;
    uint64_t margin_us = (picture.to_us - from_us) / 40 + 1;
    picture.from_us = from_us > margin_us ? from_us - margin_us : 0;
    picture.to_us += margin_us;
    picture.close = true;
    draw(&picture, "Its end, close", 0);
}
