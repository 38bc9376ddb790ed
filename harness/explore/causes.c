/* causes.c - findings grouped by what is wrong and by the fault that did it. */
#include "harness/explore/causes.h"

#include <stdlib.h>
#include <string.h>

static bool is_number(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

/* Numbers in it (times, lengths) are those of one run. */
static bool say_the_same(const char *a, const char *b)
{
    for (;;) {
        while (is_number(*a))
            a++;
        while (is_number(*b))
            b++;
        if (*a != *b)
            return false;
        if (!*a)
            return true;
        a++;
        b++;
    }
}

static bool are_alike(const struct explore_finding *a, const struct explore_finding *b)
{
    return a->fault == b->fault && a->faults == b->faults &&
           strcmp(a->first.what, b->first.what) == 0 &&
           say_the_same(a->first.want, b->first.want) && say_the_same(a->first.got, b->first.got);
}

static bool make_room(struct explore_causes *causes)
{
    if (causes->count < causes->room)
        return true;
    size_t room = causes->room ? 2 * causes->room : 64;
    struct explore_finding *grown = realloc(causes->list, room * sizeof *grown);
    if (!grown)
        return false;
    causes->list = grown;
    causes->room = room;
    return true;
}

void explore_causes_add(struct explore_causes *causes, const struct explore_finding *finding)
{
    for (size_t i = 0; i < causes->count; i++) {
        if (!are_alike(&causes->list[i], finding))
            continue;
        causes->list[i].count += finding->count;
        return;
    }
    if (make_room(causes))
        causes->list[causes->count++] = *finding;
    else
        causes->failed = true;
}

void explore_causes_done(struct explore_causes *causes)
{
    free(causes->list);
    *causes = (struct explore_causes){0};
}
