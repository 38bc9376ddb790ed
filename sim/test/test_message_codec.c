/*
 * Short messages as octets: known PDUs both ways, alphabets, and octets that are no message.
 */
#include "sim/internal.h"
#include "sim/sms/message_codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t hex(const char *text, uint8_t *bytes, size_t capacity)
{
    return sim_hex_read(text, strlen(text), bytes, capacity);
}

/* ---- known PDUs ---------------------------------------------------------------------------- */

/* The first is the example of many manuals, the others by hand from TS 23.040. */
static const struct {
    const char *name, *pdu, *address, *text;
    uint8_t first_octet, reference, coding;
} known[] = {
    {"deliver of seven bits",
     "040B911326880736F40000111081017362401654747A0E4ACF416110BD3CA783DAE5F93C7C2E03",
     "+31628870634", "This is a test message", 0x04, 0, 0},
    {"submit without validity", "01000B916407281553F800000AE8329BFD4697D9EC37", "+46708251358",
     "hellohello", 0x01, 0, 0},
    {"submit of a day, report wanted", "31070C9194511132547600 00A705C8329BFD06", "+491511234567",
     "Hello", 0x31, 7, 0},
    {"deliver in ucs2 from a short number", "0404812143000851109221323480040416043C", "1234",
     "\xd0\x96\xd0\xbc", 0x04, 0, 8},
};

static void strip_blanks(const char *from, char *to)
{
    for (; *from; from++)
        if (*from != ' ')
            *to++ = *from;
    *to = '\0';
}

static void known_pdus_are_read_and_written_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char text[SIM_MESSAGE_TEXT], digits[400];
        uint8_t bytes[SIM_TPDU_MAX], again[SIM_TPDU_MAX];
        uint16_t characters[SIM_SEPTETS_MAX];
        struct sim_tpdu tpdu;
        strip_blanks(known[i].pdu, digits);
        size_t size = hex(digits, bytes, sizeof bytes);
        if (size == 0 || !sim_tpdu_parse(bytes, size, &tpdu))
            fail_msg("%s: not read", known[i].name);
        sim_utf8_write(characters, sim_tpdu_text(&tpdu, characters), text, sizeof text);
        if (strcmp(text, known[i].text) != 0 || strcmp(tpdu.address.text, known[i].address) != 0 ||
            tpdu.first_octet != known[i].first_octet || tpdu.reference != known[i].reference ||
            tpdu.coding != known[i].coding)
            fail_msg("%s: want '%s' '%s', got '%s' '%s'", known[i].name, known[i].address,
                     known[i].text, tpdu.address.text, text);
        assert_int_equal(sim_tpdu_write(&tpdu, again), size);
        assert_memory_equal(again, bytes, size);
    }
}

/* ---- alphabets ----------------------------------------------------------------------------- */

static void every_septet_is_a_character_and_back(void **state)
{
    (void)state;
    for (unsigned septet = 0; septet < 128; septet++) {
        bool escaped;
        uint16_t character = sim_gsm_character((uint8_t)septet, false);
        if (septet == 0x1b)
            continue;
        assert_int_equal(sim_gsm_septet(character, &escaped), septet);
        assert_false(escaped);
    }
    static const char extended[] = "^{}\\[~]|";
    for (const char *c = extended; *c; c++) {
        bool escaped;
        uint8_t septet = sim_gsm_septet((uint16_t)*c, &escaped);
        assert_true(escaped);
        assert_int_equal(sim_gsm_character(septet, true), *c);
    }
    bool escaped;
    assert_int_equal(sim_gsm_septet(0x0416, &escaped), 255);
}

/* Every length of text goes there and back, so every position of packed septets is met. */
static void text_of_every_length_goes_there_and_back(void **state)
{
    (void)state;
    static const enum sim_alphabet alphabets[] = {SIM_ALPHABET_GSM, SIM_ALPHABET_UCS2};
    static const size_t longest[] = {SIM_SEPTETS_MAX, SIM_USER_DATA_MAX / 2};
    for (unsigned a = 0; a < 2; a++)
        for (size_t length = 0; length <= longest[a] + 1; length++) {
            uint16_t text[SIM_SEPTETS_MAX + 1], again[SIM_SEPTETS_MAX];
            uint8_t bytes[SIM_TPDU_MAX];
            struct sim_tpdu read;
            struct sim_tpdu tpdu = {
                .first_octet = SIM_TPDU_DELIVER, .coding = a ? 8 : 0, .address = {"+49", 145}};
            for (size_t i = 0; i < length; i++)
                text[i] = (uint16_t)('0' + i % 75);
            for (size_t i = 0; i < length && a == 0; i++)
                if (text[i] == '[' || text[i] == '\\' || text[i] == ']' || text[i] == '^' ||
                    text[i] == '`')
                    text[i] = 'x';
            bool fits = sim_tpdu_set_text(&tpdu, alphabets[a], text, length);
            assert_int_equal(fits, length <= longest[a]);
            if (!fits)
                continue;
            size_t size = sim_tpdu_write(&tpdu, bytes);
            assert_true(size <= SIM_TPDU_MAX);
            assert_true(sim_tpdu_parse(bytes, size, &read));
            assert_int_equal(sim_tpdu_text(&read, again), length);
            assert_memory_equal(again, text, length * sizeof *text);
        }
}

static void utf8_is_read_and_written_again(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"", ""},
        {"abc", "abc"},
        {"Gr\xc3\xbc\xc3\x9f"
         "e \xe2\x82\xac",
         "Gr\xc3\xbc\xc3\x9f"
         "e \xe2\x82\xac"},
        {"\xf0\x9f\x98\x80!", "\xf0\x9f\x98\x80!"}, /* above U+FFFF: two units */
        {"\xff"
         "a",
         "?a"},
        {"\xc3", "?"},
        {"\xc0\x80", "??"},           /* too long a form */
        {"\xed\xa0\x80", "???"},      /* half of a pair */
        {"\xf4\x90\x80\x80", "????"}, /* above U+10FFFF */
        {"\xe2\x82", "??"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint16_t characters[16];
        char text[64];
        size_t count = sim_utf8_read(rows[i].in, strlen(rows[i].in), characters, 16);
        sim_utf8_write(characters, count, text, sizeof text);
        assert_string_equal(text, rows[i].out);
    }
}

/* ---- addresses ----------------------------------------------------------------------------- */

static void addresses_are_numbers_or_names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool number, name;
        uint8_t type;
    } rows[] = {
        {"+4915112345678", true, true, 145},
        {"1234", true, true, 129},
        {"*100#", true, true, 129},
        {"+01234567890123456789", true, true, 145},
        {"+012345678901234567890", false, false, 0},
        {"", false, false, 0},
        {"+", false, true, 208},
        {"Bank", false, true, 208},
        {"12 34", false, true, 208},
        {"eleven char", false, true, 208},
        {"twelve chars", false, false, 0},
        {"a\nb", false, true, 208},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sim_address address, read;
        uint8_t bytes[12];
        size_t length = strlen(rows[i].text);
        if (sim_address_set(&address, rows[i].text, length, false) != rows[i].number ||
            sim_address_set(&address, rows[i].text, length, true) != rows[i].name)
            fail_msg("'%s' is not taken as it should", rows[i].text);
        if (!rows[i].name)
            continue;
        assert_int_equal(address.type, rows[i].type);
        size_t size = sim_address_write(&address, bytes);
        assert_in_range(size, 2, sizeof bytes);
        assert_int_equal(sim_address_read(bytes, size, &read), size);
        if (strcmp(rows[i].text, "a\nb") != 0)
            assert_string_equal(read.text, rows[i].text);
    }
}

/* ---- hostile octets ------------------------------------------------------------------------- */

static void octets_that_are_no_message_are_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "04",
        "03",                                             /* a reserved type */
        "0400",                                           /* no type of address */
        "0415911122334455667788990000000000000000000000", /* too many digits */
        "04FF91",                                         /* an address without end */
        "04029121000011108101736240",                     /* no length of user data */
        "0402912100001110810173624002C8",                 /* too little user data */
        "0402912100001110810173624002C832FF",             /* too much */
        "04029121000011108101736240FF",                   /* more than a message holds */
        "44029121000011108101736240010B",                 /* a header longer than its data */
        "4402912100001110810173624000",                   /* a header in nothing */
        "010002912100",                                   /* ends in the header */
        "190002912100000102030405",                       /* ends in the validity */
        "0607",                                           /* a report that ends early */
        "0403911F001110810173624000",                     /* a filler between digits */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[SIM_TPDU_MAX] = {0};
        struct sim_tpdu tpdu;
        size_t size = hex(rows[i], bytes, sizeof bytes);
        if (sim_tpdu_parse(bytes, size, &tpdu))
            fail_msg("'%s' was taken", rows[i]);
    }
}

/* Whatever the octets are, the parser stays inside; what it takes it can write. */
static void any_octets_are_read_without_harm(void **state)
{
    (void)state;
    uint32_t random = 1;
    unsigned taken = 0;
    for (unsigned round = 0; round < 60000; round++) {
        uint8_t bytes[SIM_TPDU_MAX + 4], again[SIM_TPDU_MAX];
        uint16_t characters[SIM_SEPTETS_MAX];
        char text[SIM_MESSAGE_TEXT];
        struct sim_tpdu tpdu;
        struct sim_address centre;
        static const uint8_t valid[] = {0x04, 0x04, 0x81, 0x21, 0x43, 0, 8,    0x51, 0x10, 0x92,
                                        0x21, 0x32, 0x34, 0x80, 4,    4, 0x16, 4,    0x3c};
        size_t size = round % sizeof bytes;
        for (size_t i = 0; i < sizeof bytes; i++) {
            random = random * 1664525 + 1013904223;
            bytes[i] = (uint8_t)(random >> 24);
        }
        if (round % 2) { /* a good message with one octet changed */
            memcpy(bytes, valid, sizeof valid);
            size = sizeof valid;
            bytes[random % sizeof valid] = (uint8_t)(random >> 16);
        }
        sim_centre_read(bytes, size, &centre);
        assert_true(strlen(centre.text) < SIM_ADDRESS_TEXT);
        if (!sim_tpdu_parse(bytes, size, &tpdu))
            continue;
        taken++;
        assert_true(strlen(tpdu.address.text) < SIM_ADDRESS_TEXT);
        size_t count = sim_tpdu_text(&tpdu, characters);
        assert_true(count <= SIM_SEPTETS_MAX);
        assert_true(sim_utf8_write(characters, count, text, sizeof text) < sizeof text);
        assert_true(sim_tpdu_write(&tpdu, again) <= SIM_TPDU_MAX);
    }
    assert_true(taken > 1000);
}

/* TS 23.040 9.2.3.12: none, enhanced, relative, absolute. */
static void every_validity_is_written_as_it_was_read(void **state)
{
    (void)state;
    for (unsigned format = 0; format < 4; format++) {
        uint8_t bytes[32] = {(uint8_t)(1 | format << 3), 9, 2, 0x81, 0x21, 0, 4}, written[64];
        struct sim_tpdu tpdu;
        size_t size = 7;
        for (unsigned i = 0; i < (format == 0 ? 0u : format == 2 ? 1u : 7u); i++)
            bytes[size++] = (uint8_t)(0x11 * (i + 1));
        bytes[size++] = 1;
        bytes[size++] = 'x';
        assert_true(sim_tpdu_parse(bytes, size, &tpdu));
        assert_int_equal(sim_tpdu_write(&tpdu, written), size);
        assert_memory_equal(written, bytes, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_pdus_are_read_and_written_again),
        cmocka_unit_test(every_septet_is_a_character_and_back),
        cmocka_unit_test(text_of_every_length_goes_there_and_back),
        cmocka_unit_test(utf8_is_read_and_written_again),
        cmocka_unit_test(addresses_are_numbers_or_names),
        cmocka_unit_test(octets_that_are_no_message_are_refused),
        cmocka_unit_test(any_octets_are_read_without_harm),
        cmocka_unit_test(every_validity_is_written_as_it_was_read),
    };
    return cmocka_run_group_tests_name("message codec", tests, NULL, NULL);
}
