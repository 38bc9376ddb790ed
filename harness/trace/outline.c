/* outline.c - folds a dialogue to what it comes to. */
#include "harness/trace/outline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "sim/catalogue.h"
#include "sim/sim.h"

/* ---- what counts of a line ------------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/*
 * Numbers that stand alone and are measured: two digits (levels), four and more (millivolts, bytes
 * so far, numbers of cards). States have one digit, HTTP codes three; what stands in quotes has no
 * numbers that count.
 */
static bool is_measured(size_t digits, bool quoted)
{
    return quoted || digits == 2 || digits >= 4;
}

static uint64_t add_masked(uint64_t digest, const char *text)
{
    bool quoted = false;
    for (size_t i = 0; text[i];) {
        size_t digits = 0;
        while (is_digit(text[i + digits]))
            digits++;
        bool alone = digits && (i == 0 || !is_letter(text[i - 1])) && !is_letter(text[i + digits]);
        if (digits == 0) {
            quoted ^= text[i] == '"';
            if (text[i] != ' ')
                digest = sim_digest(digest, text + i, 1);
            i++;
            continue;
        }
        if (alone && is_measured(digits, quoted))
            digest = sim_digest(digest, "#", 1);
        else
            digest = sim_digest(digest, text + i, digits);
        i += digits;
    }
    return sim_digest(digest, ";", 1);
}

static uint64_t add_command(uint64_t digest, const char *command)
{
    bool quoted = false;
    for (; *command; command++) {
        char c = *command;
        if (c == '"') {
            quoted = !quoted;
            continue;
        }
        if (!quoted && c == ' ')
            continue;
        if (!quoted && c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        digest = sim_digest(digest, &c, 1);
    }
    return sim_digest(digest, ">", 1);
}

/* ---- making it ------------------------------------------------------------------------------ */

static bool is_of_answer(const struct dialogue_line *line)
{
    return line->kind == TAP_ANSWER || line->kind == TAP_RESULT || line->kind == TAP_PROMPT;
}

static bool add(struct outline *outline, const struct outline_item *item)
{
    struct outline_item *last = outline->count ? &outline->items[outline->count - 1] : NULL;
    if (last && last->digest == item->digest && last->command == item->command &&
        !item->after_gap && !item->open && !item->single) {
        last->repeats++;
        return true;
    }
    if (outline->count == outline->capacity) {
        size_t more = outline->capacity ? outline->capacity * 2 : 128;
        struct outline_item *grown = realloc(outline->items, more * sizeof *grown);
        if (!grown)
            return false;
        outline->items = grown;
        outline->capacity = more;
    }
    outline->items[outline->count++] = *item;
    return true;
}

/* From its answer; one that is there as its echo has its own text. */
static bool is_inferred(unsigned marks)
{
    return marks & TRACE_INFERRED && marks & TRACE_GUESSED_END;
}

static bool add_exchange(struct outline *outline, size_t index, bool one_way)
{
    const struct dialogue *dialogue = outline->dialogue;
    const struct dialogue_step *step = &dialogue->steps[index];
    struct outline_item item = {.at_us = step->at_us,
                                .step = (uint32_t)index,
                                .line = UINT32_MAX,
                                .repeats = 1,
                                .command = add_command(SIM_DIGEST, step->command),
                                .digest = SIM_DIGEST,
                                .open = step->marks & TRACE_OPEN,
                                .inferred = is_inferred(step->marks),
                                .after_gap = step->after_gap};
    bool said = false;
    for (size_t i = 0; i < step->line_count; i++) {
        const struct dialogue_line *line = &dialogue->lines[step->first_line + i];
        if (is_of_answer(line) && line->at_us <= step->result_at_us)
            item.digest = add_masked(item.digest, line->text);
        said |= line->kind == TAP_ANSWER;
    }
    item.single = one_way && !said;
    if (one_way && item.digest == SIM_DIGEST)
        return true;
    return add(outline, &item);
}

bool outline_is_aside(const struct dialogue_line *line)
{
    size_t length = strlen(line->text);
    int of_update = sim_update_urc_find(line->text, length);
    return line->kind == TAP_URC && (of_update < 0 || !sim_update_urc_is_own((size_t)of_update)) &&
           !sim_is_progress(line->text, length) &&
           sim_sign_of(line->text, length, &(unsigned){0}) == SIM_SIGN_NONE;
}

static bool add_unasked(struct outline *outline, size_t index)
{
    const struct dialogue_line *line = &outline->dialogue->lines[index];
    if (outline->without_asides && outline_is_aside(line))
        return true;
    bool progress = sim_is_progress(line->text, strlen(line->text));
    bool counts = line->kind == TAP_URC && !(progress && outline->progress);
    struct outline_item item = {.at_us = line->at_us,
                                .step = line->step,
                                .line = (uint32_t)index,
                                .repeats = 1,
                                .digest = add_masked(SIM_DIGEST, progress ? "" : line->text)};
    if (line->kind == TAP_URC)
        outline->progress = progress;
    return !counts || add(outline, &item);
}

static bool make(struct outline *outline, bool one_way)
{
    const struct dialogue *dialogue = outline->dialogue;
    bool good = true;
    for (size_t i = 0; i < dialogue->step_count && good; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        good = i == 0 || step->early || add_exchange(outline, i, one_way);
        for (size_t k = 0; k < step->line_count && good; k++)
            good = add_unasked(outline, step->first_line + k);
    }
    if (!good)
        outline_done(outline);
    return good;
}

bool outline_make(struct outline *outline, const struct dialogue *dialogue, bool one_way)
{
    *outline = (struct outline){.dialogue = dialogue};
    return make(outline, one_way);
}

bool outline_make_of_update(struct outline *outline, const struct dialogue *dialogue, bool one_way)
{
    *outline = (struct outline){.dialogue = dialogue, .without_asides = true};
    return make(outline, one_way);
}

void outline_done(struct outline *outline)
{
    free(outline->items);
    *outline = (struct outline){0};
}

bool outline_same(const struct outline *recorded, const struct outline_item *one,
                  const struct outline *now, const struct outline_item *other)
{
    if (one->digest != other->digest || (one->command == 0) != (other->command == 0))
        return false;
    return one->command == other->command || one->inferred ||
           (one->open && dialogue_same_command(recorded->dialogue->steps[one->step].command,
                                               now->dialogue->steps[other->step].command));
}

size_t outline_common(const struct outline *recorded, const struct outline *now, size_t *ret_place)
{
    size_t same = 0, place = 0;
    for (; same < recorded->count; same++, place++) {
        const struct outline_item *item = &recorded->items[same];
        size_t at = place;
        while (item->after_gap && at < now->count &&
               !outline_same(recorded, item, now, &now->items[at]))
            at++;
        if (at >= now->count || !outline_same(recorded, item, now, &now->items[at]))
            break;
        place = at;
    }
    if (ret_place)
        *ret_place = place;
    return same;
}

bool outline_is_exchange(const struct outline_item *item)
{
    return item->line == UINT32_MAX;
}

/* For people: bytes that are no text become dots. */
static const char *printable(char *text)
{
    for (char *at = text; *at; at++)
        if (*at < ' ' || *at > '~')
            *at = '.';
    return text;
}

const char *outline_text(const struct outline *outline, const struct outline_item *item,
                         char buffer[OUTLINE_TEXT_MAX])
{
    const struct dialogue *dialogue = outline->dialogue;
    const struct dialogue_step *step = &dialogue->steps[item->step];
    if (!outline_is_exchange(item)) {
        snprintf(buffer, OUTLINE_TEXT_MAX, "%.120s", dialogue->lines[item->line].text);
        return printable(buffer);
    }
    size_t used = (size_t)snprintf(buffer, OUTLINE_TEXT_MAX, "AT%.90s -> ", step->command);
    size_t begin = used;
    for (size_t i = 0; i < step->line_count && used + 3 < OUTLINE_TEXT_MAX; i++) {
        const struct dialogue_line *line = &dialogue->lines[step->first_line + i];
        if (is_of_answer(line))
            used += (size_t)snprintf(buffer + used, OUTLINE_TEXT_MAX - used, "%s%.80s",
                                     used > begin ? "; " : "", line->text);
    }
    if (used == begin)
        snprintf(buffer + used, OUTLINE_TEXT_MAX - used, "no answer");
    return printable(buffer);
}
