/*
 * catalogue.c - what the emulator knows, one fact after the other, drawn from its own tables.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/profiles.h"
#include "sim/knowledge/urcs.h"

const char sim_package_path[] = "/fota/update.zip";
const char sim_rate_command[] = "+IPR";
const char sim_restart_command[] = "AT+CFUN=1,1";

bool sim_is_boot_line(const char *line, size_t length)
{
    const struct sim_boot_line *row;
    for (size_t i = 0; (row = sim_boot_line(i)) != NULL; i++) {
        size_t wanted = strlen(row->text);
        bool fits = row->whole ? length == wanted : length >= wanted;
        if (fits && memcmp(line, row->text, wanted) == 0)
            return true;
    }
    return false;
}

/* ---- tables that stand nowhere else -------------------------------------------------------- */

static const struct sim_fact status_facts[] = {
#define X(name, number, text) {"status", #number, text, 'D', "FOTA100, FOTA101", NULL},
    SIM_STATUSES(X)
#undef X
};

static const struct sim_fact urc_facts[] = {
#define X(name, text, meaning, tag, source) {"urc", text, meaning, tag, source, NULL},
    SIM_URCS(X)
#undef X
};

enum urc {
#define X(name, ...) URC_##name,
    SIM_URCS(X)
#undef X
};

static const uint8_t update_urcs[] = {
#define X(name) URC_##name,
    SIM_UPDATE_URCS(X)
#undef X
};

/* Characters 1 and 2 of each line of SIM_URCS, which tell most of them apart at once. */
static const struct {
    char second, third;
} urc_letters[] = {
#define X(name, text, ...) {text[1], text[2]},
    SIM_URCS(X)
#undef X
};

const char *sim_update_urc(size_t index)
{
    return index < sizeof update_urcs ? urc_facts[update_urcs[index]].name : NULL;
}

/* True when the line begins so; the blank behind a colon may lack (setting urc-space). */
static bool begins_so(const char *line, size_t length, const char *begin)
{
    size_t at = 0;
    for (; *begin; begin++) {
        bool same = at < length && line[at] == *begin;
        if (!same && !(*begin == ' ' && at > 0 && line[at - 1] == ':'))
            return false;
        at += same;
    }
    return true;
}

int sim_update_urc_find(const char *line, size_t length)
{
    enum { SHORTEST = 3 };
    if (length < SHORTEST)
        return -1;
    for (size_t i = 0; i < sizeof update_urcs / sizeof update_urcs[0]; i++) {
        uint8_t urc = update_urcs[i];
        if (urc_letters[urc].second == line[1] && urc_letters[urc].third == line[2] &&
            begins_so(line, length, urc_facts[urc].name))
            return (int)i;
    }
    return -1;
}

bool sim_update_urc_is_own(size_t index)
{
    return index < sizeof update_urcs && update_urcs[index] != URC_SMS_STORED;
}

/* Codes of +HTTPTOFS (AT106 9.2.14). */
static const struct sim_fact http_facts[] = {
    {"http", "200", "the file is complete", 'D', "AT106 9.2.14", NULL},
    {"http", "206", "the server sent a part", 'D', "AT106 9.2.14", NULL},
    {"http", "400", "bad request, said by the server", 'D', "AT106 9.2.14", NULL},
    {"http", "404", "not found, said by the server", 'D', "AT106 9.2.14", NULL},
    {"http", "408", "request timeout, said by the server", 'D', "AT106 9.2.14", NULL},
    {"http", "500", "server error, said by the server", 'D', "AT106 9.2.14", NULL},
    {"http", "600", "the answer is not HTTP", 'D', "AT106 9.2.14", NULL},
    {"http", "601", "no app network, connection refused or lost", 'O', "AT106 9.2.14, T03", NULL},
    {"http", "602", "the file system is full", 'D', "AT106 9.2.14, Q9", NULL},
    {"http", "603", "the name was not resolved", 'O', "AT106 9.2.14, T05", NULL},
    {"http", "604", "another download runs", 'D', "AT106 9.2.14, Q15", NULL},
    {"http", "620", "TLS did not complete", 'D', "AT106 9.2.14", NULL},
    {"http", "65535", "anything else", 'D', "AT106 9.2.14", NULL},
};

/* ---- sections, in order -------------------------------------------------------------------- */

/* Each fills in the index-th fact of its section; false past the end. */

static bool copy(const struct sim_fact *table, size_t count, size_t index, struct sim_fact *ret)
{
    if (index >= count)
        return false;
    *ret = table[index];
    return true;
}

/* What an assumed command (tag I) can be set to; NULL where its row is not assumed. */
static const char *command_setting(const struct sim_command *row)
{
    static const struct {
        const char *command, *setting;
    } rows[] = {
        {"&V", "view-form"},      {"+CLIST", "list-form"},  {"+CLAC", "list-form"},
        {"S7", "more-registers"}, {"S8", "more-registers"}, {"S10", "more-registers"},
        {"+CSIM", "not-built"},   {"+CMUX", "cmux"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].command, row->name) == 0)
            return rows[i].setting;
    return row->tag == 'I' ? "named-commands" : NULL;
}

bool sim_command_is_named_only(const struct sim_command *row)
{
    const char *setting = command_setting(row);
    return setting && strcmp(setting, "named-commands") == 0;
}

static bool command_fact(size_t index, struct sim_fact *ret)
{
    for (unsigned chapter = 0; chapter < SIM_CHAPTERS; chapter++)
        for (const struct sim_command *row = sim_chapters[chapter]; row->name; row++)
            if (index-- == 0) {
                *ret = (struct sim_fact){"command", row->name,   row->meaning,
                                         row->tag,  row->source, command_setting(row)};
                return true;
            }
    return false;
}

static size_t count_commands(void)
{
    size_t count = 0;
    for (unsigned chapter = 0; chapter < SIM_CHAPTERS; chapter++)
        for (const struct sim_command *row = sim_chapters[chapter]; row->name; row++)
            count++;
    return count;
}

static bool variant_fact(size_t index, struct sim_fact *ret)
{
    const struct sim_variant_row *row = sim_variant_row(index);
    if (!row)
        return false;
    *ret = (struct sim_fact){"variant", row->name,   row->meaning,
                             row->tag,  row->source, "variant-radios"};
    return true;
}

static bool profile_fact(size_t index, struct sim_fact *ret)
{
    const struct sim_profile *row = sim_profile_row(index);
    if (!row)
        return false;
    *ret = (struct sim_fact){"revision", row->revision, row->meaning,
                             row->tag,   row->source,   "command-set"};
    return true;
}

static bool urc_fact(size_t index, struct sim_fact *ret)
{
    return copy(urc_facts, sizeof urc_facts / sizeof urc_facts[0], index, ret);
}

static bool status_fact(size_t index, struct sim_fact *ret)
{
    return copy(status_facts, sizeof status_facts / sizeof status_facts[0], index, ret);
}

static bool boot_fact(size_t index, struct sim_fact *ret)
{
    const struct sim_boot_line *row = sim_boot_line(index);
    if (!row)
        return false;
    *ret = (struct sim_fact){"boot", row->text, row->meaning, row->tag, row->source, row->setting};
    return true;
}

static bool result_fact(size_t index, struct sim_fact *ret)
{
    const char *text = sim_answer_name(index);
    if (!text)
        return false;
    *ret = (struct sim_fact){"result", text, "result code", 'D', "AT106 2.2.19, 20.1", NULL};
    return true;
}

static bool http_fact(size_t index, struct sim_fact *ret)
{
    return copy(http_facts, sizeof http_facts / sizeof http_facts[0], index, ret);
}

static bool setting_fact(size_t index, struct sim_fact *ret)
{
    const struct sim_setting_info *row = sim_setting_info((unsigned)index);
    if (!row)
        return false;
    *ret = (struct sim_fact){"setting", row->name, row->summary, row->tag, row->source, row->name};
    return true;
}

bool sim_fact(size_t index, struct sim_fact *ret_fact)
{
    /* Those whose rows are found without walking; the commands' are not. */
    static bool (*const sections[])(size_t index, struct sim_fact * ret) = {
        urc_fact,  status_fact,  boot_fact,    result_fact,
        http_fact, variant_fact, profile_fact, setting_fact};
    size_t command_count = count_commands();
    if (index < command_count)
        return command_fact(index, ret_fact);
    index -= command_count;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        size_t count = 0;
        if (sections[i](index, ret_fact))
            return true;
        while (sections[i](count, ret_fact))
            count++;
        index -= count;
    }
    return false;
}
