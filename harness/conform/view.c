/* view.c - what a probe sees in what was heard. */
#include "harness/conform/view.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_ignored(const struct scenario_probe *probe, const char *line)
{
    for (const char *const *at = probe->ignored; at && *at; at++)
        if (scenario_line_is_like(*at, line, NULL, 0))
            return true;
    return false;
}

/* A time runs on through the steps that follow. */
static bool is_of_step(const struct scenario_probe *probe, const struct conform_line *line)
{
    bool later = probe->view == SCENARIO_VIEW_TIME && line->step > probe->step;
    return probe->step == 0 || line->step == probe->step || later;
}

static void see_answer(const struct scenario_probe *probe, const struct conform_heard *heard,
                       struct conform_view *view)
{
    size_t length = 0;
    for (size_t i = 0; i < heard->count && length < sizeof view->text; i++)
        if (is_of_step(probe, &heard->lines[i]) && !is_ignored(probe, heard->lines[i].text))
            length += (size_t)snprintf(view->text + length, sizeof view->text - length, "%s%s",
                                       length ? " | " : "", heard->lines[i].text);
}

static const struct conform_line *find_line(const struct scenario_probe *probe,
                                            const struct conform_heard *heard, size_t from,
                                            const char *pattern, bool any_step, char *value,
                                            size_t capacity)
{
    for (size_t i = from; i < heard->count; i++)
        if ((any_step || is_of_step(probe, &heard->lines[i])) &&
            scenario_line_is_like(pattern, heard->lines[i].text, value, capacity))
            return &heard->lines[i];
    return NULL;
}

static void see_time(const struct scenario_probe *probe, const struct conform_heard *heard,
                     struct conform_view *view)
{
    uint64_t since_us = heard->sent_us[probe->step ? probe->step : 1];
    size_t from = 0;
    if (probe->since) {
        const struct conform_line *begin = find_line(probe, heard, 0, probe->since, true, NULL, 0);
        if (!begin)
            return;
        since_us = begin->at_us;
        from = (size_t)(begin - heard->lines) + 1;
    }
    const struct conform_line *end =
        find_line(probe, heard, from, probe->pattern, probe->since != NULL, NULL, 0);
    if (!end)
        return;
    view->is_time = true;
    view->number = (int64_t)((end->at_us > since_us ? end->at_us - since_us : 0) / 1000);
    snprintf(view->text, sizeof view->text, "%" PRId64 " ms", view->number);
}

static void see_count(const struct scenario_probe *probe, const struct conform_heard *heard,
                      struct conform_view *view)
{
    size_t count = 0;
    for (size_t i = 0; i < heard->count; i++)
        count += is_of_step(probe, &heard->lines[i]) &&
                 scenario_line_is_like(probe->pattern, heard->lines[i].text, NULL, 0);
    snprintf(view->text, sizeof view->text, "%zu", count);
}

/* A number in decimal, with places or without, or in hexadecimal. */
static void read_number(struct conform_view *view)
{
    char *end = NULL;
    bool is_hex = strncmp(view->text, "0x", 2) == 0;
    double value = is_hex ? (double)strtoul(view->text, &end, 16) : strtod(view->text, &end);
    bool begins = isdigit((unsigned char)view->text[0]) || view->text[0] == '-';
    view->is_number = begins && end && *end == '\0' && value > -1e11 && value < 1e11;
    if (view->is_number)
        view->number = (int64_t)(value * 1e6 + (value < 0 ? -0.5 : 0.5));
}

void conform_see(const struct scenario_probe *probe, const struct conform_heard *heard,
                 struct conform_view *ret_view)
{
    memset(ret_view, 0, sizeof *ret_view);
    if (probe->view == SCENARIO_VIEW_ANSWER)
        see_answer(probe, heard, ret_view);
    else if (probe->view == SCENARIO_VIEW_TIME)
        see_time(probe, heard, ret_view);
    else if (probe->view == SCENARIO_VIEW_COUNT)
        see_count(probe, heard, ret_view);
    else
        find_line(probe, heard, 0, probe->pattern, false, ret_view->text, sizeof ret_view->text);
    if (ret_view->text[0] == '\0')
        snprintf(ret_view->text, sizeof ret_view->text, "-");
    if (!ret_view->is_time)
        read_number(ret_view);
}

bool conform_same(const struct conform_view *one, const struct conform_view *other,
                  uint64_t slack_ms)
{
    if (!one->is_time || !other->is_time)
        return one->is_time == other->is_time && strcmp(one->text, other->text) == 0;
    int64_t apart =
        one->number > other->number ? one->number - other->number : other->number - one->number;
    int64_t longer = one->number > other->number ? one->number : other->number;
    return apart <= (int64_t)slack_ms + longer / 20;
}
