/*
 * commands_ftp_remote.c - FTP*: what is done on the server (delete, folders, list, rename, time),
 * and the transfers with escapes and through RAM (AT106 10.2.16 to 10.2.28).
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/knowledge/prompts.h"
#include "sim/services/ftp.h"

/* Bytes that FTPETPUT and FTPETGET escape, and the one that does it. */
enum { ETX = 0x03, DLE = 0x10 };

enum { PIECE = 512 };

/* ---- FTPDELE, FTPMKD, FTPRMD, FTPRENAME, FTPMDTM, FTPSTATE, FTPLIST ------------------------- */

static int run_action(struct sim_call *call)
{
    static const struct {
        const char *command;
        enum sim_transfer transfer;
    } actions[] = {{"+FTPDELE", SIM_TRANSFER_FTP_DELETE},
                   {"+FTPMKD", SIM_TRANSFER_FTP_MAKE},
                   {"+FTPRMD", SIM_TRANSFER_FTP_REMOVE},
                   {"+FTPMDTM", SIM_TRANSFER_FTP_TIME}};
    unsigned row = 0;
    while (strcmp(actions[row].command, call->command->name) != 0)
        row++;
    return sim_ftp_busy(call->ctx) ? SIM_FAILED
                                   : sim_ftp_start(call->ctx, actions[row].transfer, NULL);
}

/* The new path and name, as FTPPUTPATH and FTPPUTNAME have them, are the body of the request. */
static int run_rename(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char text[SIM_STORED_VALUE];
    if (sim_ftp_busy(ctx) || ctx->sim->ftp.mode == SIM_FTP_WRITING)
        return SIM_FAILED;
    sim_hidden_delete(ctx, SIM_FTP_UPLOAD);
    size_t length = sim_text_get(ctx, SIM_TEXT_FTP_PUT_PATH, text, sizeof text);
    bool open_end = length > 0 && text[length - 1] != '/';
    if ((length > 0 && !sim_ftp_add(ctx, text, length)) || (open_end && !sim_ftp_add(ctx, "/", 1)))
        return SIM_CME_MEMORY_FULL;
    length = sim_text_get(ctx, SIM_TEXT_FTP_PUT_NAME, text, sizeof text);
    if (length == 0)
        return SIM_CME_NOT_ALLOWED;
    if (!sim_ftp_add(ctx, text, length))
        return SIM_CME_MEMORY_FULL;
    return sim_ftp_start(ctx, SIM_TRANSFER_FTP_RENAME, NULL);
}

/* "+FTPMDTM: 1,0,20200728103000" */
void sim_ftp_time_ended(struct sim_context *ctx, uint8_t error)
{
    char digits[14];
    uint8_t file = sim_hidden_find(ctx, SIM_FTP_BODY);
    size_t length = 0;
    if (!error && file != SIM_NO_FILE)
        length = sim_files_read(&ctx->sim->files, ctx->host, file, 0, digits, sizeof digits);
    sim_hidden_delete(ctx, SIM_FTP_BODY);
    if (error || length != sizeof digits) {
        sim_ftp_tell(ctx, SIM_TRANSFER_FTP_TIME, error ? error : SIM_FTP_SERVER);
        return;
    }
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+FTPMDTM: 1,0,");
    sim_put_bytes(ctx, digits, length);
    sim_urc_end(ctx);
}

static int run_state(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    uint8_t mode = ctx->sim->ftp.mode;
    bool open = mode != SIM_FTP_CLOSED && mode != SIM_FTP_IN_RAM;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+FTPSTATE: ");
    sim_put_number(ctx, open || sim_ftp_busy(ctx));
    sim_line_end(ctx);
    return SIM_DONE;
}

static int run_list(struct sim_call *call)
{
    int32_t mode = 0;
    if (!sim_argument_number(call, 0, 1, 2, &mode) || sim_argument_count(call) != (unsigned)mode)
        return SIM_FAILED;
    return mode == 2 ? sim_ftp_read(call, SIM_TRANSFER_FTP_LIST)
                     : sim_ftp_open(call->ctx, SIM_TRANSFER_FTP_LIST);
}

/* ---- FTPEXTPUT ----------------------------------------------------------------------------- */

static const char extended_key[] = "+FTPEXTPUT";

bool sim_ftp_put_is_extended(const struct sim_context *ctx)
{
    char value[SIM_STORED_VALUE];
    return sim_stored_get(ctx, extended_key, SIM_NO_SAVE, value) > 0 && value[0] == '1';
}

/* FTPEXTPUT=2,<position>,<length>,<timeout>: bytes of the host into RAM; behind what is there they
   go on, before its end they replace it. */
static int take_bytes(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t position, length, timeout_ms;
    uint32_t size = sim_hidden_size(ctx, SIM_FTP_UPLOAD);
    if (sim_argument_count(call) != 4 || !sim_ftp_put_is_extended(ctx) || sim_ftp_busy(ctx) ||
        !sim_argument_number(call, 1, 0, SIM_FTP_RAM_BYTES, &position) ||
        !sim_argument_number(call, 2, 1, SIM_FTP_RAM_BYTES - position, &length) ||
        !sim_argument_number(call, 3, 1000, 1000000, &timeout_ms) || (uint32_t)position > size)
        return SIM_FAILED;
    if (size > 0)
        sim_files_truncate(ctx, sim_hidden_find(ctx, SIM_FTP_UPLOAD), (uint32_t)position);
    sim_line_begin(ctx);
    sim_put_text(ctx, SIM_PROMPT_FTP_RAM);
    sim_put_number(ctx, position);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, length);
    sim_line_end(ctx);
    sim_port_take(ctx, SIM_TAKER_FTP);
    ctx->sim->port.data_left_bytes = (uint32_t)length;
    sim_timer_set(ctx, SIM_TIMER_DATA, ctx->now_us + (uint64_t)timeout_ms * 1000u);
    return SIM_PENDING;
}

static int run_extended_put(struct sim_call *call)
{
    int32_t mode = 0;
    if (!sim_argument_number(call, 0, 0, 2, &mode))
        return SIM_FAILED;
    if (mode == 2)
        return take_bytes(call);
    if (sim_argument_count(call) != 1)
        return SIM_FAILED;
    sim_hidden_delete(call->ctx, SIM_FTP_UPLOAD);
    return sim_stored_set(call->ctx, extended_key, SIM_NO_SAVE, mode ? "1" : "0", 1)
               ? SIM_DONE
               : SIM_CME_MEMORY_FULL;
}

/* ---- FTPETPUT, FTPETGET --------------------------------------------------------------------- */

/* A DLE escapes the byte behind it; an ETX without one is the end (AT106 10.2.24). */
size_t sim_ftp_take_escaped(struct sim_context *ctx, const uint8_t *bytes, size_t size,
                            bool *ret_end)
{
    struct sim_ftp *ftp = &ctx->sim->ftp;
    *ret_end = false;
    for (size_t i = 0; i < size; i++) {
        bool escaped = ftp->escaped != 0;
        ftp->escaped = !escaped && bytes[i] == DLE;
        if (ftp->escaped)
            continue;
        if (!escaped && bytes[i] == ETX) {
            *ret_end = true;
            return i + 1;
        }
        sim_ftp_add(ctx, bytes + i, 1);
    }
    return size;
}

/* FTPETPUT=1 opens, FTPETPUT=2 takes the bytes and sends them. */
static int run_escaped_put(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_ftp *ftp = &ctx->sim->ftp;
    char first[2];
    int32_t mode = 0;
    if (sim_argument_count(call) != 1 || !sim_argument_number(call, 0, 1, 2, &mode) ||
        sim_ftp_busy(ctx))
        return SIM_FAILED;
    if (mode == 1) {
        if (ftp->mode != SIM_FTP_CLOSED || !sim_ftp_network(ctx) ||
            sim_text_get(ctx, SIM_TEXT_FTP_SERVER, first, sizeof first) == 0 ||
            sim_text_get(ctx, SIM_TEXT_FTP_PUT_NAME, first, sizeof first) == 0)
            return SIM_CME_NOT_ALLOWED;
        sim_hidden_delete(ctx, SIM_FTP_UPLOAD);
        ftp->mode = SIM_FTP_ESCAPED;
        ftp->escaped = 0;
        sim_answer_result(ctx, SIM_DONE);
        sim_urc(ctx, "+FTPETPUT: 1,1");
        return SIM_NO_RESULT;
    }
    if (ftp->mode != SIM_FTP_ESCAPED)
        return SIM_FAILED;
    sim_line(ctx, "+FTPETPUT: 2,1");
    sim_port_take(ctx, SIM_TAKER_FTP);
    return SIM_PENDING;
}

static int run_escaped_get(struct sim_call *call)
{
    int32_t mode = 0;
    if (sim_argument_count(call) != 1 || !sim_argument_number(call, 0, 1, 1, &mode) ||
        sim_ftp_busy(call->ctx))
        return SIM_FAILED;
    return sim_ftp_start(call->ctx, SIM_TRANSFER_FTP_ETGET, NULL);
}

/* The body with its escapes, and the ETX; false: there is no room. */
static bool escape_body(struct sim_context *ctx, uint8_t *ret_file)
{
    static const char name[] = SIM_FTP_UPLOAD, end = ETX;
    uint8_t piece[PIECE], escaped[2 * PIECE];
    uint8_t body = sim_hidden_find(ctx, SIM_FTP_BODY);
    uint32_t offset = 0;
    size_t size;
    *ret_file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
    while (*ret_file != SIM_NO_FILE && body != SIM_NO_FILE &&
           (size = sim_files_read(&ctx->sim->files, ctx->host, body, offset, piece, PIECE)) > 0) {
        size_t length = 0;
        for (size_t i = 0; i < size; i++) {
            if (piece[i] == ETX || piece[i] == DLE)
                escaped[length++] = DLE;
            escaped[length++] = piece[i];
        }
        if (!sim_files_append(ctx, *ret_file, escaped, length))
            return false;
        offset += (uint32_t)size;
    }
    return *ret_file != SIM_NO_FILE && sim_files_append(ctx, *ret_file, &end, 1);
}

/* "+FTPETGET: 1,1", the bytes, "+FTPETGET: 1,0". */
void sim_ftp_escaped_ended(struct sim_context *ctx, uint8_t error)
{
    uint8_t file = SIM_NO_FILE;
    if (!error && !escape_body(ctx, &file))
        error = SIM_FTP_DOWNLOAD_ERROR;
    if (!error) {
        sim_ftp_tell(ctx, SIM_TRANSFER_FTP_ETGET, 1);
        sim_put_file(ctx, file, 0, sim_hidden_size(ctx, SIM_FTP_UPLOAD));
    }
    sim_ftp_tell(ctx, SIM_TRANSFER_FTP_ETGET, error);
    sim_hidden_delete(ctx, SIM_FTP_BODY);
}

enum { WRITE = SIM_FORM_TEST | SIM_FORM_WRITE, ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE };
enum { MAXIMUM_MS = 75000 }; /* AT106 10.2 */

const struct sim_command sim_commands_ftp_remote[] = {
    {"+FTPDELE", ACT, SIM_NO_SAVE, 'D', MAXIMUM_MS, "AT106 10.2.16", "deletes a file", NULL,
     run_action, 102},
    {"+FTPSTATE", ACT, SIM_NO_SAVE, 'D', 0, "AT106 10.2.18", "whether FTP is at something", NULL,
     run_state, 102},
    {"+FTPEXTPUT", WRITE, SIM_NO_SAVE, 'D', MAXIMUM_MS, "AT106 10.2.19", "uploads from RAM", NULL,
     run_extended_put, 102},
    {"+FTPMKD", ACT, SIM_NO_SAVE, 'D', MAXIMUM_MS, "AT106 10.2.20", "makes a folder", NULL,
     run_action, 102},
    {"+FTPRMD", ACT, SIM_NO_SAVE, 'D', MAXIMUM_MS, "AT106 10.2.21", "removes a folder", NULL,
     run_action, 102},
    {"+FTPLIST", WRITE, SIM_NO_SAVE, 'D', MAXIMUM_MS, "AT106 10.2.22", "lists a folder", NULL,
     run_list, 102},
    {"+FTPETPUT", WRITE, SIM_NO_SAVE, 'D', 0, "AT106 10.2.24", "uploads up to ETX", NULL,
     run_escaped_put, 102},
    {"+FTPETGET", WRITE, SIM_NO_SAVE, 'D', 0, "AT106 10.2.25", "downloads up to ETX", NULL,
     run_escaped_get, 102},
    {"+FTPRENAME", ACT, SIM_NO_SAVE, 'D', 0, "AT106 10.2.27", "renames a file", NULL, run_rename,
     102},
    {"+FTPMDTM", ACT, SIM_NO_SAVE, 'D', 0, "AT106 10.2.28", "when a file was changed", NULL,
     run_action, 102},
    {.name = NULL},
};
