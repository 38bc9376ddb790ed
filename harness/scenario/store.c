/* store.c - one value: checked by its row, then put into the member that the row names. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/compile.h"

enum { SHOWN = 64 }; /* of a value in a message, in bytes */

static const char *const type_names[] = {
#define X(name, text) text,
    SCENARIO_TYPES(X)
#undef X
};

static const char *const form_names[] = {
#define X(name, text) text,
    SCENARIO_FORMS(X)
#undef X
};

/* ---- numbers --------------------------------------------------------------------------------- */

static void put_number(const struct scenario_key *key, void *target, int64_t number)
{
    void *member = (char *)target + key->offset;
    uint64_t u64 = (uint64_t)number;
    uint32_t u32 = (uint32_t)number;
    uint16_t u16 = (uint16_t)number;
    uint8_t u8 = (uint8_t)number;
    const void *from = key->size == 8   ? (const void *)&u64
                       : key->size == 4 ? (const void *)&u32
                       : key->size == 2 ? (const void *)&u16
                                        : (const void *)&u8;
    if (key->size > 0)
        memcpy(member, from, key->size);
}

/* What is wrong with the writing of a number: X(fault, "what"). */
static const char *const number_faults[] = {
    [TEXT_NUMBER_NONE] = "is not",
    [TEXT_NUMBER_NO_UNIT] = "has no unit for",
    [TEXT_NUMBER_BAD_UNIT] = "is not",
    [TEXT_NUMBER_TOO_FINE] = "is too fine for",
    [TEXT_NUMBER_TOO_LARGE] = "is too large for",
};

bool scenario_take_number(struct scenario_compiler *compiler, const char *name,
                          const struct scenario_node *value, enum text_quantity quantity,
                          int64_t minimum, int64_t maximum, int64_t *ret_number)
{
    char shown[SHOWN], low[32], high[32];
    enum text_number_fault fault =
        text_number_parse(quantity, value->text, value->length, ret_number);

    if (fault == TEXT_NUMBER_GOOD && *ret_number >= minimum && *ret_number <= maximum)
        return true;
    scenario_printable(shown, sizeof shown, value->text, value->length);
    if (fault != TEXT_NUMBER_GOOD) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL, "'%s' %s %s; '%s' is written %s",
                          shown, number_faults[fault], text_quantity_name(quantity), name,
                          text_quantity_example(quantity));
        return false;
    }
    scenario_diagnose(compiler->diagnostics, value->at, NULL,
                      "'%s' is out of range; '%s' goes from %s to %s", shown, name,
                      text_number_write(low, sizeof low, quantity, minimum),
                      text_number_write(high, sizeof high, quantity, maximum));
    return false;
}

/* The largest number that the row's member can hold, in the smallest unit. */
static int64_t member_maximum(const struct scenario_key *key)
{
    int64_t divisor = key->divisor > 0 ? key->divisor : 1;
    if (key->size >= 8)
        return INT64_MAX;
    return ((INT64_C(1) << (8 * key->size)) - 1) * divisor;
}

/* What may be a size or a duration: its unit tells. */
static bool store_size_or_time(struct scenario_compiler *compiler, const struct scenario_key *key,
                               const struct scenario_node *value, void *target)
{
    char shown[SHOWN];
    int64_t number = 0;
    bool time =
        text_number_parse(TEXT_DURATION, value->text, value->length, &number) == TEXT_NUMBER_GOOD;
    bool bytes = !time && text_number_parse(TEXT_SIZE, value->text, value->length, &number) ==
                              TEXT_NUMBER_GOOD;
    if ((time && number >= 1) || (bytes && number >= key->minimum && number <= key->maximum)) {
        uint64_t time_us = (uint64_t)number;
        if (time)
            memcpy((char *)target + key->time_offset, &time_us, sizeof time_us);
        else
            put_number(key, target, number);
        return true;
    }
    scenario_printable(shown, sizeof shown, value->text, value->length);
    scenario_diagnose(compiler->diagnostics, value->at, NULL,
                      "'%s' is no size and no duration above 0; '%s' is written '%s', %s, or %s",
                      shown, key->name, key->word, text_quantity_example(TEXT_SIZE),
                      text_quantity_example(TEXT_DURATION));
    return false;
}

static bool store_number(struct scenario_compiler *compiler, const struct scenario_key *key,
                         const struct scenario_node *value, void *target)
{
    static const uint8_t quantities[SCENARIO_TYPE_COUNT] = {
        [SCENARIO_TYPE_NUMBER] = TEXT_COUNT,    [SCENARIO_TYPE_DURATION] = TEXT_DURATION,
        [SCENARIO_TYPE_SIZE] = TEXT_SIZE,       [SCENARIO_TYPE_VOLTAGE] = TEXT_VOLTAGE,
        [SCENARIO_TYPE_PERCENT] = TEXT_PERCENT,
    };
    int64_t maximum = key->maximum > 0 ? key->maximum : member_maximum(key);
    int64_t divisor = key->divisor > 0 ? key->divisor : 1, number;

    if (key->word && strcmp(value->text, key->word) == 0) {
        put_number(key, target, key->word_value);
        return true;
    }
    if (key->time_offset)
        return store_size_or_time(compiler, key, value, target);
    if (key->type == SCENARIO_TYPE_NUMBER && value->style != SCENARIO_PLAIN) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' takes a bare number, without quotes", key->name);
        return false;
    }
    if (!scenario_take_number(compiler, key->name, value, quantities[key->type], key->minimum,
                              maximum, &number))
        return false;
    if (number % divisor != 0) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' is finer than a millisecond; '%s' is kept in ms", value->text,
                          key->name);
        return false;
    }
    put_number(key, target, number / divisor);
    return true;
}

/* ---- words ----------------------------------------------------------------------------------- */

static const char *word_of(const void *words, size_t index)
{
    const struct scenario_words *list = words;
    return scenario_word(list, list->first + index);
}

void scenario_refuse_word(struct scenario_compiler *compiler, const char *name,
                          const struct scenario_node *value, const struct scenario_words *words)
{
    char shown[SHOWN], hint[SCENARIO_MESSAGE_MAX] = "allowed: ";
    size_t count = 0, used = strlen(hint);

    for (const char *word; (word = word_of(words, count)); count++)
        if (used < sizeof hint)
            used +=
                (size_t)snprintf(hint + used, sizeof hint - used, "%s%s", count ? ", " : "", word);
    scenario_printable(shown, sizeof shown, value->text, value->length);
    const char *nearest = text_nearest(value->text, value->length, word_of, words, count);
    if (nearest)
        scenario_diagnose(compiler->diagnostics, value->at, hint,
                          "'%s' is not a value of '%s'; did you mean '%s'?", shown, name, nearest);
    else
        scenario_diagnose(compiler->diagnostics, value->at, hint, "'%s' is not a value of '%s'",
                          shown, name);
}

/* The index of the value among the row's words, or -1 with a complaint. */
static int find_word(struct scenario_compiler *compiler, const struct scenario_key *key,
                     const struct scenario_node *value)
{
    const char *word;
    for (size_t i = key->words->first; (word = scenario_word(key->words, i)); i++)
        if (strlen(word) == value->length && memcmp(word, value->text, value->length) == 0)
            return (int)i;
    scenario_refuse_word(compiler, key->name, value, key->words);
    return -1;
}

static bool store_word(struct scenario_compiler *compiler, const struct scenario_key *key,
                       const struct scenario_node *value, void *target)
{
    int index = find_word(compiler, key, value);
    if (index >= 0)
        put_number(key, target, index);
    return index >= 0;
}

static bool store_yes(struct scenario_compiler *compiler, const struct scenario_key *key,
                      const struct scenario_node *value, void *target)
{
    char shown[SHOWN];
    if (value->style == SCENARIO_PLAIN && strcmp(value->text, "yes") == 0) {
        put_number(key, target, 1);
        return true;
    }
    scenario_diagnose(compiler->diagnostics, value->at, NULL,
                      "'%s' takes only yes, not '%s'; leave the key out if it is not so", key->name,
                      scenario_printable(shown, sizeof shown, value->text, value->length));
    return false;
}

/* ---- text ------------------------------------------------------------------------------------ */

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

static bool begins_with(const struct scenario_node *value, const char *prefix)
{
    return strncmp(value->text, prefix, strlen(prefix)) == 0;
}

/* A row per form: bytes that it may not have, how it begins (one of two), and how it ends. */
static const struct {
    const char *without, *begins, *or_begins, *ends;
    const char *only; /* bytes that it has alone, NULL = any */
} forms[SCENARIO_FORM_COUNT] = {
    [SCENARIO_FORM_ANY] = {.without = ""},
    [SCENARIO_FORM_UNQUOTED] = {.without = "\""},
    [SCENARIO_FORM_VISIBLE] = {.without = " \"'"},
    [SCENARIO_FORM_DIGITS] = {.without = "", .only = "0123456789"},
    [SCENARIO_FORM_HEX] = {.without = "", .only = "0123456789abcdef"},
    [SCENARIO_FORM_COMMAND] = {.without = "", .begins = "AT", .or_begins = "A/"},
    [SCENARIO_FORM_FILE] = {.without = " \"'/\\", .ends = ".yaml"},
    [SCENARIO_FORM_PATH] = {.without = " \"'", .begins = "/"},
    [SCENARIO_FORM_URL] = {.without = "", .begins = "http://"},
};

static bool ends_with(const struct scenario_node *value, const char *end)
{
    size_t length = strlen(end);
    return value->length >= length &&
           memcmp(value->text + value->length - length, end, length) == 0;
}

static bool has_form(const struct scenario_node *value, enum scenario_form form)
{
    for (size_t i = 0; i < value->length; i++) {
        char c = value->text[i];
        if (is_control(c) || strchr(forms[form].without, c))
            return false;
        if (forms[form].only && !strchr(forms[form].only, c))
            return false;
    }
    if (forms[form].ends && !ends_with(value, forms[form].ends))
        return false;
    return !forms[form].begins || begins_with(value, forms[form].begins) ||
           (forms[form].or_begins && begins_with(value, forms[form].or_begins));
}

static bool check_text(struct scenario_compiler *compiler, const struct scenario_key *key,
                       const struct scenario_node *value, size_t maximum)
{
    bool fits = value->length >= (size_t)key->minimum && value->length <= maximum;
    char shown[SHOWN];

    if (fits && has_form(value, key->form))
        return true;
    scenario_printable(shown, sizeof shown, value->text, value->length);
    if (fits)
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' is no value of '%s'; it takes %s", shown, key->name,
                          form_names[key->form]);
    else if (value->length == 0)
        scenario_diagnose(compiler->diagnostics, value->at, NULL, "'%s' is empty", key->name);
    else
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "%zu bytes are too %s for '%s'; it has %lld to %zu", value->length,
                          value->length > maximum ? "many" : "few", key->name,
                          (long long)key->minimum, maximum);
    return false;
}

static size_t text_maximum(const struct scenario_key *key)
{
    return key->maximum > 0 ? (size_t)key->maximum : SCENARIO_TEXT_MAX;
}

static void put_text(const struct scenario_key *key, void *target, const char *text)
{
    memcpy((char *)target + key->offset, &text, sizeof text);
}

static bool store_line(struct scenario_compiler *compiler, const struct scenario_key *key,
                       const struct scenario_node *value, void *target)
{
    if (!check_text(compiler, key, value, text_maximum(key)))
        return false;
    put_text(key, target, value->text);
    return true;
}

static bool store_chars(struct scenario_compiler *compiler, const struct scenario_key *key,
                        const struct scenario_node *value, void *target)
{
    char *member = (char *)target + key->offset;
    size_t room = key->size - 1u;
    size_t maximum = key->maximum > 0 && (size_t)key->maximum < room ? (size_t)key->maximum : room;

    if (key->words && find_word(compiler, key, value) < 0)
        return false;
    if (!check_text(compiler, key, value, maximum))
        return false;
    memset(member, 0, key->size);
    memcpy(member, value->text, value->length);
    return true;
}

/* Folded text keeps its meaning; a last line end is nobody's. */
static bool store_prose(struct scenario_compiler *compiler, const struct scenario_key *key,
                        const struct scenario_node *value, void *target)
{
    struct scenario_node line = *value;
    char *text = scenario_arena_text(compiler->arena, value->text, value->length);
    if (!text) {
        scenario_out_of_memory(compiler);
        return false;
    }
    while (line.length > 0 && text[line.length - 1] == '\n')
        text[--line.length] = '\0';
    for (size_t i = 0; i < line.length; i++)
        if (text[i] == '\n')
            text[i] = ' ';
    line.text = text;
    return store_line(compiler, key, &line, target);
}

static bool store_at(struct scenario_compiler *compiler, const struct scenario_key *key,
                     const struct scenario_node *value, void *target)
{
    char shown[SHOWN];
    if (value->style == SCENARIO_SINGLE || value->style == SCENARIO_DOUBLE)
        return store_line(compiler, key, value, target) &&
               (key->form != SCENARIO_FORM_COMMAND || value->length < 2 ||
                scenario_check_command(compiler, value, value->text + 2));
    scenario_printable(shown, sizeof shown, value->text, value->length);
    scenario_diagnose(compiler->diagnostics, value->at, NULL,
                      "AT text must be quoted; write '%s' in single quotes", shown);
    return false;
}

/* ---- by type --------------------------------------------------------------------------------- */

typedef bool store_function(struct scenario_compiler *compiler, const struct scenario_key *key,
                            const struct scenario_node *value, void *target);

static store_function *const stores[SCENARIO_TYPE_COUNT] = {
    [SCENARIO_TYPE_PROSE] = store_prose,    [SCENARIO_TYPE_LINE] = store_line,
    [SCENARIO_TYPE_CHARS] = store_chars,    [SCENARIO_TYPE_AT] = store_at,
    [SCENARIO_TYPE_NUMBER] = store_number,  [SCENARIO_TYPE_DURATION] = store_number,
    [SCENARIO_TYPE_SIZE] = store_number,    [SCENARIO_TYPE_VOLTAGE] = store_number,
    [SCENARIO_TYPE_PERCENT] = store_number, [SCENARIO_TYPE_YES] = store_yes,
    [SCENARIO_TYPE_WORD] = store_word,
};

bool scenario_store(struct scenario_compiler *compiler, const struct scenario_key *key,
                    const struct scenario_node *value, void *target)
{
    const char *wanted = type_names[key->type];
    if (value->kind == SCENARIO_NODE_BROKEN)
        return false;
    if (value->kind != SCENARIO_NODE_SCALAR) {
        bool unquoted = key->type == SCENARIO_TYPE_AT && value->kind == SCENARIO_NODE_MAPPING;
        scenario_diagnose(compiler->diagnostics, value->at,
                          unquoted ? "text with ': ' is a mapping unless it is quoted" : NULL,
                          "'%s' takes %s, not a %s", key->name, wanted,
                          value->kind == SCENARIO_NODE_MAPPING ? "mapping" : "list");
        return false;
    }
    if (value->length == 0 && value->style == SCENARIO_PLAIN) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL, "'%s' has no value; it takes %s",
                          key->name, wanted);
        return false;
    }
    return stores[key->type](compiler, key, value, target);
}

bool scenario_store_item(struct scenario_compiler *compiler, const struct scenario_key *key,
                         const struct scenario_node *value, void *target)
{
    struct scenario_key item = *key;
    item.offset = 0;
    value = scenario_resolve(compiler, value);
    return value && scenario_store(compiler, &item, value, target);
}
