/*
 * test_fota_limits.c - lines and codes on both sides of a limit: which of them count, as AT106
 * 9.2.14 (HTTPTOFS), 10.2.14 (FTPEXTGET) and core/README say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/fota_internal.h"
#include "core/test/support.h"

#define OK         "\r\nOK\r\n"
#define ERROR      "\r\nERROR\r\n"
#define INFO(text) "\r\n" text "\r\n\r\nOK\r\n"
#define CRC_OF_TEN UINT32_C(0xcd9486dd) /* PK and eight letters, by zlib */

static struct rig rig;

static void say(const char *line)
{
    char bytes[160];
    int length = snprintf(bytes, sizeof bytes, "\r\n%s\r\n", line);
    fota_receive(&rig.fota, &rig.host, bytes, (size_t)length, rig.now_us);
}

/* ---- results of a download ----------------------------------------------------------------- */

static const struct {
    const char *line;
    uint16_t http, ftp; /* what counts as result code, 0 = no result */
} results[] = {
    {"+HTTPTOFS: 99,5", 0, 0},        {"+HTTPTOFS: 100,5", 100, 0},
    {"+HTTPTOFS: 65535,5", 65535, 0}, {"+HTTPTOFS: 65536,5", 0, 0},
    {"+HTTPTOFS: 200", 0, 0},         {"+HTTPTOFS: x,5", 0, 0},
    {"+FTPEXTGETFILE: 1,0", 0, 200},  {"+FTPEXTGETFILE: 1,1", 0, 0},
    {"+FTPEXTGETFILE: 1,60", 0, 0},   {"+FTPEXTGETFILE: 1,61", 0, 61},
    {"+FTPEXTGETFILE: 1,80", 0, 80},  {"+FTPEXTGETFILE: 1,81", 0, 0},
    {"+FTPEXTGETFILE: 1", 0, 0},
};

static uint16_t result_after(const char *line, uint8_t step)
{
    rig_begin(&rig, NULL);
    rig.stop_at_us = 2000000;
    rig_run(&rig);
    assert_int_equal(rig.fota.state, FOTA_STATE_DOWNLOAD);
    rig.fota.step = step;
    rig.fota.result_code = 0;
    say(line);
    return rig.fota.result_code;
}

static void codes_count_within_their_range(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(results); i++) {
        bool ftp = strncmp(results[i].line, "+FTP", 4) == 0;
        uint16_t got = result_after(results[i].line, ftp ? STEP_FTP_PROGRESS : STEP_PROGRESS);
        if (got != (ftp ? results[i].ftp : results[i].http))
            fail_msg("%s: got %u", results[i].line, got);
    }
}

/* ---- restarts ------------------------------------------------------------------------------ */

/* How many restarts a line means that comes so long after contact. */
static const struct {
    const char *line;
    uint32_t after_ms;
    unsigned restarts;
} boots[] = {
    {"SMS Ready", 1000, 0},   {"SMS Ready", 29999, 0}, {"SMS Ready", 30000, 1},
    {"+CFUN: 1", 1000, 1},    {"RDY", 1000, 1},        {"RDY", 40000, 1},
    {"+CPIN: READY", 500, 0},
};

static void the_end_of_a_boot_may_come_after_contact(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(boots); i++) {
        rig_begin(&rig, (const struct module_row[]){{.command = "AT+CBC", .answer = NULL},
                                                    {.command = NULL}});
        rig.stop_at_us = 100000;
        rig_run(&rig); /* contact at 20 ms */
        rig.now_us = 20000 + boots[i].after_ms * UINT64_C(1000);
        say(boots[i].line);
        if (rig.fota.result.resets_seen != boots[i].restarts)
            fail_msg("%s after %u ms: %u restarts", boots[i].line, (unsigned)boots[i].after_ms,
                     rig.fota.result.resets_seen);
    }
}

/* Eight restarts are bad luck, the ninth is a loop: before an attempt, and in one. */
static void the_ninth_restart_is_a_loop(void **state)
{
    (void)state;
    for (unsigned begun = 0; begun < 2; begun++) {
        rig_begin(&rig, NULL);
        rig.stop_at_us = begun ? 30000000 : 100000;
        assert_null(rig_run(&rig));
        assert_int_equal(rig.fota.begun, begun);
        for (unsigned i = 1; i <= 9; i++) {
            say("RDY");
            if ((rig.fota.reason == FOTA_REASON_BOOT_LOOP) != (i == 9))
                fail_msg("restart %u, begun %u: %s", i, begun, fota_reason_name(rig.fota.reason));
        }
    }
}

/* The buffer's last byte is the closing quote; with one byte more there is no room for it. */
static void a_command_that_just_fits_is_sent_and_no_longer_one(void **state)
{
    enum { AROUND = sizeof "AT+HTTPTOFS=\"\",\"/fota/update.zip\"" - 1 };
    static char url[AT_COMMAND_BYTES];
    (void)state;
    for (unsigned more = 0; more < 2; more++) {
        memset(url, 'a', sizeof url);
        url[AT_COMMAND_BYTES - AROUND + more] = '\0';
        rig_begin(&rig, NULL);
        rig.job.url = url;
        fota_start(&rig.fota, &rig.host, NULL, 0);
        rig_expect(&rig, rig_run(&rig), more ? FOTA_OUTCOME_REFUSED : FOTA_OUTCOME_UPDATED,
                   more ? FOTA_REASON_HTTP_OTHER : FOTA_REASON_NONE);
        const char *sent = strstr(rig.sent, "AT+HTTPTOFS=");
        assert_int_equal(sent == NULL, more);
        if (sent != NULL)
            assert_int_equal(strcspn(sent, "\n"), AT_COMMAND_BYTES);
    }
}

/* Clearing takes 31.2 s without an answer and looking again 16.2 s: the second look of the second
 * try comes too late for the 90 s of its state. */
static void a_state_is_left_at_its_deadline(void **state)
{
    (void)state;
    rig_begin(&rig, (const struct module_row[]){
                        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .times = 1},
                        {.command = "AT+CFOTA=0", .answer = NULL},
                        {.command = "AT+CFOTA?", .answer = NULL},
                        {.command = NULL}});
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_REFUSED, FOTA_REASON_LEFT_OVER);
    /* 120 ms until then, and clearing once more at the end, twice without an answer. */
    assert_int_equal(rig.now_us / 1000, 120 + 90000 + 20840);
}

/* core/README, "Times"; 0: by the job, or put off. */
static const unsigned state_s[FOTA_STATE_COUNT] = {
    [FOTA_STATE_SYNCHRONISE] = 90, [FOTA_STATE_IDENTIFY] = 90, [FOTA_STATE_DECIDE] = 90,
    [FOTA_STATE_PREFLIGHT] = 90,   [FOTA_STATE_PREPARE] = 420, [FOTA_STATE_VERIFY] = 180,
    [FOTA_STATE_START] = 60,       [FOTA_STATE_RECOVER] = 900, [FOTA_STATE_VERDICT] = 120,
    [FOTA_STATE_CLEAN_UP] = 250,
};
static unsigned states_seen, state_before;

static void look_at_the_deadline(struct rig *client)
{
    unsigned state = client->fota.state;
    uint64_t until_us = client->fota.timers_at_us[FOTA_TIMER_STATE];
    if (state == state_before || state_s[state] == 0)
        return;
    state_before = state;
    states_seen |= 1u << state;
    if (until_us != client->now_us + state_s[state] * UINT64_C(1000000))
        fail_msg("%s: want %u s, got %u ms", fota_state_name(state), state_s[state],
                 (unsigned)((until_us - client->now_us) / 1000));
}

/* One module is updated, with a status left over; another never answers. */
static void each_state_has_the_time_that_is_written_down(void **state)
{
    unsigned wanted = 0;
    (void)state;
    states_seen = 0;
    for (unsigned i = 0; i < FOTA_STATE_COUNT; i++)
        wanted |= (unsigned)(state_s[i] != 0) << i;
    for (unsigned mute = 0; mute < 2; mute++) {
        rig_begin(&rig, (const struct module_row[]){
                            {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .times = 1},
                            {.command = NULL}});
        rig.module.mute = mute;
        rig.on_turn = look_at_the_deadline;
        state_before = FOTA_STATE_COUNT;
        fota_start(&rig.fota, &rig.host, NULL, 0);
        rig_run(&rig);
    }
    assert_int_equal(states_seen, wanted);
}

/* ---- garbage ------------------------------------------------------------------------------- */

static const struct {
    const char *line;
    bool is_text;
} words[] = {
    {"+CREG: 1", true},
    {"DST: 1", true},
    {"+AZ:", true},
    {"+ZA:", true},
    {"+AZ", false},
    {"+@A: 1", false},
    {"+[A: 1", false},
    {"+A@: 1", false},
    {"+A[: 1", false},
    {"+AB ~", true},
    {"+AB: \x7f", false},
    {"+AB: \x1f", false},
    {"\x80"
     "AB: 1",
     false},
};

static void words_of_a_module_are_told_from_garbage(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        rig_begin(&rig, NULL);
        rig.fota.at.unknown_bytes = 2;
        rig.fota.garbled = true;
        say(words[i].line);
        if ((rig.fota.at.unknown_bytes == 0) != words[i].is_text ||
            rig.fota.garbled == words[i].is_text)
            fail_msg("row %u", (unsigned)i);
    }
}

/* ---- files --------------------------------------------------------------------------------- */

static void begin_ten(const struct module_row *rows)
{
    rig_begin(&rig, rows);
    rig.job.package_size_bytes = 10;
    rig.job.package_crc32 = CRC_OF_TEN;
    fota_start(&rig.fota, &rig.host, NULL, 0);
}

static void a_package_is_kept_by_its_length_and_checksum(void **state)
{
    (void)state;
    begin_ten((const struct module_row[]){
        {.command = "AT+CFSRFILE=*", .answer = "\r\n+CFSRFILE: 10\r\nPKabcdefgh" OK},
        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 10")},
        {.command = NULL}});
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_null(strstr(rig.sent, "AT+HTTPTOFS="));
    begin_ten((const struct module_row[]){
        {.command = "AT+CFSRFILE=*", .answer = "\r\n+CFSRFILE: 10\r\nPKabcdefgh" OK},
        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 9"), .times = 1},
        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 10")},
        {.command = NULL}});
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_int_equal(rig_count_sent(&rig, "AT+CFSDFILE=1,\"update.zip\""), 2);
    assert_non_null(strstr(rig.sent, "AT+HTTPTOFS="));
}

/* The first piece shows where its bytes begin; the next ones have no "PK" to be told by. */
static void pieces_without_a_header_are_read_one_after_another(void **state)
{
    static char first[8400 + sizeof "\r\n" OK] = "\r\nPK";
    (void)state;
    memset(first + 4, 'a', 8398);
    memcpy(first + 4 + 8398, OK, sizeof OK);
    begin_ten((const struct module_row[]){
        {.command = "AT+CFSRFILE=1,\"update.zip\",1,8400,0", .answer = first},
        {.command = "AT+CFSRFILE=*", .answer = "\r\nbbbbbb" OK},
        {.command = "AT+CFSGFIS=*", .answer = ERROR, .times = 1},
        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 8406")},
        {.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 200,8406\r\n"}}},
        {.command = NULL}});
    rig.job.package_size_bytes = 8406;
    rig.job.package_crc32 = UINT32_C(0x4516af4c);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
}

static void what_a_lost_byte_made_of_the_name_is_looked_for(void **state)
{
    static const char *const names[] = {"pdate.zip", "udate.zip", "upate.zip", "updte.zip",
                                        "updae.zip", "updat.zip", "updatezip", "update.ip",
                                        "update.zp", "update.zi"};
    char line[60];
    (void)state;
    rig_begin(&rig, (const struct module_row[]){{.command = "AT+CFSGFIS=*", .answer = ERROR},
                                                {.command = "AT+CFSDFILE=*", .answer = ERROR},
                                                {.command = NULL}});
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_DOWNLOAD_FAILED, FOTA_REASON_WRONG_LENGTH);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(line, sizeof line, "AT+CFSDFILE=1,\"%s\"", names[i]);
        if (rig_count_sent(&rig, line) != 1)
            fail_msg("%s: %u times\n%s", line, rig_count_sent(&rig, line), rig.sent);
    }
}

static void room_for_just_the_package_is_enough(void **state)
{
    (void)state;
    rig_begin(&rig, (const struct module_row[]){
                        {.command = "AT+CFSGFRS?", .answer = INFO("+CFSGFRS: 109285")},
                        {.command = NULL}});
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    rig_begin(&rig, (const struct module_row[]){
                        {.command = "AT+CFSGFRS?", .answer = INFO("+CFSGFRS: 109284")},
                        {.command = NULL}});
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_REFUSED, FOTA_REASON_NO_SPACE);
}

static void a_supply_of_just_the_wanted_voltage_is_enough(void **state)
{
    (void)state;
    rig_begin(&rig,
              (const struct module_row[]){{.command = "AT+CBC", .answer = INFO("+CBC: 0,67,3500")},
                                          {.command = NULL}});
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    rig_begin(&rig,
              (const struct module_row[]){{.command = "AT+CBC", .answer = INFO("+CBC: 0,67,3499")},
                                          {.command = NULL}});
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_REFUSED, FOTA_REASON_LOW_SUPPLY);
}

/* The size is asked for when the OK of a chunk does not come, never otherwise. */
static void a_push_asks_for_no_size_between_its_chunks(void **state)
{
    (void)state;
    rig_begin(&rig, NULL);
    rig.job.delivery = FOTA_DELIVERY_PUSH;
    rig.job.package_size_bytes = 25000;
    rig.job.baud_bps = 115200;
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_int_equal(rig_count_sent(&rig, "AT+CFSGFIS=1,\"update.zip\""), 2);
}

/* To the last byte, however many are left of a piece. */
static void a_push_gives_every_byte(void **state)
{
    static const uint32_t sizes[] = {1, 2, FOTA_PIECE_BYTES, FOTA_PIECE_BYTES + 1,
                                     FOTA_PIECE_BYTES + 2};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        rig_begin(&rig, NULL);
        rig.job.delivery = FOTA_DELIVERY_PUSH;
        rig.job.package_size_bytes = sizes[i];
        fota_start(&rig.fota, &rig.host, NULL, 0);
        rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
        assert_int_equal(rig.module.file_bytes, sizes[i]);
        assert_int_equal(rig.module.chunks, 1);
        assert_int_equal(rig.fota.stat_counts.package_bytes, sizes[i]);
    }
}

/* No file has no byte, also where one byte is the whole package. */
static void a_file_that_is_not_there_has_no_byte(void **state)
{
    (void)state;
    rig_begin(&rig,
              (const struct module_row[]){{.command = "AT+CFSWFILE=*", .answer = ERROR, .times = 1},
                                          {.command = NULL}});
    rig.job.delivery = FOTA_DELIVERY_PUSH;
    rig.job.package_size_bytes = 1;
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_int_equal(rig_count_sent(&rig, "AT+CFSWFILE=1,\"update.zip\",0,1,1064"), 2);
    assert_int_equal(rig.fota.download_tries, 1);
}

/* What the line needs at 9600 bit/s, in steps of 64 ms, and a second. */
static void a_chunk_gets_the_time_that_the_line_needs(void **state)
{
    static const struct {
        uint32_t bytes;
        const char *line;
    } chunks[] = {{1536, "AT+CFSWFILE=1,\"update.zip\",0,1536,2600\n"},
                  {1537, "AT+CFSWFILE=1,\"update.zip\",0,1537,2664\n"}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(chunks); i++) {
        rig_begin(&rig, NULL);
        rig.job.delivery = FOTA_DELIVERY_PUSH;
        rig.job.package_size_bytes = chunks[i].bytes;
        fota_start(&rig.fota, &rig.host, NULL, 0);
        rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
        assert_non_null(strstr(rig.sent, chunks[i].line));
    }
}

static void takes_its_time_for_the_second_chunk(struct rig *client)
{
    if (client->module.chunks == 2 && client->module.wrong_bytes == 0) {
        client->module.wrong_bytes = 1; /* once */
        client->now_us += 8000000;
    }
}

/* 25 s for the download; the first chunk takes 20, the second 8: each gives the whole time again.
 */
static void each_chunk_that_arrived_gives_the_download_its_time_again(void **state)
{
    (void)state;
    rig_begin(&rig, NULL);
    rig.job.delivery = FOTA_DELIVERY_PUSH;
    rig.job.package_size_bytes = 16000;
    rig.job.download_timeout_ms = 25000;
    rig.module.lose_ok_of = 1;
    rig.on_turn = takes_its_time_for_the_second_chunk;
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_int_equal(rig.module.chunks, 2);
}

/* CRC-32, by the bit. */
static uint32_t crc_of(const char *bytes, size_t size, unsigned times)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size * times; i++) {
        crc ^= (uint8_t)bytes[i % size];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1u) != 0 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

/* 14 chunks of a line at 300 bit/s, 14 s each: more than the 180 s of the state, but each chunk
 * that was read gives it the whole time again. */
static void a_long_file_may_be_read_for_long(void **state)
{
    enum { CHUNK = 263, CHUNKS = 14, HEAD = sizeof "\r\n+CFSRFILE: 263\r\n" - 1 };
    static char piece[HEAD + CHUNK + sizeof OK] = "\r\n+CFSRFILE: 263\r\n";
    (void)state;
    memset(piece + HEAD, 'a', CHUNK);
    memcpy(piece + HEAD + CHUNK, OK, sizeof OK);
    rig_begin(&rig, (const struct module_row[]){
                        {.command = "AT+CFSRFILE=*", .answer = NULL, .later = {{14000, piece}}},
                        {.command = "AT+CFSGFIS=*", .answer = ERROR, .times = 1},
                        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 3682")},
                        {.command = "AT+HTTPTOFS=*",
                         .answer = OK,
                         .later = {{900, "\r\n+HTTPTOFS: 200,3682\r\n"}}},
                        {.command = NULL}});
    rig.job.package_size_bytes = CHUNKS * CHUNK;
    rig.job.package_crc32 = crc_of(piece + HEAD, CHUNK, CHUNKS);
    rig.job.baud_bps = 300;
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
}

/* The time for the network is over in the pause behind it. */
static void what_the_network_said_last_is_the_evidence(void **state)
{
    (void)state;
    rig_begin(&rig, (const struct module_row[]){{.command = "AT+CNACT=1,\"cmnet\"",
                                                 .answer = OK,
                                                 .later = {{490, "\r\n+APP PDP: DEACTIVE\r\n"}}},
                                                {.command = NULL}});
    rig.job.network_timeout_ms = 3000;
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_REFUSED, FOTA_REASON_NO_BEARER);
    assert_string_equal(rig.fota.result.evidence, "+APP PDP: DEACTIVE");
}

static void a_result_that_nobody_waits_for_is_told_as_that(void **state)
{
    struct at_engine at;
    struct at_event event;
    (void)state;
    at_init(&at);
    at_receive(&at, "\r\nERROR\r\n", 9, 0, &event);
    if (event.kind == AT_EVENT_NONE)
        at_receive(&at, "\r\nERROR\r\n", 9, 0, &event);
    assert_int_equal(event.kind, AT_EVENT_STRAY);
    assert_int_equal(event.result, AT_RESULT_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_count_within_their_range),
        cmocka_unit_test(the_end_of_a_boot_may_come_after_contact),
        cmocka_unit_test(the_ninth_restart_is_a_loop),
        cmocka_unit_test(a_command_that_just_fits_is_sent_and_no_longer_one),
        cmocka_unit_test(a_state_is_left_at_its_deadline),
        cmocka_unit_test(each_state_has_the_time_that_is_written_down),
        cmocka_unit_test(words_of_a_module_are_told_from_garbage),
        cmocka_unit_test(a_package_is_kept_by_its_length_and_checksum),
        cmocka_unit_test(pieces_without_a_header_are_read_one_after_another),
        cmocka_unit_test(what_a_lost_byte_made_of_the_name_is_looked_for),
        cmocka_unit_test(room_for_just_the_package_is_enough),
        cmocka_unit_test(a_supply_of_just_the_wanted_voltage_is_enough),
        cmocka_unit_test(a_push_asks_for_no_size_between_its_chunks),
        cmocka_unit_test(a_push_gives_every_byte),
        cmocka_unit_test(a_file_that_is_not_there_has_no_byte),
        cmocka_unit_test(a_chunk_gets_the_time_that_the_line_needs),
        cmocka_unit_test(each_chunk_that_arrived_gives_the_download_its_time_again),
        cmocka_unit_test(a_long_file_may_be_read_for_long),
        cmocka_unit_test(what_the_network_said_last_is_the_evidence),
        cmocka_unit_test(a_result_that_nobody_waits_for_is_told_as_that),
    };
    return cmocka_run_group_tests_name("fota_limits", tests, NULL, NULL);
}
