/*
 * grammar.c - where a command of a line begins and ends (AT106 1.4, V.25ter 5.3).
 *
 * Basic commands are a letter (with or without &) and digits, S-registers S and digits, extended
 * commands + and a name. A semicolon must follow an extended command before the next one and may
 * follow a basic one.
 */
#include "sim/frame.h"

/* The rest of a line: what is not yet read. */
struct rest {
    const char *text;
    size_t length;
    size_t at;
};

static char peek(const struct rest *rest)
{
    return rest->at < rest->length ? rest->text[rest->at] : '\0';
}

static bool is_digit(char c)
{
    return (uint8_t)(c - '0') < 10;
}

static bool is_letter(char c)
{
    return (uint8_t)((c | 0x20) - 'a') < 26;
}

static void skip_spaces(struct rest *rest)
{
    while (peek(rest) == ' ')
        rest->at++;
}

static void skip_digits(struct rest *rest)
{
    while (is_digit(peek(rest)))
        rest->at++;
}

/* Up to the semicolon that ends the command; semicolons in quotes do not count. */
static void skip_arguments(struct rest *rest)
{
    const char *at = rest->text + rest->at, *end = rest->text + rest->length;
    for (bool quoted = false; at < end && (quoted || *at != ';'); at++)
        quoted ^= *at == '"';
    rest->at = (size_t)(at - rest->text);
}

/* A question mark, with blanks around it or without. */
static bool is_question(const char *text, size_t length)
{
    size_t marks = 0;
    if (length > 0 && text[0] != ' ' && text[0] != '?')
        return false; /* most arguments */
    for (size_t i = 0; i < length; i++) {
        if (text[i] != ' ' && text[i] != '?')
            return false;
        marks += text[i] == '?';
    }
    return marks == 1;
}

/* "?", "=?", "=…" or nothing after the name. */
static void read_form(struct rest *rest, struct sim_piece *piece)
{
    piece->form = SIM_FORM_EXECUTE;
    if (peek(rest) == '?') {
        rest->at++;
        piece->form = SIM_FORM_READ;
    } else if (peek(rest) == '=') {
        size_t begin = ++rest->at;
        skip_arguments(rest);
        piece->arguments = rest->text + begin;
        piece->arguments_length = rest->at - begin;
        bool test = is_question(piece->arguments, piece->arguments_length);
        piece->form = test ? SIM_FORM_TEST : SIM_FORM_WRITE;
    }
}

static void read_extended(struct rest *rest, struct sim_piece *piece)
{
    size_t begin = rest->at++, at = begin + 1;
    while (at < rest->length && (is_letter(rest->text[at]) || is_digit(rest->text[at])))
        at++;
    rest->at = at;
    piece->name_length = at - begin;
    skip_spaces(rest);
    read_form(rest, piece);
    skip_spaces(rest);
    piece->malformed = rest->at < rest->length && peek(rest) != ';';
}

static void read_register(struct rest *rest, struct sim_piece *piece)
{
    size_t begin = rest->at++;
    skip_digits(rest);
    piece->name_length = rest->at - begin;
    size_t equals = rest->at;
    piece->malformed = peek(rest) != '?' && peek(rest) != '=';
    if (peek(rest) != '=') {
        read_form(rest, piece);
        return;
    }
    rest->at++;
    piece->form = peek(rest) == '?' ? SIM_FORM_TEST : SIM_FORM_WRITE;
    if (piece->form == SIM_FORM_TEST)
        rest->at++;
    skip_digits(rest);
    piece->arguments = rest->text + equals + 1;
    piece->arguments_length = rest->at - equals - 1;
}

/* Up to the end of the line, or with a semicolon, which makes it a voice call (V.25ter 6.3.1). */
static void skip_dial_string(struct rest *rest)
{
    while (rest->at < rest->length && peek(rest) != ';')
        rest->at++;
    rest->at += peek(rest) == ';';
}

static void read_basic(struct rest *rest, struct sim_piece *piece)
{
    size_t begin = rest->at;
    rest->at += peek(rest) == '&' ? 2 : 1;
    if (rest->at > rest->length)
        rest->at = rest->length;
    piece->name_length = rest->at - begin;
    piece->form = SIM_FORM_EXECUTE;
    piece->arguments = rest->text + rest->at;
    if (rest->text[begin] == 'D' || rest->text[begin] == 'd')
        skip_dial_string(rest);
    else
        skip_digits(rest);
    piece->arguments_length = (size_t)(rest->text + rest->at - piece->arguments);
    piece->malformed = !is_letter(rest->text[begin + piece->name_length - 1]);
}

bool sim_grammar_next(const char *line, size_t length, size_t cursor, struct sim_piece *ret_piece)
{
    struct rest rest = {line, length, cursor};
    struct sim_piece *piece = ret_piece;
    if (cursor >= length)
        return false; /* after the last command of each line */
    skip_spaces(&rest);
    if (rest.at == length)
        return false;
    size_t begin = rest.at;
    char first = line[begin];
    *piece = (struct sim_piece){.text = line + begin};
    if (first == '+')
        read_extended(&rest, piece);
    else if (first == 'S' || first == 's')
        read_register(&rest, piece);
    else
        read_basic(&rest, piece);
    if (piece->malformed)
        skip_arguments(&rest);
    piece->length = rest.at - begin;
    while (piece->length > piece->name_length && piece->text[piece->length - 1] == ' ')
        piece->length--;
    skip_spaces(&rest);
    if (peek(&rest) == ';')
        rest.at++;
    piece->next = rest.at;
    return true;
}
