/*
 * answer.c - how answers look: information lines, result codes, errors (AT106 2.2.19, 20.1).
 *
 *   ATV1   CR LF text CR LF        CR LF result CR LF
 *   ATV0   text CR LF              digit CR
 *
 * Further information lines of one command line have no CR LF of their own before them (T12, T13).
 */
#include <string.h>

#include "sim/frame.h"

const char sim_test_runs[] = "";
const char sim_test_untold[] = "";

/* X(TEXT, digit, final): AT106 2.2.19 */
#define RESULTS(X)                                                                                 \
    X("OK", 0, true)                                                                               \
    X("CONNECT", 1, true)                                                                          \
    X("RING", 2, false)                                                                            \
    X("NO CARRIER", 3, true)                                                                       \
    X("ERROR", 4, true)                                                                            \
    X("NO DIALTONE", 6, true)                                                                      \
    X("BUSY", 7, true)                                                                             \
    X("NO ANSWER", 8, true)                                                                        \
    X("PROCEEDING", 9, false)

static const struct {
    const char *text;
    uint8_t length;
    char digit;
    bool final;
} results[] = {
#define X(text, digit, final) {text, sizeof text - 1, (char)('0' + digit), final},
    RESULTS(X)
#undef X
};

/* ---- pieces of text ------------------------------------------------------------------------ */

void sim_put_bytes(struct sim_context *ctx, const char *bytes, size_t size)
{
    sim_output_add(ctx, bytes, size);
}

void sim_put_text(struct sim_context *ctx, const char *text)
{
    sim_output_add(ctx, text, strlen(text));
}

/* The digits of a number, right-aligned before `end`, at least so many; returns the first one. A
   division by what is known is none, and most numbers are short. */
static char *write_digits(char *end, uint64_t value, unsigned digits)
{
    for (; value > UINT32_MAX; value /= 10) {
        *--end = (char)('0' + value % 10);
        digits -= digits > 0;
    }
    for (uint32_t rest = (uint32_t)value; rest > 0 || digits > 0; rest /= 10) {
        *--end = (char)('0' + rest % 10);
        digits -= digits > 0;
    }
    return end;
}

void sim_put_number(struct sim_context *ctx, int64_t value)
{
    char buffer[24];
    char *end = buffer + sizeof buffer;
    char *first = write_digits(end, value < 0 ? 0u - (uint64_t)value : (uint64_t)value, 1);
    if (value < 0)
        *--first = '-';
    sim_output_add(ctx, first, (size_t)(end - first));
}

void sim_put_padded(struct sim_context *ctx, uint32_t value, unsigned digits)
{
    char buffer[24];
    char *end = buffer + sizeof buffer;
    char *first = write_digits(end, value, digits);
    sim_output_add(ctx, first, (size_t)(end - first));
}

void sim_put_hex(struct sim_context *ctx, uint32_t value, unsigned digits)
{
    char buffer[24];
    char *end = buffer + sizeof buffer;
    char *first = end;
    for (; value > 0 || digits > 0; value /= 16) {
        *--first = "0123456789ABCDEF"[value % 16];
        digits -= digits > 0;
    }
    sim_output_add(ctx, first, (size_t)(end - first));
}

void sim_put_quoted(struct sim_context *ctx, const char *text)
{
    sim_output_add(ctx, "\"", 1);
    sim_put_text(ctx, text);
    sim_output_add(ctx, "\"", 1);
}

/* ---- information lines --------------------------------------------------------------------- */

/* A line of a command whose answer the surroundings have replaced (sim_override.run). */
static bool is_unheard(const struct sim *sim)
{
    return sim->interpreter.unheard && sim->interpreter.state != SIM_INTERPRETER_RUNNING;
}

void sim_line_begin(struct sim_context *ctx)
{
    struct sim_interpreter *interpreter = &ctx->sim->interpreter;
    if (is_unheard(ctx->sim))
        ctx->sim->port.discard = 1;
    bool blank = !interpreter->answered;
    if (sim_value(ctx, SIM_PARAMETER_VERBOSE) && blank)
        sim_output_add(ctx, "\r\n", 2);
    if (!ctx->sim->port.discard)
        interpreter->answered = 1;
}

void sim_line_end(struct sim_context *ctx)
{
    sim_output_add(ctx, "\r\n", 2);
    if (is_unheard(ctx->sim))
        ctx->sim->port.discard = 0;
}

void sim_line(struct sim_context *ctx, const char *text)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, text);
    sim_line_end(ctx);
}

/* ---- final results ------------------------------------------------------------------------- */

/* Only the result codes have digits; what a CME error gets under ATV0 is a setting. */
static void put_result(struct sim_context *ctx, const char *text, size_t length)
{
    char line[16]; /* OK and ERROR go in one piece */
    if (sim_value(ctx, SIM_PARAMETER_VERBOSE)) {
        bool fits = length <= sizeof line - 4;
        memcpy(line, "\r\n", 2);
        memcpy(line + 2, text, fits ? length : 0);
        memcpy(line + 2 + (fits ? length : 0), "\r\n", 2);
        sim_output_add(ctx, line, fits ? length + 4 : 2);
        if (fits)
            return;
        sim_output_add(ctx, text, length);
        sim_output_add(ctx, "\r\n", 2);
        return;
    }
    if (length > 0 && text[0] == '+' && sim_setting(ctx, SIM_SETTING_SHORT_ERROR) == 1) {
        text = "ERROR";
        length = 5;
    }
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (results[i].length == length && memcmp(results[i].text, text, length) == 0) {
            sim_output_add(ctx, &results[i].digit, 1);
            length = 0;
        }
    sim_output_add(ctx, text, length);
    sim_output_add(ctx, "\r", 1);
}

void sim_answer_text(struct sim_context *ctx, const char *text, size_t length)
{
    sim_tell(ctx, SIM_EVENT_RESULT, 0, text, length);
    if (!sim_value(ctx, SIM_PARAMETER_QUIET))
        put_result(ctx, text, length);
}

/* `text` with CMEE=2, where there is one, else the number. */
static void answer_error(struct sim_context *ctx, const char *prefix, int number, const char *text)
{
    char line[100];
    char digits[8];
    char *end = digits + sizeof digits - 1;
    size_t begin = strlen(prefix);
    if (sim_value(ctx, SIM_PARAMETER_CMEE) != 2 || !text) {
        *end = '\0';
        text = write_digits(end, (uint64_t)number, 1);
    }
    size_t length = strlen(text);
    memcpy(line, prefix, begin);
    memcpy(line + begin, text, length);
    sim_answer_text(ctx, line, begin + length);
}

static void answer_message_error(struct sim_context *ctx, int number)
{
    bool numbers = sim_setting(ctx, SIM_SETTING_CMS_TEXT) != 0;
    answer_error(ctx, "+CMS ERROR: ", number,
                 numbers ? NULL : sim_answer_message_error_text(number));
}

void sim_answer_result(struct sim_context *ctx, int result)
{
    bool plain = sim_value(ctx, SIM_PARAMETER_CMEE) == 0;
    bool message = result >= SIM_CMS && (!plain || sim_setting(ctx, SIM_SETTING_CMS_FORM) == 0);
    if (result == SIM_DONE)
        sim_answer_text(ctx, "OK", 2);
    else if (result == SIM_NO_CARRIER)
        sim_answer_text(ctx, "NO CARRIER", 10);
    else if (message)
        answer_message_error(ctx, result - SIM_CMS);
    else if (result < 0 || plain)
        sim_answer_text(ctx, "ERROR", 5);
    else
        answer_error(ctx, "+CME ERROR: ", result, sim_answer_error_text(result));
}

const char *sim_answer_name(size_t index)
{
    static const char *const names[] = {
#define X(text, digit, final) text,
        RESULTS(X)
#undef X
            "+CME ERROR: ",
        "+CMS ERROR: ",
    };
    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

static bool begins_with(const char *line, size_t length, const char *prefix)
{
    size_t wanted = strlen(prefix);
    return length >= wanted && memcmp(line, prefix, wanted) == 0;
}

const char *sim_result_of_digit(char digit)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (results[i].final && results[i].digit == digit)
            return results[i].text;
    return NULL;
}

bool sim_is_connect(const char *line, size_t length)
{
    static const char prefix[] = "CONNECT";
    size_t end = sizeof prefix - 1;
    if (!begins_with(line, length, prefix))
        return false;
    return length == end ||
           (length > end + 1 && line[end] == ' ' && line[end + 1] >= '0' && line[end + 1] <= '9');
}

/* Those of CIP* stand behind the number of their connection: "0, SEND OK" (TCP102). */
static bool is_result_of_its_own(const char *line, size_t length)
{
    static const struct {
        const char *text;
        uint8_t length;
    } own[] = {
#define OWN(text) {text, sizeof text - 1}
        OWN("SEND OK"), OWN("SEND FAIL"), OWN("CLOSE OK"), OWN("SHUT OK"), OWN("ALREADY CONNECT"),
#undef OWN
    };
    if (length > 3 && line[0] >= '0' && line[0] <= '9' && line[1] == ',' && line[2] == ' ') {
        line += 3;
        length -= 3;
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (own[i].length == length && memcmp(own[i].text, line, length) == 0)
            return true;
    return begins_with(line, length, "DATA ACCEPT:"); /* CIPQSEND=1: nothing follows */
}

/* "+CME ERROR: 3", "+CMS ERROR: 310" */
static bool is_error_code(const char *line, size_t length)
{
    static const char cme[] = "+CME ERROR:", cms[] = "+CMS ERROR:";
    return length >= sizeof cme - 1 &&
           (memcmp(line, cme, sizeof cme - 1) == 0 || memcmp(line, cms, sizeof cms - 1) == 0);
}

bool sim_is_final_result(const char *line, size_t length)
{
    if (length > 0 && line[0] == '+')
        return is_error_code(line, length);
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (results[i].final && results[i].length == length &&
            memcmp(results[i].text, line, length) == 0)
            return true;
    return sim_is_connect(line, length) || is_result_of_its_own(line, length);
}
