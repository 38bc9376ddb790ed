/* carry.c - every member of a report's case, in and out of bytes. */
#include "harness/campaign/carry.h"

#include <stdlib.h>

/* ---- members that are texts, numbers and bytes ---------------------------------------------- */

/* clang-format off */
#define TEXT_MEMBERS(X)                                                                            \
    X(group) X(name) X(id) X(title) X(why) X(file) X(message) X(sentence) X(place) X(slot)         \
    X(repeat) X(former) X(output) X(errors)
#define NUMBER_MEMBERS(X)                                                                          \
    X(line) X(started_at_ms) X(wall_us) X(virtual_us) X(are_bytes) X(events_left_out)         \
    X(besides_left_out)
#define LISTS(X)                                                                                   \
    X(exchange) X(step) X(detail) X(figure) X(attachment) X(attempt) X(event) X(reason) X(beside)
/* clang-format on */

static void put_report_bytes(struct campaign_bytes *bytes, const struct report_bytes *from)
{
    campaign_put_number(bytes, from->data != NULL);
    campaign_put_sized(bytes, from->data, from->size);
}

static struct report_bytes take_report_bytes(struct campaign_reader *reader)
{
    bool there = campaign_take_number(reader) != 0;
    size_t size;
    const void *data = campaign_take_sized(reader, &size);
    return (struct report_bytes){there && !data ? "" : data, size};
}

static void put_scalars(struct campaign_bytes *bytes, const struct report_case *c)
{
#define X(member) campaign_put_text(bytes, c->member);
    TEXT_MEMBERS(X)
#undef X
#define X(member) campaign_put_number(bytes, c->member);
    NUMBER_MEMBERS(X)
#undef X
    campaign_put_number(bytes, c->verdict);
    campaign_put_number(bytes, c->kind);
    put_report_bytes(bytes, &c->expected);
    put_report_bytes(bytes, &c->received);
}

static void take_scalars(struct campaign_reader *reader, struct report_case *c)
{
#define X(member) c->member = campaign_take_text(reader);
    TEXT_MEMBERS(X)
#undef X
    c->line = (uint32_t)campaign_take_number(reader);
    c->started_at_ms = campaign_take_number(reader);
    c->wall_us = campaign_take_number(reader);
    c->virtual_us = campaign_take_number(reader);
    c->are_bytes = campaign_take_number(reader) != 0;
    c->events_left_out = campaign_take_number(reader);
    c->besides_left_out = campaign_take_number(reader);
    c->verdict = (enum report_verdict)campaign_take_number(reader);
    c->kind = (enum report_kind)campaign_take_number(reader);
    c->expected = take_report_bytes(reader);
    c->received = take_report_bytes(reader);
    reader->failed |= c->verdict >= REPORT_VERDICT_COUNT || c->kind >= REPORT_KIND_COUNT;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static void put_timeline(struct campaign_bytes *bytes, const struct report_case *c)
{
    for (size_t i = 0; i < c->event_count; i++) {
        const struct report_event *event = &c->events[i];
        campaign_put_number(bytes, event->t_us);
        campaign_put_number(bytes, event->lane);
        campaign_put_number(bytes, event->kind);
        campaign_put_number(bytes, event->line);
        campaign_put_number(bytes, event->size);
        campaign_put_number(bytes, event->deadline_us);
        put_report_bytes(bytes, &event->bytes);
        campaign_put_text(bytes, event->text);
    }
    for (size_t i = 0; i < c->reason_count; i++) {
        campaign_put_text(bytes, c->reasons[i].text);
        campaign_put_number(bytes, c->reasons[i].line);
        campaign_put_number(bytes, c->reasons[i].event);
    }
    for (size_t i = 0; i < c->beside_count; i++) {
        campaign_put_number(bytes, c->besides[i].same);
        campaign_put_number(bytes, c->besides[i].now_us);
        campaign_put_number(bytes, c->besides[i].former_us);
        campaign_put_text(bytes, c->besides[i].now);
        campaign_put_text(bytes, c->besides[i].former);
    }
}

void campaign_put_case(struct campaign_bytes *bytes, const struct report_case *c)
{
    put_scalars(bytes, c);
#define X(list) campaign_put_number(bytes, c->list##_count);
    LISTS(X)
#undef X
    for (size_t i = 0; i < c->exchange_count; i++) {
        campaign_put_number(bytes, c->exchanges[i].t_us);
        campaign_put_number(bytes, c->exchanges[i].direction);
        put_report_bytes(bytes, &c->exchanges[i].bytes);
    }
    for (size_t i = 0; i < c->step_count; i++) {
        campaign_put_text(bytes, c->steps[i].name);
        campaign_put_number(bytes, c->steps[i].status);
        campaign_put_number(bytes, c->steps[i].t_us);
        campaign_put_number(bytes, c->steps[i].duration_us);
    }
    for (size_t i = 0; i < c->detail_count; i++)
        campaign_put_text(bytes, c->details[i]);
    for (size_t i = 0; i < c->figure_count; i++) {
        campaign_put_text(bytes, c->figures[i].name);
        campaign_put_number(bytes, c->figures[i].value);
    }
    for (size_t i = 0; i < c->attachment_count; i++) {
        campaign_put_text(bytes, c->attachments[i].name);
        campaign_put_text(bytes, c->attachments[i].content_type);
        campaign_put_text(bytes, c->attachments[i].path);
    }
    for (size_t i = 0; i < c->attempt_count; i++) {
        campaign_put_number(bytes, c->attempts[i].verdict);
        campaign_put_text(bytes, c->attempts[i].message);
        campaign_put_number(bytes, c->attempts[i].wall_us);
    }
    put_timeline(bytes, c);
}

/* Room for all lists of a case. */
struct lists {
    struct report_exchange *exchanges;
    struct report_step *steps;
    const char **details;
    struct report_figure *figures;
    struct report_attachment *attachments;
    struct report_attempt *attempts;
    struct report_event *events;
    struct report_reason *reasons;
    struct report_beside *besides;
};

static void take_timeline(struct campaign_reader *reader, const struct report_case *c,
                          const struct lists *to)
{
    for (size_t i = 0; i < c->event_count; i++) {
        struct report_event *event = &to->events[i];
        event->t_us = campaign_take_number(reader);
        event->lane = (enum report_lane)campaign_take_number(reader);
        event->kind = (enum report_event_kind)campaign_take_number(reader);
        event->line = (uint32_t)campaign_take_number(reader);
        event->size = (uint32_t)campaign_take_number(reader);
        event->deadline_us = campaign_take_number(reader);
        event->bytes = take_report_bytes(reader);
        event->text = campaign_take_text(reader);
        reader->failed |= event->lane >= REPORT_LANE_COUNT || event->kind >= REPORT_EVENT_COUNT;
    }
    for (size_t i = 0; i < c->reason_count; i++) {
        to->reasons[i].text = campaign_take_text(reader);
        to->reasons[i].line = (uint32_t)campaign_take_number(reader);
        to->reasons[i].event = (uint32_t)campaign_take_number(reader);
        reader->failed |= to->reasons[i].event > c->event_count;
    }
    for (size_t i = 0; i < c->beside_count; i++) {
        to->besides[i].same = campaign_take_number(reader) != 0;
        to->besides[i].now_us = campaign_take_number(reader);
        to->besides[i].former_us = campaign_take_number(reader);
        to->besides[i].now = campaign_take_text(reader);
        to->besides[i].former = campaign_take_text(reader);
    }
}

static void take_lists(struct campaign_reader *reader, const struct report_case *c,
                       const struct lists *to)
{
    for (size_t i = 0; i < c->exchange_count; i++) {
        to->exchanges[i].t_us = campaign_take_number(reader);
        to->exchanges[i].direction = (enum report_direction)campaign_take_number(reader);
        to->exchanges[i].bytes = take_report_bytes(reader);
        reader->failed |= to->exchanges[i].direction >= REPORT_DIRECTION_COUNT;
    }
    for (size_t i = 0; i < c->step_count; i++) {
        to->steps[i].name = campaign_take_text(reader);
        to->steps[i].status = (enum report_verdict)campaign_take_number(reader);
        to->steps[i].t_us = campaign_take_number(reader);
        to->steps[i].duration_us = campaign_take_number(reader);
        reader->failed |= to->steps[i].status >= REPORT_VERDICT_COUNT;
    }
    for (size_t i = 0; i < c->detail_count; i++)
        to->details[i] = campaign_take_text(reader);
    for (size_t i = 0; i < c->figure_count; i++) {
        to->figures[i].name = campaign_take_text(reader);
        to->figures[i].value = campaign_take_number(reader);
    }
    for (size_t i = 0; i < c->attachment_count; i++) {
        to->attachments[i].name = campaign_take_text(reader);
        to->attachments[i].content_type = campaign_take_text(reader);
        to->attachments[i].path = campaign_take_text(reader);
    }
    for (size_t i = 0; i < c->attempt_count; i++) {
        to->attempts[i].verdict = (enum report_verdict)campaign_take_number(reader);
        to->attempts[i].message = campaign_take_text(reader);
        to->attempts[i].wall_us = campaign_take_number(reader);
        reader->failed |= to->attempts[i].verdict >= REPORT_VERDICT_COUNT;
    }
    take_timeline(reader, c, to);
}

/* Divides one block among the lists; NULL when there is no memory. */
static void *make_room(struct report_case *c, struct lists *lists)
{
    size_t size = 1;
    size += c->exchange_count * sizeof *lists->exchanges + c->step_count * sizeof *lists->steps;
    size += c->detail_count * sizeof *lists->details + c->figure_count * sizeof *lists->figures;
    size += c->attachment_count * sizeof *lists->attachments;
    size += c->attempt_count * sizeof *lists->attempts;
    size += c->event_count * sizeof *lists->events + c->reason_count * sizeof *lists->reasons;
    size += c->beside_count * sizeof *lists->besides;
    void *memory = calloc(1, size);
    if (!memory)
        return NULL;
    lists->exchanges = memory; /* all of them are aligned as pointers are */
    lists->steps = (void *)(lists->exchanges + c->exchange_count);
    lists->details = (void *)(lists->steps + c->step_count);
    lists->figures = (void *)(lists->details + c->detail_count);
    lists->attachments = (void *)(lists->figures + c->figure_count);
    lists->attempts = (void *)(lists->attachments + c->attachment_count);
    lists->events = (void *)(lists->attempts + c->attempt_count);
    lists->reasons = (void *)(lists->events + c->event_count);
    lists->besides = (void *)(lists->reasons + c->reason_count);
    c->exchanges = lists->exchanges;
    c->steps = lists->steps;
    c->details = lists->details;
    c->figures = lists->figures;
    c->attachments = lists->attachments;
    c->attempts = lists->attempts;
    c->events = lists->events;
    c->reasons = lists->reasons;
    c->besides = lists->besides;
    return memory;
}

bool campaign_take_case(struct campaign_reader *reader, struct report_case *ret_reported,
                        void **ret_memory)
{
    struct report_case *c = ret_reported;
    struct lists lists;
    size_t left = (size_t)(reader->end - reader->at);
    *c = (struct report_case){0};
    *ret_memory = NULL;
    take_scalars(reader, c);
#define X(list) c->list##_count = (size_t)campaign_take_number(reader);
    LISTS(X)
#undef X
#define X(list) reader->failed |= c->list##_count > left;
    LISTS(X)
#undef X
    *ret_memory = reader->failed ? NULL : make_room(c, &lists);
    if (!*ret_memory)
        return false;
    take_lists(reader, c, &lists);
    if (!reader->failed)
        return true;
    free(*ret_memory);
    *ret_memory = NULL;
    return false;
}
