/* redact_words.c - rules for what is known by the words before it: secrets, servers, places. */
#include <string.h>

#include "harness/trace/redact_parts.h"

enum { ANSWER = 1, COMMAND = 2, PARAMETERS_MAX = 12 };

/* A parameter of a command or an answer: what is between commas, without its quotes. */
struct parameter {
    size_t at, size;
    bool quoted;
};

/* ---- parameters ------------------------------------------------------------------------------ */

static bool ends_line(const struct redact_text *text, size_t at)
{
    return at >= text->size || text->bytes[at] == '\r' || text->bytes[at] == '\n' ||
           (text->bytes[at] == '\\' && at + 1 < text->size &&
            (text->bytes[at + 1] == 'r' || text->bytes[at + 1] == 'n')) ||
           (text->bytes[at] == '^' && at + 1 < text->size &&
            (text->bytes[at + 1] == 'M' || text->bytes[at + 1] == 'J')) ||
           redact_word(text, at, "<CR>") || redact_word(text, at, "<LF>");
}

static size_t read_parameters(const struct redact_text *text, size_t at,
                              struct parameter list[PARAMETERS_MAX])
{
    size_t count = 0;
    while (count < PARAMETERS_MAX) {
        struct parameter *one = &list[count++];
        while (redact_is(text, at, ' '))
            at++;
        one->quoted = redact_is(text, at, '"');
        one->at = at += one->quoted;
        while (!ends_line(text, at) && !redact_is(text, at, one->quoted ? '"' : ',') &&
               (one->quoted || !redact_is(text, at, ';')))
            at++;
        one->size = at - one->at;
        at += one->quoted && redact_is(text, at, '"');
        if (!redact_is(text, at, ','))
            break;
        at++;
    }
    return count;
}

static bool equals_word(const struct redact_text *text, const struct parameter *one,
                        const char *word)
{
    return one->size == strlen(word) && redact_word(text, one->at, word);
}

/* ---- credentials ----------------------------------------------------------------------------- */

/* Which parameters of a command, and of the answer that reads them, nobody should see. */
static const struct {
    const char *name;
    uint16_t mask; /* bit n: parameter n, from 0 */
    uint8_t forms; /* COMMAND: NAME=, ANSWER: NAME: */
} secrets[] = {
    {"CSTT", 1 << 1 | 1 << 2, COMMAND | ANSWER},
    {"CNCFG", 1 << 3 | 1 << 4, COMMAND | ANSWER},
    {"CGAUTH", 1 << 2 | 1 << 3, COMMAND | ANSWER},
    {"CPIN", 1 << 0 | 1 << 1, COMMAND},
    {"CLCK", 1 << 2, COMMAND},
    {"CPWD", 1 << 1 | 1 << 2, COMMAND},
    {"FTPUN", 1 << 0, COMMAND | ANSWER},
    {"FTPPW", 1 << 0, COMMAND | ANSWER},
    {"SMTPAUTH", 1 << 1 | 1 << 2, COMMAND | ANSWER},
};

size_t redact_credentials(struct redact_text *text, size_t at)
{
    struct parameter list[PARAMETERS_MAX];
    if (!redact_is(text, at, '+'))
        return 0;
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        size_t end = at + 1 + strlen(secrets[i].name), taken = 0;
        uint8_t form = redact_is(text, end, '=') ? COMMAND : redact_is(text, end, ':') ? ANSWER : 0;
        if (!(secrets[i].forms & form) || !redact_word(text, at + 1, secrets[i].name))
            continue;
        size_t count = read_parameters(text, end + 1, list);
        for (size_t k = 0; k < count; k++) {
            if (!(secrets[i].mask >> k & 1) || list[k].size == 0 ||
                redact_is(text, list[k].at, '?'))
                continue;
            redact_scramble(text, list[k].at, list[k].size, false);
            taken = list[k].at + list[k].size - at;
        }
        return taken ? redact_taken(text, taken) : 0;
    }
    return 0;
}

/* "USER","x": SAPBR, SMCONF, HTTPPARA and others. */
size_t redact_named(struct redact_text *text, size_t at)
{
    static const char *const names[] = {"USER",     "PWD",   "USERNAME", "PASSWORD",
                                        "USERDATA", "TOKEN", "KEY",      "CLIENTID"};
    struct parameter list[PARAMETERS_MAX];
    if (!redact_is(text, at, '"'))
        return 0;
    size_t count = read_parameters(text, at, list);
    if (count < 2 || !list[0].quoted || list[1].size == 0)
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!equals_word(text, &list[0], names[i]))
            continue;
        redact_scramble(text, list[1].at, list[1].size, false);
        return redact_taken(text, list[1].at + list[1].size - at);
    }
    return 0;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* Where the value of `word` at `at` begins, behind = or :, its quotes and the kind of a token. */
static size_t find_value(const struct redact_text *text, size_t at, const char *word)
{
    static const char *const kinds[] = {"Bearer", "Basic", "Token"};
    if (!redact_word(text, at, word))
        return 0;
    at += strlen(word);
    while (redact_is(text, at, '\\') || redact_is(text, at, '"') || redact_is(text, at, ' '))
        at++;
    if (!redact_is(text, at, '=') && !redact_is(text, at, ':'))
        return 0;
    at++;
    while (redact_is(text, at, ' ') ||
           (redact_is(text, at, '\\') && redact_is(text, at + 1, '"')) || redact_is(text, at, '"'))
        at++;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (redact_word(text, at, kinds[i]))
            at += strlen(kinds[i]);
    while (redact_is(text, at, ' '))
        at++;
    return at;
}

static size_t value_size(const struct redact_text *text, size_t at)
{
    size_t size = 0;
    while (!ends_line(text, at + size) && !strchr(" \"&,;}<>'\\", text->bytes[at + size]))
        size++;
    return size;
}

size_t redact_keys(struct redact_text *text, size_t at)
{
    static const char *const words[] = {
        "token",      "access_token",  "apikey",  "api_key",       "api-key",  "x-api-key",
        "access_key", "accesskey",     "secret",  "client_secret", "password", "passwd",
        "pwd",        "pass",          "auth",    "key",           "sig",      "signature",
        "sas",        "authorization", "session", "sessionid",     "username", "login"};
    if (!redact_is_letter(text, at) || !redact_at_word(text, at))
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t value = find_value(text, at, words[i]);
        size_t size = value ? value_size(text, value) : 0;
        if (size < 4)
            continue;
        redact_scramble(text, value, size, false);
        return redact_taken(text, value + size - at);
    }
    return 0;
}

/* ---- URLs and mail --------------------------------------------------------------------------- */

static bool is_name(const struct redact_text *text, size_t at)
{
    return redact_is_letter(text, at) || redact_is_digit(text, at) ||
           (at < text->size && text->bytes[at] && strchr("-._%+~", text->bytes[at]));
}

/* Behind "://"; 0: none is here. */
static size_t behind_scheme(const struct redact_text *text, size_t at)
{
    return redact_word(text, at, "://") ? at + 3 : 0;
}

/* The size of "user:password" before its '@'; 0: there is none. */
static size_t userinfo_size(const struct redact_text *text, size_t at)
{
    size_t end = at;
    while (is_name(text, end) || redact_is(text, end, ':') || redact_is(text, end, '!') ||
           redact_is(text, end, '$'))
        end++;
    return redact_is(text, end, '@') ? end - at : 0;
}

size_t redact_userinfo(struct redact_text *text, size_t at)
{
    size_t begin = behind_scheme(text, at);
    size_t size = begin ? userinfo_size(text, begin) : 0;
    if (size == 0)
        return 0;
    redact_scramble(text, begin, size, false);
    redact_taken(text, size);
    /* The name of the server is the next rule's; it finds no scheme any more. */
    text->rule = TRACE_RULE_HOSTS;
    if (!(text->redactor->without >> TRACE_RULE_HOSTS & 1))
        redact_hosts(text, at);
    return begin + size + 1 - at;
}

static bool ends_with(const struct redact_text *text, size_t end, size_t size, const char *word)
{
    return size >= strlen(word) && redact_word(text, end - strlen(word), word);
}

size_t redact_hosts(struct redact_text *text, size_t at)
{
    size_t begin = behind_scheme(text, at), end, last;
    if (begin == 0)
        return 0;
    begin += userinfo_size(text, begin) ? userinfo_size(text, begin) + 1 : 0;
    for (end = last = begin; is_name(text, end); end++)
        last = redact_is(text, end, '.') ? end : last;
    /* An address ends with a digit, and has a rule of its own. */
    if (last == begin || redact_is_digit(text, end - 1) ||
        ends_with(text, end, end - begin, ".example"))
        return 0;
    redact_scramble(text, begin, last - begin, false);
    return redact_taken(text, end - at);
}

size_t redact_mail(struct redact_text *text, size_t at)
{
    size_t middle = at, end, last;
    if ((at > 0 && is_name(text, at - 1) && redact_is_letter(text, at - 1) &&
         !redact_at_word(text, at)) ||
        !is_name(text, at))
        return 0;
    while (is_name(text, middle))
        middle++;
    if (!redact_is(text, middle, '@'))
        return 0;
    for (end = last = middle + 1; is_name(text, end); end++)
        last = redact_is(text, end, '.') ? end : last;
    if (last == middle + 1)
        return 0;
    redact_scramble(text, at, middle - at, false);
    redact_scramble(text, middle + 1, last - middle - 1, false);
    return redact_taken(text, end - at);
}

/* ---- cells ----------------------------------------------------------------------------------- */

static void scramble_hex(struct redact_text *text, const struct parameter *one, size_t least)
{
    size_t begin = one->at, size = one->size;
    if (redact_word(text, begin, "0x")) {
        begin += 2;
        size -= 2;
    }
    if (size >= least)
        redact_scramble(text, begin, size, true);
}

static size_t registration(struct redact_text *text, size_t at)
{
    static const char *const names[] = {"+CREG:", "+CGREG:", "+CEREG:"};
    struct parameter list[PARAMETERS_MAX];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t taken = 0;
        if (!redact_word(text, at, names[i]))
            continue;
        size_t count = read_parameters(text, at + strlen(names[i]), list);
        for (size_t k = 0; k < count; k++) {
            if (!list[k].quoted || list[k].size < 2)
                continue;
            scramble_hex(text, &list[k], 2);
            taken = list[k].at + list[k].size - at;
        }
        return taken;
    }
    return 0;
}

/* +CPSI: LTE CAT-M1,Online,262-01,0x5A1E,187214780,257,...: area and cell. */
static size_t serving_cell(struct redact_text *text, size_t at)
{
    struct parameter list[PARAMETERS_MAX];
    if (!redact_word(text, at, "+CPSI:"))
        return 0;
    size_t count = read_parameters(text, at + 6, list);
    if (count < 5)
        return 0;
    scramble_hex(text, &list[3], 2);
    scramble_hex(text, &list[4], 2);
    return list[4].at + list[4].size - at;
}

/* +CENG: 0,"1850,396,02,...": all that is long enough to be an area or a cell. */
static size_t engineering(struct redact_text *text, size_t at)
{
    size_t begin = at;
    if (!redact_word(text, at, "+CENG:"))
        return 0;
    for (at += 6; !ends_line(text, at);) {
        size_t size = redact_hex(text, at);
        const struct parameter one = {.at = at, .size = size};
        if (size >= 4)
            scramble_hex(text, &one, 4);
        at += size ? size : 1;
    }
    return at - begin;
}

size_t redact_cells(struct redact_text *text, size_t at)
{
    if (!redact_is(text, at, '+'))
        return 0;
    size_t taken = registration(text, at);
    if (taken == 0)
        taken = serving_cell(text, at);
    if (taken == 0)
        taken = engineering(text, at);
    return taken ? redact_taken(text, taken) : 0;
}

/* ---- positions ------------------------------------------------------------------------------- */

/* "48.117300": the size of a number with that many places at least; 0: none begins here. */
static size_t decimal_size(const struct redact_text *text, size_t at, size_t whole_max,
                           size_t places_min)
{
    size_t whole = redact_digits(text, at);
    if (whole == 0 || whole > whole_max || !redact_is(text, at + whole, '.') ||
        (at > 0 && redact_is(text, at - 1, '.')))
        return 0;
    size_t places = redact_digits(text, at + whole + 1);
    return places >= places_min ? whole + 1 + places : 0;
}

/* Of degrees, or of degrees and minutes (`minutes`: the last two before the point are below 60). */
static void replace_degrees(struct redact_text *text, size_t at, size_t size, bool minutes)
{
    struct redact_dice dice = redact_dice(text, text->bytes + at, size);
    size_t point = at, degrees;
    while (!redact_is(text, point, '.'))
        point++;
    degrees = minutes ? point - at - 2 : point - at;
    for (size_t i = 0; i < size; i++) {
        unsigned below = i == 0 && degrees == 3 ? 2 : i < degrees && i + 2 == degrees ? 8 : 10;
        if (minutes && i == degrees)
            below = 6;
        if (at + i == point)
            continue;
        unsigned old = text->bytes[at + i] - '0';
        redact_put(text, at + i,
                   (uint8_t)('0' + (old % below + 1 + redact_throw(&dice, below - 1)) % below));
    }
}

static size_t answer_with_position(struct redact_text *text, size_t at)
{
    static const char *const names[] = {
        "+CGNSINF:", "+UGNSINF:", "+CLBS:", "+CLBSREQ:", "+CGPSINFO:", "+CIPGSMLOC:", "+CGNSPOS:"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t end = at + strlen(names[i]);
        if (!redact_word(text, at, names[i]))
            continue;
        while (!ends_line(text, end)) {
            size_t degrees = decimal_size(text, end, 3, 3), minutes = decimal_size(text, end, 5, 3);
            if (degrees || minutes)
                replace_degrees(text, end, minutes, !degrees);
            end += minutes ? minutes : 1;
        }
        return end - at;
    }
    return 0;
}

static size_t named_position(struct redact_text *text, size_t at)
{
    static const char *const words[] = {"lat", "lon", "lng", "latitude", "longitude"};
    if (!redact_is_letter(text, at) || !redact_at_word(text, at))
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t value = find_value(text, at, words[i]);
        if (value && redact_is(text, value, '-'))
            value++;
        size_t size = value ? decimal_size(text, value, 3, 2) : 0;
        if (size == 0)
            continue;
        replace_degrees(text, value, size, false);
        return value + size - at;
    }
    return 0;
}

static void put_checksum(struct redact_text *text, size_t at, size_t star)
{
    static const char hex[] = "0123456789ABCDEF";
    uint8_t sum = 0;
    for (size_t i = at + 1; i < star; i++)
        sum ^= text->bytes[i];
    if (!redact_is_hex(text, star + 1) || !redact_is_hex(text, star + 2))
        return;
    redact_put(text, star + 1, (uint8_t)hex[sum >> 4]);
    redact_put(text, star + 2, (uint8_t)hex[sum & 15]);
}

/* $GPGGA,161229.487,3723.2475,N,12158.3416,W,...*hh: what stands before N, S, E or W. */
static size_t nmea(struct redact_text *text, size_t at)
{
    size_t end = at, found = 0;
    if (!redact_is(text, at, '$') || !redact_is(text, at + 1, 'G'))
        return 0;
    while (!ends_line(text, end) && !redact_is(text, end, '*')) {
        size_t size = decimal_size(text, end, 5, 2);
        bool is_position = size && redact_is(text, end + size, ',') &&
                           end + size + 1 < text->size &&
                           strchr("NSEW", text->bytes[end + size + 1]);
        if (is_position)
            replace_degrees(text, end, size, true);
        found += is_position;
        end += size ? size : 1;
    }
    if (found && redact_is(text, end, '*'))
        put_checksum(text, at, end);
    return found ? end - at : 0;
}

size_t redact_positions(struct redact_text *text, size_t at)
{
    size_t taken = answer_with_position(text, at);
    if (taken == 0)
        taken = nmea(text, at);
    if (taken == 0)
        taken = named_position(text, at);
    return taken ? redact_taken(text, taken) : 0;
}

/* ---- the card -------------------------------------------------------------------------------- */

/* +CRSM: 144,0,"98..." and +CSIM: n,"...": what a file of the card holds, but its first octet. */
size_t redact_card(struct redact_text *text, size_t at)
{
    struct parameter list[PARAMETERS_MAX];
    bool is_answer = redact_word(text, at, "+CRSM:") || redact_word(text, at, "+CSIM:");
    if (!is_answer && !redact_word(text, at, "+CSIM="))
        return 0;
    size_t count = read_parameters(text, at + 6, list);
    struct parameter *last = &list[count - 1];
    if (last->size < 12 || redact_hex(text, last->at) < last->size)
        return 0;
    redact_scramble(text, last->at + 2, last->size - 2, true);
    return redact_taken(text, last->at + last->size - at);
}
