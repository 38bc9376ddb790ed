/* support_script.c - the lines that came, and whether they are the wanted ones. */
#include "sim/test/support_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Times of lines are this exact. */
enum { STEP_US = 5000 };

void script_begin(struct script *script, struct module *module)
{
    script->module = module;
    script->read = script->count = 0;
    script->used = 0;
    script->asked_at_us = module->now_us;
    module->sent_length = 0;
}

static void take_line(struct script *script, const char *text, size_t length)
{
    if (length == 0)
        return;
    if (script->count == SCRIPT_LINES || script->used + length + 1 > sizeof script->text)
        fail_msg("more lines than the test has room for");
    char *line = script->text + script->used;
    memcpy(line, text, length);
    line[length] = '\0';
    script->used += length + 1;
    script->lines[script->count++] =
        (struct script_line){line, script->module->now_us - script->asked_at_us};
}

static void take_lines(struct script *script)
{
    const struct module *module = script->module;
    size_t begin = script->read;
    for (size_t i = begin; i < module->sent_length; i++) {
        if (module->sent[i] != '\r' && module->sent[i] != '\n')
            continue;
        take_line(script, module->sent + begin, i - begin);
        begin = i + 1;
    }
    script->read = begin;
}

void script_send(struct script *script, const char *line)
{
    script->asked_at_us = script->module->now_us;
    module_send(script->module, line, strlen(line));
    module_send(script->module, "\r", 1);
    take_lines(script);
}

void script_run(struct script *script, uint64_t time_us)
{
    while (time_us > 0) {
        uint64_t step_us = time_us < STEP_US ? time_us : STEP_US;
        module_run(script->module, step_us);
        take_lines(script);
        time_us -= step_us;
    }
}

void script_end(struct script *script)
{
    const struct module *module = script->module;
    take_lines(script);
    take_line(script, module->sent + script->read, module->sent_length - script->read);
    script->read = module->sent_length;
}

void script_drop(struct script *script, const char *text)
{
    for (unsigned i = 0; i < script->count; i++) {
        if (strcmp(script->lines[i].text, text) != 0)
            continue;
        script->count--;
        memmove(script->lines + i, script->lines + i + 1,
                (script->count - i) * sizeof script->lines[0]);
        return;
    }
}

/* ---- patterns ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    const char *characters; /* NULL = all */
    size_t minimum, maximum;
} placeholders[] = {
    {"{n}", "0123456789", 1, SIZE_MAX},
    {"{ip}", "0123456789.", 7, 15},
    {"{imei}", "0123456789", 15, 15},
    {"{any}", NULL, 1, SIZE_MAX},
};

/* The rest of the pattern after `least` to `most` of those characters. */
static bool fits_run(const char *rest, const char *text, const char *characters, size_t least,
                     size_t most)
{
    for (size_t length = 0; length <= most; length++) {
        if (length >= least && script_fits(rest, text + length))
            return true;
        if (text[length] == '\0' || (characters && !strchr(characters, text[length])))
            return false;
    }
    return false;
}

bool script_fits(const char *pattern, const char *text)
{
    while (*pattern && *pattern != '{' && *pattern == *text) {
        pattern++;
        text++;
    }
    if (*pattern == '\0' || *pattern != '{')
        return *pattern == *text;
    for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0]; i++) {
        size_t length = strlen(placeholders[i].name);
        if (strncmp(pattern, placeholders[i].name, length) == 0)
            return fits_run(pattern + length, text, placeholders[i].characters,
                            placeholders[i].minimum, placeholders[i].maximum);
    }
    if (strncmp(pattern, "{bytes:", 7) == 0) {
        char *end;
        size_t size = strtoul(pattern + 7, &end, 10);
        return *end == '}' && fits_run(end + 1, text, NULL, size, size);
    }
    return *pattern == *text && script_fits(pattern + 1, text + 1);
}

/* ---- settings ------------------------------------------------------------------------------ */

bool script_duration(const char *text, uint64_t *ret_us)
{
    static const struct {
        const char *name;
        uint64_t factor_us;
    } units[] = {{"ms", 1000}, {"s", SECOND_US}, {"min", MINUTE_US}};
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (end != text && strcmp(end, units[i].name) == 0) {
            *ret_us = number * units[i].factor_us;
            return true;
        }
    return false;
}

static bool find_word(const char *words, const char *word, int32_t *ret_value)
{
    size_t length = strlen(word);
    *ret_value = 0;
    for (; words; words = strchr(words, '|') ? strchr(words, '|') + 1 : NULL, ++*ret_value)
        if (strcspn(words, "|") == length && strncmp(words, word, length) == 0)
            return true;
    return false;
}

bool script_value(const char *assignment, int *ret_setting, int32_t *ret_value)
{
    const char *equals = strchr(assignment, '=');
    if (!equals)
        return false;
    int setting = sim_setting_find(assignment, (size_t)(equals - assignment));
    const struct sim_setting_info *info = sim_setting_info((unsigned)setting);
    uint64_t time_us = 0;
    if (setting < 0)
        return false;
    *ret_setting = setting;
    if (info->unit == SIM_UNIT_CHOICE || info->unit == SIM_UNIT_FLAG)
        return find_word(info->choices ? info->choices : "no|yes", equals + 1, ret_value);
    if (info->unit == SIM_UNIT_MS && !script_duration(equals + 1, &time_us))
        return false;
    *ret_value = info->unit == SIM_UNIT_MS ? (int32_t)(time_us / 1000)
                                           : (int32_t)strtol(equals + 1, NULL, 10);
    return *ret_value >= info->minimum && *ret_value <= info->maximum;
}

bool script_assign(struct module *module, const char *assignment)
{
    int setting;
    int32_t value = 0;
    if (!script_value(assignment, &setting, &value))
        return false;
    module_set(module, (enum sim_setting_id)setting, value);
    return true;
}
