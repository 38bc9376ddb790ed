/*
 * Short messages through the port: commands whole and byte by byte, storage over restarts,
 * delivery, lists longer than the output queue (TS 27.005).
 */
#include "sim/test/support_exchange.h"

#include "sim/sms/message_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PROMPT "\r\r\n> "

static const struct exchange exchanges[] = {
    {"a text message is entered at the prompt and sent",
     {{"AT+CMGF=1\r", "AT+CMGF=1\r\r\nOK\r\n"},
      {"AT+CMGS=\"+4915112345678\"\r", "AT+CMGS=\"+4915112345678\"" PROMPT},
      {"Hello\x1a", "Hello\r\n+CMGS: 0\r\n\r\nOK\r\n"},
      {"AT+CMGS=\"4915112345678\",145\r", "AT+CMGS=\"4915112345678\",145" PROMPT},
      {"x\x1a", "x\r\n+CMGS: 1\r\n\r\nOK\r\n"}},
     1,
     {{SIM_SETTING_SMS_SEND_TIME, 100}}},
    {"escape calls a message off",
     {{"AT+CMGF=1\r", "AT+CMGF=1\r\r\nOK\r\n"},
      {"AT+CMGS=\"112\"\r", "AT+CMGS=\"112\"" PROMPT},
      {"Hel\x1b", "Hel\r\nOK\r\n"},
      {"AT\r", "AT\r\r\nOK\r\n"}},
     0,
     {{0}}},
    {"a line end in a message prompts again and backspace deletes",
     {{"AT+CMGF=1\r", "AT+CMGF=1\r\r\nOK\r\n"},
      {"AT+CMGW=\"112\"\r", "AT+CMGW=\"112\"" PROMPT},
      {"aX\bb\rc\x1a", "aX\bb\r\r\n> c\r\n+CMGW: 1\r\n\r\nOK\r\n"},
      {"AT+CMGR=1\r", "AT+CMGR=1\r\r\n+CMGR: \"STO UNSENT\",\"112\",\"\"\r\nab\nc\r\n\r\nOK\r\n"}},
     0,
     {{0}}},
    {"a pdu is entered and stored",
     {{"AT+CMGW=15\r", "AT+CMGW=15" PROMPT},
      {"0031000491214300AA03C8F71D\x1a", "0031000491214300AA03C8F71D\r\n+CMS ERROR: 304\r\n"},
      {"AT+CMGW=13\r", "AT+CMGW=13" PROMPT},
      {"0031000491214300 00AA03C834\x1a", "0031000491214300 00AA03C834\r\n+CMS ERROR: 304\r\n"},
      {"AT+CMGW=13\r", "AT+CMGW=13" PROMPT},
      {"003100049121430000AA03C83419\x1a",
       "003100049121430000AA03C83419\r\n+CMGW: 1\r\n\r\nOK\r\n"}},
     0,
     {{0}}},
    {"a pdu is sent",
     {{"AT+CMGS=13\r", "AT+CMGS=13" PROMPT},
      {"001100049121430000AA03C83419\x1a",
       "001100049121430000AA03C83419\r\n+CMGS: 0\r\n\r\nOK\r\n"}},
     1,
     {{SIM_SETTING_SMS_SEND_TIME, 100}}},
    {"ucs2 is entered in hexadecimal digits",
     {{"AT+CMGF=1;+CSCS=\"UCS2\";+CSMP=17,167,0,8\r",
       "AT+CMGF=1;+CSCS=\"UCS2\";+CSMP=17,167,0,8\r\r\nOK\r\n"},
      {"AT+CMGW=\"003100310032\"\r", "AT+CMGW=\"003100310032\"" PROMPT},
      {"0416043C\x1a", "0416043C\r\n+CMGW: 1\r\n\r\nOK\r\n"},
      {"AT+CMGR=1\r",
       "AT+CMGR=1\r\r\n+CMGR: \"STO UNSENT\",\"003100310032\",\"\"\r\n0416043C\r\n\r\nOK\r\n"},
      {"AT+CMGW=\"003100310032\"\r", "AT+CMGW=\"003100310032\"" PROMPT},
      {"0416043\x1a", "0416043\r\n+CMS ERROR: 305\r\n"}},
     0,
     {{0}}},
    {"the network may refuse a message",
     {{"AT+CMGF=1\r", "AT+CMGF=1\r\r\nOK\r\n"},
      {"AT+CMGS=\"112\"\r", "AT+CMGS=\"112\"" PROMPT},
      {"a\x1a", "a\r\n+CMS ERROR: 38\r\n"}},
     2,
     {{SIM_SETTING_SMS_SEND, 1}, {SIM_SETTING_SMS_SEND_TIME, 100}}},
    {"errors of messages are plain on demand",
     {{"AT+CMGR=3\r", "AT+CMGR=3\r\r\nERROR\r\n"},
      {"AT+CMEE=1;+CMGR=3\r", "AT+CMEE=1;+CMGR=3\r\r\n+CMS ERROR: 321\r\n"}},
     1,
     {{SIM_SETTING_CMS_FORM, 1}}},
    {"without a card messages have their own error",
     {{"AT+CMGF=1;+CMGL=\"ALL\"\r", "AT+CMGF=1;+CMGL=\"ALL\"\r\r\n+CMS ERROR: 310\r\n"},
      {"AT+CMGS=\"112\"\r", "AT+CMGS=\"112\"\r\r\n+CMS ERROR: 310\r\n"},
      {"AT+CSCA?\r", "AT+CSCA?\r\r\n+CMS ERROR: 310\r\n"},
      {"AT+CPMS=\"SM\",\"SM\",\"SM\"\r",
       "AT+CPMS=\"SM\",\"SM\",\"SM\"\r\r\n+CPMS: 0,0,0,0,0,0\r\n\r\nOK\r\n"}},
     1,
     {{SIM_SETTING_SIM_CARD, 1}}},
    {"a locked card has its own error",
     {{"AT+CMGD=1\r", "AT+CMGD=1\r\r\n+CMS ERROR: 311\r\n"}},
     1,
     {{SIM_SETTING_SIM_CARD, 2}}},
    {"without a network a message is not sent",
     {{"AT+CMGF=1\r", "AT+CMGF=1\r\r\nOK\r\n"},
      {"AT+CMGS=\"112\"\r", "AT+CMGS=\"112\"" PROMPT},
      {"a\x1a", "a\r\n+CMS ERROR: 331\r\n"}},
     1,
     {{SIM_SETTING_REGISTRATION, 3}}},
    {"values of messages are read as they were written",
     {{"AT+CNMI=2,2,0,1,0;+CNMI?\r",
       "AT+CNMI=2,2,0,1,0;+CNMI?\r\r\n+CNMI: 2,2,0,1,0\r\n\r\nOK\r\n"},
      {"AT+CNMI=,1;+CNMI?\r", "AT+CNMI=,1;+CNMI?\r\r\n+CNMI: 2,1,0,1,0\r\n\r\nOK\r\n"},
      {"AT+CNMI=3\r", "AT+CNMI=3\r\r\n+CMS ERROR: 302\r\n"},
      {"AT+CSMP=49,167,0,0;+CSMP?\r",
       "AT+CSMP=49,167,0,0;+CSMP?\r\r\n+CSMP: 49,167,0,0\r\n\r\nOK\r\n"},
      {"AT+CSMP=25\r", "AT+CSMP=25\r\r\n+CMS ERROR: 305\r\n"},
      {"AT+CSCA=\"+491710760000\";+CSCA?\r",
       "AT+CSCA=\"+491710760000\";+CSCA?\r\r\n+CSCA: \"+491710760000\",145\r\n\r\nOK\r\n"}},
     0,
     {{0}}},
    {"storages tell what they hold",
     {{"AT+CPMS?\r", "AT+CPMS?\r\r\n+CPMS: \"SM\",0,20,\"SM\",0,20,\"SM\",0,20\r\n\r\nOK\r\n"},
      {"AT+CMGF=1;+CPMS=\"SM\",\"ME\"\r",
       "AT+CMGF=1;+CPMS=\"SM\",\"ME\"\r\r\n+CPMS: 0,20,0,23,0,20\r\n\r\nOK\r\n"},
      {"AT+CMGW\r", "AT+CMGW" PROMPT},
      {"a\x1a", "a\r\n+CMGW: 1\r\n\r\nOK\r\n"},
      {"AT+CPMS?\r", "AT+CPMS?\r\r\n+CPMS: \"SM\",0,20,\"ME\",1,23,\"SM\",0,20\r\n\r\nOK\r\n"},
      {"AT+CPMS=\"XX\"\r", "AT+CPMS=\"XX\"\r\r\n+CMS ERROR: 302\r\n"}},
     0,
     {{0}}},
    {"acknowledgements are refused where none is awaited",
     {{"AT+CSMS=1\r", "AT+CSMS=1\r\r\n+CSMS: 1,1,1\r\n\r\nOK\r\n"},
      {"AT+CSMS?\r", "AT+CSMS?\r\r\n+CSMS: 1,1,1,1\r\n\r\nOK\r\n"},
      {"AT+CNMA\r", "AT+CNMA\r\r\n+CMS ERROR: 340\r\n"}},
     0,
     {{0}}},
    {"pins lock and unlock the card and change",
     {{"AT+CLCK=\"SC\",2\r", "AT+CLCK=\"SC\",2\r\r\n+CLCK: 0\r\n\r\nOK\r\n"},
      {"AT+CMEE=1;+CLCK=\"SC\",1,\"1111\"\r",
       "AT+CMEE=1;+CLCK=\"SC\",1,\"1111\"\r\r\n+CME ERROR: 16\r\n"},
      {"AT+CLCK=\"SC\",1,\"1234\"\r", "AT+CLCK=\"SC\",1,\"1234\"\r\r\nOK\r\n"},
      {"AT+CPWD=\"SC\",\"1234\",\"4321\"\r", "AT+CPWD=\"SC\",\"1234\",\"4321\"\r\r\nOK\r\n"},
      {"AT+CLCK=\"SC\",0,\"4321\";+CLCK=\"SC\",2\r",
       "AT+CLCK=\"SC\",0,\"4321\";+CLCK=\"SC\",2\r\r\n+CLCK: 0\r\n\r\nOK\r\n"},
      {"AT+CPWD=\"SC\",\"4321\",\"1234\"\r",
       "AT+CPWD=\"SC\",\"4321\",\"1234\"\r\r\n+CME ERROR: 3\r\n"}},
     0,
     {{0}}},
    {"the puk brings a blocked card back",
     {{"AT+CMEE=1;+CPIN=\"1\"\r", "AT+CMEE=1;+CPIN=\"1\"\r\r\n+CME ERROR: 12\r\n"},
      {"AT+CPIN=\"11111111\",\"9999\"\r", "AT+CPIN=\"11111111\",\"9999\"\r\r\n+CME ERROR: 16\r\n"},
      {"AT+CPIN=\"12345678\",\"9999\"\r",
       "AT+CPIN=\"12345678\",\"9999\"\r\r\nOK\r\n\r\n+CPIN: READY\r\n"},
      {"AT+CPIN?\r", "AT+CPIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n"}},
     2,
     {{SIM_SETTING_SIM_CARD, 3}, {SIM_SETTING_CPIN_DELAY, 100}}},
    {"files of the card are read",
     {{"AT+CRSM=176,12258,0,0,10\r",
       "AT+CRSM=176,12258,0,0,10\r\r\n+CRSM: 144,0,\"9868001890608F408821\"\r\n\r\nOK\r\n"},
      {"AT+CRSM=176,28423,0,0,9\r",
       "AT+CRSM=176,28423,0,0,9\r\r\n+CRSM: 144,0,\"084906002143658709\"\r\n\r\nOK\r\n"},
      {"AT+CRSM=176,28589,0,3,1\r",
       "AT+CRSM=176,28589,0,3,1\r\r\n+CRSM: 144,0,\"02\"\r\n\r\nOK\r\n"},
      {"AT+CRSM=176,1\r", "AT+CRSM=176,1\r\r\n+CRSM: 106,130\r\n\r\nOK\r\n"},
      {"AT+CRSM=214,28423,0,0,1,\"00\"\r",
       "AT+CRSM=214,28423,0,0,1,\"00\"\r\r\n+CRSM: 109,0\r\n\r\nOK\r\n"},
      {"AT+CRSM=176,28589,0,0,200\r", "AT+CRSM=176,28589,0,0,200\r\r\n+CRSM: 108,4\r\n\r\nOK\r\n"}},
     0,
     {{0}}},
    {"nobody answers a call and any byte hangs up",
     {{"ATD112;\r", "ATD112;\r\r\nNO CARRIER\r\n"},
      {"ATA\r", "ATA\r\r\nNO CARRIER\r\n"},
      {"ATO0\r", "ATO0\r\r\nERROR\r\n"},
      {"ATDT +49 (30) 1234;\r", "ATDT +49 (30) 1234;\r\r\nNO CARRIER\r\n"},
      {"ATH\r", "ATH\r\r\nOK\r\n"}},
     1,
     {{SIM_SETTING_DIAL_TIME, 100}}},
    {"a call that takes long ends with a key",
     {{"ATD112;\r", "ATD112;\r"}, {"x", "\r\nNO CARRIER\r\n"}, {"AT\r", "AT\r\r\nOK\r\n"}},
     1,
     {{SIM_SETTING_DIAL_TIME, 60000}}},
    {"ussd is answered by the network after the ok",
     {{"AT+CUSD=1,\"*100#\",15\r", "AT+CUSD=1,\"*100#\",15\r\r\nOK\r\n\r\n+CUSD: 4\r\n"},
      {"AT+CUSD?\r", "AT+CUSD?\r\r\n+CUSD: 1\r\n\r\nOK\r\n"},
      {"AT+CUSD=0,\"*100#\"\r", "AT+CUSD=0,\"*100#\"\r\r\nOK\r\n"}},
     1,
     {{SIM_SETTING_USSD_TIME, 100}}},
    {"an error of a message has a name too",
     {{"AT+CMEE=2;+CMGR=3\r", "AT+CMEE=2;+CMGR=3\r\r\n+CMS ERROR: invalid memory index\r\n"},
      {"AT+CNMI=3\r", "AT+CNMI=3\r\r\n+CMS ERROR: operation not allowed\r\n"}},
     0,
     {{0}}},
    {"or is a number all the same",
     {{"AT+CMEE=2;+CMGR=3\r", "AT+CMEE=2;+CMGR=3\r\r\n+CMS ERROR: 321\r\n"}},
     1,
     {{SIM_SETTING_CMS_TEXT, 1}}},
    {"a multiplexer is taken and the port stays with commands",
     {{"AT+CMUX=0\r", "AT+CMUX=0\r\r\nOK\r\n"},
      {"AT+CMUX=0,0,5,127\r", "AT+CMUX=0,0,5,127\r\r\nOK\r\n"},
      {"AT\r", "AT\r\r\nOK\r\n"}},
     0,
     {{0}}},
    {"what is not built is refused",
     {{"AT+CMEE=1;+CMUX=1\r", "AT+CMEE=1;+CMUX=1\r\r\nERROR\r\n"},
      {"AT+CSIM=10,\"A0A40000023F00\"\r", "AT+CSIM=10,\"A0A40000023F00\"\r\r\n+CME ERROR: 4\r\n"},
      {"AT+CMUX=?\r", "AT+CMUX=?\r\r\nERROR\r\n"}},
     0,
     {{0}}},
};

/* ---- with a network around ------------------------------------------------------------------- */

static struct module module;

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    exchange_boot(&module);
    module_ask(&module, "ATE0+CMGF=1");
    module_output(&module);
    module_told(&module);
    return 0;
}

static bool deliver(const char *from, const char *text)
{
    struct sim_action action = {.kind = SIM_ACTION_SMS, .text = text, .from = from};
    bool done = sim_apply(&module.sim, &module.host, &action, module.now_us);
    module_run(&module, SECOND_US / 10);
    return done;
}

static void enter(const char *line, const char *text)
{
    module_ask(&module, line);
    module_send(&module, text, strlen(text));
    module_send(&module, "\x1a", 1);
    module_run(&module, 3 * SECOND_US);
}

static void a_message_that_comes_is_stored_told_and_read_once(void **state)
{
    (void)state;
    assert_true(deliver("+4915112345678", "Hello"));
    EXPECT_OUTPUT(&module, "|+CMTI: \"SM\",1|");
    EXPECT_ASK(
        &module, "AT+CMGL",
        "|+CMGL: 1,\"REC UNREAD\",\"+4915112345678\",\"\",\"19/06/26,14:04:23+32\"|Hello||OK|");
    EXPECT_ASK(&module, "AT+CMGL", "|OK|");
    EXPECT_ASK(&module, "AT+CSDH=1;+CMGR=1",
               "|+CMGR: \"REC READ\",\"+4915112345678\",\"\",\"19/06/26,14:04:23+32\",145,4,0,0,"
               "\"+8613800100500\",145,5|Hello||OK|");
    EXPECT_ASK(&module, "AT+CMGF=0;+CMGR=1",
               "|+CMGR: 1,\"\",25|0891683108100005F0040D91945111325476F80000916062414032230"
               "5C8329BFD06||OK|");
}

/* 160 septets go in one piece, one more in two parts of 153 and 8 (TS 23.040 9.2.3.24.1). */
static void a_long_text_comes_in_parts_that_say_so(void **state)
{
    (void)state;
    char text[161 + 1];
    memset(text, 'a', 161);
    text[161] = '\0';
    text[152] = '[';  /* with its escape it does not fit into the first part */
    text[160] = '\0'; /* 161 septets */
    module_told(&module);
    assert_true(deliver("+49301", text));
    EXPECT_OUTPUT(&module, "|+CMTI: \"SM\",1||+CMTI: \"SM\",2|");
    EXPECT_PART(module_ask(&module, "AT+CMGR=1"), "|050003000201C2");
    EXPECT_PART(module_ask(&module, "AT+CMGR=2"), "|050003000202");
    module_set(&module, SIM_SETTING_SMS_PART_TEXT, 1);
    EXPECT_PART(module_ask(&module, "AT+CMGR=1"), "+32\"|aaaaaaa");
    EXPECT_PART(module_ask(&module, "AT+CMGR=2"), "+32\"|[aaaaaaa||OK|");
    module_ask(&module, "AT+CMGF=0");
    EXPECT_PART(module_ask(&module, "AT+CMGR=1"), "|+CMGR: 1,\"\",156|0891683108100005F040");
    EXPECT_PART(module_ask(&module, "AT+CMGR=2"), "F04405919403F1");
    module_ask(&module, "AT+CMGF=1;+CMGD=1,4");
    text[160] = '\0';
    text[152] = 'a';
    assert_true(deliver("+49301", text)); /* 160 septets */
    EXPECT_OUTPUT(&module, "|+CMTI: \"SM\",1|");
    assert_true(deliver("+49301", text + 100));
}

static void a_long_text_in_ucs2_and_one_that_is_too_long(void **state)
{
    (void)state;
    char text[1000] = "";
    for (unsigned i = 0; i < 71; i++)
        memcpy(text + strlen(text), i == 66 ? "\xf0\x9f\x98\x80" : "\xd0\x96", i == 66 ? 5 : 3);
    assert_true(deliver("+49301", text));
    EXPECT_OUTPUT(&module, "|+CMTI: \"SM\",1||+CMTI: \"SM\",2|");
    EXPECT_PART(module_ask(&module, "AT+CMGR=1"), "|050003000201041604160416");
    EXPECT_PART(module_ask(&module, "AT+CMGR=2"), "|050003000202D83DDE000416"); /* a pair stays */
    memset(text, 'a', sizeof text - 1);
    text[918] = '\0';
    assert_true(deliver("+49301", text));
    memset(text, 'a', sizeof text - 1);
    text[919] = '\0';
    assert_false(deliver("+49301", text));
}

static void parts_go_straight_to_the_host_on_demand(void **state)
{
    (void)state;
    char text[919];
    unsigned count = 0;
    memset(text, 'a', sizeof text);
    text[918] = '\0';
    module_ask(&module, "AT+CNMI=2,2");
    module_output(&module);
    assert_true(deliver("+49301", text));
    const char *got = module_output(&module);
    for (const char *at = got; (at = strstr(at, "|+CMT: ")) != NULL; at++)
        count++;
    assert_int_equal(count, 6);
    EXPECT_PART(got, "|050003000606C2");
}

static void what_goes_straight_may_be_refused(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_SMS_DIRECT, 1);
    EXPECT_ASK(&module, "AT+CNMI=2,2", "|ERROR|");
    EXPECT_ASK(&module, "AT+CNMI=1,2", "|OK|");
    EXPECT_ASK(&module, "at+cnmi = 2", "|ERROR|");
    EXPECT_ASK(&module, "AT+CNMI?", "|+CNMI: 1,2,0,0,0||OK|");
}

static void messages_go_straight_to_the_host_on_demand(void **state)
{
    (void)state;
    module_ask(&module, "AT+CNMI=2,2");
    assert_true(deliver("Bank", "code 1234"));
    EXPECT_OUTPUT(&module, "|+CMT: \"Bank\",\"\",\"19/06/26,14:04:24+32\"|code 1234|");
    module_ask(&module, "AT+CMGF=0");
    assert_true(deliver("12", "\xd0\x96"));
    EXPECT_OUTPUT(&module, "|+CMT: \"\",16|0891683108100005F004028121000891606241404223020416|");
    EXPECT_ASK(&module, "AT+CMGL=4", "|OK|");
    module_ask(&module, "AT+CNMI=2,0");
    assert_true(deliver("12", "quiet"));
    EXPECT_OUTPUT(&module, "");
    EXPECT_PART(module_ask(&module, "AT+CPMS?"), "\"SM\",1,20");
}

static void an_unacknowledged_message_keeps_the_next_ones_in_the_storage(void **state)
{
    (void)state;
    module_ask(&module, "AT+CSMS=1;+CNMI=2,2");
    assert_true(deliver("12", "a"));
    EXPECT_PART(module_output(&module), "+CMT: ");
    assert_true(deliver("12", "b"));
    EXPECT_OUTPUT(&module, "|+CMTI: \"SM\",1|");
    EXPECT_ASK(&module, "AT+CNMA", "|OK|");
    assert_true(deliver("12", "c"));
    EXPECT_PART(module_output(&module), "+CMT: ");
}

static void no_message_comes_without_registration_room_or_sense(void **state)
{
    (void)state;
    char longest[920];
    memset(longest, 'x', sizeof longest);
    longest[160] = '\0';
    assert_true(deliver("12", longest));
    memset(longest, 'x', sizeof longest);
    longest[919] = '\0';
    assert_false(deliver("12", longest));
    assert_false(deliver("", "x"));
    assert_false(deliver(NULL, "x"));
    assert_false(deliver("12", NULL));
    module_set(&module, SIM_SETTING_SMS_CARD_SLOTS, 1);
    assert_false(deliver("12", "full"));
    module_set(&module, SIM_SETTING_SMS_CARD_SLOTS, 20);
    module_apply(&module, SIM_ACTION_NETWORK, 0, 0, NULL);
    assert_false(deliver("12", "no network"));
}

static void a_lost_message_is_told_and_is_nowhere(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_SMS_INCOMING, 1);
    assert_true(deliver("12", "x"));
    EXPECT_OUTPUT(&module, "|+CMTI: ,-1|");
    EXPECT_ASK(&module, "AT+CMGL=\"ALL\"", "|OK|");
}

static void a_sent_message_is_told_with_its_text(void **state)
{
    (void)state;
    module_ask(&module, "AT+CSCS=\"UCS2\"");
    enter("AT+CMGS=\"+4930\"", "00470072002000FC20AC");
    EXPECT_PART(module_told(&module), "sms 0 +4930 Gr \xc3\xbc\xe2\x82\xac\n");
}

static void reports_come_as_cnmi_says(void **state)
{
    (void)state;
    module_ask(&module, "AT+CSMP=49,167,0,0;+CNMI=2,1,0,1,0");
    enter("AT+CMGS=\"+4930\"", "a");
    EXPECT_OUTPUT(&module, &"a|+CMGS: 0||OK|"[1]);
    module_run(&module, 3 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+CDS: 6,0,\"+4930\",145,\"19/06/26,14:04:29+32\","
                           "\"19/06/26,14:04:29+32\",0|");
    module_ask(&module, "AT+CNMI=2,1,0,2,0");
    enter("AT+CMGS=\"+4931\"", "a");
    module_output(&module);
    module_run(&module, 3 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+CDSI: \"SM\",1|");
    EXPECT_PART(module_ask(&module, "AT+CMGR=1"), "|+CMGR: \"REC UNREAD\",6,1,\"+4931\",145,");
}

static void a_second_message_does_not_swallow_the_report_of_the_first(void **state)
{
    (void)state;
    module_ask(&module, "AT+CSMP=49,167,0,0;+CNMI=2,1,0,1,0");
    enter("AT+CMGS=\"+4930\"", "a");
    module_output(&module);
    EXPECT_PART(module_ask(&module, "AT+CMGS=\"+4931\""), "+CDS: 6,0,\"+4930\",145");
}

static void stored_messages_are_sent_and_marked(void **state)
{
    (void)state;
    enter("AT+CMGW=\"+4930\"", "stored");
    module_output(&module);
    module_told(&module);
    module_ask(&module, "AT+CMSS=1");
    module_run(&module, 3 * SECOND_US);
    EXPECT_PART(module_told(&module), "sms 0 +4930 stored\n");
    EXPECT_PART(module_ask(&module, "AT+CMGR=1"), "STO SENT");
    module_ask(&module, "AT+CMSS=1,\"112\"");
    module_run(&module, 3 * SECOND_US);
    EXPECT_PART(module_told(&module), "sms 1 112 stored\n");
    EXPECT_PART(module_ask(&module, "AT+CMSS=2"), "+CMS ERROR: 321");
    assert_true(deliver("12", "received"));
    EXPECT_PART(module_ask(&module, "AT+CMSS=2"), "+CMS ERROR: 302");
}

/* ---- the store ----------------------------------------------------------------------------- */

/* One message of each status, in the order unread, read, unsent, sent. */
static void fill(void)
{
    deliver("12", "read");
    module_ask(&module, "AT+CMGR=1");
    deliver("12", "unread");
    enter("AT+CMGW=\"12\"", "unsent");
    enter("AT+CMGW=\"12\",129,\"STO SENT\"", "sent");
    module_output(&module);
}

static void a_flag_of_cmgd_says_what_goes(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool kept[4];
    } rows[] = {
        {"AT+CMGD=1", {false, true, true, true}},     {"AT+CMGD=1,0", {false, true, true, true}},
        {"AT+CMGD=1,1", {false, true, true, true}},   {"AT+CMGD=9,2", {false, true, true, false}},
        {"AT+CMGD=1,3", {false, true, false, false}}, {"AT+CMGD=1,4", {false, false, false, false}},
    };
    static const char *const texts[] = {"|read|", "|unread|", "|unsent|", "|sent|"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setup(NULL);
        fill();
        EXPECT_ASK(&module, rows[i].line, "|OK|");
        char list[1024];
        snprintf(list, sizeof list, "%s", module_ask(&module, "AT+CMGL=\"ALL\""));
        for (unsigned n = 0; n < 4; n++)
            expect_part(list, texts[n], !rows[i].kept[n], rows[i].line, (int)n);
    }
    EXPECT_ASK(&module, "AT+CMGD=99", "|+CMS ERROR: 321|");
    EXPECT_ASK(&module, "AT+CMGD=?", "|+CMGD: (1-20),(0-4)||OK|");
}

static void messages_survive_every_restart(void **state)
{
    (void)state;
    for (unsigned reset = 0; reset < SIM_RESET_COUNT; reset++) {
        setup(NULL);
        fill();
        if (reset == SIM_RESET_POWER_ON) {
            module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL);
            module_run(&module, SECOND_US);
            module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
        } else {
            module_apply(&module, SIM_ACTION_RESET, reset, 0, NULL);
        }
        module_run(&module, 20 * SECOND_US);
        module_ask(&module, "ATE0+CMGF=1");
        char list[1024];
        snprintf(list, sizeof list, "%s", module_ask(&module, "AT+CMGL=\"ALL\""));
        EXPECT_PART(list, "+CMGL: 1,\"REC READ\"");
        EXPECT_PART(list, "+CMGL: 2,\"REC UNREAD\"");
        EXPECT_PART(list, "+CMGL: 3,\"STO UNSENT\"");
        EXPECT_PART(list, "+CMGL: 4,\"STO SENT\"");
        EXPECT_ASK(&module, "AT+CNMI?", "|+CNMI: 2,1,0,0,0||OK|");
    }
}

static void a_restart_at_the_prompt_forgets_what_was_entered(void **state)
{
    (void)state;
    struct sim_message before = module.sim.message;
    module_ask(&module, "AT+CMGS=\"112\"");
    module_send(&module, "abc", 3);
    module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CRASH, 0, NULL);
    module_run(&module, 20 * SECOND_US);
    assert_memory_equal(&module.sim.message, &before, sizeof before);
    EXPECT_PART(module_ask(&module, "AT"), "OK");
}

/* A full storage at 160 characters is many times what the output queue holds. */
static void a_list_longer_than_the_queue_comes_whole(void **state)
{
    (void)state;
    char text[161];
    for (unsigned i = 0; i < 20; i++) {
        memset(text, 'a' + (int)i, 160);
        text[160] = '\0';
        assert_true(deliver("12", text));
    }
    module_output(&module);
    module_ask(&module, "AT+CMGF=0");
    const char *list = module_ask(&module, "AT+CMGL=4");
    unsigned lines = 0;
    for (const char *at = list; (at = strstr(at, "+CMGL: ")) != NULL; at++)
        lines++;
    assert_int_equal(lines, 20);
    EXPECT_PART(list, "||OK|");
    assert_int_equal(module.sim.stat_lost_output_bytes, 0);
}

/* The file of records is written anew before its history outgrows what it holds. */
static void the_store_does_not_grow_with_what_has_happened(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 400; i++) {
        assert_true(deliver("12", "the same story again and again and again"));
        module_ask(&module, "AT+CMGR=1");
        module_ask(&module, "AT+CMGD=1");
    }
    fill();
    unsigned files = 0;
    for (unsigned i = 0; i < SIM_FILES; i++)
        if (module.sim.files.entries[i].name[0]) {
            files++;
            assert_true(module.sim.files.entries[i].size_bytes < 8192);
        }
    assert_int_equal(files, 1);
    EXPECT_PART(module_ask(&module, "AT+CMGL=\"ALL\""), "+CMGL: 4,\"STO SENT\"");
}

static void a_full_flash_refuses_a_message(void **state)
{
    (void)state;
    module.store.capacity = module.store.used + 20;
    assert_false(deliver("12", "no room for this"));
    module_ask(&module, "AT+CMGW=\"12\"");
    module_send(&module, "nor for that\x1a", 13);
    module_run(&module, SECOND_US);
    EXPECT_PART(module_output(&module), "+CMS ERROR: 322");
}

/* Cut before, inside and after the n-th write; a message is whole, as before, or not there. */
static void a_power_cut_at_a_write_leaves_whole_messages(void **state)
{
    (void)state;
    static const char *const lines[] = {"AT+CMGL=\"ALL\"", "AT+CMGD=1,4", "AT+CMGR=2"};
    for (unsigned cut = 0; cut < SIM_CUT_COUNT * 3; cut++)
        for (unsigned line = 0; line < 3; line++) {
            setup(NULL);
            module_set(&module, SIM_SETTING_TORN_WRITE, (int32_t)cut / SIM_CUT_COUNT);
            fill();
            module.host.hook_mask = 1u << SIM_HOOK_NV_WRITE;
            module.trap = (struct module_trap){
                .armed = true, .kind = SIM_HOOK_NV_WRITE, .number = module.sim.power.nv_writes + 1};
            module.cut_when = (uint8_t)(cut % SIM_CUT_COUNT);
            module_ask(&module, lines[line]);
            assert_int_equal(module.traps, 1);
            module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
            module_run(&module, 20 * SECOND_US);
            module_ask(&module, "ATE0+CMGF=1");
            const char *list = module_ask(&module, "AT+CMGL=\"ALL\"");
            EXPECT_PART(list, "|unsent|");
            EXPECT_PART(list, "|sent|");
            EXPECT_PART(list, "|OK|");
        }
}

/* A file from outside may hold anything; what cannot be is not shown, and nothing breaks. */
static void records_that_cannot_be_are_not_read(void **state)
{
    (void)state;
    struct sim_context ctx = {&module.sim, &module.host, module.now_us};
    uint32_t random = 7;
    for (unsigned round = 0; round < 200; round++) {
        setup(NULL);
        deliver("12", "good");
        uint8_t file = sim_files_find(&module.sim.files, SIM_DIRECTORY_KEPT, "messages", 8);
        assert_int_not_equal(file, SIM_NO_FILE);
        uint8_t junk[64];
        for (size_t i = 0; i < sizeof junk; i++) {
            random = random * 1664525 + 1013904223;
            junk[i] = (uint8_t)(random >> 24);
        }
        junk[0] %= SIM_MESSAGE_SLOTS;
        junk[1] %= 4;
        junk[2] %= 60;
        ctx.now_us = module.now_us;
        assert_true(sim_files_append(&ctx, file, junk, sizeof junk));
        module_ask(&module, "AT+CMGL=\"ALL\"");
        module_ask(&module, "AT+CMGD=1,4");
        EXPECT_PART(module_ask(&module, "AT"), "OK");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_message_that_comes_is_stored_told_and_read_once, setup),
        cmocka_unit_test_setup(what_goes_straight_may_be_refused, setup),
        cmocka_unit_test_setup(messages_go_straight_to_the_host_on_demand, setup),
        cmocka_unit_test_setup(a_long_text_comes_in_parts_that_say_so, setup),
        cmocka_unit_test_setup(a_long_text_in_ucs2_and_one_that_is_too_long, setup),
        cmocka_unit_test_setup(parts_go_straight_to_the_host_on_demand, setup),
        cmocka_unit_test_setup(an_unacknowledged_message_keeps_the_next_ones_in_the_storage, setup),
        cmocka_unit_test_setup(no_message_comes_without_registration_room_or_sense, setup),
        cmocka_unit_test_setup(a_lost_message_is_told_and_is_nowhere, setup),
        cmocka_unit_test_setup(a_sent_message_is_told_with_its_text, setup),
        cmocka_unit_test_setup(reports_come_as_cnmi_says, setup),
        cmocka_unit_test_setup(a_second_message_does_not_swallow_the_report_of_the_first, setup),
        cmocka_unit_test_setup(stored_messages_are_sent_and_marked, setup),
        cmocka_unit_test_setup(a_flag_of_cmgd_says_what_goes, setup),
        cmocka_unit_test_setup(messages_survive_every_restart, setup),
        cmocka_unit_test_setup(a_restart_at_the_prompt_forgets_what_was_entered, setup),
        cmocka_unit_test_setup(a_list_longer_than_the_queue_comes_whole, setup),
        cmocka_unit_test_setup(the_store_does_not_grow_with_what_has_happened, setup),
        cmocka_unit_test_setup(a_full_flash_refuses_a_message, setup),
        cmocka_unit_test_setup(a_power_cut_at_a_write_leaves_whole_messages, setup),
        cmocka_unit_test_setup(records_that_cannot_be_are_not_read, setup),
    };
    int failed = cmocka_run_group_tests_name("message", tests, NULL, NULL);
    return failed +
           exchange_run("message exchanges", exchanges, sizeof exchanges / sizeof exchanges[0]);
}
