/* questions.c - how a module is asked for what it is, by its port alone. */
#include <string.h>

#include "sim/catalogue.h"

/* What of a line is the answer. */
enum part {
    WHOLE,   /* all of a line without a name */
    NUMBER,  /* a number, the n-th after the name */
    SECONDS, /* the time of day of "yy/MM/dd,hh:mm:ss+zz" */
};

static const struct question {
    const char *steps[SIM_QUESTION_STEPS]; /* '%' stands for the argument */
    const char *name; /* that the answer begins with, without ": "; of WHOLE it may be missing */
    uint8_t part;     /* enum part */
    uint8_t place;    /* NUMBER: n-th, from 1 */
} questions[SIM_QUESTION_COUNT] = {
    [SIM_QUESTION_MODEL] = {{"AT+CGMM"}, "", WHOLE, 0},                  /* AT106 3.2.18 */
    [SIM_QUESTION_REVISION] = {{"AT+GMR"}, "Revision", WHOLE, 0},        /* AT106 2.2.27 */
    [SIM_QUESTION_IMEI] = {{"AT+GSN"}, "", WHOLE, 0},                    /* AT106 2.2.29 */
    [SIM_QUESTION_SUPPLY] = {{"AT+CBC"}, "+CBC", NUMBER, 3},             /* AT106 3.2 */
    [SIM_QUESTION_STATUS] = {{"AT+CFOTA?"}, "+CFOTA", NUMBER, 1},        /* FOTA101 */
    [SIM_QUESTION_BEARER] = {{"AT+CNACT?"}, "+CNACT", NUMBER, 1},        /* AT106 7.2 */
    [SIM_QUESTION_CLOCK] = {{"AT+CCLK?"}, "+CCLK", SECONDS, 0},          /* AT106 3.2 */
    [SIM_QUESTION_FILE] = {{"AT+CFSINIT", "AT+CFSGFIS=%", "AT+CFSTERM"}, /* AT106 15.2 */
                           "+CFSGFIS",
                           NUMBER,
                           1},
    [SIM_QUESTION_PARAMETER] = {{"AT%?"}, "%", NUMBER, 1},
};

/* ---- asking -------------------------------------------------------------------------------- */

struct text {
    char *bytes;
    size_t length, capacity; /* length beyond capacity: it did not fit */
};

static void put(struct text *text, const char *bytes, size_t length)
{
    if (text->length + length < text->capacity)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
}

/* A path as CFS* commands name it: index of the folder, name in quotes. */
static void put_path(struct text *text, const char *path)
{
    const char *folder;
    for (size_t i = 0; (folder = sim_directory(i)) != NULL; i++) {
        size_t length = strlen(folder);
        const char digit = (char)('0' + i);
        if (strncmp(path, folder, length) != 0)
            continue;
        put(text, &digit, 1);
        put(text, ",\"", 2);
        put(text, path + length, strlen(path + length));
        put(text, "\"", 1);
        return;
    }
    text->length = text->capacity; /* no such folder */
}

size_t sim_question_command(enum sim_question question, unsigned step, const char *argument,
                            char *buffer, size_t capacity)
{
    const char *form = step < SIM_QUESTION_STEPS ? questions[question].steps[step] : NULL;
    struct text text = {buffer, 0, capacity};
    if (!form)
        return 0;
    for (; *form; form++) {
        if (*form != '%')
            put(&text, form, 1);
        else if (question == SIM_QUESTION_FILE)
            put_path(&text, argument);
        else
            put(&text, argument, strlen(argument));
    }
    if (text.length >= capacity)
        return 0;
    buffer[text.length] = '\0';
    return text.length;
}

/* ---- answers ------------------------------------------------------------------------------- */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool copy(const char *bytes, size_t length, char *value, size_t capacity)
{
    if (length == 0 || capacity == 0)
        return false;
    if (length >= capacity)
        length = capacity - 1;
    memcpy(value, bytes, length);
    value[length] = '\0';
    return true;
}

/* The place-th of the values behind commas; a number in quotes counts without them. */
static bool copy_number(const char *line, size_t length, unsigned place, char *value,
                        size_t capacity)
{
    size_t at = 0, digits = 0;
    for (; place > 1 && at < length; at++)
        place -= line[at] == ',';
    while (at < length && (line[at] == ' ' || line[at] == '"'))
        at++;
    while (at + digits < length && is_digit(line[at + digits]))
        digits++;
    return place == 1 && copy(line + at, digits, value, capacity);
}

static unsigned two_digits(const char *text)
{
    return (unsigned)(text[0] - '0') * 10u + (unsigned)(text[1] - '0');
}

/* "hh:mm:ss" anywhere in the line, as seconds of the day. */
static bool copy_seconds(const char *line, size_t length, char *value, size_t capacity)
{
    static const char form[] = "00:00:00";
    char digits[8];
    size_t count = 0;
    for (size_t i = 0; i + sizeof form - 1 <= length; i++) {
        size_t fits = 0;
        while (form[fits] && (form[fits] == ':' ? line[i + fits] == ':' : is_digit(line[i + fits])))
            fits++;
        if (form[fits])
            continue;
        unsigned seconds = two_digits(line + i) * 3600u + two_digits(line + i + 3) * 60u +
                           two_digits(line + i + 6);
        do
            digits[sizeof digits - ++count] = (char)('0' + seconds % 10);
        while ((seconds /= 10) != 0);
        return copy(digits + sizeof digits - count, count, value, capacity);
    }
    return false;
}

/* How much of the line the name takes, with its colon; 0 = it is another line. */
static size_t name_length(const struct question *question, const char *argument, const char *line,
                          size_t length)
{
    const char *name = question->name[0] == '%' ? argument : question->name;
    size_t wanted = strlen(name);
    bool fits = length > wanted && memcmp(line, name, wanted) == 0 && line[wanted] == ':';
    return fits ? wanted + 1 : 0;
}

bool sim_question_answer(enum sim_question question, const char *argument, const char *line,
                         size_t length, char *value, size_t capacity)
{
    const struct question *row = &questions[question];
    size_t name = name_length(row, argument, line, length);
    if (row->part == WHOLE)
        return length > 0 && line[0] != '+' && line[0] != '*' &&
               !sim_is_final_result(line, length) && !sim_is_boot_line(line, length) &&
               copy(line + name, length - name, value, capacity);
    if (!name)
        return false;
    if (row->part == SECONDS)
        return copy_seconds(line + name, length - name, value, capacity);
    return copy_number(line + name, length - name, row->place, value, capacity);
}

const char *sim_question_name(unsigned question)
{
    static const char *const names[] = {
#define X(name, text) text,
        SIM_QUESTIONS(X)
#undef X
    };
    return question < SIM_QUESTION_COUNT ? names[question] : "?";
}
