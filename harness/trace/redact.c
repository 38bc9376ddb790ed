/* redact.c - the rules as a table, tried at each byte; stand-ins. */
#include "harness/trace/redact.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "harness/trace/redact_parts.h"

static redact_rule *const rules[TRACE_RULE_COUNT] = {
    [TRACE_RULE_CREDENTIALS] = redact_credentials,
    [TRACE_RULE_NAMED] = redact_named,
    [TRACE_RULE_KEYS] = redact_keys,
    [TRACE_RULE_USERINFO] = redact_userinfo,
    [TRACE_RULE_HOSTS] = redact_hosts,
    [TRACE_RULE_MAIL] = redact_mail,
    [TRACE_RULE_CELLS] = redact_cells,
    [TRACE_RULE_POSITIONS] = redact_positions,
    [TRACE_RULE_CARD] = redact_card,
    [TRACE_RULE_PDU] = redact_pdu,
    [TRACE_RULE_ICCID] = redact_iccid,
    [TRACE_RULE_IMEI] = redact_imei,
    [TRACE_RULE_IMSI] = redact_imsi,
    [TRACE_RULE_NUMBERS] = redact_numbers,
    [TRACE_RULE_IPV4] = redact_ipv4,
    [TRACE_RULE_IPV6] = redact_ipv6,
};

static const struct {
    const char *name, *what;
} names[TRACE_RULE_COUNT] = {
#define X(name, text, what) {text, what},
    TRACE_RULES(X)
#undef X
};

/* ---- reading --------------------------------------------------------------------------------- */

bool redact_is_digit(const struct redact_text *text, size_t at)
{
    return at < text->size && text->bytes[at] >= '0' && text->bytes[at] <= '9';
}

bool redact_is_hex(const struct redact_text *text, size_t at)
{
    return at < text->size && text->bytes[at] < 0x80 && isxdigit(text->bytes[at]);
}

bool redact_is_letter(const struct redact_text *text, size_t at)
{
    return at < text->size && text->bytes[at] < 0x80 && isalpha(text->bytes[at]);
}

bool redact_is(const struct redact_text *text, size_t at, char wanted)
{
    return at < text->size && text->bytes[at] == (uint8_t)wanted;
}

size_t redact_digits(const struct redact_text *text, size_t at)
{
    size_t end = at;
    if (at > 0 && redact_is_digit(text, at - 1))
        return 0;
    while (redact_is_digit(text, end))
        end++;
    return end - at;
}

size_t redact_hex(const struct redact_text *text, size_t at)
{
    size_t end = at;
    if (at > 0 && redact_is_hex(text, at - 1))
        return 0;
    while (redact_is_hex(text, end))
        end++;
    return end - at;
}

bool redact_at_word(const struct redact_text *text, size_t at)
{
    if (at == 0 || !redact_is_letter(text, at - 1))
        return true;
    return at >= 2 && (text->bytes[at - 2] == '\\' || text->bytes[at - 2] == '^');
}

bool redact_word(const struct redact_text *text, size_t at, const char *word)
{
    for (; *word; word++, at++)
        if (at >= text->size || toupper(text->bytes[at]) != toupper((uint8_t)*word))
            return false;
    return true;
}

/* ---- stand-ins ------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t state)
{
    state ^= state >> 30;
    state *= 0xbf58476d1ce4e5b9u;
    state ^= state >> 27;
    state *= 0x94d049bb133111ebu;
    return state ^ state >> 31;
}

struct redact_dice redact_dice(const struct redact_text *text, const void *value, size_t size)
{
    const uint8_t *bytes = value;
    uint64_t state = text->redactor->key;
    for (size_t i = 0; i < size; i++)
        state = mix(state ^ bytes[i]) + 0x9e3779b97f4a7c15u;
    return (struct redact_dice){mix(state ^ size)};
}

unsigned redact_throw(struct redact_dice *dice, unsigned sides)
{
    dice->state += 0x9e3779b97f4a7c15u;
    return (unsigned)((mix(dice->state) >> 32) % sides);
}

void redact_put(struct redact_text *text, size_t at, uint8_t byte)
{
    if (at >= text->size || (text->done && text->done[at]))
        return;
    text->bytes[at] = byte;
    if (text->done)
        text->done[at] = 1;
}

bool redact_is_done(const struct redact_text *text, size_t at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!text->done || !text->done[at + i])
            return false;
    return true;
}

/* Another one of the same class than `byte`. */
static uint8_t other(struct redact_dice *dice, uint8_t byte, bool hex)
{
    if (byte >= '0' && byte <= '9')
        return (uint8_t)('0' + (byte - '0' + 1 + redact_throw(dice, 9)) % 10);
    if (byte < 0x80 && isalpha(byte)) {
        unsigned first = isupper(byte) ? 'A' : 'a', count = hex ? 6 : 26;
        return (uint8_t)(first + (byte - first + 1 + redact_throw(dice, count - 1)) % count);
    }
    return byte;
}

void redact_scramble(struct redact_text *text, size_t at, size_t size, bool hex)
{
    struct redact_dice dice = redact_dice(text, text->bytes + at, size);
    for (size_t i = 0; i < size; i++)
        redact_put(text, at + i, other(&dice, text->bytes[at + i], hex));
}

size_t redact_taken(struct redact_text *text, size_t size)
{
    text->redactor->counts[text->rule]++;
    return size;
}

/* ---- the redactor ---------------------------------------------------------------------------- */

uint64_t trace_redact_key_of(const char *words)
{
    uint64_t key = 0xcbf29ce484222325u;
    for (; *words; words++)
        key = mix((key ^ (uint8_t)*words) * 0x100000001b3u);
    return key;
}

uint64_t trace_redact_key(void)
{
    uint64_t key = 0;
    FILE *file = fopen("/dev/urandom", "re");
    struct timespec now;
    if (file && fread(&key, sizeof key, 1, file) != 1)
        key = 0;
    if (file)
        fclose(file);
    clock_gettime(CLOCK_REALTIME, &now);
    return key ^ mix((uint64_t)now.tv_nsec + (uint64_t)now.tv_sec * 1000000007u);
}

void trace_redact(struct trace_redactor *redactor, uint8_t *bytes, size_t size, uint8_t *done)
{
    struct redact_text text = {.redactor = redactor, .bytes = bytes, .done = done, .size = size};
    for (size_t at = 0; at < size;) {
        size_t taken = 0;
        for (unsigned i = 0; i < TRACE_RULE_COUNT && taken == 0; i++) {
            text.rule = (enum trace_rule)i;
            if (!(redactor->without >> i & 1))
                taken = rules[i](&text, at);
        }
        at += taken ? taken : 1;
    }
}

const char *trace_rule_name(unsigned rule)
{
    return rule < TRACE_RULE_COUNT ? names[rule].name : "?";
}

const char *trace_rule_what(unsigned rule)
{
    return rule < TRACE_RULE_COUNT ? names[rule].what : "?";
}
