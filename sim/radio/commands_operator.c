/*
 * commands_operator.c - operators that the card prefers, names of operators, the lock of a module
 * to networks (AT106 3.2.17, 3.2.18, 5.2.41).
 */
#include <string.h>

#include "sim/at/stored.h"

/* ---- CPOL ---------------------------------------------------------------------------------- */

enum { PREFERRED = 8, KEY_SIZE = 16, NAME_MAXIMUM = 24 };

static const char *preferred_key(int32_t index, char *key)
{
    static const char prefix[] = "+CPOL ";
    memcpy(key, prefix, sizeof prefix - 1);
    key[sizeof prefix - 1] = (char)('0' + index);
    key[sizeof prefix] = '\0';
    return key;
}

static int read_preferred(struct sim_context *ctx)
{
    char key[KEY_SIZE], value[SIM_STORED_VALUE];
    for (int32_t i = 1; i <= PREFERRED; i++) {
        if (sim_stored_get(ctx, preferred_key(i, key), SIM_AUTO_SAVE, value) == 0)
            continue;
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CPOL: ");
        sim_put_number(ctx, i);
        sim_put_text(ctx, ",");
        sim_put_text(ctx, value);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

/* <index>[,<format>,<operator>[,<technology>...]]; the index alone deletes the entry. */
static int run_preferred(struct sim_call *call)
{
    char key[KEY_SIZE];
    const char *name;
    size_t length;
    unsigned count = sim_argument_count(call);
    int32_t index, format, flag;
    int error = sim_card_error(call->ctx);
    if (error != 0)
        return error;
    if (call->form == SIM_FORM_READ)
        return read_preferred(call->ctx);
    if (!sim_argument_number(call, 0, 1, PREFERRED, &index) || count > 7)
        return SIM_CME_NOT_ALLOWED;
    preferred_key(index, key);
    if (count == 1)
        return sim_stored_set(call->ctx, key, SIM_AUTO_SAVE, NULL, 0) ? SIM_DONE
                                                                      : SIM_CME_MEMORY_FULL;
    if (count < 3 || !sim_argument_number(call, 1, 0, 2, &format) ||
        !sim_argument_text(call, 2, &name, &length) || length == 0 || length > NAME_MAXIMUM)
        return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 3; i < count; i++)
        if (!sim_argument_number(call, i, 0, 1, &flag))
            return SIM_CME_NOT_ALLOWED;
    const char *value = (const char *)memchr(call->arguments, ',', call->length) + 1;
    length = call->length - (size_t)(value - call->arguments);
    if (length >= SIM_STORED_VALUE)
        return SIM_CME_NOT_ALLOWED;
    if (sim_stored_set(call->ctx, key, SIM_AUTO_SAVE, value, length))
        return SIM_DONE;
    return sim_power_is_up(call->ctx->sim) ? SIM_CME_MEMORY_FULL : SIM_NO_RESULT;
}

/* ---- COPN ---------------------------------------------------------------------------------- */

static void put_name(struct sim_context *ctx, const char *code, size_t length, const char *name)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, "+COPN: \"");
    sim_put_bytes(ctx, code, length);
    sim_put_text(ctx, "\",");
    sim_put_quoted(ctx, name);
    sim_line_end(ctx);
}

/* The card's own operator, and a few; a module lists hundreds. */
static int run_names(struct sim_call *call)
{
    static const char *const names[][2] = {{"20404", "vodafone NL"}, {"20801", "Orange F"},
                                           {"23415", "vodafone UK"}, {"24001", "TELIA S"},
                                           {"26201", "Telekom.de"},  {"26202", "Vodafone.de"},
                                           {"310260", "T-Mobile"},   {"46000", "CHINA MOBILE"}};
    const struct sim_config *config = call->ctx->host->config;
    put_name(call->ctx, config->imsi, 5, config->operator_name);
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (memcmp(names[i][0], config->imsi, 5) != 0)
            put_name(call->ctx, names[i][0], strlen(names[i][0]), names[i][1]);
    return SIM_DONE;
}

/* ---- CSIMLOCK ------------------------------------------------------------------------------ */

enum { UNLOCK, LOCK, QUERY, PASSWORD_MAXIMUM = 16, CODES_MAXIMUM = 160 };

static const char lock_key[] = "+CSIMLOCK";

/* "<password> <networks>" while it is locked. */
static int query_lock(struct sim_context *ctx)
{
    char value[SIM_STORED_VALUE];
    size_t length = sim_stored_get(ctx, lock_key, SIM_AUTO_SAVE, value);
    const char *codes = length > 0 ? strchr(value, ' ') : NULL;
    sim_line_begin(ctx);
    sim_put_text(ctx, codes ? "+CSIMLOCK: 1," : "+CSIMLOCK: 0,");
    sim_put_quoted(ctx, codes ? codes + 1 : "");
    sim_line_end(ctx);
    return SIM_DONE;
}

static int change_lock(struct sim_call *call, const char *value, size_t length)
{
    if (sim_stored_set(call->ctx, lock_key, SIM_AUTO_SAVE, value, length))
        return SIM_DONE;
    return sim_power_is_up(call->ctx->sim) ? SIM_CME_MEMORY_FULL : SIM_NO_RESULT;
}

static int run_lock(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    const char *facility, *password, *codes;
    size_t length, password_length, codes_length;
    int32_t mode;
    if (call->form == SIM_FORM_READ)
        return SIM_DONE;
    if (!sim_argument_text(call, 0, &facility, &length) || length != 2 ||
        memcmp(facility, "PN", 2) != 0 || !sim_argument_number(call, 1, UNLOCK, QUERY, &mode) ||
        sim_argument_count(call) != (mode == QUERY  ? 2u
                                     : mode == LOCK ? 4u
                                                    : 3u))
        return SIM_CME_NOT_ALLOWED;
    if (mode == QUERY)
        return query_lock(ctx);
    if (!sim_argument_text(call, 2, &password, &password_length) || password_length == 0 ||
        password_length > PASSWORD_MAXIMUM || memchr(password, ' ', password_length))
        return SIM_CME_NOT_ALLOWED;
    bool locked = sim_stored_get(ctx, lock_key, SIM_AUTO_SAVE, value) > 0;
    if (mode == UNLOCK) {
        bool right = locked && strncmp(value, password, password_length) == 0 &&
                     value[password_length] == ' ';
        return right ? change_lock(call, NULL, 0) : SIM_CME_WRONG_PASSWORD;
    }
    if (locked || !sim_argument_text(call, 3, &codes, &codes_length) || codes_length == 0 ||
        codes_length > CODES_MAXIMUM)
        return SIM_CME_NOT_ALLOWED;
    memcpy(value, password, password_length);
    value[password_length] = ' ';
    memcpy(value + password_length + 1, codes, codes_length);
    return change_lock(call, value, password_length + 1 + codes_length);
}

enum {
    ALL = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE,
    ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE
};

const struct sim_command sim_commands_operator[] = {
    {"+CPOL", ALL, SIM_AUTO_SAVE, 'D', 0, "AT106 3.2.17", "operators that the card prefers",
     "+CPOL: (1-8),(0-2)", run_preferred, 0},
    {"+COPN", ACT, SIM_NO_SAVE, 'D', 0, "AT106 3.2.18", "names of operators", NULL, run_names, 0},
    {"+CSIMLOCK", ALL, SIM_AUTO_SAVE, 'D', 0, "AT106 5.2.41", "locks the module to networks",
     "+CSIMLOCK: (\"PN\"),(0-2),16,160", run_lock, 104},
    {.name = NULL},
};
