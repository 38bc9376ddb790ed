/*
 * reading.c - what lines, prompts and commands mean to somebody who reads the wire.
 *
 * The words are those that the emulator prints: its tables of URCs, boot lines and prompts, its
 * grammar of commands.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/beginning.h"
#include "sim/knowledge/prompts.h"
#include "sim/knowledge/urcs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool begins_with(const char *text, size_t length, const char *wanted)
{
    size_t n = strlen(wanted);
    return length >= n && memcmp(text, wanted, n) == 0;
}

/* The same without the blank behind a colon, which may lack (setting urc-space). */
static bool begins_tight(const char *line, size_t length, const char *wanted)
{
    size_t at = 0;
    for (; *wanted; wanted++) {
        bool same = at < length && line[at] == *wanted;
        if (!same && !(*wanted == ' ' && at > 0 && line[at - 1] == ':'))
            return false;
        at += same;
    }
    return true;
}

static bool line_begins(const char *line, size_t length, const char *wanted, size_t wanted_length)
{
    if (length >= wanted_length && memcmp(line, wanted, wanted_length) == 0)
        return true;
    return begins_tight(line, length, wanted);
}

/* One of the updater's, of which there are more than of all others. */
static bool is_of_update(const char *line, size_t length)
{
    return length >= sizeof SIM_URC_UPDATE - 1 &&
           memcmp(line, SIM_URC_UPDATE, sizeof SIM_URC_UPDATE - 1) == 0;
}

/* ---- commands ------------------------------------------------------------------------------ */

_Static_assert((int)SIM_ASKS_TEST == SIM_FORM_TEST && (int)SIM_ASKS_READ == SIM_FORM_READ &&
                   (int)SIM_ASKS_WRITE == SIM_FORM_WRITE &&
                   (int)SIM_ASKS_EXECUTE == SIM_FORM_EXECUTE,
               "the catalogue's forms are the interpreter's");

bool sim_command_next(const char *line, size_t length, size_t cursor,
                      struct sim_command_piece *ret_piece)
{
    struct sim_piece piece;
    if (length == 0) {
        *ret_piece = (struct sim_command_piece){.text = line, .asks = SIM_ASKS_EXECUTE, .next = 1};
        return cursor == 0; /* AT alone is a command, too */
    }
    if (!sim_grammar_next(line, length, cursor, &piece))
        return false;
    *ret_piece = (struct sim_command_piece){.text = piece.text,
                                            .length = piece.length,
                                            .name_length = piece.name_length,
                                            .asks = (uint8_t)piece.form,
                                            .next = piece.next};
    return true;
}

/* In the order in which they are tried: E1 before E, which is E0. */
static const struct {
    const char *command; /* upper case; a command that begins so */
    enum sim_effect effect;
} basic_effects[] = {
    {"E1", SIM_EFFECT_ECHO_ON}, {"E", SIM_EFFECT_ECHO_OFF}, {"V1", SIM_EFFECT_WORDS},
    {"V", SIM_EFFECT_DIGITS},   {"Z", SIM_EFFECT_AS_SAVED}, {"&F", SIM_EFFECT_AS_SAVED},
};

static enum sim_effect effect_of_extended(const char *command, size_t length)
{
    uint16_t letters = sim_letters_of(command, length);
    if (letters != SIM_LETTERS("+CFUN=") && letters != SIM_LETTERS("+CPIN="))
        return SIM_EFFECT_NONE;
    return sim_command_begins(command, length, "+CFUN=") ||
                   sim_command_begins(command, length, "+CPIN=")
               ? SIM_EFFECT_CARD
               : SIM_EFFECT_NONE;
}

enum sim_effect sim_effect_of(const char *command, size_t length)
{
    if (length > 0 && command[0] == '+')
        return effect_of_extended(command, length);
    for (size_t i = 0; i < COUNT(basic_effects); i++)
        if (sim_command_begins(command, length, basic_effects[i].command))
            return basic_effects[i].effect;
    return SIM_EFFECT_NONE;
}

/* ---- lines --------------------------------------------------------------------------------- */

/* With several connections those of CIP* stand behind its number: "0, CLOSED" (TCP102). */
static size_t number_of_connection(const char *line, size_t length)
{
    bool has_one =
        length > 3 && line[0] >= '0' && line[0] <= '9' && line[1] == ',' && line[2] == ' ';
    return has_one ? 3 : 0;
}

/* With their lengths, and the characters 1 and 2, which tell most of them apart at once. */
static const struct {
    const char *begin;
    uint8_t length;
    char second, third;
} urcs[] = {
#define X(name, text, ...) {text, sizeof text - 1, text[1], text[2]},
    SIM_URCS(X)
#undef X
};

/* The same two, as one of 256 numbers, and the set of all of them: 64 a word. */
#define LETTERS(second, third) ((uint8_t)((second)*7 + (third)))
#define IN_WORD(text, word)                                                                        \
    (LETTERS(text[1], text[2]) / 64 == (word) ? UINT64_C(1) << LETTERS(text[1], text[2]) % 64 : 0)

static const uint64_t letters_of_urcs[] = {
#define X(name, text, ...) | IN_WORD(text, 0)
    0 SIM_URCS(X),
#undef X
#define X(name, text, ...) | IN_WORD(text, 1)
    0 SIM_URCS(X),
#undef X
#define X(name, text, ...) | IN_WORD(text, 2)
    0 SIM_URCS(X),
#undef X
#define X(name, text, ...) | IN_WORD(text, 3)
    0 SIM_URCS(X),
#undef X
};

bool sim_is_urc(const char *line, size_t length)
{
    enum { SHORTEST = 3 };
    size_t skipped = number_of_connection(line, length);
    line += skipped;
    length -= skipped;
    if (length < SHORTEST)
        return false;
    if (is_of_update(line, length))
        return true;
    char second = line[1], third = line[2];
    uint8_t letters = LETTERS(second, third);
    if (!(letters_of_urcs[letters / 64] >> letters % 64 & 1))
        return false; /* most answers */
    for (size_t i = 0; i < COUNT(urcs); i++)
        if (urcs[i].second == second && urcs[i].third == third && urcs[i].length <= length + 1 &&
            line_begins(line, length, urcs[i].begin, urcs[i].length))
            return true;
    return false;
}

bool sim_is_progress(const char *line, size_t length)
{
    static const char begin[] = SIM_URC_UPDATE_PROGRESS;
    return length >= sizeof begin - 1 && memcmp(line, begin, sizeof begin - 1) == 0;
}

size_t sim_progress_length(const char *bytes, size_t size)
{
    enum { DIGITS_MAX = 3 };
    size_t at = sizeof SIM_URC_UPDATE_PROGRESS - 1, end = at + DIGITS_MAX + 1;
    if (!sim_is_progress(bytes, size))
        return 0;
    for (; at < size && at < end; at++)
        if (bytes[at] == '\r' || bytes[at] == '\n')
            return at;
    return 0;
}

/* Only a card that is ready is a sign; it tells of its other states whenever they change. */
static bool is_sign(const struct sim_boot_line *row, const char *line, size_t length)
{
    static const char ready[] = "+CPIN: READY";
    bool card = begins_with(ready, sizeof ready - 1, row->text);
    return begins_tight(line, length, card ? ready : row->text) &&
           (!row->whole || length == strlen(row->text));
}

static const struct {
    const char *line;
    uint8_t length;
    enum sim_sign sign;
} updates[] = {
#define UPDATE(line, sign)                                                                         \
    {                                                                                              \
        line, sizeof line - 1, sign                                                                \
    }
    UPDATE(SIM_URC_UPDATE_START, SIM_SIGN_UPDATER),
    UPDATE(SIM_URC_UPDATE_AGAIN, SIM_SIGN_UPDATER),
    UPDATE(SIM_URC_UPDATE_GOOD, SIM_SIGN_UPDATED),
    UPDATE(SIM_URC_UPDATE_BAD, SIM_SIGN_UPDATED),
#undef UPDATE
};

static enum sim_sign sign_of_update(const char *line, size_t length)
{
    size_t at = sizeof SIM_URC_UPDATE - 1;
    at += at < length && line[at] == ' ';
    for (size_t i = 0; i < COUNT(updates); i++) {
        const char *rest = updates[i].line + sizeof SIM_URC_UPDATE; /* behind the blank */
        size_t rest_length = updates[i].length - sizeof SIM_URC_UPDATE;
        if (length - at >= rest_length && line[at + rest_length - 1] == rest[rest_length - 1] &&
            memcmp(line + at, rest, rest_length) == 0)
            return updates[i].sign;
    }
    return SIM_SIGN_NONE;
}

enum sim_sign sim_sign_of(const char *line, size_t length, unsigned *ret_order)
{
    const struct sim_boot_line *row;
    *ret_order = 0;
    if (is_of_update(line, length))
        return sign_of_update(line, length);
    for (unsigned i = 0; length > 0 && (row = sim_boot_line(i)) != NULL; i++) {
        if (line[0] != row->text[0] || !is_sign(row, line, length))
            continue;
        *ret_order = i;
        return i == 0 ? SIM_SIGN_BOOT : SIM_SIGN_BOOTED; /* RDY is the first */
    }
    return SIM_SIGN_NONE;
}

/* ---- bytes --------------------------------------------------------------------------------- */

/* The n-th of the numbers that stand between commas, quoted or not; 0: there is none. */
static uint32_t number_at(const char *text, size_t length, unsigned index)
{
    bool quoted = false;
    size_t at = 0;
    uint32_t value = 0;
    for (; at < length && index > 0; at++) {
        quoted ^= text[at] == '"';
        index -= text[at] == ',' && !quoted;
    }
    if (index > 0)
        return 0;
    at += at < length && text[at] == '"';
    for (; at < length && text[at] >= '0' && text[at] <= '9' && value < 100000000u; at++)
        value = value * 10 + (uint32_t)(text[at] - '0');
    return value;
}

static unsigned count_values(const char *text, size_t length)
{
    unsigned count = 1;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        quoted ^= text[i] == '"';
        count += text[i] == ',' && !quoted;
    }
    return count;
}

/* Where the size stands among the arguments of a command that prompts. */
enum { SECOND_IN_TEXT = 0xfc, IN_TEXT = 0xfd, LAST_IF_TWO = 0xfe, NO_SIZE = 0xff };

#define ASKS(command, prompt, size_at) SIM_LETTERS(command), size_at, command, prompt

static const struct {
    uint16_t letters;
    uint8_t size_at;
    const char *command, *prompt;
} prompts[] = {
    {ASKS("+CFSWFILE=", SIM_PROMPT_DOWNLOAD, 3)},
    {ASKS("+HTTPDATA=", SIM_PROMPT_DOWNLOAD, 0)},
    {ASKS("+FTPEXTPUT=", SIM_PROMPT_FTP_RAM, SECOND_IN_TEXT)},
    {ASKS("+SHBODEXT=", SIM_PROMPT_BODY, 0)},
    {ASKS("+FTPPUT=", SIM_PROMPT_FTP, IN_TEXT)},
    {ASKS("+CASEND=", SIM_PROMPT_BYTES, 1)},
    {ASKS("+SMPUB=", SIM_PROMPT_BYTES, 1)},
    {ASKS("+CIPSEND", SIM_PROMPT_BYTES, LAST_IF_TWO)},
    {ASKS("+CMGS=", SIM_PROMPT_BYTES, NO_SIZE)},
    {ASKS("+CMGW", SIM_PROMPT_BYTES, NO_SIZE)},
};

bool sim_may_prompt(const char *command, size_t length)
{
    uint16_t letters = sim_letters_of(command, length);
    for (size_t i = 0; i < COUNT(prompts); i++)
        if (letters == prompts[i].letters &&
            sim_command_begins(command, length, prompts[i].command))
            return true;
    return false;
}

/* Of one number nobody can tell whether it is a size or a connection; those are 0 to 7 (TCP102). */
static uint32_t size_of_send(const char *arguments, size_t length)
{
    enum { CONNECTIONS = 8 };
    uint32_t first = number_at(arguments, length, 0);
    if (count_values(arguments, length) > 1)
        return number_at(arguments, length, 1);
    return first >= CONNECTIONS ? first : SIM_BYTES_TO_END;
}

uint32_t sim_prompt_bytes(const char *command, size_t command_length, const char *text,
                          size_t length)
{
    for (size_t i = 0; i < COUNT(prompts) && length > 0; i++) {
        size_t prompt = strlen(prompts[i].prompt);
        if (text[0] != prompts[i].prompt[0] || !begins_with(text, length, prompts[i].prompt) ||
            (length != prompt && prompts[i].size_at != IN_TEXT &&
             prompts[i].size_at != SECOND_IN_TEXT) ||
            !sim_command_begins(command, command_length, prompts[i].command))
            continue;
        const char *equals = memchr(command, '=', command_length);
        const char *arguments = equals ? equals + 1 : command + command_length;
        size_t rest = (size_t)(command + command_length - arguments);
        switch (prompts[i].size_at) {
        case IN_TEXT:
            return number_at(text + prompt, length - prompt, 0);
        case SECOND_IN_TEXT:
            return number_at(text + prompt, length - prompt, 1);
        case LAST_IF_TWO:
            return size_of_send(arguments, rest);
        case NO_SIZE:
            return SIM_BYTES_TO_END;
        default:
            return number_at(arguments, rest, prompts[i].size_at);
        }
    }
    return 0;
}

size_t sim_prompt_head(const char *text, size_t length)
{
    return begins_with(text, length, SIM_PROMPT_BYTES) ? sizeof SIM_PROMPT_BYTES - 1 : 0;
}

/* "+RECEIVE,0,5:" and "+CIPRXGET: 2,0,5,3", with one connection "+CIPRXGET: 2,5,3" (TCP102). */
static uint32_t size_of_socket(const char *line, size_t length)
{
    const size_t begin = sizeof SIM_BEFORE_RECEIVED - 1;
    if (begins_with(line, length, SIM_BEFORE_SOCKET))
        return number_at(line, length, 2);
    if (!begins_with(line, length, SIM_BEFORE_RECEIVED "2,"))
        return 0;
    return number_at(line + begin, length - begin, count_values(line + begin, length - begin) - 2);
}

uint32_t sim_bytes_behind(const char *line, size_t length)
{
    static const struct {
        const char *begin;
        uint8_t length;
    } before[] = {
#define BEFORE(text) {text, sizeof text - 1}
        BEFORE(SIM_BEFORE_FILE), BEFORE(SIM_BEFORE_BODY),     BEFORE(SIM_BEFORE_BLOCK),
        BEFORE(SIM_BEFORE_FTP),  BEFORE(SIM_BEFORE_FTP_LIST), BEFORE(SIM_BEFORE_FTP_RAM),
#undef BEFORE
    };
    if (length < 4 || line[0] != '+')
        return 0;
    for (size_t i = 0; i < COUNT(before); i++) {
        size_t begin = before[i].length;
        if (line[3] == before[i].begin[3] && length >= begin &&
            memcmp(line, before[i].begin, begin) == 0)
            return number_at(line + begin, length - begin, 0);
    }
    return line[1] == 'C' || line[1] == 'R' ? size_of_socket(line, length) : 0;
}

uint32_t sim_bytes_within(const char *command, size_t command_length, const char *line,
                          size_t length, size_t *ret_head)
{
    *ret_head = 0;
    if (length < 3 || (line[1] != SIM_BEFORE_ONE_SOCKET[1] && line[2] != SIM_BEFORE_SECURE[2]))
        return 0;
    bool one = begins_with(line, length, SIM_BEFORE_ONE_SOCKET);
    bool secure = !one && begins_with(line, length, SIM_BEFORE_SECURE) &&
                  sim_command_begins(command, command_length, "+CARECV=");
    const char *end = one ? memchr(line, ':', length) : secure ? memchr(line, ',', length) : NULL;
    size_t begin = one ? sizeof SIM_BEFORE_ONE_SOCKET - 1 : sizeof SIM_BEFORE_SECURE - 1;
    *ret_head = end ? (size_t)(end - line) + 1 : 0;
    return end ? number_at(line + begin, length - begin, 0) : 0;
}
