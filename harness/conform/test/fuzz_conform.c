/*
 * fuzz_conform.c - dialogues and what a module says to them under libFuzzer: up to the first NUL a
 * file of conform/, behind it bytes of a module, which come in pieces whatever is said. The talk
 * ends, its lines are whole and in order, and every probe sees something.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/conform/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct module {
    const uint8_t *at;
    size_t left;
    uint64_t now_us;
};

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void on_say(void *context, const void *bytes, size_t size)
{
    (void)context;
    demand(bytes != NULL || size == 0);
}

static bool on_wait(void *context, struct conform_talk *talk, uint64_t until_us)
{
    struct module *module = context;
    size_t piece = module->left ? 1 + *module->at % 23u : 0;
    if (piece > module->left)
        piece = module->left;
    demand(until_us > module->now_us);
    module->now_us = piece ? module->now_us + (until_us - module->now_us + 1) / 2 : until_us;
    if (piece)
        conform_talk_take(talk, module->at, piece, module->now_us);
    module->at += piece;
    module->left -= piece;
    return true;
}

static uint64_t on_now(void *context)
{
    return ((struct module *)context)->now_us;
}

static void talk(const struct scenario_dialogue *dialogue, const uint8_t *data, size_t size)
{
    static struct conform_heard heard;
    struct module module = {data, size, 0};
    const struct conform_mouth mouth = {&module, on_say, on_wait, on_now, "http://x"};
    demand(conform_talk(&mouth, dialogue->steps, dialogue->step_count, &heard));
    demand(heard.count <= CONFORM_LINES_MAX);
    for (size_t i = 0; i < heard.count; i++) {
        demand(heard.lines[i].text[0] != '\0' && strlen(heard.lines[i].text) < CONFORM_LINE_MAX);
        demand(i == 0 || heard.lines[i].at_us >= heard.lines[i - 1].at_us);
    }
    for (size_t i = 0; i < dialogue->probe_count; i++) {
        struct conform_view view;
        conform_see(&dialogue->probes[i], &heard, &view);
        demand(view.text[0] != '\0' && conform_same(&view, &view, 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\0', size);
    size_t length = end ? (size_t)(end - data) : size;
    struct scenario_errors errors = {0};
    char *text = malloc(length ? length : 1); /* ends where it ends, no NUL follows */
    if (!text)
        return 0;
    memcpy(text, data, length);
    struct scenario_dialogue *dialogue =
        scenario_dialogue_parse("fuzz.yaml", text, length, &errors);
    demand(dialogue ? errors.count == 0 : errors.text && strstr(errors.text, "error: "));
    if (dialogue)
        talk(dialogue, end ? end + 1 : data, end ? size - length - 1 : 0);
    scenario_dialogue_free(dialogue);
    scenario_errors_done(&errors);
    free(text);
    return 0;
}
