/*
 * Images: a snapshot taken anywhere in the life of a module makes another one that goes on alike,
 * an image of the flash holds what a loss of power leaves, and no damaged or forged one does harm.
 */
#include "sim/frame.h"
#include "sim/image.h"
#include "sim/look.h"
#include "sim/storage/image_fields.h"
#include "sim/test/support_update.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGE_BYTES = 96 * 1024, DIGEST_AT = 24 };

static uint8_t image[IMAGE_BYTES], second[IMAGE_BYTES];
static struct module *copy;

/* ---- a life -------------------------------------------------------------------------------- */

/* One step: an action or a line, then time. */
struct step {
    const char *line; /* NULL = none; "<data>" = the bytes of an upload */
    int action;       /* enum sim_action_kind, -1 = none */
    uint32_t number;
    uint32_t time_ms;
};

static const struct step life[] = {
    {NULL, SIM_ACTION_POWER_ON, 0, 1000},
    {NULL, -1, 0, 3400},
    {NULL, -1, 0, 300},
    {NULL, -1, 0, 9000},
    {"AT+CMEE=2;+CMNB=2;+CREG=2\r", -1, 0, 500},
    {"AT+COPS=?\r", -1, 0, 1000},
    {"x", -1, 0, 500},
    {"AT+CSTT=\"a\";+CFSINIT\r", -1, 0, 500},
    {"AT+CFSINIT\r", -1, 0, 500},
    {"AT+CFSWFILE=0,\"note\",0,20,10000\r", -1, 0, 500},
    {"01234567", -1, 0, 500},
    {"89abcdefghij", -1, 0, 500},
    {"AT+CFSRFILE=0,\"note\",0,20,0\r", -1, 0, 30},
    {"AT+CNACT=1,\"cmnet\"\r", -1, 0, 3000},
    {"AT+HTTPTOFS=\"http://a/update.zip\",\"/fota/update.zip\"\r", -1, 0, 110},
    {NULL, -1, 0, 100},
    {NULL, -1, 0, 200},
    {NULL, -1, 0, 5000},
    {"AT+CPIN?\rAT\r", -1, 0, 2000},
    {"AT+CMGF=1;+CMGW=\"12\"\r", -1, 0, 500},
    {"stored\x1a", -1, 0, 500},
    {"AT+CMGS=\"+4912\"\r", -1, 0, 500},
    {"sent\x1a", -1, 0, 9000},
    {"AT+CMGL=\"ALL\"\r", -1, 0, 5},
    {NULL, -1, 0, 9000},
    {"AT+CSTT=\"a\";+CIICR\r", -1, 0, 2000},
    {"AT+CIFSR\r", -1, 0, 500},
    {"AT+CIPSTART=\"TCP\",\"a\",80\r", -1, 0, 500},
    {"AT+HTTPINIT;+HTTPPARA=\"CID\",1\r", -1, 0, 500},
    {NULL, SIM_ACTION_URC, 0, 0},
    {NULL, SIM_ACTION_HANG, SIM_HANG_DEAF, 100},
    {NULL, SIM_ACTION_HANG, SIM_HANG_NONE, 100},
    {NULL, SIM_ACTION_HTTP_RESULT, 601, 10},
    {"AT+CFOTA=1\r", -1, 0, 60},
    {NULL, -1, 0, 5000},
    {NULL, -1, 0, 15000},
    {NULL, -1, 0, 90000},
    {NULL, SIM_ACTION_POWER_CUT, 0, 5000},
    {NULL, SIM_ACTION_POWER_ON, 0, 20000},
    {NULL, -1, 0, 60000},
    {NULL, -1, 0, 45000},
    {NULL, -1, 0, 20000},
    {NULL, -1, 0, 60000},
    {"AT+CFOTA?;+GMR;+CMNB?\r", -1, 0, 1000},
    {"AT+IPR=9600;+CFUN=1,1\r", -1, 0, 5},
    {"AT+CPOWD=1\r", -1, 0, 9000},
};
enum { LIFE = sizeof life / sizeof life[0] };

static void live(struct module *tested, unsigned at)
{
    const struct step *step = &life[at];
    if (step->action >= 0)
        module_apply(tested, (enum sim_action_kind)step->action, step->number, 0, "+HELLO: 1");
    if (step->line)
        module_send(tested, step->line, strlen(step->line));
    module_run(tested, step->time_ms * 1000u);
}

static void start(void)
{
    update_setup(NULL);
    module.server = (struct module_server){
        .status = 200, .length_bytes = (uint32_t)package_sizes[PACKAGE_GOOD], .blob = PACKAGE_GOOD};
    module_set(&module, SIM_SETTING_BUSY_INPUT, 1);
    module_set(&module, SIM_SETTING_POWER_CUT_IN_UPDATE, 1);
    module_set(&module, SIM_SETTING_BOOT_JITTER, 400);
    module_begin(&module);
}

/* A new module with the same configuration, at the same time. */
static void make_copy(void)
{
    free(copy);
    copy = malloc(sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, &module, sizeof *copy);
    copy->host.context = copy;
    copy->host.config = &copy->config;
    copy->host.store = &copy->store;
    memset(copy->store_bytes, 0xa5, sizeof copy->store_bytes);
    copy->store.bytes = copy->store_bytes;
    copy->store.used = 0;
    sim_init(&copy->sim, &copy->host, 0);
}

static size_t snapshot(const struct module *tested, uint8_t *buffer)
{
    size_t size = sim_image_write(&tested->sim, &tested->host, SIM_IMAGE_SNAPSHOT, NULL, 0);
    assert_true(size < IMAGE_BYTES);
    assert_int_equal(sim_image_write(&tested->sim, &tested->host, SIM_IMAGE_SNAPSHOT, buffer, size),
                     size);
    return size;
}

static void load(enum sim_image_kind kind, const uint8_t *bytes, size_t size)
{
    struct sim_image_report report;
    bool good = sim_image_read(&copy->sim, &copy->host, kind, bytes, size, &report);
    if (!good)
        print_error("member '%s': ", report.member);
    assert_string_equal(sim_image_text(report.verdict), "nothing");
    assert_true(good);
}

static void seal(uint8_t *bytes, size_t size)
{
    uint64_t digest = sim_digest(SIM_DIGEST, bytes, DIGEST_AT);
    digest = sim_digest(digest, bytes + SIM_IMAGE_HEADER_BYTES, size - SIM_IMAGE_HEADER_BYTES);
    for (unsigned i = 0; i < 8; i++)
        bytes[DIGEST_AT + i] = (uint8_t)(digest >> (8 * i));
}

/* ---- the table ----------------------------------------------------------------------------- */

static uint8_t covered[sizeof(struct sim)];

static void cover(size_t offset, size_t size)
{
    memset(covered + offset, 1, size);
}

#define COVER(member, ...) cover(offsetof(struct sim, member), sizeof(((struct sim *)0)->member));
#define COVER_EACH(array, member, ...)                                                             \
    for (size_t i = 0; i < sizeof module.sim.array / sizeof module.sim.array[0]; i++)              \
        cover((size_t)((char *)&module.sim.array[i].member - (char *)&module.sim),                 \
              sizeof module.sim.array[i].member);
#define COVER_ARRAY(NAME, member, ...) COVER(member)

static void every_member_of_the_state_has_a_row(void **state)
{
    (void)state;
    size_t missing = 0;
    SIM_IMAGE_FIELDS(COVER, COVER, COVER, COVER, COVER, COVER_EACH, COVER_EACH, COVER, COVER)
    SIM_IMAGE_ARRAYS(COVER_ARRAY)
    while (missing < sizeof covered && covered[missing])
        missing++;
    if (missing < sizeof covered)
        fail_msg(
            "byte %zu of struct sim has no row in sim/storage/image_fields.h; it lies %zu bytes "
            "behind the beginning of sim.power (gdb: ptype /o struct sim)",
            missing, missing - offsetof(struct sim, power));
}

#define COVER_USB(member, ...)                                                                     \
    cover(offsetof(struct sim_usb, member), sizeof(((struct sim_usb *)0)->member));
#define COVER_USB_EACH(array, member, ...)                                                         \
    for (size_t i = 0; i < sizeof usb.array / sizeof usb.array[0]; i++)                            \
        cover((size_t)((char *)&usb.array[i].member - (char *)&usb), sizeof usb.array[i].member);

static void every_member_of_the_usb_ports_has_a_row(void **state)
{
    static struct sim_usb usb;
    (void)state;
    memset(covered, 0, sizeof covered);
    SIM_IMAGE_USB_FIELDS(COVER_USB, COVER_USB, COVER_USB_EACH, COVER_USB_EACH, COVER_USB_EACH)
    for (size_t i = 0; i < sizeof usb; i++)
        if (!covered[i])
            fail_msg("byte %zu of struct sim_usb has no row in sim/storage/image_fields.h", i);
}

/* ---- snapshots ----------------------------------------------------------------------------- */

static void a_module_from_a_snapshot_goes_on_alike(void **state)
{
    (void)state;
    unsigned downloads = 0;
    for (unsigned at = 0; at <= LIFE; at++) {
        start();
        for (unsigned i = 0; i < at; i++)
            live(&module, i);
        size_t size = snapshot(&module, image);
        make_copy();
        load(SIM_IMAGE_SNAPSHOT, image, size);
        assert_int_equal(snapshot(copy, second), size);
        assert_memory_equal(second, image, size);
        for (unsigned i = at; i < LIFE; i++) {
            live(&module, i);
            live(copy, i);
        }
        assert_string_equal(copy->told, module.told);
        assert_int_equal(copy->sent_length, module.sent_length);
        assert_memory_equal(copy->sent, module.sent, module.sent_length);
        downloads += module.sim.updater.status == SIM_STATUS_UPDATED;
    }
    assert_int_equal(downloads, LIFE + 1); /* the life went through a download and an update */
}

/* The voltage goes on along its lines, to the warning and the cut-off. */
static void a_snapshot_holds_the_waveform_of_the_supply(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 4; i++)
        live(&module, i);
    module_send(&module, "AT+CBATCHK=1\r", 13);
    module_run(&module, SECOND_US);
    assert_true(module_apply(&module, SIM_ACTION_SUPPLY, 0, 3800, NULL));
    assert_true(module_apply(&module, SIM_ACTION_SUPPLY, 10000, 3000, NULL));
    assert_true(module_apply(&module, SIM_ACTION_SUPPLY, 20000, 2000, NULL));
    module_run(&module, 3 * SECOND_US);
    size_t size = snapshot(&module, image);
    make_copy();
    load(SIM_IMAGE_SNAPSHOT, image, size);
    module_output(&module);
    module_output(copy);
    module_send(&module, "AT+CBC\r", 7);
    module_send(copy, "AT+CBC\r", 7);
    module_run(&module, 30 * SECOND_US);
    module_run(copy, 30 * SECOND_US);
    const char *told = module_output(copy);
    assert_non_null(strstr(told, "+CBC: 0,67,35")); /* 3.56 V by then */
    assert_non_null(strstr(told, "UNDER-VOLTAGE WARNNING"));
    assert_string_equal(copy->told, module.told);
    assert_int_equal(copy->sim.power.state, module.sim.power.state);
}

static void a_snapshot_too_large_for_the_buffer_is_not_written(void **state)
{
    (void)state;
    start();
    size_t size = snapshot(&module, image);
    memset(second, 0x5a, sizeof second);
    assert_int_equal(
        sim_image_write(&module.sim, &module.host, SIM_IMAGE_SNAPSHOT, second, size - 1), size);
    assert_int_equal(second[size - 1], 0x5a);
    make_copy();
    struct sim_image_report report;
    assert_false(
        sim_image_read(&copy->sim, &copy->host, SIM_IMAGE_SNAPSHOT, second, size, &report));
}

/* ---- the flash ----------------------------------------------------------------------------- */

static void the_flash_holds_what_a_loss_of_power_leaves(void **state)
{
    (void)state;
    for (unsigned at = 1; at <= LIFE; at++) {
        start();
        for (unsigned i = 0; i < at; i++)
            live(&module, i);
        size_t size =
            sim_image_write(&module.sim, &module.host, SIM_IMAGE_FLASH, image, sizeof image);
        assert_in_range(size, 1, sizeof image);
        module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL);
        assert_int_equal(
            sim_image_write(&module.sim, &module.host, SIM_IMAGE_FLASH, second, sizeof second),
            size);
        assert_memory_equal(second, image, size);
        make_copy();
        load(SIM_IMAGE_FLASH, image, size);
        copy->now_us = module.now_us;
        copy->told_length = module.told_length = 0;
        module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
        module_apply(copy, SIM_ACTION_POWER_ON, 0, 0, NULL);
        module_run(&module, 10 * MINUTE_US);
        module_run(copy, 10 * MINUTE_US);
        EXPECT_ASK(copy, "AT+GMR;+CFOTA?;+CMNB?;+CGSN;+CFSINIT;+CFSGFIS=0,\"note\"",
                   module_ask(&module, "AT+GMR;+CFOTA?;+CMNB?;+CGSN;+CFSINIT;+CFSGFIS=0,\"note\""));
    }
}

static void start_up(void)
{
    start();
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, MINUTE_US);
    module_ask(&module, "AT");
}

/* Puts one value for each argument that the answer to the test form names, "+X: (0-1),(9,10)". */
static void make_arguments(const char *answer, bool last, char *buffer, size_t capacity)
{
    size_t length = 0;
    buffer[0] = '\0';
    while ((answer = strchr(answer, '(')) != NULL && length < capacity) {
        size_t size = strcspn(++answer, ")");
        const char *from = answer, *end = answer + size;
        for (const char *at = from; last && at < end; at++)
            if (*at == ',' || *at == '-')
                from = at + 1;
        size_t word = strcspn(from, ",-)");
        length += (size_t)snprintf(buffer + length, capacity - length, "%s%.*s", length ? "," : "",
                                   (int)word, from);
        answer = end;
    }
}

/* The flash in `image` as a new module, both of them up. */
static void load_and_start(void)
{
    size_t size = sim_image_write(&module.sim, &module.host, SIM_IMAGE_FLASH, image, sizeof image);
    struct sim_image_report report;
    make_copy();
    if (!sim_image_read(&copy->sim, &copy->host, SIM_IMAGE_FLASH, image, size, &report) ||
        report.left_out)
        fail_msg("member '%s': %s", report.member, sim_image_text(report.verdict));
    module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL);
    copy->now_us = module.now_us;
    copy->told_length = module.told_length = 0;
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_apply(copy, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, MINUTE_US);
    module_run(copy, MINUTE_US);
}

static unsigned sets; /* set forms that were answered with OK */

/* What the command sets is saved and loaded: both modules then answer alike. */
static void try_command(const char *name, const char *arguments)
{
    char line[128], read[64], want[2048];
    start_up();
    snprintf(line, sizeof line, "AT%s=%s", name, arguments);
    if (!strstr(module_ask(&module, line), "|OK|"))
        return;
    sets++;
    module_run(&module, 1000000);
    load_and_start();
    snprintf(read, sizeof read, "AT%s?", name);
    snprintf(want, sizeof want, "%s", module_ask(&module, read));
    if (strcmp(want, module_ask(copy, read)) != 0)
        fail_msg("%s then %s: want %s, got %s", line, read, want, module_ask(copy, read));
}

static void what_a_command_of_clac_sets_is_there_after_a_load(void **state)
{
    (void)state;
    static char list[16384];
    start_up();
    snprintf(list, sizeof list, "%s", module_ask(&module, "AT+CLAC"));
    sets = 0;
    for (char *at = strstr(list, "AT"); at; at = strstr(at + 1, "AT")) {
        char name[32], line[64], answer[1024], arguments[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 2, "|\r\n"), at + 2);
        snprintf(line, sizeof line, "AT%s=?", name);
        start_up();
        snprintf(answer, sizeof answer, "%s", module_ask(&module, line));
        for (int last = 0; last < 2; last++) {
            make_arguments(answer, last, arguments, sizeof arguments);
            if (arguments[0])
                try_command(name, arguments);
            arguments[strcspn(arguments, ",")] = '\0'; /* the first one alone */
            if (arguments[0])
                try_command(name, arguments);
        }
    }
    print_message("%u set forms were answered with OK\n", sets);
    assert_true(sets > 100);
}

static void a_value_that_no_module_can_have_is_left_out_and_told(void **state)
{
    (void)state;
    struct sim_image_report report;
    start_up();
    EXPECT_PART(module_ask(&module, "AT+CMNB=1;+CPSMS=1,,,\"00000001\",\"00000001\""), "|OK|");
    module.sim.saved[SIM_PARAMETER_CPSMS] = 7 << 16;
    size_t size = sim_image_write(&module.sim, &module.host, SIM_IMAGE_FLASH, image, sizeof image);
    make_copy();
    assert_true(sim_image_read(&copy->sim, &copy->host, SIM_IMAGE_FLASH, image, size, &report));
    assert_int_equal(report.left_out, 1);
    assert_string_equal(report.member, "saved/+CPSMS");
    assert_int_equal(copy->sim.saved[SIM_PARAMETER_CMNB], 1); /* the rest is there */
    assert_int_equal(copy->sim.saved[SIM_PARAMETER_CPSMS], 0x6000);
}

static void the_settings_of_the_configuration_hold_for_a_flash(void **state)
{
    (void)state;
    start();
    module_apply(&module, SIM_ACTION_SETTING, SIM_SETTING_HTTP_RATE, 77, NULL);
    size_t size = sim_image_write(&module.sim, &module.host, SIM_IMAGE_FLASH, image, sizeof image);
    make_copy();
    load(SIM_IMAGE_FLASH, image, size);
    assert_int_equal(sim_look_setting(&copy->sim, SIM_SETTING_HTTP_RATE), 11000);
    size = snapshot(&module, image);
    load(SIM_IMAGE_SNAPSHOT, image, size);
    assert_int_equal(sim_look_setting(&copy->sim, SIM_SETTING_HTTP_RATE), 77);
}

static void the_mark_changes_with_the_flash_and_with_nothing_else(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 8; i++)
        live(&module, i);
    uint64_t before = sim_image_mark(&module.sim, &module.host);
    EXPECT_ASK(&module, "AT+CMEE=1", "AT+CMEE=1\r|OK|");
    module_run(&module, MINUTE_US);
    assert_true(sim_image_mark(&module.sim, &module.host) == before);
    EXPECT_ASK(&module, "AT+CMNB=1", "AT+CMNB=1\r|OK|");
    assert_false(sim_image_mark(&module.sim, &module.host) == before);
    before = sim_image_mark(&module.sim, &module.host);
    for (unsigned i = 8; i < 12; i++)
        live(&module, i);
    assert_false(sim_image_mark(&module.sim, &module.host) == before);
}

/* ---- hostile images ------------------------------------------------------------------------ */

static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    struct sim_image_report report;
    start();
    live(&module, 0);
    size_t size = snapshot(&module, image);
    make_copy();
    struct sim before = copy->sim;
    for (size_t i = 0; i < size; i++) {
        image[i] ^= (uint8_t)(1u << i % 8);
        assert_false(
            sim_image_read(&copy->sim, &copy->host, SIM_IMAGE_SNAPSHOT, image, size, &report));
        image[i] ^= (uint8_t)(1u << i % 8);
    }
    assert_memory_equal(&copy->sim, &before, sizeof before);
    load(SIM_IMAGE_SNAPSHOT, image, size);
}

static void every_truncated_image_is_noticed(void **state)
{
    (void)state;
    struct sim_image_report report;
    start();
    size_t size = snapshot(&module, image);
    make_copy();
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *exact = malloc(cut + 1); /* so that a sanitizer sees a read beyond */
        assert_non_null(exact);
        memcpy(exact, image, cut);
        assert_false(
            sim_image_read(&copy->sim, &copy->host, SIM_IMAGE_SNAPSHOT, exact, cut, &report));
        free(exact);
    }
}

static uint32_t random_below(uint32_t *state, uint32_t limit)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % limit;
}

/* What a forged state does: all that a user could do with it. */
static void use(struct module *tested)
{
    static const char bytes[] = "\rAT\rAT+CPIN?\r0123456789AT+CFSGFIS=0,\"note\"\r";
    module_send(tested, bytes, sizeof bytes - 1);
    module_run(tested, 3 * SECOND_US);
    module_apply(tested, SIM_ACTION_POWER_CUT, 0, 0, NULL);
    module_apply(tested, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(tested, 20 * SECOND_US);
}

/* The digest keeps no one from forging; ranges and rules do. */
static void a_forged_image_is_refused_or_harmless(void **state)
{
    (void)state;
    struct sim_image_report report;
    uint32_t random = 7;
    unsigned refused = 0, taken = 0;
    for (unsigned at = 1; at < LIFE; at++) {
        start();
        for (unsigned i = 0; i < at; i++)
            live(&module, i);
        size_t size = snapshot(&module, image);
        for (unsigned round = 0; round < 120; round++) {
            memcpy(second, image, size);
            for (unsigned i = random_below(&random, 3) + 1; i > 0; i--)
                second[SIM_IMAGE_HEADER_BYTES +
                       random_below(&random, (uint32_t)size - SIM_IMAGE_HEADER_BYTES)] =
                    (uint8_t)random_below(&random, 256);
            seal(second, size);
            make_copy();
            if (!sim_image_read(&copy->sim, &copy->host, SIM_IMAGE_SNAPSHOT, second, size,
                                &report)) {
                refused++;
                continue;
            }
            taken++;
            copy->now_us = report.at_us;
            copy->sent_length = copy->told_length = 0;
            use(copy);
        }
    }
    assert_true(refused > 100);
    assert_true(taken > 100);
}

/* Every number of the state at its limits and beyond, one after the other. */
static void every_value_beyond_its_range_is_refused_or_harmless(void **state)
{
    (void)state;
    static const uint8_t fills[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    struct sim_image_report report;
    start();
    for (unsigned i = 0; i < 15; i++)
        live(&module, i);
    size_t size = snapshot(&module, image);
    for (size_t at = SIM_IMAGE_HEADER_BYTES; at < size;) {
        size_t value = at + 1 + image[at];
        size_t length =
            image[value] | (size_t)image[value + 1] << 8 | (size_t)image[value + 2] << 16;
        for (unsigned i = 0; i < sizeof fills && length <= 8; i++) {
            memcpy(second, image, size);
            memset(second + value + 4, fills[i], length);
            seal(second, size);
            make_copy();
            if (sim_image_read(&copy->sim, &copy->host, SIM_IMAGE_SNAPSHOT, second, size,
                               &report)) {
                copy->now_us = report.at_us;
                copy->sent_length = copy->told_length = 0;
                use(copy);
            }
        }
        at = value + 4 + length;
    }
}

/* ---- verdicts ------------------------------------------------------------------------------ */

static void expect_verdict(enum sim_image_kind kind, size_t size, enum sim_image_verdict want)
{
    struct sim_image_report report;
    assert_int_equal(sim_image_read(&copy->sim, &copy->host, kind, image, size, &report),
                     want == SIM_IMAGE_GOOD);
    assert_string_equal(sim_image_text(report.verdict), sim_image_text(want));
}

static void an_image_that_does_not_fit_says_why(void **state)
{
    (void)state;
    start();
    size_t size = snapshot(&module, image);
    make_copy();
    expect_verdict(SIM_IMAGE_FLASH, size, SIM_IMAGE_OTHER_KIND);
    memcpy(copy->config.variant, "SIM7000E", 9);
    expect_verdict(SIM_IMAGE_SNAPSHOT, size, SIM_IMAGE_OTHER_VARIANT);
    memcpy(copy->config.variant, "SIM7000C", 9);
    image[8] = 9;
    expect_verdict(SIM_IMAGE_SNAPSHOT, size, SIM_IMAGE_OTHER_VERSION);
    image[8] = SIM_IMAGE_FORMAT;
    image[0] = 's';
    expect_verdict(SIM_IMAGE_SNAPSHOT, size, SIM_IMAGE_NOT_IMAGE);
    image[0] = 'S';
    image[SIM_IMAGE_HEADER_BYTES + 1] = 'V'; /* of "variant", the first record */
    seal(image, size);
    expect_verdict(SIM_IMAGE_SNAPSHOT, size, SIM_IMAGE_UNKNOWN_MEMBER);
}

static void files_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 18; i++)
        live(&module, i);
    size_t size = snapshot(&module, image);
    make_copy();
    copy->store.capacity = 100;
    expect_verdict(SIM_IMAGE_SNAPSHOT, size, SIM_IMAGE_NO_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_of_the_state_has_a_row),
        cmocka_unit_test(every_member_of_the_usb_ports_has_a_row),
        cmocka_unit_test(a_module_from_a_snapshot_goes_on_alike),
        cmocka_unit_test(a_snapshot_holds_the_waveform_of_the_supply),
        cmocka_unit_test(a_snapshot_too_large_for_the_buffer_is_not_written),
        cmocka_unit_test(the_flash_holds_what_a_loss_of_power_leaves),
        cmocka_unit_test(what_a_command_of_clac_sets_is_there_after_a_load),
        cmocka_unit_test(a_value_that_no_module_can_have_is_left_out_and_told),
        cmocka_unit_test(the_settings_of_the_configuration_hold_for_a_flash),
        cmocka_unit_test(the_mark_changes_with_the_flash_and_with_nothing_else),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(every_truncated_image_is_noticed),
        cmocka_unit_test(a_forged_image_is_refused_or_harmless),
        cmocka_unit_test(every_value_beyond_its_range_is_refused_or_harmless),
        cmocka_unit_test(an_image_that_does_not_fit_says_why),
        cmocka_unit_test(files_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
