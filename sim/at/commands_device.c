/*
 * commands_device.c - what the module consists of, its light and its analogue input, backups of
 * files (AT106 5.2, 15.2).
 */
#include <string.h>

#include "sim/at/stored.h"

/* ---- GOI, CDEVICE, CADC -------------------------------------------------------------------- */

static int run_object(struct sim_call *call)
{
    sim_line(call->ctx, call->ctx->host->config->variant);
    return SIM_DONE;
}

static int run_device(struct sim_call *call)
{
    sim_line(call->ctx, "Device Name: NAND");
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "Ram Size: ");
    sim_put_number(call->ctx, sim_setting(call->ctx, SIM_SETTING_RAM_SIZE));
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static int run_analogue(struct sim_call *call)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CADC: 1,");
    sim_put_number(call->ctx, sim_setting(call->ctx, SIM_SETTING_ADC));
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* ---- SLEDS --------------------------------------------------------------------------------- */

static const struct {
    const char *key, *initial;
} lights[] = {{"+SLEDS 1", "1,64,800"}, {"+SLEDS 2", "2,64,3000"}, {"+SLEDS 3", "3,64,300"}};

enum { LIGHT_SHORTEST_MS = 40 }; /* or 0 (AT106 5.2.12) */

static int run_light(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    int32_t mode, on, off;
    for (unsigned i = 0; i < 3 && call->form == SIM_FORM_READ; i++) {
        bool set = sim_stored_get(ctx, lights[i].key, SIM_AUTO_SAVE, value) > 0;
        sim_line_begin(ctx);
        sim_put_text(ctx, "+SLEDS: ");
        sim_put_text(ctx, set ? value : lights[i].initial);
        sim_line_end(ctx);
    }
    if (call->form == SIM_FORM_READ)
        return SIM_DONE;
    if (sim_argument_count(call) != 3 || !sim_argument_number(call, 0, 1, 3, &mode) ||
        !sim_argument_number(call, 1, 0, 65535, &on) ||
        !sim_argument_number(call, 2, 0, 65535, &off) || call->length >= SIM_STORED_VALUE ||
        (on > 0 && on < LIGHT_SHORTEST_MS) || (off > 0 && off < LIGHT_SHORTEST_MS))
        return SIM_FAILED;
    if (sim_stored_set(ctx, lights[mode - 1].key, SIM_AUTO_SAVE, call->arguments, call->length))
        return SIM_DONE;
    return sim_power_is_up(ctx->sim) ? SIM_CME_MEMORY_FULL : SIM_NO_RESULT;
}

/* ---- backups ------------------------------------------------------------------------------- */

enum { BACKUPS = 10, PIECE = 512 };

/* "<what> <n>": the n-th place of the list, its copy, the copy's name. */
static const char *numbered(const char *what, unsigned number, char *buffer)
{
    size_t length = strlen(what);
    memcpy(buffer, what, length);
    buffer[length] = ' ';
    buffer[length + 1] = (char)('0' + number);
    buffer[length + 2] = '\0';
    return buffer;
}

static bool copy(struct sim_context *ctx, uint8_t from, uint8_t directory, const char *name)
{
    uint8_t piece[PIECE];
    uint32_t offset = 0;
    uint8_t to = sim_files_create(ctx, directory, name, strlen(name));
    while (to != SIM_NO_FILE) {
        size_t size =
            sim_files_read(&ctx->sim->files, ctx->host, from, offset, piece, sizeof piece);
        if (size == 0)
            return true;
        if (!sim_files_append(ctx, to, piece, size)) {
            sim_files_delete(ctx, to);
            return false;
        }
        offset += (uint32_t)size;
    }
    return false;
}

/* A copy is one write to flash (flash.c); false: it has no room, or the power was cut. */
static bool write_copy(struct sim_context *ctx, uint8_t from, uint8_t directory, const char *name)
{
    struct sim_write write = sim_nv_begin(ctx, name, strlen(name));
    uint8_t old = sim_files_find(&ctx->sim->files, directory, name, strlen(name));
    bool done = true;
    if (write.effect == SIM_WRITE_NEW)
        done = copy(ctx, from, directory, name);
    else if (write.effect == SIM_WRITE_LOST && old != SIM_NO_FILE)
        sim_files_delete(ctx, old);
    return !sim_flash_end(ctx, write) && done;
}

static int run_backup_begin(struct sim_call *call)
{
    char key[24];
    for (unsigned i = 0; i < BACKUPS; i++)
        sim_stored_set(call->ctx, numbered("+CBALIST", i, key), SIM_NO_SAVE, NULL, 0);
    return SIM_DONE;
}

/* Index 10 and 11 of CBALIST switch its log off and on (AT106 15.2.10). */
enum { LOG_OFF = BACKUPS, LOG_ON, LISTED_NAME = 80 };

static int read_backup_list(struct sim_context *ctx)
{
    char key[24], name[SIM_STORED_VALUE];
    for (unsigned i = 0; i < BACKUPS; i++) {
        if (sim_stored_get(ctx, numbered("+CBALIST", i, key), SIM_NO_SAVE, name) == 0)
            continue;
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CBALIST: ");
        sim_put_number(ctx, i);
        sim_put_text(ctx, ",");
        sim_put_quoted(ctx, name);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

/* A name of the list is a path, or a file of /customer/. */
static int run_backup_list(struct sim_call *call)
{
    char key[24];
    const char *name;
    size_t length;
    int32_t place;
    if (call->form == SIM_FORM_READ)
        return read_backup_list(call->ctx);
    if (sim_argument_count(call) != 2 || !sim_argument_number(call, 0, 0, LOG_ON, &place) ||
        !sim_argument_text(call, 1, &name, &length) || length > LISTED_NAME ||
        (length == 0 && place < LOG_OFF))
        return SIM_FAILED;
    if (place >= LOG_OFF)
        return SIM_DONE;
    numbered("+CBALIST", (unsigned)place, key);
    return sim_stored_set(call->ctx, key, SIM_NO_SAVE, name, length) ? SIM_DONE
                                                                     : SIM_CME_MEMORY_FULL;
}

/* Folder and name of what the list names; false: it can be no file. */
static bool split_listed(const char *listed, uint8_t *ret_directory, const char **ret_name)
{
    size_t length = strlen(listed);
    *ret_directory = SIM_DIRECTORY_CUSTOMER;
    *ret_name = listed;
    return listed[0] != '/' || sim_files_path(listed, length, ret_directory, ret_name, &length);
}

static int run_backup(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char key[24], name[SIM_STORED_VALUE];
    unsigned copied = 0;
    for (unsigned i = 0; i < BACKUPS; i++) {
        size_t length = sim_stored_get(ctx, numbered("+CBALIST", i, key), SIM_NO_SAVE, name);
        uint8_t directory;
        const char *plain;
        if (length == 0)
            continue;
        if (!split_listed(name, &directory, &plain))
            return SIM_FAILED;
        uint8_t file = sim_files_find(&ctx->sim->files, directory, plain, strlen(plain));
        if (file == SIM_NO_FILE)
            return SIM_FAILED;
        bool kept = sim_stored_set(ctx, numbered("+CBAPPS", i, key), SIM_AUTO_SAVE, name, length);
        if (!kept || !write_copy(ctx, file, SIM_DIRECTORY_KEPT, numbered("backup", i, key)))
            return sim_power_is_up(ctx->sim) ? SIM_FAILED : SIM_NO_RESULT;
        copied++;
    }
    return copied > 0 ? SIM_DONE : SIM_FAILED;
}

static int run_restore(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char key[24], name[SIM_STORED_VALUE];
    unsigned copied = 0;
    for (unsigned i = 0; i < BACKUPS; i++) {
        size_t length = sim_stored_get(ctx, numbered("+CBAPPS", i, key), SIM_AUTO_SAVE, name);
        numbered("backup", i, key);
        uint8_t file = sim_files_find(&ctx->sim->files, SIM_DIRECTORY_KEPT, key, strlen(key));
        uint8_t directory;
        const char *plain;
        if (length == 0 || file == SIM_NO_FILE || !split_listed(name, &directory, &plain))
            continue;
        if (!write_copy(ctx, file, directory, plain))
            return sim_power_is_up(ctx->sim) ? SIM_FAILED : SIM_NO_RESULT;
        copied++;
    }
    return copied > 0 ? SIM_DONE : SIM_FAILED;
}

enum {
    ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE,
    READ = SIM_FORM_TEST | SIM_FORM_READ,
    BACKUP_MS = 3000 /* AT106 15.2 */
};

const struct sim_command sim_commands_device[] = {
    {"+GOI", ACT, SIM_NO_SAVE, 'I', 0, "sim7000-at 2", "object identification", NULL, run_object,
     0},
    {"+CDEVICE", READ, SIM_NO_SAVE, 'D', 0, "AT106 5.2.9", "flash and memory", NULL, run_device, 0},
    {"+CADC", READ, SIM_NO_SAVE, 'D', 2000, "sim7000-at 3", "voltage at the analogue input",
     "+CADC: (0,1),(0,100-1700)", run_analogue, 0},
    {"+SLEDS", READ | SIM_FORM_WRITE, SIM_AUTO_SAVE, 'D', 0, "sim7000-at 3",
     "blinking of the network light", "+SLEDS: (1-3),(0,40-65535),(0,40-65535)", run_light, 0},
    {"+CBAINIT", ACT, SIM_NO_SAVE, 'D', BACKUP_MS, "AT106 15.2", "begins a backup", NULL,
     run_backup_begin, 103},
    {"+CBALIST", READ | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "AT106 15.2.10",
     "names a file to back up", "+CBALIST: (0-11),(1-80)", run_backup_list, 103},
    {"+CBAPPS", ACT, SIM_AUTO_SAVE, 'D', BACKUP_MS, "AT106 15.2", "copies the named files", NULL,
     run_backup, 103},
    {"+CBART", ACT, SIM_AUTO_SAVE, 'D', BACKUP_MS, "AT106 15.2", "brings the copies back", NULL,
     run_restore, 103},
    {.name = NULL},
};
