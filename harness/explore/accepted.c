/* accepted.c - reads the accepted findings, and holds findings against them. */
#include "harness/explore/accepted.h"

#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX = 512 };

struct reading {
    struct explore_accepted *accepted;
    struct explore_accepted_entry *entry; /* that is being read; NULL = none */
    unsigned line;
    char *error;
};

static bool fail(const struct reading *reading, const char *what)
{
    snprintf(reading->error, MESSAGE_MAX, "%s:%u: error: %s", reading->accepted->path,
             reading->line, what);
    return false;
}

/* An entry that is over has all of its keys. */
static bool end_entry(struct reading *reading)
{
    const struct explore_accepted_entry *entry = reading->entry;
    reading->entry = NULL;
    if (!entry || (entry->in[0] && entry->fault[0] && entry->rule[0] && entry->fact[0]))
        return true;
    return fail(reading, "an entry needs in:, fault:, rule: and fact:");
}

static bool begin_entry(struct reading *reading)
{
    struct explore_accepted *accepted = reading->accepted;
    if (accepted->count == EXPLORE_ACCEPTED_MAX)
        return fail(reading, "too many entries; at most ten findings may be accepted");
    reading->entry = &accepted->entries[accepted->count++];
    *reading->entry = (struct explore_accepted_entry){.line = reading->line};
    return true;
}

static bool take_key(struct reading *reading, const char *text, size_t length)
{
    struct explore_accepted_entry *entry = reading->entry;
    const struct {
        const char *key;
        char *value;
        size_t capacity;
    } keys[] = {{"in:", entry->in, sizeof entry->in},
                {"fault:", entry->fault, sizeof entry->fault},
                {"rule:", entry->rule, sizeof entry->rule},
                {"fact:", entry->fact, sizeof entry->fact}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t n = strlen(keys[i].key);
        if (length < n || strncmp(text, keys[i].key, n) != 0)
            continue;
        while (n < length && text[n] == ' ')
            n++;
        if (keys[i].value[0])
            return fail(reading, "a key stands twice in one entry");
        if (length - n >= keys[i].capacity)
            return fail(reading, "the value is too long");
        memcpy(keys[i].value, text + n, length - n);
        keys[i].value[length - n] = '\0';
        return true;
    }
    return fail(reading, "want in:, fault:, rule: or fact:");
}

static bool take_line(struct reading *reading, const char *text, size_t length)
{
    reading->line++;
    if (length && text[0] == '#')
        return true;
    if (!length)
        return end_entry(reading);
    if (!reading->entry && !begin_entry(reading))
        return false;
    return take_key(reading, text, length);
}

bool explore_accepted_parse(struct explore_accepted *accepted, const char *path, const char *text,
                            size_t length, char *reterr_text)
{
    struct reading reading = {.accepted = accepted, .error = reterr_text};
    const char *end = text + length;
    *accepted = (struct explore_accepted){.path = path};
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        stop = stop ? stop : end;
        if (!take_line(&reading, text, (size_t)(stop - text)))
            return false;
        text = stop + 1;
    }
    return end_entry(&reading);
}

/* `in` is one beginning of a name, or several. */
static bool counts_in(const struct explore_accepted_entry *entry, const char *scenario)
{
    for (const char *word = entry->in; *word; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        if (length && strncmp(scenario, word, length) == 0)
            return true;
        word += length;
    }
    return false;
}

static bool is_among(uint64_t faults, const char *name, size_t length)
{
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        const char *is = explore_fault_name(fault);
        if (faults >> fault & 1 && strlen(is) == length && strncmp(name, is, length) == 0)
            return true;
    }
    return false;
}

/* Any of the faults may be the one that the fact is about, or all that the entry names must be. */
static bool has_faults(const struct explore_accepted_entry *entry,
                       const struct explore_finding *finding)
{
    for (const char *name = entry->fault; *name; name += strspn(name, "+")) {
        size_t length = strcspn(name, "+");
        if (!is_among(finding->faults, name, length))
            return false;
        name += length;
    }
    return true;
}

static unsigned fault_count(const struct explore_accepted_entry *entry)
{
    unsigned count = 1;
    for (const char *at = entry->fault; *at; at++)
        count += *at == '+';
    return count;
}

static bool is_of_rule(const struct explore_accepted_entry *entry,
                       const struct scenario_finding *finding)
{
    const char *what = finding->what;
    if (strncmp(what, "rule ", 5) == 0)
        return strcmp(what + 5, entry->rule) == 0;
    return strcmp(entry->rule, "outcome") == 0;
}

const struct explore_accepted_entry *explore_accepted_find(struct explore_accepted *accepted,
                                                           const char *scenario,
                                                           const struct explore_finding *finding)
{
    for (size_t i = 0; i < accepted->count; i++) {
        struct explore_accepted_entry *entry = &accepted->entries[i];
        if (!counts_in(entry, scenario) || !is_of_rule(entry, &finding->first) ||
            !has_faults(entry, finding))
            continue;
        entry->hits += finding->count;
        return entry;
    }
    return NULL;
}

void explore_accepted_asked(struct explore_accepted *accepted, const char *scenario, unsigned depth)
{
    for (size_t i = 0; i < accepted->count; i++)
        if (counts_in(&accepted->entries[i], scenario) &&
            fault_count(&accepted->entries[i]) <= depth)
            accepted->entries[i].was_asked = true;
}

const struct explore_accepted_entry *explore_accepted_stale(const struct explore_accepted *accepted)
{
    for (size_t i = 0; i < accepted->count; i++)
        if (accepted->entries[i].was_asked && !accepted->entries[i].hits)
            return &accepted->entries[i];
    return NULL;
}
