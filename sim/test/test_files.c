/* The flash file system: CFS* over the port, extents, digests, room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/internal.h"
#include "sim/test/support_module.h"

static struct module module;
static uint8_t pattern[100 * 1024];

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    for (uint32_t i = 0; i < sizeof pattern; i++)
        pattern[i] = (uint8_t)(i * 7 + (i >> 8) * 13 + 5);
    return 0;
}

static void on(void)
{
    module_power_on(&module);
    EXPECT_ASK(&module, "AT+CFSINIT", "|OK|");
}

/* The whole dialog of one CFSWFILE; returns what follows the data. */
static const char *upload(const char *arguments, const void *bytes, size_t size)
{
    char line[160];
    snprintf(line, sizeof line, "AT+CFSWFILE=%s,%lu,10000", arguments, (unsigned long)size);
    EXPECT_ASK(&module, line, "|DOWNLOAD|");
    module_send(&module, bytes, size);
    module_run(&module, SECOND_US);
    return module_output(&module);
}

static void expect_content(const char *path, const void *bytes, size_t size, int line)
{
    static uint8_t got[sizeof pattern];
    uint32_t size_bytes = 0;
    uint64_t digest = 0;
    if (!sim_file(&module.sim, path, &size_bytes, &digest))
        fail_msg("%s:%d: want %s, it is not there", __FILE__, line, path);
    if (size_bytes != size ||
        sim_file_read(&module.sim, &module.host, path, 0, got, sizeof got) != size)
        fail_msg("%s:%d: %s: want %lu bytes, got %lu", __FILE__, line, path, (unsigned long)size,
                 (unsigned long)size_bytes);
    for (size_t i = 0; i < size; i++)
        if (got[i] != ((const uint8_t *)bytes)[i])
            fail_msg("%s:%d: %s: byte %lu: want %02x, got %02x", __FILE__, line, path,
                     (unsigned long)i, ((const uint8_t *)bytes)[i], got[i]);
}
#define EXPECT_CONTENT(path, bytes, size) expect_content(path, bytes, size, __LINE__)

static uint64_t digest_of(const char *path)
{
    uint32_t size_bytes;
    uint64_t digest = 0;
    assert_true(sim_file(&module.sim, path, &size_bytes, &digest));
    return digest;
}

/* ---- dialogs that are one line and one answer ---------------------------------------------- */

struct row {
    const char *name, *line, *want;
};

/* After CFSINIT, with a file /fota/a.bin of 5 bytes. */
static const struct row rows[] = {
    {"test form of cfswfile", "AT+CFSWFILE=?",
     "|+CFSWFILE: (0-3),\"fileName\",(0-1),(1-10240),(100-10000)||OK|"},
    {"test form of cfsrfile", "AT+CFSRFILE=?",
     "|+CFSRFILE: (0-3),\"fileName\",(0-1),(1-10240),(0-filesize)||OK|"},
    {"second cfsinit is an error", "AT+CFSINIT", "|ERROR|"},
    {"size of a file", "AT+CFSGFIS=1,\"a.bin\"", "|+CFSGFIS: 5||OK|"},
    {"size of a file without quotes in small letters", "at+cfsgfis=1,a.bin", "|+CFSGFIS: 5||OK|"},
    {"size of a missing file", "AT+CFSGFIS=1,\"b.bin\"", "|+CME ERROR: 188|"},
    {"names are told apart by case", "AT+CFSGFIS=1,\"A.BIN\"", "|+CME ERROR: 188|"},
    {"size in another folder", "AT+CFSGFIS=0,\"a.bin\"", "|+CME ERROR: 188|"},
    {"folder out of range", "AT+CFSGFIS=4,\"a.bin\"", "|ERROR|"},
    {"name with a folder", "AT+CFSGFIS=1,\"x/a.bin\"", "|ERROR|"},
    {"empty name", "AT+CFSGFIS=1,\"\"", "|ERROR|"},
    {"too many arguments", "AT+CFSGFIS=1,\"a.bin\",1", "|ERROR|"},
    {"read all", "AT+CFSRFILE=1,\"a.bin\",0,10240,3", "|+CFSRFILE: 5|hello|OK|"},
    {"read from a position", "AT+CFSRFILE=1,\"a.bin\",1,10240,3", "|+CFSRFILE: 2|lo|OK|"},
    {"read a piece", "AT+CFSRFILE=1,\"a.bin\",1,2,1", "|+CFSRFILE: 2|el|OK|"},
    {"read at the end", "AT+CFSRFILE=1,\"a.bin\",1,10240,5", "|+CFSRFILE: 0||OK|"},
    {"read behind the end", "AT+CFSRFILE=1,\"a.bin\",1,10240,6", "|ERROR|"},
    {"read too much", "AT+CFSRFILE=1,\"a.bin\",0,10241,0", "|ERROR|"},
    {"read a missing file", "AT+CFSRFILE=1,\"b.bin\",0,10,0", "|+CME ERROR: 188|"},
    {"write with mode 2", "AT+CFSWFILE=1,\"b\",2,5,1000", "|ERROR|"},
    {"write nothing", "AT+CFSWFILE=1,\"b\",0,0,1000", "|ERROR|"},
    {"write too much", "AT+CFSWFILE=1,\"b\",0,10241,1000", "|ERROR|"},
    {"write in too short a time", "AT+CFSWFILE=1,\"b\",0,5,99", "|ERROR|"},
    {"write in too long a time", "AT+CFSWFILE=1,\"b\",0,5,10001", "|ERROR|"},
    {"write without a time", "AT+CFSWFILE=1,\"b\",0,5", "|ERROR|"},
    {"name of 51 characters",
     "AT+CFSWFILE=1,\"123456789012345678901234567890123456789012345678901\",0,5,1000", "|ERROR|"},
    {"name of 50 characters",
     "AT+CFSWFILE=1,\"12345678901234567890123456789012345678901234567890\",0,5,1000", "|DOWNLOAD|"},
    {"delete a missing file", "AT+CFSDFILE=1,\"b.bin\"", "|+CME ERROR: 188|"},
    {"rename a missing file", "AT+CFSREN=1,\"b.bin\",\"c.bin\"", "|+CME ERROR: 188|"},
    {"rename to itself", "AT+CFSREN=1,\"a.bin\",\"a.bin\"", "|ERROR|"},
    {"room that is left", "AT+CFSGFRS?", "|+CFSGFRS: 22151163||OK|"},
    {"room has no write form", "AT+CFSGFRS=1", "|ERROR|"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    on();
    expect_text(upload("1,\"a.bin\",0", "hello", 5), "|OK|", row->name, __FILE__, __LINE__);
    expect_text(module_ask(&module, row->line), row->want, row->name, __FILE__, __LINE__);
}

static int setup_row(void **state)
{
    (void)state;
    return setup(NULL);
}

/* ---- rules --------------------------------------------------------------------------------- */

static void file_commands_need_cfsinit(void **state)
{
    (void)state;
    module_power_on(&module);
    EXPECT_ASK(&module, "AT+CFSTERM", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFSGFRS?", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFSGFIS=1,\"a\"", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFSWFILE=1,\"a\",0,5,1000", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFSINIT", "|OK|");
    EXPECT_ASK(&module, "AT+CFSGFRS?", "|+CFSGFRS: 22151168||OK|");
    EXPECT_ASK(&module, "AT+CFSTERM", "|OK|");
    EXPECT_ASK(&module, "AT+CFSGFRS?", "|ERROR|");
    module_set(&module, SIM_SETTING_CFS_NEEDS_INIT, 0);
    EXPECT_ASK(&module, "AT+CFSGFRS?", "|+CFSGFRS: 22151168||OK|");
}

static void settings_change_errors_room_and_header(void **state)
{
    (void)state;
    on();
    expect_text(upload("1,\"a.bin\",0", "hello", 5), "|OK|", "upload", __FILE__, __LINE__);
    module_set(&module, SIM_SETTING_FILE_MISSING, 1);
    EXPECT_ASK(&module, "AT+CFSGFIS=1,\"b\"", "|ERROR|");
    module_set(&module, SIM_SETTING_CFSGFRS_VALUE, 1);
    EXPECT_ASK(&module, "AT+CFSGFRS?", "|+CFSGFRS: 22151168||OK|");
    module_set(&module, SIM_SETTING_CFSRFILE_HEADER, 0);
    EXPECT_ASK(&module, "AT+CFSRFILE=1,\"a.bin\",0,10,0", "hello|OK|");
}

static void bytes_of_a_file_are_not_echoed_and_may_be_anything(void **state)
{
    (void)state;
    static const char bytes[] = "AT\r\n\x08\x1b\0+++AT+CFOTA=1\r";
    on();
    module_ask(&module, "ATE1");
    EXPECT_ASK(&module, "AT+CFSWFILE=3,\"sim.crt\",0,20,5000",
               "AT+CFSWFILE=3,\"sim.crt\",0,20,5000\r|DOWNLOAD|");
    for (unsigned i = 0; i < 20; i++)
        module_send(&module, bytes + i, 1);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|OK|");
    EXPECT_CONTENT("/customer/sim.crt", bytes, 20);
}

static void mode_0_begins_anew_and_mode_1_appends(void **state)
{
    (void)state;
    on();
    upload("1,\"update.zip\",1", pattern, 100);
    EXPECT_CONTENT("/fota/update.zip", pattern, 100);
    upload("1,\"update.zip\",1", pattern + 100, 900);
    EXPECT_CONTENT("/fota/update.zip", pattern, 1000);
    assert_true(digest_of("/fota/update.zip") == sim_digest(SIM_DIGEST, pattern, 1000));
    upload("1,\"update.zip\",0", pattern + 50, 10);
    EXPECT_CONTENT("/fota/update.zip", pattern + 50, 10);
}

static void a_digest_does_not_depend_on_how_the_bytes_came(void **state)
{
    (void)state;
    int blob = module_blob(&module, pattern, 3000);
    module.config.initial_file_count = 1;
    module.config.initial_files[0] = (struct sim_initial_file){
        .directory = 2, .name = "blob", .blob = (uint16_t)blob, .size_bytes = 3000};
    module_begin(&module);
    on();
    upload("0,\"whole\",0", pattern, 3000);
    upload("0,\"parts\",0", pattern, 1);
    upload("3,\"between\",0", "x", 1);
    upload("0,\"parts\",1", pattern + 1, 1999);
    upload("3,\"between\",1", "x", 1);
    upload("0,\"parts\",1", pattern + 2000, 1000);
    EXPECT_CONTENT("/custapp/parts", pattern, 3000);
    EXPECT_CONTENT("/datatx/blob", pattern, 3000);
    assert_true(digest_of("/custapp/whole") == digest_of("/custapp/parts"));
    assert_true(digest_of("/custapp/whole") == digest_of("/datatx/blob"));
}

/* ---- timeouts and loss of power ------------------------------------------------------------ */

static void bytes_that_come_too_late_are_discarded(void **state)
{
    (void)state;
    on();
    upload("1,\"a\",0", pattern, 100);
    EXPECT_ASK(&module, "AT+CFSWFILE=1,\"a\",1,100,2000", "|DOWNLOAD|");
    module_send(&module, pattern, 99);
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+CME ERROR: 3|");
    EXPECT_CONTENT("/fota/a", pattern, 100);
    EXPECT_ASK(&module, "AT+CFSWFILE=1,\"a\",0,100,2000", "|DOWNLOAD|");
    module_send(&module, pattern + 1, 99);
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+CME ERROR: 3|");
    EXPECT_CONTENT("/fota/a", pattern, 100);
    EXPECT_ASK(&module, "AT+CFSGFRS?", "|+CFSGFRS: 22151068||OK|");
}

static void bytes_that_come_too_late_may_be_kept(void **state)
{
    (void)state;
    on();
    module_set(&module, SIM_SETTING_UPLOAD_PARTIAL, 1);
    EXPECT_ASK(&module, "AT+CFSWFILE=1,\"a\",0,100,1000", "|DOWNLOAD|");
    module_send(&module, pattern, 60);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+CME ERROR: 3|");
    EXPECT_CONTENT("/fota/a", pattern, 60);
}

static void a_power_cut_loses_what_was_being_sent_and_nothing_else(void **state)
{
    (void)state;
    on();
    upload("1,\"a\",0", pattern, 100);
    EXPECT_ASK(&module, "AT+CFSWFILE=1,\"a\",1,100,5000", "|DOWNLOAD|");
    module_send(&module, pattern, 60);
    assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
    EXPECT_CONTENT("/fota/a", pattern, 100);
    module_power_on(&module);
    EXPECT_CONTENT("/fota/a", pattern, 100);
    EXPECT_ASK(&module, "AT+CFSGFIS=1,\"a\"", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFSINIT", "|OK|");
    EXPECT_ASK(&module, "AT+CFSGFIS=1,\"a\"", "|+CFSGFIS: 100||OK|");
}

/* ---- delete, rename, room ------------------------------------------------------------------ */

static void files_are_deleted_and_renamed(void **state)
{
    (void)state;
    on();
    upload("1,\"a\",0", pattern, 10);
    upload("1,\"b\",0", pattern, 20);
    EXPECT_ASK(&module, "AT+CFSREN=1,\"a\",\"b\"", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFSREN=1,\"a\",\"update.zip\"", "|OK|");
    EXPECT_CONTENT("/fota/update.zip", pattern, 10);
    EXPECT_ASK(&module, "AT+CFSGFIS=1,\"a\"", "|+CME ERROR: 188|");
    module_told(&module);
    EXPECT_ASK(&module, "AT+CFSDFILE=1,\"b\"", "|OK|");
    EXPECT_PART(module_told(&module), "file 0 /fota/b\n");
    EXPECT_ASK(&module, "AT+CFSDFILE=1,\"b\"", "|+CME ERROR: 188|");
    EXPECT_ASK(&module, "AT+CFSGFRS?", "|+CFSGFRS: 22151158||OK|");
}

static void a_full_flash_refuses_bytes(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_FLASH_SIZE, 150);
    module_begin(&module);
    on();
    upload("1,\"a\",0", pattern, 100);
    EXPECT_ASK(&module, "AT+CFSWFILE=1,\"b\",0,51,1000", "|+CME ERROR: 20|");
    EXPECT_ASK(&module, "AT+CFSWFILE=1,\"a\",1,51,1000", "|+CME ERROR: 20|");
    expect_text(upload("1,\"b\",0", pattern, 50), "|OK|", "fits", __FILE__, __LINE__);
    expect_text(upload("1,\"a\",0", pattern + 9, 100), "|OK|", "instead", __FILE__, __LINE__);
    EXPECT_CONTENT("/fota/a", pattern + 9, 100);
    EXPECT_ASK(&module, "AT+CFSGFRS?", "|+CFSGFRS: 0||OK|");
}

static void there_is_room_for_24_files(void **state)
{
    (void)state;
    on();
    for (unsigned i = 0; i < 24; i++) {
        char arguments[32];
        snprintf(arguments, sizeof arguments, "0,\"file%u\",0", i);
        expect_text(upload(arguments, pattern + i, 1), "|OK|", arguments, __FILE__, __LINE__);
    }
    EXPECT_ASK(&module, "AT+CFSWFILE=0,\"more\",0,1,1000", "|+CME ERROR: 20|");
    EXPECT_ASK(&module, "AT+CFSDFILE=0,\"file7\"", "|OK|");
    expect_text(upload("0,\"more\",0", "m", 1), "|OK|", "more", __FILE__, __LINE__);
    EXPECT_CONTENT("/custapp/file8", pattern + 8, 1);
}

/* The store is 256 KiB here; deleted bytes are used again, whatever lies between. */
static void deleted_bytes_are_used_again(void **state)
{
    (void)state;
    on();
    module.store.capacity = 30000;
    upload("0,\"a\",0", pattern, 10000);
    upload("0,\"b\",0", pattern + 1, 10000);
    upload("0,\"c\",0", pattern + 2, 9000);
    for (unsigned round = 0; round < 10; round++) {
        EXPECT_ASK(&module, round % 2 ? "AT+CFSDFILE=0,\"b\"" : "AT+CFSDFILE=0,\"a\"", "|OK|");
        const char *arguments = round % 2 ? "0,\"b\",0" : "0,\"a\",0";
        expect_text(upload(arguments, pattern + (round & 1), 10000), "|OK|", "again", __FILE__,
                    __LINE__);
        EXPECT_CONTENT("/custapp/a", pattern, 10000);
        EXPECT_CONTENT("/custapp/b", pattern + 1, 10000);
        EXPECT_CONTENT("/custapp/c", pattern + 2, 9000);
    }
}

static void bytes_of_a_snapshot_are_neither_moved_nor_used_again(void **state)
{
    (void)state;
    on();
    module.store.capacity = 25000;
    upload("0,\"a\",0", pattern, 10000);
    upload("0,\"b\",0", pattern + 1, 10000);
    static struct sim snapshot;
    snapshot = module.sim;
    uint32_t used = module.store.used;
    module.store.pinned = used;
    EXPECT_ASK(&module, "AT+CFSDFILE=0,\"a\"", "|OK|");
    expect_text(upload("0,\"c\",0", pattern + 3, 4000), "|OK|", "above the mark", __FILE__,
                __LINE__);
    upload("0,\"d\",0", pattern + 4, 900);
    assert_true(module_apply(&module, SIM_ACTION_FILE_DAMAGE, 5, 0, "/custapp/b"));
    EXPECT_ASK(&module, "AT+CFSDFILE=0,\"c\"", "|OK|");
    expect_text(upload("0,\"e\",0", pattern + 5, 4000), "|OK|", "compacted", __FILE__, __LINE__);
    EXPECT_CONTENT("/custapp/d", pattern + 4, 900);
    EXPECT_CONTENT("/custapp/e", pattern + 5, 4000);
    module.sim = snapshot;
    module.store.used = used;
    EXPECT_CONTENT("/custapp/a", pattern, 10000);
    EXPECT_CONTENT("/custapp/b", pattern + 1, 10000);
}

static void a_store_that_is_used_up_is_a_full_flash(void **state)
{
    (void)state;
    on();
    module.store.capacity = 50;
    EXPECT_ASK(&module, "AT+CFSWFILE=0,\"a\",0,60,1000", "|DOWNLOAD|");
    module_send(&module, pattern, 60);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+CME ERROR: 20|");
    uint32_t size_bytes;
    uint64_t digest;
    assert_false(sim_file(&module.sim, "/custapp/a", &size_bytes, &digest));
    expect_text(upload("0,\"a\",0", pattern, 50), "|OK|", "fits", __FILE__, __LINE__);
}

/* ---- faults -------------------------------------------------------------------------------- */

/* Damages each of some offsets of a file in turn, in a blob or in the store. */
static void check_damage(const char *path, size_t size)
{
    static const uint32_t offsets[] = {0, 1, 1499, 1500, 2999, 2998, 0};
    static uint8_t want[3000];
    memcpy(want, pattern, size);
    for (unsigned i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        uint64_t before = digest_of(path);
        assert_true(module_apply(&module, SIM_ACTION_FILE_DAMAGE, offsets[i], 0, path));
        want[offsets[i]] = (uint8_t)~want[offsets[i]];
        EXPECT_CONTENT(path, want, size);
        assert_true(digest_of(path) != before);
    }
    assert_false(module_apply(&module, SIM_ACTION_FILE_DAMAGE, 3000, 0, path));
}

static void one_byte_of_a_blob_or_of_the_store_can_be_damaged(void **state)
{
    (void)state;
    int blob = module_blob(&module, pattern, 3000);
    module.config.initial_file_count = 1;
    module.config.initial_files[0] = (struct sim_initial_file){
        .directory = 1, .name = "update.zip", .blob = (uint16_t)blob, .size_bytes = 3000};
    module_begin(&module);
    on();
    upload("0,\"stored\",0", pattern, 3000);
    check_damage("/fota/update.zip", 3000);
    check_damage("/custapp/stored", 3000);
    assert_int_equal(pattern[0], 5); /* the blob itself is untouched */
}

static void a_truncated_file_has_the_digest_of_what_is_left(void **state)
{
    (void)state;
    on();
    upload("0,\"a\",0", pattern, 1000);
    upload("0,\"b\",0", "x", 1);
    upload("0,\"a\",1", pattern + 1000, 1000);
    static const uint32_t sizes[] = {5000, 2000, 1999, 1001, 1000, 999, 1, 0};
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_true(module_apply(&module, SIM_ACTION_FILE_TRUNCATE, sizes[i], 0, "/custapp/a"));
        uint32_t size = sizes[i] < 2000 ? sizes[i] : 2000;
        EXPECT_CONTENT("/custapp/a", pattern, size);
        assert_true(digest_of("/custapp/a") == sim_digest(SIM_DIGEST, pattern, size));
    }
    EXPECT_CONTENT("/custapp/b", "x", 1);
}

static void faults_of_files_that_are_not_there_make_no_sense(void **state)
{
    (void)state;
    on();
    static const char *const paths[] = {"/fota/none", "/none/update.zip", "/fota/", "",
                                        "/fota/a/b"};
    for (unsigned i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_false(module_apply(&module, SIM_ACTION_FILE_DELETE, 0, 0, paths[i]));
        assert_false(module_apply(&module, SIM_ACTION_FILE_TRUNCATE, 0, 0, paths[i]));
        assert_false(module_apply(&module, SIM_ACTION_FILE_DAMAGE, 0, 0, paths[i]));
    }
    assert_false(module_apply(&module, SIM_ACTION_FILE_DELETE, 0, 0, NULL));
    upload("1,\"a\",0", pattern, 10);
    assert_true(module_apply(&module, SIM_ACTION_FILE_DELETE, 0, 0, "/fota/a"));
    EXPECT_ASK(&module, "AT+CFSGFIS=1,\"a\"", "|+CME ERROR: 188|");
}

static void a_file_deleted_while_it_is_sent_swallows_the_rest(void **state)
{
    (void)state;
    on();
    upload("1,\"a\",0", pattern, 10);
    EXPECT_ASK(&module, "AT+CFSWFILE=1,\"a\",1,10,1000", "|DOWNLOAD|");
    module_send(&module, pattern, 5);
    assert_true(module_apply(&module, SIM_ACTION_FILE_DELETE, 0, 0, "/fota/a"));
    module_send(&module, pattern, 5);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+CME ERROR: 20|");
    EXPECT_ASK(&module, "AT", "|OK|");
}

/* ---- against a plain model ----------------------------------------------------------------- */

enum { MODELS = 6, MODEL_BYTES = 20000 };

static struct model {
    uint8_t bytes[MODEL_BYTES];
    uint32_t size;
    uint8_t file; /* SIM_NO_FILE: not there */
} models[MODELS];

static uint32_t seed;
static unsigned refused, damaged; /* both must have happened */

static uint32_t pick(uint32_t limit)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * limit >> 24);
}

static void model_append(struct sim_context *ctx, struct model *model, bool of_blob)
{
    uint32_t offset = pick(50000);
    uint32_t size = pick(of_blob ? 4000 : 1500);
    if (model->size + size > MODEL_BYTES)
        return;
    bool done = of_blob ? sim_files_append_blob(ctx, model->file, 0, offset, size)
                        : sim_files_append(ctx, model->file, pattern + offset, size);
    refused += !done;
    if (!done)
        return;
    memcpy(model->bytes + model->size, pattern + offset, size);
    model->size += size;
}

static void model_step(struct sim_context *ctx, unsigned index)
{
    struct model *model = &models[index];
    char name[2] = {(char)('a' + index), '\0'};
    char path[] = "/datatx/?";
    path[8] = name[0];
    uint32_t at = pick(MODEL_BYTES);
    if (model->file == SIM_NO_FILE) {
        model->file = sim_files_create(ctx, 2, name, 1);
        return;
    }
    switch (pick(8)) {
    case 0:
        sim_files_truncate(ctx, model->file, at);
        model->size = at < model->size ? at : model->size;
        break;
    case 1:
        if (!module_apply(&module, SIM_ACTION_FILE_DAMAGE, at, 0, path))
            break;
        model->bytes[at] = (uint8_t)~model->bytes[at];
        damaged++;
        break;
    case 2:
        if (pick(4) > 0)
            break;
        sim_files_delete(ctx, model->file);
        model->file = SIM_NO_FILE;
        model->size = 0;
        break;
    default:
        model_append(ctx, model, pick(2) == 0);
    }
}

static void check_model(const struct sim_context *ctx, unsigned index)
{
    static uint8_t got[MODEL_BYTES];
    const struct model *model = &models[index];
    if (model->file == SIM_NO_FILE)
        return;
    size_t size = sim_files_read(&module.sim.files, ctx->host, model->file, 0, got, sizeof got);
    assert_int_equal(size, model->size);
    assert_int_equal(module.sim.files.entries[model->file].size_bytes, model->size);
    assert_memory_equal(got, model->bytes, size);
}

/* The store is small and now and then pinned, so that it is full, compacted and full again. */
static void random_operations_match_a_plain_model(void **state)
{
    (void)state;
    module_blob(&module, pattern, 60000);
    struct sim_context ctx = {.sim = &module.sim, .host = &module.host};
    for (seed = 1; seed < 40; seed++) {
        uint32_t keep = seed;
        module_begin(&module);
        module.store.capacity = 12000;
        module.store.pinned = 0;
        for (unsigned i = 0; i < MODELS; i++)
            models[i] = (struct model){.file = SIM_NO_FILE};
        for (unsigned step = 0; step < 2000; step++) {
            if (step % 500 == 250)
                module.store.pinned = module.store.used;
            else if (step % 500 == 0)
                module.store.pinned = 0;
            model_step(&ctx, pick(MODELS));
            check_model(&ctx, pick(MODELS));
            assert_true(module.store.used <= module.store.capacity);
        }
        for (unsigned i = 0; i < MODELS; i++) {
            check_model(&ctx, i);
            if (models[i].file != SIM_NO_FILE)
                sim_files_delete(&ctx, models[i].file);
        }
        static const struct sim_files empty;
        assert_memory_equal(&module.sim.files, &empty, sizeof empty);
        seed = keep;
    }
    assert_true(refused > 100);
    assert_true(damaged > 100);
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test_setup(file_commands_need_cfsinit, setup),
        cmocka_unit_test_setup(settings_change_errors_room_and_header, setup),
        cmocka_unit_test_setup(bytes_of_a_file_are_not_echoed_and_may_be_anything, setup),
        cmocka_unit_test_setup(mode_0_begins_anew_and_mode_1_appends, setup),
        cmocka_unit_test_setup(a_digest_does_not_depend_on_how_the_bytes_came, setup),
        cmocka_unit_test_setup(bytes_that_come_too_late_are_discarded, setup),
        cmocka_unit_test_setup(bytes_that_come_too_late_may_be_kept, setup),
        cmocka_unit_test_setup(a_power_cut_loses_what_was_being_sent_and_nothing_else, setup),
        cmocka_unit_test_setup(files_are_deleted_and_renamed, setup),
        cmocka_unit_test_setup(a_full_flash_refuses_bytes, setup),
        cmocka_unit_test_setup(there_is_room_for_24_files, setup),
        cmocka_unit_test_setup(deleted_bytes_are_used_again, setup),
        cmocka_unit_test_setup(bytes_of_a_snapshot_are_neither_moved_nor_used_again, setup),
        cmocka_unit_test_setup(a_store_that_is_used_up_is_a_full_flash, setup),
        cmocka_unit_test_setup(one_byte_of_a_blob_or_of_the_store_can_be_damaged, setup),
        cmocka_unit_test_setup(a_truncated_file_has_the_digest_of_what_is_left, setup),
        cmocka_unit_test_setup(faults_of_files_that_are_not_there_make_no_sense, setup),
        cmocka_unit_test_setup(random_operations_match_a_plain_model, setup),
        cmocka_unit_test_setup(a_file_deleted_while_it_is_sent_swallows_the_rest, setup),
    };
    enum { FIXED = sizeof fixed / sizeof fixed[0], ROWS = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[FIXED + ROWS];
    memcpy(tests, fixed, sizeof fixed);
    for (unsigned i = 0; i < ROWS; i++)
        tests[FIXED + i] = (struct CMUnitTest){.name = rows[i].name,
                                               .test_func = check_row,
                                               .setup_func = setup_row,
                                               .initial_state = (void *)(uintptr_t)&rows[i]};
    return _cmocka_run_group_tests("files", tests, FIXED + ROWS, NULL, NULL);
}
