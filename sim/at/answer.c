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

/* AT106 20.1; 171 to 192 (MMS) only as far as the facts name them. */
#define CME_ERRORS(X)                                                                              \
    X(0, "phone failure")                                                                          \
    X(1, "no connection to phone")                                                                 \
    X(2, "phone-adaptor link reserved")                                                            \
    X(3, "operation not allowed")                                                                  \
    X(4, "operation not supported")                                                                \
    X(5, "PH-SIM PIN required")                                                                    \
    X(6, "PH-FSIM PIN required")                                                                   \
    X(7, "PH-FSIM PUK required")                                                                   \
    X(10, "SIM not inserted")                                                                      \
    X(11, "SIM PIN required")                                                                      \
    X(12, "SIM PUK required")                                                                      \
    X(13, "SIM failure")                                                                           \
    X(14, "SIM busy")                                                                              \
    X(15, "SIM wrong")                                                                             \
    X(16, "incorrect password")                                                                    \
    X(17, "SIM PIN2 required")                                                                     \
    X(18, "SIM PUK2 required")                                                                     \
    X(20, "memory full")                                                                           \
    X(21, "invalid index")                                                                         \
    X(22, "not found")                                                                             \
    X(23, "memory failure")                                                                        \
    X(24, "text string too long")                                                                  \
    X(25, "invalid characters in text string")                                                     \
    X(26, "dial string too long")                                                                  \
    X(27, "invalid characters in dial string")                                                     \
    X(30, "no network service")                                                                    \
    X(31, "network timeout")                                                                       \
    X(32, "network not allowed - emergency call only")                                             \
    X(40, "network personalization PIN required")                                                  \
    X(41, "network personalization PUK required")                                                  \
    X(42, "network subset personalization PIN required")                                           \
    X(43, "network subset personalization PUK required")                                           \
    X(44, "service provider personalization PIN required")                                         \
    X(45, "service provider personalization PUK required")                                         \
    X(46, "corporate personalization PIN required")                                                \
    X(47, "corporate personalization PUK required")                                                \
    X(99, "resource limitation")                                                                   \
    X(100, "unknown")                                                                              \
    X(103, "Illegal MS")                                                                           \
    X(106, "Illegal ME")                                                                           \
    X(107, "GPRS services not allowed")                                                            \
    X(111, "PLMN not allowed")                                                                     \
    X(112, "Location area not allowed")                                                            \
    X(113, "Roaming not allowed in this location area")                                            \
    X(132, "service option not supported")                                                         \
    X(133, "requested service option not subscribed")                                              \
    X(134, "service option temporarily out of order")                                              \
    X(148, "unspecified GPRS error")                                                               \
    X(149, "PDP authentication failure")                                                           \
    X(150, "invalid mobile class")                                                                 \
    X(160, "DNS resolve failed")                                                                   \
    X(161, "Socket open failed")                                                                   \
    X(177, "The connection to network is failed")                                                  \
    X(180, "gprs is not attached")                                                                 \
    X(181, "tcpip stack is busy")                                                                  \
    X(187, "No content in the buffer")                                                             \
    X(188, "Not find the file")                                                                    \
    X(193, "Unknown")                                                                              \
    X(600, "No Error")                                                                             \
    X(601, "Unrecognized Command")                                                                 \
    X(602, "Return Value Error")                                                                   \
    X(603, "Syntax Error")                                                                         \
    X(604, "Unspecified Error")                                                                    \
    X(605, "Data Transfer Already")                                                                \
    X(606, "Action Already")                                                                       \
    X(607, "Not At Cmd")                                                                           \
    X(608, "Multi Cmd too long")                                                                   \
    X(609, "Abort Cops")                                                                           \
    X(610, "No Call Disc")                                                                         \
    X(614, "AT Not Allowed By Customer")                                                           \
    X(753, "missing required cmd parameter")                                                       \
    X(754, "invalid SIM command")                                                                  \
    X(765, "Invalid input value")                                                                  \
    X(766, "Unsupported mode")                                                                     \
    X(767, "Operation failed")                                                                     \
    X(768, "Mux already running")                                                                  \
    X(769, "Unable to get control")                                                                \
    X(770, "SIM network reject")                                                                   \
    X(771, "Call setup in progress")                                                               \
    X(772, "SIM powered down")                                                                     \
    X(773, "SIM file not present")                                                                 \
    X(791, "Param count not enough")                                                               \
    X(792, "Param count beyond")                                                                   \
    X(793, "Param value range beyond")                                                             \
    X(794, "Param type not match")                                                                 \
    X(795, "Param format invalid")                                                                 \
    X(796, "Get a null param")                                                                     \
    X(797, "CFUN state is 0 or 4")

static const struct {
    int16_t number;
    const char *text;
} cme_errors[] = {
#define X(number, text) {number, text},
    CME_ERRORS(X)
#undef X
};

const char *sim_answer_error_text(int number)
{
    for (size_t i = 0; i < sizeof cme_errors / sizeof cme_errors[0]; i++)
        if (cme_errors[i].number == number)
            return cme_errors[i].text;
    return NULL;
}

/* ---- pieces of text ------------------------------------------------------------------------ */

void sim_put_bytes(struct sim_context *ctx, const char *bytes, size_t size)
{
    sim_output_add(ctx, bytes, size);
}

void sim_put_text(struct sim_context *ctx, const char *text)
{
    sim_output_add(ctx, text, strlen(text));
}

/* The digits of a number, right-aligned in `buffer`; returns the first one. */
static char *write_digits(char *end, uint64_t value, unsigned base, unsigned digits)
{
    while (value > 0 || digits > 0) {
        *--end = "0123456789ABCDEF"[value % base];
        value /= base;
        digits -= digits > 0;
    }
    return end;
}

void sim_put_number(struct sim_context *ctx, int64_t value)
{
    char buffer[24];
    char *end = buffer + sizeof buffer;
    char *first = write_digits(end, value < 0 ? 0u - (uint64_t)value : (uint64_t)value, 10, 1);
    if (value < 0)
        *--first = '-';
    sim_output_add(ctx, first, (size_t)(end - first));
}

void sim_put_padded(struct sim_context *ctx, uint32_t value, unsigned digits)
{
    char buffer[24];
    char *end = buffer + sizeof buffer;
    char *first = write_digits(end, value, 10, digits);
    sim_output_add(ctx, first, (size_t)(end - first));
}

void sim_put_hex(struct sim_context *ctx, uint32_t value, unsigned digits)
{
    char buffer[24];
    char *end = buffer + sizeof buffer;
    char *first = write_digits(end, value, 16, digits);
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
    if (sim_value(ctx, SIM_PARAMETER_VERBOSE)) {
        sim_output_add(ctx, "\r\n", 2);
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

/* CMS errors are numbers (TS 27.005 3.2.5). */
static void answer_message_error(struct sim_context *ctx, int number)
{
    static const char prefix[] = "+CMS ERROR: ";
    char line[24];
    char *end = line + sizeof line;
    char *first = write_digits(end, (uint64_t)number, 10, 1) - (sizeof prefix - 1);
    memcpy(first, prefix, sizeof prefix - 1);
    sim_answer_text(ctx, first, (size_t)(end - first));
}

static void answer_error(struct sim_context *ctx, int number)
{
    static const char prefix[] = "+CME ERROR: ";
    const char *text = sim_answer_error_text(number);
    char line[80];
    char digits[8];
    char *first = digits + sizeof digits;
    if (sim_value(ctx, SIM_PARAMETER_CMEE) == 1 || !text) {
        digits[sizeof digits - 1] = '\0';
        text = first = write_digits(first - 1, (uint64_t)number, 10, 1);
    }
    size_t length = strlen(text);
    memcpy(line, prefix, sizeof prefix - 1);
    memcpy(line + sizeof prefix - 1, text, length);
    sim_answer_text(ctx, line, sizeof prefix - 1 + length);
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
        answer_error(ctx, result);
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
    static const char *const own[] = {"SEND OK", "SEND FAIL", "CLOSE OK", "SHUT OK",
                                      "ALREADY CONNECT"};
    if (length > 3 && line[0] >= '0' && line[0] <= '9' && line[1] == ',' && line[2] == ' ') {
        line += 3;
        length -= 3;
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strlen(own[i]) == length && memcmp(own[i], line, length) == 0)
            return true;
    return begins_with(line, length, "DATA ACCEPT:"); /* CIPQSEND=1: nothing follows */
}

bool sim_is_final_result(const char *line, size_t length)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (results[i].final && results[i].length == length &&
            memcmp(results[i].text, line, length) == 0)
            return true;
    return begins_with(line, length, "+CME ERROR:") || begins_with(line, length, "+CMS ERROR:") ||
           sim_is_connect(line, length) || is_result_of_its_own(line, length);
}
