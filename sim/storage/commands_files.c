/*
 * commands_files.c - CFS*: files over the AT port (AT106 15.2, FS101).
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/prompts.h"

enum { PIECE_MAXIMUM = 10240, TIMEOUT_MINIMUM_MS = 100, TIMEOUT_MAXIMUM_MS = 10000 };

/* The arguments all these commands begin with. */
struct target {
    uint8_t directory;
    const char *name;
    size_t length;
};

static int not_found(const struct sim_call *call)
{
    return sim_setting(call->ctx, SIM_SETTING_FILE_MISSING) ? SIM_FAILED : SIM_CME_NO_FILE;
}

static bool is_open(const struct sim_call *call)
{
    return call->ctx->sim->files.open || !sim_setting(call->ctx, SIM_SETTING_CFS_NEEDS_INIT);
}

static bool argument_name(const struct sim_call *call, unsigned index, const char **ret_name,
                          size_t *ret_length)
{
    return sim_argument_text(call, index, ret_name, ret_length) && *ret_length > 0 &&
           *ret_length < SIM_FILE_NAME && !memchr(*ret_name, '/', *ret_length) &&
           !memchr(*ret_name, '\0', *ret_length);
}

/* Directory and name, when there are `count` arguments and CFSINIT was given. */
static bool get_target(const struct sim_call *call, unsigned count, struct target *ret)
{
    int32_t directory;
    if (!is_open(call) || sim_argument_count(call) != count ||
        !sim_argument_number(call, 0, 0, SIM_DIRECTORIES - 1, &directory) ||
        !argument_name(call, 1, &ret->name, &ret->length))
        return false;
    ret->directory = (uint8_t)directory;
    return true;
}

static uint8_t find(const struct sim_call *call, const struct target *target)
{
    return sim_files_find(&call->ctx->sim->files, target->directory, target->name, target->length);
}

static int run_init(struct sim_call *call)
{
    struct sim_files *files = &call->ctx->sim->files;
    if (files->open && sim_setting(call->ctx, SIM_SETTING_CFS_NEEDS_INIT))
        return SIM_FAILED;
    files->open = 1;
    return SIM_DONE;
}

static int run_term(struct sim_call *call)
{
    if (!is_open(call))
        return SIM_FAILED;
    call->ctx->sim->files.open = 0;
    return SIM_DONE;
}

/* ---- writing ------------------------------------------------------------------------------- */

/*
 * The file that the bytes go to. Append: the file itself, cut back if they do not come. From the
 * start: a hidden one that takes the place of the old file when they are complete.
 */
static bool upload_open(struct sim_context *ctx, const struct target *target, bool append)
{
    struct sim_files *files = &ctx->sim->files;
    uint8_t file = SIM_NO_FILE;
    if (append)
        file = sim_files_find(files, target->directory, target->name, target->length);
    if (file == SIM_NO_FILE)
        file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, target->name, target->length);
    if (file == SIM_NO_FILE)
        return false;
    files->upload_file = (uint8_t)(file + 1);
    files->upload_directory = target->directory;
    files->upload_size_bytes = files->entries[file].size_bytes;
    files->upload_failed = 0;
    return true;
}

static int run_write(struct sim_call *call)
{
    struct target target;
    int32_t mode, size, timeout_ms;
    if (!get_target(call, 5, &target) || !sim_argument_number(call, 2, 0, 1, &mode) ||
        !sim_argument_number(call, 3, 1, PIECE_MAXIMUM, &size) ||
        !sim_argument_number(call, 4, TIMEOUT_MINIMUM_MS, TIMEOUT_MAXIMUM_MS, &timeout_ms))
        return SIM_FAILED;
    uint8_t old = find(call, &target);
    if (old != SIM_NO_FILE && call->ctx->sim->download.file == old + 1)
        return SIM_CME_NOT_ALLOWED;
    if (old != SIM_NO_FILE && mode == 0 && (uint32_t)size > sim_files_free(call->ctx))
        sim_files_truncate(call->ctx, old, 0);
    if ((uint32_t)size > sim_files_free(call->ctx) || !upload_open(call->ctx, &target, mode == 1))
        return SIM_CME_MEMORY_FULL;
    sim_data_begin(call->ctx, SIM_PROMPT_DOWNLOAD, SIM_TAKER_FILE_WRITE, (uint32_t)size,
                   (uint32_t)timeout_ms);
    return SIM_PENDING;
}

/* Asks whether a change of a file in `directory` is cut (flash.c). */
static struct sim_write begin_change(struct sim_context *ctx, uint8_t file, uint8_t directory)
{
    char path[SIM_FILE_PATH];
    size_t length = sim_files_name(ctx, file, directory, path);
    return sim_nv_begin(ctx, path, length);
}

/* A change that was torn so that its file is lost takes it along. */
static void end_change(struct sim_context *ctx, uint8_t file, struct sim_write write)
{
    if (write.effect == SIM_WRITE_LOST)
        sim_files_delete(ctx, file);
    sim_flash_end(ctx, write);
}

/* Puts a hidden file in the place where it belongs. */
static void upload_close(struct sim_context *ctx)
{
    struct sim_files *files = &ctx->sim->files;
    uint8_t file = (uint8_t)(files->upload_file - 1);
    struct sim_file_entry *entry = &files->entries[file];
    struct sim_write write = begin_change(ctx, file, files->upload_directory);
    if (write.effect == SIM_WRITE_OLD) {
        sim_flash_end(ctx, write); /* what was in RAM is gone with it */
        return;
    }
    files->upload_file = 0;
    if (entry->directory == SIM_DIRECTORY_HIDDEN) {
        uint8_t old =
            sim_files_find(files, files->upload_directory, entry->name, strlen(entry->name));
        if (old != SIM_NO_FILE)
            sim_files_delete(ctx, old);
        entry->directory = files->upload_directory;
    }
    sim_files_tell(ctx, file);
    end_change(ctx, file, write);
}

int sim_files_take(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete)
{
    struct sim_files *files = &ctx->sim->files;
    bool timeout = bytes == NULL && !complete;
    if (bytes && files->upload_file && !files->upload_failed &&
        !sim_files_append(ctx, (uint8_t)(files->upload_file - 1), bytes, size))
        files->upload_failed = 1;
    if (!timeout && !complete)
        return SIM_PENDING;
    bool failed = files->upload_failed;
    bool keep = timeout ? sim_setting(ctx, SIM_SETTING_UPLOAD_PARTIAL) != 0 : !failed;
    if (keep && files->upload_file)
        upload_close(ctx);
    else
        sim_files_forget_upload(ctx);
    files->upload_failed = 0;
    if (timeout)
        return SIM_CME_NOT_ALLOWED; /* Q4, T17 */
    return failed ? SIM_CME_MEMORY_FULL : SIM_DONE;
}

/* ---- reading and the rest ------------------------------------------------------------------ */

static int run_read(struct sim_call *call)
{
    struct target target;
    int32_t mode, size, position;
    if (!get_target(call, 5, &target) || !sim_argument_number(call, 2, 0, 1, &mode) ||
        !sim_argument_number(call, 3, 1, PIECE_MAXIMUM, &size) ||
        !sim_argument_number(call, 4, 0, INT32_MAX, &position))
        return SIM_FAILED;
    uint8_t file = find(call, &target);
    if (file == SIM_NO_FILE)
        return not_found(call);
    uint32_t length = call->ctx->sim->files.entries[file].size_bytes;
    uint32_t offset = mode == 1 ? (uint32_t)position : 0;
    if (offset > length)
        return SIM_FAILED; /* the documented range is 0 to the file's size */
    if ((uint32_t)size > length - offset)
        size = (int32_t)(length - offset);
    if (sim_setting(call->ctx, SIM_SETTING_CFSRFILE_HEADER)) {
        sim_line_begin(call->ctx);
        sim_put_text(call->ctx, SIM_BEFORE_FILE);
        sim_put_number(call->ctx, size);
        sim_line_end(call->ctx);
    }
    if (size > 0)
        sim_put_file(call->ctx, file, offset, (uint32_t)size);
    return SIM_DONE;
}

/* True while the file of the last HTTPTOFS reads 0 bytes (setting http-size-lag). */
static bool lags(const struct sim_context *ctx, uint8_t file)
{
    const struct sim_download *download = &ctx->sim->download;
    return download->lagging == file + 1 && ctx->now_us < download->settled_at_us;
}

static int run_size(struct sim_call *call)
{
    struct target target;
    if (!get_target(call, 2, &target))
        return SIM_FAILED;
    uint8_t file = find(call, &target);
    if (file == SIM_NO_FILE)
        return not_found(call);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CFSGFIS: ");
    uint32_t size = call->ctx->sim->files.entries[file].size_bytes;
    sim_put_number(call->ctx, lags(call->ctx, file) ? 0 : size);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static int run_delete(struct sim_call *call)
{
    struct target target;
    if (!get_target(call, 2, &target))
        return SIM_FAILED;
    uint8_t file = find(call, &target);
    if (file == SIM_NO_FILE)
        return not_found(call);
    if (call->ctx->sim->download.file == file + 1)
        return SIM_CME_NOT_ALLOWED; /* I: it is open for writing */
    struct sim_write write = begin_change(call->ctx, file, target.directory);
    if (write.effect != SIM_WRITE_OLD)
        sim_files_delete(call->ctx, file);
    sim_flash_end(call->ctx, write);
    return SIM_DONE;
}

static int run_rename(struct sim_call *call)
{
    struct target target;
    const char *name;
    size_t length;
    if (!get_target(call, 3, &target) || !argument_name(call, 2, &name, &length))
        return SIM_FAILED;
    struct sim_files *files = &call->ctx->sim->files;
    uint8_t file = find(call, &target);
    if (file == SIM_NO_FILE)
        return not_found(call);
    if (call->ctx->sim->download.file == file + 1)
        return SIM_CME_NOT_ALLOWED;
    if (sim_files_find(files, target.directory, name, length) != SIM_NO_FILE)
        return SIM_FAILED; /* I: no file is replaced by CFSREN */
    struct sim_file_entry *entry = &files->entries[file];
    struct sim_write write = begin_change(call->ctx, file, target.directory);
    if (write.effect != SIM_WRITE_OLD) {
        memset(entry->name, 0, sizeof entry->name);
        memcpy(entry->name, name, length);
        sim_files_tell(call->ctx, file);
    }
    end_change(call->ctx, file, write);
    return SIM_DONE;
}

static int run_room(struct sim_call *call)
{
    if (!is_open(call))
        return SIM_FAILED;
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CFSGFRS: ");
    sim_put_number(call->ctx, sim_setting(call->ctx, SIM_SETTING_CFSGFRS_VALUE)
                                  ? sim_setting(call->ctx, SIM_SETTING_FLASH_SIZE)
                                  : (int64_t)sim_files_free(call->ctx));
    sim_line_end(call->ctx);
    return SIM_DONE;
}

const struct sim_command sim_commands_files[] = {
    {"+CFSINIT", SIM_FORM_TEST | SIM_FORM_EXECUTE, SIM_NO_SAVE, 'D', 0, "AT106 15.2",
     "gets a buffer for files", sim_test_untold, run_init, 103},
    {"+CFSTERM", SIM_FORM_TEST | SIM_FORM_EXECUTE, SIM_NO_SAVE, 'D', 0, "AT106 15.2",
     "frees the buffer for files", sim_test_untold, run_term, 103},
    {"+CFSWFILE", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "AT106 15.2",
     "writes a file with bytes from the port",
     "+CFSWFILE: (0-3),\"fileName\",(0-1),(1-10240),(100-10000)", run_write, 103},
    {"+CFSRFILE", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "AT106 15.2", "reads a file",
     "+CFSRFILE: (0-3),\"fileName\",(0-1),(1-10240),(0-filesize)", run_read, 103},
    {"+CFSDFILE", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "AT106 15.2",
     "deletes a file", "+CFSDFILE: (0-3),\"fileName\"", run_delete, 103},
    {"+CFSGFIS", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "AT106 15.2",
     "reads the size of a file", "+CFSGFIS: (0-3),\"fileName\"", run_size, 103},
    {"+CFSREN", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "AT106 15.2", "renames a file",
     "+CFSREN: (0-3),\"old_name\",\"new_name\"", run_rename, 103},
    {"+CFSGFRS", SIM_FORM_TEST | SIM_FORM_READ, SIM_NO_SAVE, 'D', 0, "AT106 15.2",
     "reads the room for files", sim_test_untold, run_room, 103},
    {0},
};
