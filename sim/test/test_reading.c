/* What the catalogue tells a reader of the wire, and that the module does so. */
#include "sim/catalogue.h"
#include "sim/frame.h"
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct module module;

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    exchange_boot(&module);
    return 0;
}

static void commands_of_a_line_are_the_interpreter_s(void **state)
{
    (void)state;
    static const struct {
        const char *line, *pieces;
    } rows[] = {
        {"", "[:8]"},
        {"E0V1Q0", "[E0:8][V1:8][Q0:8]"},
        {"+CPIN?;+CFUN=1,1", "[+CPIN?:2][+CFUN=1,1:4]"},
        {"+CGMM=?", "[+CGMM=?:1]"},
        {"+CSTT=\"a;b\";+CIICR", "[+CSTT=\"a;b\":4][+CIICR:8]"},
        {" &F Z", "[&F:8][Z:8]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char got[200] = "";
        struct sim_command_piece piece;
        size_t length = strlen(rows[i].line), used = 0;
        for (size_t at = 0; sim_command_next(rows[i].line, length, at, &piece); at = piece.next)
            used += (size_t)snprintf(got + used, sizeof got - used, "[%.*s:%u]", (int)piece.length,
                                     piece.text, piece.asks);
        assert_string_equal(got, rows[i].pieces);
    }
}

static void lines_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool urc, final;
        enum sim_sign sign;
    } rows[] = {
        {"RDY", true, false, SIM_SIGN_BOOT},
        {"+CFUN: 1", true, false, SIM_SIGN_BOOTED},
        {"+CPIN: READY", true, false, SIM_SIGN_BOOTED},
        {"+CPIN: NOT READY", true, false, SIM_SIGN_NONE},
        {"SMS Ready", true, false, SIM_SIGN_BOOTED},
        {"+CFOTA: \"Start to update\"", true, false, SIM_SIGN_UPDATER},
        {"+CFOTA:\"Start to update\"", true, false, SIM_SIGN_UPDATER},
        {"+CFOTA: \"Last upgrade was not finished, continue upgrade\"", true, false,
         SIM_SIGN_UPDATER},
        {"+CFOTA: \"Updating\",5", true, false, SIM_SIGN_NONE},
        {"+CFOTA: \"Update failed, please wait for reset\"", true, false, SIM_SIGN_UPDATED},
        {"CONNECT OK", true, false, SIM_SIGN_NONE},
        {"0, CONNECT OK", true, false, SIM_SIGN_NONE},
        {"CONNECT 115200", false, true, SIM_SIGN_NONE},
        {"CONNECT", false, true, SIM_SIGN_NONE},
        {"SHUT OK", false, true, SIM_SIGN_NONE},
        {"3, SEND OK", false, true, SIM_SIGN_NONE},
        {"DATA ACCEPT:0,5", false, true, SIM_SIGN_NONE},
        {"SIMCOM_SIM7000C", false, false, SIM_SIGN_NONE},
    };
    unsigned order;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = strlen(rows[i].line);
        if (sim_is_urc(rows[i].line, length) != rows[i].urc ||
            sim_is_final_result(rows[i].line, length) != rows[i].final ||
            sim_sign_of(rows[i].line, length, &order) != rows[i].sign)
            fail_msg("%s: is not what it should be", rows[i].line);
    }
}

static void a_progress_line_is_as_long_as_it_stands_there(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } rows[] = {
        {"+CFOTA: \"Updating\",7\r\n", 20},
        {"+CFOTA: \"Updating\",100\r\n", 22},
        {"+CFOTA: \"Updating\",42\n", 21},
        {"+CFOTA: \"Updating\",\r\n", 19},
        {"+CFOTA: \"Updating\",42", 0},
        {"+CFOTA: \"Updating\",1000\r\n", 0},
        {"+CFOTA: \"Updating\"\r\n", 0},
        {"+CFOTA: \"Update failed\r\n", 0},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(sim_progress_length(rows[i].bytes, strlen(rows[i].bytes)), rows[i].length);
}

static void bytes_are_announced(void **state)
{
    (void)state;
    static const struct {
        const char *command, *text;
        uint32_t bytes;
    } prompts[] = {
        {"+CFSWFILE=3,\"a,b\",0,1322,5000", "DOWNLOAD", 1322},
        {"+HTTPDATA=4,10000", "DOWNLOAD", 4},
        {"+CFSGFIS=3,\"a\"", "DOWNLOAD", 0},
        {"+CIPSEND=12", "> ", 12},
        {"+CIPSEND=0,12", "> ", 12},
        {"+CIPSEND", "> ", SIM_BYTES_TO_END},
        {"+SMPUB=\"ryan\",\"8\",1,1", "> ", 8},
        {"+CMGS=\"+49\"", "> ", SIM_BYTES_TO_END},
        {"+FTPPUT=2,100", "+FTPPUT: 2,90", 90},
        {"+CSQ", "> ", 0},
    };
    static const struct {
        const char *line;
        uint32_t bytes;
    } lines[] = {
        {"+CFSRFILE: 10240", 10240},
        {"+HTTPREAD: 15", 15},
        {"+SHREAD: 2048", 2048},
        {"+FTPGET: 2,50", 50},
        {"+FTPGET: 1,1", 0},
        {"+FTPEXTGET: 3,7", 7},
        {"+CIPRXGET: 2,0,5,3", 5},
        {"+CIPRXGET: 2,6,0", 6},
        {"+CIPRXGET: 4,6", 0},
        {"+RECEIVE,0,9:", 9},
        {"+CREG: 5", 0},
        {"+CFSRFILE: x", 0},
        {"+CFSRFILE: 99999999999", 999999999},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof prompts / sizeof prompts[0]; i++)
        assert_int_equal(sim_prompt_bytes(prompts[i].command, strlen(prompts[i].command),
                                          prompts[i].text, strlen(prompts[i].text)),
                         prompts[i].bytes);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(sim_bytes_behind(lines[i].line, strlen(lines[i].line)), lines[i].bytes);
}

static void bytes_within_a_line_begin_behind_its_head(void **state)
{
    (void)state;
    static const char ipd[] = "+IPD,5:hel", receive[] = "+CARECV: 3,ab", command[] = "+CARECV=0,3";
    size_t head;
    assert_int_equal(sim_bytes_within("", 0, ipd, sizeof ipd - 1, &head), 5);
    assert_int_equal(head, 7);
    assert_int_equal(sim_bytes_within("", 0, ipd, 6, &head), 0);
    assert_int_equal(sim_bytes_within(command, 11, receive, sizeof receive - 1, &head), 3);
    assert_int_equal(head, 11);
    assert_int_equal(sim_bytes_within("+CARECV?", 8, receive, sizeof receive - 1, &head), 0);
}

/* What a reader believes of a command's effect is what the module does. */
static void effects_are_those_of_the_module(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        enum sim_effect effect;
    } rows[] = {
        {"E0", SIM_EFFECT_ECHO_OFF},     {"E", SIM_EFFECT_ECHO_OFF},  {"E1", SIM_EFFECT_ECHO_ON},
        {"V0", SIM_EFFECT_DIGITS},       {"V", SIM_EFFECT_DIGITS},    {"V1", SIM_EFFECT_WORDS},
        {"Z", SIM_EFFECT_AS_SAVED},      {"&F", SIM_EFFECT_AS_SAVED}, {"+CFUN=1", SIM_EFFECT_CARD},
        {"+cpin=0000", SIM_EFFECT_CARD}, {"+CFUN?", SIM_EFFECT_NONE}, {"+CSQ", SIM_EFFECT_NONE},
    };
    char line[32];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(sim_effect_of(rows[i].command, strlen(rows[i].command)), rows[i].effect);
        module_ask(&module, "ATE1V1");
        if (rows[i].effect == SIM_EFFECT_ECHO_ON || rows[i].effect == SIM_EFFECT_WORDS)
            module_ask(&module, rows[i].effect == SIM_EFFECT_WORDS ? "ATV0" : "ATE0");
        snprintf(line, sizeof line, "AT%s", rows[i].command);
        module_ask(&module, line);
        int32_t echo = module.sim.live[SIM_PARAMETER_ECHO];
        int32_t words = module.sim.live[SIM_PARAMETER_VERBOSE];
        assert_int_equal(echo, rows[i].effect != SIM_EFFECT_ECHO_OFF);
        assert_int_equal(words, rows[i].effect != SIM_EFFECT_DIGITS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_of_a_line_are_the_interpreter_s),
        cmocka_unit_test(lines_are_told_apart),
        cmocka_unit_test(a_progress_line_is_as_long_as_it_stands_there),
        cmocka_unit_test(bytes_are_announced),
        cmocka_unit_test(bytes_within_a_line_begin_behind_its_head),
        cmocka_unit_test_setup(effects_are_those_of_the_module, setup),
    };
    return cmocka_run_group_tests_name("reading", tests, NULL, NULL);
}
