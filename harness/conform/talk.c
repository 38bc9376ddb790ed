/* talk.c - says the steps of a dialogue and splits what comes back into lines. */
#include "harness/conform/talk.h"

#include <stdio.h>
#include <string.h>

#include "sim/catalogue.h"

enum {
    QUIET_US = 150000,        /* after a final result, what still belongs to it */
    PROMPT_QUIET_US = 300000, /* behind a text that ends without a line: a prompt */
    ASK_US = 3000000
};

static void take_line(struct conform_talk *talk, uint64_t at_us)
{
    struct conform_heard *heard = talk->heard;
    const struct scenario_step *said = talk->said;
    while (talk->length > 0 && talk->line[talk->length - 1] == ' ')
        talk->length--;
    talk->line[talk->length] = '\0';
    bool is_echo = said && said->kind == SCENARIO_STEP_SEND && strcmp(talk->line, talk->text) == 0;
    if (talk->length == 0 || is_echo) {
        talk->length = 0;
        return;
    }
    bool is_final = sim_is_final_result(talk->line, talk->length);
    talk->is_final = talk->is_final || is_final;
    talk->is_until = talk->is_until || (said && said->until &&
                                        scenario_line_is_like(said->until, talk->line, NULL, 0));
    if (!is_final)
        memcpy(talk->tail, talk->line, talk->length + 1);
    if (heard && heard->count < CONFORM_LINES_MAX) {
        struct conform_line *line = &heard->lines[heard->count++];
        line->at_us = at_us;
        line->step = talk->step;
        memcpy(line->text, talk->line, talk->length + 1);
    } else if (heard) {
        heard->lost_lines++;
    }
    talk->length = 0;
}

void conform_talk_take(struct conform_talk *talk, const void *bytes, size_t size, uint64_t at_us)
{
    const char *from = bytes;
    talk->last_us = at_us;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)from[i];
        if (byte == '\n' || byte == '\r')
            take_line(talk, at_us);
        else if (talk->length + 1 < sizeof talk->line)
            talk->line[talk->length++] = byte < 0x20 || byte > 0x7e ? '?' : (char)byte;
    }
}

/* When the step is over if nothing more comes. */
static uint64_t ends_at(const struct conform_talk *talk, uint64_t most_us)
{
    const struct scenario_step *said = talk->said;
    uint64_t at_us = most_us;
    if (said->kind == SCENARIO_STEP_LISTEN)
        return most_us;
    if (talk->is_final && (!said->until || talk->is_until))
        at_us = talk->last_us + QUIET_US;
    else if (talk->length > 0 && !said->until && said->kind == SCENARIO_STEP_SEND)
        at_us = talk->last_us + PROMPT_QUIET_US;
    return at_us < most_us ? at_us : most_us;
}

/* The line with the URL in its place. */
static void put_url(const char *line, const char *url, char text[CONFORM_LINE_MAX])
{
    static const char place[] = "{url}";
    const char *at = url ? strstr(line, place) : NULL;
    if (at)
        snprintf(text, CONFORM_LINE_MAX, "%.*s%s%s", (int)(at - line), line, url,
                 at + sizeof place - 1);
    else
        snprintf(text, CONFORM_LINE_MAX, "%s", line);
}

static bool run_step(struct conform_talk *talk)
{
    struct conform_mouth *mouth = &talk->mouth;
    const struct scenario_step *said = talk->said;
    talk->is_final = talk->is_until = false;
    if (said->kind == SCENARIO_STEP_SEND) {
        put_url(said->text, mouth->url, talk->text);
        mouth->say(mouth->context, talk->text, strlen(talk->text));
        mouth->say(mouth->context, "\r", 1);
    } else if (said->kind == SCENARIO_STEP_TYPE) {
        mouth->say(mouth->context, said->text, said->size);
    }
    uint64_t now_us = mouth->now(mouth->context), most_us = now_us + said->time_us;
    if (talk->heard)
        talk->heard->sent_us[talk->step] = now_us;
    while (now_us < ends_at(talk, most_us)) {
        if (!mouth->wait(mouth->context, talk, ends_at(talk, most_us)))
            return false;
        now_us = mouth->now(mouth->context);
    }
    take_line(talk, talk->last_us);
    return true;
}

bool conform_talk(const struct conform_mouth *mouth, const struct scenario_step *steps,
                  size_t count, struct conform_heard *heard)
{
    struct conform_talk talk = {.mouth = *mouth, .heard = heard};
    if (heard)
        heard->count = heard->lost_lines = 0;
    for (size_t i = 0; i < count; i++) {
        talk.said = &steps[i];
        talk.step = (uint8_t)(i + 1);
        if (!run_step(&talk))
            return false;
    }
    return true;
}

bool conform_ask_revision(const struct conform_mouth *mouth, char *revision, size_t capacity)
{
    char line[SIM_QUESTION_COMMAND_MAX];
    size_t size = sim_question_command(SIM_QUESTION_REVISION, 0, NULL, line, sizeof line);
    const struct scenario_step ask = {.text = line, .size = size, .time_us = ASK_US};
    struct conform_talk talk = {.mouth = *mouth, .said = &ask};
    for (unsigned tries = 0; tries < 5; tries++)
        if (run_step(&talk) && talk.is_final &&
            sim_question_answer(SIM_QUESTION_REVISION, NULL, talk.tail, strlen(talk.tail), revision,
                                capacity))
            return true;
    return false;
}
