/* commands.c - commands in scenarios against the emulator's catalogue. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/compile.h"
#include "sim/catalogue.h"

enum { NAME_MAX = 32, NAMES_MAX = 1024 };

/* Commands come first among the facts. */
static const char *name_of(const void *unused, size_t index)
{
    struct sim_fact fact;
    (void)unused;
    return sim_fact(index, &fact) && strcmp(fact.group, "command") == 0 ? fact.name : NULL;
}

static size_t names_count(void)
{
    size_t count = 0;
    while (count < NAMES_MAX && name_of(NULL, count))
        count++;
    return count;
}

/* Whether the catalogue has that name, or one that begins so where nothing follows it. */
static bool is_known(const char *name, size_t length, bool whole)
{
    const char *known;
    for (size_t i = 0; (known = name_of(NULL, i)) != NULL; i++)
        if (strncmp(known, name, length) == 0 && (!whole || known[length] == '\0'))
            return true;
    return false;
}

bool scenario_check_command(struct scenario_compiler *compiler, const struct scenario_node *value,
                            const char *command)
{
    char name[NAME_MAX + 1];
    size_t length = 1 + strspn(command + (command[0] == '+'),
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    if (command[0] != '+' || length < 3 || length > NAME_MAX)
        return true;
    for (size_t i = 0; i < length; i++)
        name[i] = (char)(command[i] >= 'a' && command[i] <= 'z' ? command[i] - 0x20 : command[i]);
    name[length] = '\0';
    if (is_known(name, length, command[length] != '\0'))
        return true;
    const char *nearest = text_nearest(name, length, name_of, NULL, names_count());
    if (!nearest)
        return true;
    scenario_diagnose(compiler->diagnostics, value->at, NULL,
                      "the module has no command 'AT%s'; did you mean 'AT%s'?", name, nearest);
    return false;
}
