/*
 * commands_ftp.c - FTP*: downloads into the file system and into RAM, uploads (AT106 10.2, FTP102,
 * FOTA101 5.2.2). The transfer itself is the engine's (download.c).
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/knowledge/prompts.h"
#include "sim/services/ftp.h"

enum {
    TIMEOUT_S = 75,   /* maximum time of network commands (AT106 10.2) */
    PUT_BYTES = 1300, /* FTPPUT=2 (FTP102) */
    PORT_INITIAL = 21,
    COMPOSED_SIZE = SIM_DOWNLOAD_URL
};

/* ---- texts --------------------------------------------------------------------------------- */

static const struct {
    const char *command;
    uint8_t text; /* enum sim_text */
    uint8_t maximum;
    const char *initial;
} texts[] = {
    {"+FTPTYPE", SIM_TEXT_FTP_TYPE, 1, "I"},
    {"+FTPSERV", SIM_TEXT_FTP_SERVER, 49, ""},
    {"+FTPUN", SIM_TEXT_FTP_USER, 49, ""},
    {"+FTPPW", SIM_TEXT_FTP_PASSWORD, 49, ""},
    {"+FTPGETNAME", SIM_TEXT_FTP_NAME, 99, ""},
    {"+FTPGETPATH", SIM_TEXT_FTP_PATH, 255, ""},
    {"+FTPPUTNAME", SIM_TEXT_FTP_PUT_NAME, 99, ""},
    {"+FTPPUTPATH", SIM_TEXT_FTP_PUT_PATH, 255, ""},
    {"+FTPPUTOPT", SIM_TEXT_FTP_PUT_OPTION, 4, "STOR"},
};

static int run_text(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    const char *text;
    size_t length;
    unsigned row = 0;
    while (strcmp(texts[row].command, call->command->name) != 0)
        row++;
    enum sim_text id = (enum sim_text)texts[row].text;
    if (call->form == SIM_FORM_READ) {
        length = sim_text_get(ctx, id, value, sizeof value);
        sim_line_begin(ctx);
        sim_put_text(ctx, call->command->name);
        sim_put_text(ctx, ": ");
        sim_put_text(ctx, length > 0 ? value : texts[row].initial);
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (sim_argument_count(call) != 1 || !sim_argument_text(call, 0, &text, &length) ||
        length > texts[row].maximum)
        return SIM_CME_NOT_ALLOWED;
    if (id == SIM_TEXT_FTP_PUT_OPTION && !sim_same_word("APPE", text, length) &&
        !sim_same_word("STOU", text, length) && !sim_same_word("STOR", text, length))
        return SIM_CME_NOT_ALLOWED;
    if (id == SIM_TEXT_FTP_TYPE && (length != 1 || (text[0] != 'A' && text[0] != 'I')))
        return SIM_CME_NOT_ALLOWED;
    return sim_text_set(ctx, id, text, length) ? SIM_DONE : SIM_CME_MEMORY_FULL;
}

/* ---- the URL that the surroundings are asked for ------------------------------------------- */

struct composer {
    char text[COMPOSED_SIZE];
    size_t length;
    bool full;
};

static void add(struct composer *url, const char *text, size_t length)
{
    if (length >= sizeof url->text - url->length) {
        url->full = true;
        return;
    }
    memcpy(url->text + url->length, text, length);
    url->length += length;
}

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("-._~/", c));
}

/* Percent-encoded (RFC 3986 2.1); '/' stays in a path only. */
static void add_encoded(struct composer *url, const char *text, bool path)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        char code[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        if (is_plain(*text) && (path || *text != '/'))
            add(url, text, 1);
        else
            add(url, code, sizeof code);
    }
}

static void add_text(struct sim_context *ctx, struct composer *url, enum sim_text text, bool path)
{
    char value[SIM_STORED_VALUE];
    sim_text_get(ctx, text, value, sizeof value);
    add_encoded(url, value, path);
}

static void add_port(struct composer *url, int32_t port)
{
    char digits[6];
    size_t at = sizeof digits;
    for (; port > 0; port /= 10)
        digits[--at] = (char)('0' + port % 10);
    digits[--at] = ':';
    add(url, digits + at, sizeof digits - at);
}

/* A folder, or the file in it. */
static void add_place(struct sim_context *ctx, struct composer *url, enum sim_text path_text,
                      enum sim_text name_text, bool folder)
{
    char path[SIM_STORED_VALUE];
    size_t length = sim_text_get(ctx, path_text, path, sizeof path);
    if (path[0] != '/')
        add(url, "/", 1);
    add_encoded(url, path, true);
    if (length > 0 && path[length - 1] != '/')
        add(url, "/", 1);
    if (!folder)
        add_text(ctx, url, name_text, true);
}

/* ftp://user:password@server:port/path/name;type=a; `upload`: of FTPPUT, `folder`: without name. */
static void compose(struct sim_context *ctx, struct composer *url, bool upload, bool folder)
{
    enum sim_text path_text = upload ? SIM_TEXT_FTP_PUT_PATH : SIM_TEXT_FTP_PATH;
    enum sim_text name_text = upload ? SIM_TEXT_FTP_PUT_NAME : SIM_TEXT_FTP_NAME;
    char type[2];
    bool has_user = sim_text_get(ctx, SIM_TEXT_FTP_USER, type, sizeof type) > 0;
    url->length = 0;
    url->full = false;
    add(url, "ftp://", 6);
    if (has_user) {
        add_text(ctx, url, SIM_TEXT_FTP_USER, false);
        add(url, ":", 1);
        add_text(ctx, url, SIM_TEXT_FTP_PASSWORD, false);
        add(url, "@", 1);
    }
    add_text(ctx, url, SIM_TEXT_FTP_SERVER, false);
    int32_t port = sim_stored_number(ctx, "+FTPPORT");
    if (port != PORT_INITIAL)
        add_port(url, port);
    add_place(ctx, url, path_text, name_text, folder);
    if (!folder && sim_text_get(ctx, SIM_TEXT_FTP_TYPE, type, sizeof type) > 0 && type[0] == 'A')
        add(url, ";type=a", 7);
}

/* ---- the end of a transfer ----------------------------------------------------------------- */

bool sim_ftp_network(const struct sim_context *ctx)
{
    int32_t wanted = sim_setting(ctx, SIM_SETTING_FTP_BEARER); /* either, sapbr, cnact */
    return (wanted != 1 && sim_bearer_up(ctx)) || (wanted != 2 && sim_sapbr_up(ctx));
}

/* The engine speaks HTTPTOFS; what is not in the table is an error of the server. */
static uint8_t error_of(const struct sim_context *ctx, uint16_t code)
{
    static const struct {
        uint16_t code;
        uint8_t error;
    } errors[] = {{200, SIM_FTP_OK},
                  {206, SIM_FTP_OK},
                  {408, SIM_FTP_TIMEOUT},
                  {416, SIM_FTP_REST_ERROR},
                  {601, SIM_FTP_NET},
                  {603, SIM_FTP_DNS},
                  {602, SIM_FTP_DOWNLOAD_ERROR},
                  {65535, SIM_FTP_DOWNLOAD_ERROR}};
    if (code >= SIM_FTP_NET && code <= SIM_FTP_QUIT)
        return (uint8_t)code;
    if (code == 404)
        return (uint8_t)sim_setting(ctx, SIM_SETTING_FTP_MISSING_FILE);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].code == code)
            return errors[i].error;
    return SIM_FTP_SERVER;
}

/* How the lines of a transfer's command begin; the body of those with `session` is read in pieces
   while it comes. */
static const struct {
    const char *name;
    bool session;
} tellers[SIM_TRANSFER_COUNT] = {
    [SIM_TRANSFER_FTP_FILE] = {"+FTPEXTGETFILE: 1,", false},
    [SIM_TRANSFER_FTP_RAM] = {"+FTPEXTGET: 1,", false},
    [SIM_TRANSFER_FTP_GET] = {"+FTPGET: 1,", true},
    [SIM_TRANSFER_FTP_LIST] = {"+FTPLIST: 1,", true},
    [SIM_TRANSFER_FTP_SIZE] = {"+FTPSIZE: 1,", false},
    [SIM_TRANSFER_FTP_PUT] = {"+FTPPUT: 1,", false},
    [SIM_TRANSFER_FTP_DELETE] = {"+FTPDELE: 1,", false},
    [SIM_TRANSFER_FTP_MAKE] = {"+FTPMKD: 1,", false},
    [SIM_TRANSFER_FTP_REMOVE] = {"+FTPRMD: 1,", false},
    [SIM_TRANSFER_FTP_RENAME] = {"+FTPRENAME: 1,", false},
    [SIM_TRANSFER_FTP_TIME] = {"+FTPMDTM: 1,", false},
    [SIM_TRANSFER_FTP_ETGET] = {"+FTPETGET: 1,", false},
};

void sim_ftp_tell(struct sim_context *ctx, enum sim_transfer transfer, uint32_t number)
{
    sim_urc_begin(ctx);
    sim_put_text(ctx, tellers[transfer].name);
    sim_put_number(ctx, number);
    sim_urc_end(ctx);
}

static void tell_size(struct sim_context *ctx, uint8_t error, uint32_t size)
{
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+FTPSIZE: 1,");
    sim_put_number(ctx, error);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, error ? 0 : size);
    sim_urc_end(ctx);
}

static void soon(struct sim_context *ctx)
{
    sim_timer_set(ctx, SIM_TIMER_FTP,
                  ctx->now_us + sim_setting_us(ctx, SIM_SETTING_HTTP_FAILURE_DELAY));
}

static uint32_t unread_bytes(const struct sim_context *ctx)
{
    enum sim_transfer transfer = (enum sim_transfer)ctx->sim->ftp.transfer;
    uint32_t have = sim_download_busy(ctx, transfer) ? sim_download_arrived(ctx)
                                                     : sim_hidden_size(ctx, SIM_FTP_BODY);
    return have > ctx->sim->ftp.offset_bytes ? have - ctx->sim->ftp.offset_bytes : 0;
}

/* The body of a session is complete: what was not read yet can be read, or its end is told. */
static void session_ended(struct sim_context *ctx, enum sim_transfer transfer, uint8_t error)
{
    struct sim_ftp *ftp = &ctx->sim->ftp;
    bool was_told = ftp->mode == SIM_FTP_READING;
    ftp->mode = error || unread_bytes(ctx) == 0 ? SIM_FTP_CLOSED : SIM_FTP_READING;
    if (ftp->mode == SIM_FTP_CLOSED)
        sim_ftp_tell(ctx, transfer, error);
    else if (!was_told)
        sim_ftp_tell(ctx, transfer, 1);
}

static void tell_upload(struct sim_context *ctx, uint8_t error)
{
    struct sim_ftp *ftp = &ctx->sim->ftp;
    sim_urc_begin(ctx);
    sim_put_text(ctx, ftp->mode == SIM_FTP_ESCAPED ? "+FTPETPUT: 1," : "+FTPPUT: 1,");
    sim_put_number(ctx, error);
    sim_urc_end(ctx);
    ftp->mode = SIM_FTP_CLOSED;
    sim_hidden_delete(ctx, SIM_FTP_UPLOAD);
}

static void ended(struct sim_context *ctx, enum sim_transfer transfer, uint8_t error,
                  uint32_t length)
{
    struct sim_ftp *ftp = &ctx->sim->ftp;
    if (tellers[transfer].session) {
        session_ended(ctx, transfer, error);
        return;
    }
    switch (transfer) {
    case SIM_TRANSFER_FTP_FILE:
        ftp->file_error = error;
        ftp->file_bytes = length;
        break;
    case SIM_TRANSFER_FTP_RAM:
        ftp->mode = error ? SIM_FTP_CLOSED : SIM_FTP_IN_RAM;
        break;
    case SIM_TRANSFER_FTP_PUT:
        tell_upload(ctx, error);
        return;
    case SIM_TRANSFER_FTP_RENAME:
        sim_hidden_delete(ctx, SIM_FTP_UPLOAD);
        break;
    case SIM_TRANSFER_FTP_SIZE:
        tell_size(ctx, error, length);
        return;
    case SIM_TRANSFER_FTP_TIME:
        sim_ftp_time_ended(ctx, error);
        return;
    case SIM_TRANSFER_FTP_ETGET:
        sim_ftp_escaped_ended(ctx, error);
        return;
    default:
        break;
    }
    sim_ftp_tell(ctx, transfer, error);
}

void sim_ftp_ended(struct sim_context *ctx, enum sim_transfer transfer, uint16_t code,
                   uint32_t length)
{
    uint8_t error = error_of(ctx, code);
    if (transfer == SIM_TRANSFER_FTP_RAM && !error && length > SIM_FTP_RAM_BYTES) {
        sim_hidden_delete(ctx, SIM_FTP_BODY);
        error = SIM_FTP_DOWNLOAD_ERROR;
    }
    ended(ctx, transfer, error, error ? 0 : length);
}

/* "+FTPPUT: 1,1,<room>", or the error that ends it. */
static void offer_room(struct sim_context *ctx)
{
    if (!sim_ftp_network(ctx)) {
        ended(ctx, SIM_TRANSFER_FTP_PUT, SIM_FTP_NET, 0);
        return;
    }
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+FTPPUT: 1,1,");
    sim_put_number(ctx, PUT_BYTES);
    sim_urc_end(ctx);
}

/* The first bytes of a session have come, or there is more than was read (AT106 10.2.14). */
void sim_ftp_arrives(struct sim_context *ctx, uint64_t first_at_us)
{
    const struct sim_ftp *ftp = &ctx->sim->ftp;
    if (ftp->mode == SIM_FTP_OPENING && sim_download_busy(ctx, (enum sim_transfer)ftp->transfer))
        sim_timer_set(ctx, SIM_TIMER_FTP, first_at_us);
}

/* What is told after the OK of a command. */
void sim_on_ftp(struct sim_context *ctx)
{
    struct sim_ftp *ftp = &ctx->sim->ftp;
    enum sim_transfer transfer = (enum sim_transfer)ftp->transfer;
    bool busy = sim_download_busy(ctx, transfer);
    if (ftp->mode == SIM_FTP_WRITING) {
        offer_room(ctx);
        return;
    }
    if (ftp->mode != SIM_FTP_READING && ftp->mode != SIM_FTP_OPENING)
        return;
    if (unread_bytes(ctx) > 0) {
        ftp->mode = SIM_FTP_READING;
        sim_ftp_tell(ctx, transfer, 1);
    } else if (busy) {
        soon(ctx);
    } else {
        ftp->mode = SIM_FTP_CLOSED;
        sim_ftp_tell(ctx, transfer, SIM_FTP_OK);
    }
}

/* ---- the beginning ------------------------------------------------------------------------- */

/* What a transfer asks of the server, and what it is about. */
static const struct {
    uint8_t method; /* enum sim_http_method */
    bool folder;    /* the path alone; without: a file must be named */
    bool upload;    /* the names are those of FTPPUT */
    bool resumes;   /* FTPREST counts */
} orders[SIM_TRANSFER_COUNT] = {
    [SIM_TRANSFER_FTP_FILE] = {SIM_HTTP_GET, false, false, true},
    [SIM_TRANSFER_FTP_RAM] = {SIM_HTTP_GET, false, false, true},
    [SIM_TRANSFER_FTP_GET] = {SIM_HTTP_GET, false, false, true},
    [SIM_TRANSFER_FTP_ETGET] = {SIM_HTTP_GET, false, false, true},
    [SIM_TRANSFER_FTP_SIZE] = {SIM_HTTP_HEAD, false, false, false},
    [SIM_TRANSFER_FTP_PUT] = {SIM_HTTP_PUT, false, true, false},
    [SIM_TRANSFER_FTP_DELETE] = {SIM_HTTP_DELETE, false, false, false},
    [SIM_TRANSFER_FTP_MAKE] = {SIM_HTTP_MAKE, true, false, false},
    [SIM_TRANSFER_FTP_REMOVE] = {SIM_HTTP_REMOVE, true, false, false},
    [SIM_TRANSFER_FTP_LIST] = {SIM_HTTP_LIST, true, false, false},
    [SIM_TRANSFER_FTP_RENAME] = {SIM_HTTP_RENAME, false, false, false},
    [SIM_TRANSFER_FTP_TIME] = {SIM_HTTP_TIME, false, false, false},
};

static bool is_named(struct sim_context *ctx, enum sim_transfer transfer)
{
    char first[2];
    enum sim_text name = orders[transfer].upload ? SIM_TEXT_FTP_PUT_NAME : SIM_TEXT_FTP_NAME;
    return sim_text_get(ctx, SIM_TEXT_FTP_SERVER, first, sizeof first) > 0 &&
           (orders[transfer].folder || sim_text_get(ctx, name, first, sizeof first) > 0);
}

int sim_ftp_start(struct sim_context *ctx, enum sim_transfer transfer, const char *path)
{
    struct composer url;
    if (!is_named(ctx, transfer))
        return SIM_CME_NOT_ALLOWED;
    compose(ctx, &url, orders[transfer].upload, orders[transfer].folder);
    if (url.full)
        return SIM_CME_NOT_ALLOWED;
    const struct sim_download_order order = {
        .url = url.text,
        .url_length = url.length,
        .path = path,
        .path_length = path ? strlen(path) : 0,
        .from_bytes = orders[transfer].resumes ? (uint32_t)sim_stored_number(ctx, "+FTPREST") : 0,
        .timeout_s = TIMEOUT_S,
        .attempts = 1,
        .transfer = (uint8_t)transfer,
        .method = orders[transfer].method,
    };
    return sim_download_start(ctx, &order);
}

bool sim_ftp_busy(const struct sim_context *ctx)
{
    for (unsigned i = 0; i < SIM_TRANSFER_COUNT; i++)
        if (tellers[i].name && sim_download_busy(ctx, (enum sim_transfer)i))
            return true;
    return false;
}

/* "<name>2,<n>", then that many bytes from `offset` of what RAM holds. */
static void put_piece(struct sim_context *ctx, const char *name, uint32_t offset, uint32_t size)
{
    uint8_t file = sim_hidden_find(ctx, SIM_FTP_BODY);
    sim_line_begin(ctx);
    sim_put_text(ctx, name);
    sim_put_number(ctx, size);
    sim_line_end(ctx);
    if (file != SIM_NO_FILE && size > 0)
        sim_put_file(ctx, file, offset, size);
}

/* ---- FTPGET, FTPSIZE ----------------------------------------------------------------------- */

int sim_ftp_open(struct sim_context *ctx, enum sim_transfer transfer)
{
    struct sim_ftp *ftp = &ctx->sim->ftp;
    if (sim_ftp_busy(ctx))
        return SIM_FAILED;
    int result = sim_ftp_start(ctx, transfer, NULL);
    if (result != SIM_PENDING)
        return result;
    ftp->mode = SIM_FTP_OPENING;
    ftp->transfer = (uint8_t)transfer;
    ftp->offset_bytes = 0;
    return result;
}

/* What is left is told again in a while; the end, when all was read. */
int sim_ftp_read(struct sim_call *call, enum sim_transfer transfer)
{
    struct sim_context *ctx = call->ctx;
    struct sim_ftp *ftp = &ctx->sim->ftp;
    int32_t wanted = 0;
    if (!sim_argument_number(call, 1, 1, SIM_FTP_PIECE_BYTES, &wanted) ||
        ftp->mode != SIM_FTP_READING || ftp->transfer != transfer)
        return SIM_FAILED;
    uint32_t left = unread_bytes(ctx);
    uint32_t piece = left < (uint32_t)wanted ? left : (uint32_t)wanted;
    sim_download_store(ctx);
    put_piece(ctx, transfer == SIM_TRANSFER_FTP_LIST ? SIM_BEFORE_FTP_LIST : SIM_BEFORE_FTP,
              ftp->offset_bytes, piece);
    ftp->offset_bytes += piece;
    soon(ctx);
    return SIM_DONE;
}

static int run_get(struct sim_call *call)
{
    int32_t mode = 0;
    unsigned count = sim_argument_count(call);
    if (!sim_argument_number(call, 0, 1, 2, &mode) || count != (unsigned)mode)
        return SIM_FAILED;
    return mode == 2 ? sim_ftp_read(call, SIM_TRANSFER_FTP_GET)
                     : sim_ftp_open(call->ctx, SIM_TRANSFER_FTP_GET);
}

static int run_size(struct sim_call *call)
{
    return sim_ftp_busy(call->ctx) ? SIM_FAILED
                                   : sim_ftp_start(call->ctx, SIM_TRANSFER_FTP_SIZE, NULL);
}

/* FTPQUIT: what runs, or what is open, ends with error 80 (AT106 10.2.26). */
static int run_quit(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_ftp *ftp = &ctx->sim->ftp;
    enum sim_transfer transfer = (enum sim_transfer)ctx->sim->download.transfer;
    uint8_t mode = ftp->mode;
    if (!sim_ftp_busy(ctx) && mode == SIM_FTP_CLOSED)
        return sim_setting(ctx, SIM_SETTING_FTP_QUIT) ? SIM_DONE : SIM_FAILED;
    ftp->mode = SIM_FTP_CLOSED;
    if (sim_ftp_busy(ctx)) {
        sim_download_stop(ctx);
        ended(ctx, transfer, SIM_FTP_QUIT, 0);
    } else if (mode == SIM_FTP_WRITING) {
        sim_ftp_tell(ctx, SIM_TRANSFER_FTP_PUT, SIM_FTP_QUIT);
    } else if (mode == SIM_FTP_READING || mode == SIM_FTP_OPENING) {
        sim_ftp_tell(ctx, (enum sim_transfer)ftp->transfer, SIM_FTP_QUIT);
    }
    sim_timer_stop(ctx, SIM_TIMER_FTP);
    sim_hidden_delete(ctx, SIM_FTP_BODY);
    sim_hidden_delete(ctx, SIM_FTP_UPLOAD);
    return SIM_DONE;
}

/* ---- FTPPUT -------------------------------------------------------------------------------- */

/* Begins to take bytes; they go to the server in one piece when the host says that they are all. */
static int open_upload(struct sim_context *ctx)
{
    if (sim_ftp_busy(ctx) || ctx->sim->ftp.mode == SIM_FTP_WRITING ||
        !is_named(ctx, SIM_TRANSFER_FTP_PUT))
        return SIM_CME_NOT_ALLOWED;
    if (sim_ftp_put_is_extended(ctx))
        return sim_ftp_start(ctx, SIM_TRANSFER_FTP_PUT, NULL);
    sim_hidden_delete(ctx, SIM_FTP_UPLOAD);
    ctx->sim->ftp.mode = SIM_FTP_WRITING;
    ctx->sim->ftp.offset_bytes = 0;
    soon(ctx);
    return SIM_DONE;
}

static int run_put(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t mode, size;
    if (!sim_argument_number(call, 0, 1, 2, &mode) || sim_argument_count(call) != (unsigned)mode)
        return SIM_FAILED;
    if (mode == 1)
        return open_upload(ctx);
    if (ctx->sim->ftp.mode != SIM_FTP_WRITING || sim_ftp_busy(ctx) ||
        !sim_argument_number(call, 1, 0, PUT_BYTES, &size))
        return SIM_FAILED;
    if (size == 0)
        return sim_ftp_start(ctx, SIM_TRANSFER_FTP_PUT, NULL);
    sim_line_begin(ctx);
    sim_put_text(ctx, SIM_PROMPT_FTP);
    sim_put_number(ctx, size);
    sim_line_end(ctx);
    sim_port_take(ctx, SIM_TAKER_FTP);
    ctx->sim->port.data_left_bytes = (uint32_t)size;
    sim_timer_set(ctx, SIM_TIMER_DATA, ctx->now_us + SIM_FTP_PUT_TIMEOUT_MS * 1000ull);
    return SIM_PENDING;
}

bool sim_ftp_add(struct sim_context *ctx, const void *bytes, size_t size)
{
    static const char name[] = SIM_FTP_UPLOAD;
    uint8_t file = sim_hidden_find(ctx, name);
    if (file == SIM_NO_FILE)
        file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
    return file != SIM_NO_FILE && sim_files_append(ctx, file, bytes, size);
}

/* Bytes of FTPPUT=2 and FTPEXTPUT=2; those of FTPETPUT=2 come without their escapes. */
int sim_ftp_take(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete)
{
    if (!bytes)
        return SIM_FAILED; /* the time is over */
    if (ctx->sim->ftp.mode == SIM_FTP_ESCAPED) {
        if (!complete)
            return SIM_PENDING;
        sim_port_give_back(ctx);
        return sim_ftp_start(ctx, SIM_TRANSFER_FTP_PUT, NULL);
    }
    if (!sim_ftp_add(ctx, bytes, size))
        return SIM_CME_MEMORY_FULL;
    if (!complete)
        return SIM_PENDING;
    if (ctx->sim->ftp.mode == SIM_FTP_WRITING)
        soon(ctx);
    return SIM_DONE;
}

/* ---- FTPEXTGET ----------------------------------------------------------------------------- */

static int get_file(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t directory = 0;
    const char *name;
    size_t length;
    char path[SIM_FILE_PATH];
    if (sim_argument_count(call) != 3 ||
        !sim_argument_number(call, 1, 0, SIM_DIRECTORIES - 1, &directory) ||
        !sim_argument_text(call, 2, &name, &length) || length == 0 || length >= SIM_FILE_NAME ||
        memchr(name, '/', length) || memchr(name, '\0', length))
        return SIM_FAILED;
    if (sim_files_find(&ctx->sim->files, (uint8_t)directory, name, length) != SIM_NO_FILE)
        return SIM_FAILED; /* AT7080 */
    size_t prefix = strlen(sim_directory((size_t)directory));
    memcpy(path, sim_directory((size_t)directory), prefix);
    memcpy(path + prefix, name, length);
    path[prefix + length] = '\0';
    ctx->sim->ftp.file_error = 0;
    ctx->sim->ftp.file_bytes = 0;
    return sim_ftp_start(ctx, SIM_TRANSFER_FTP_FILE, path);
}

static int read_ram(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    uint32_t size = sim_hidden_size(ctx, SIM_FTP_BODY);
    int32_t position = 0, wanted = 0;
    if (sim_argument_count(call) != 3 || ctx->sim->ftp.mode != SIM_FTP_IN_RAM ||
        !sim_argument_number(call, 1, 0, SIM_FTP_RAM_BYTES, &position) ||
        !sim_argument_number(call, 2, 1, SIM_FTP_RAM_BYTES, &wanted) || (uint32_t)position > size)
        return SIM_FAILED;
    uint32_t left = size - (uint32_t)position;
    put_piece(ctx, SIM_BEFORE_FTP_RAM, (uint32_t)position,
              left < (uint32_t)wanted ? left : (uint32_t)wanted);
    return SIM_DONE;
}

static int run_extended(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_ftp *ftp = &ctx->sim->ftp;
    int32_t mode = 0;
    if (call->form == SIM_FORM_READ) {
        bool in_ram = ftp->mode == SIM_FTP_IN_RAM;
        sim_line_begin(ctx);
        sim_put_text(ctx, "+FTPEXTGET: ");
        sim_put_number(ctx, in_ram);
        sim_put_text(ctx, ",");
        sim_put_number(ctx, in_ram ? sim_hidden_size(ctx, SIM_FTP_BODY) : 0);
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (!sim_argument_number(call, 0, 0, 3, &mode))
        return SIM_FAILED;
    if (mode == 3)
        return read_ram(call);
    if (sim_ftp_busy(ctx))
        return SIM_FAILED;
    if (mode == 2)
        return get_file(call);
    if (sim_argument_count(call) != 1)
        return SIM_FAILED;
    ftp->mode = SIM_FTP_CLOSED;
    sim_hidden_delete(ctx, SIM_FTP_BODY);
    return mode == 1 ? sim_ftp_start(ctx, SIM_TRANSFER_FTP_RAM, NULL) : SIM_DONE;
}

/* <fsstatus>: AT7080 says 0 complete, 1 downloading; the sample of FOTA101 has 1 after a success.
 */
static int run_status(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    const struct sim_ftp *ftp = &ctx->sim->ftp;
    bool busy = sim_download_busy(ctx, SIM_TRANSFER_FTP_FILE);
    bool inverted = sim_setting(ctx, SIM_SETTING_FTP_STATUS) == 1;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+FTPTOFSST: ");
    sim_put_number(ctx, busy != inverted);
    sim_put_text(ctx, ",");
    if (sim_setting(ctx, SIM_SETTING_FTP_STATE) == 0)
        sim_put_number(ctx, busy ? 0 : ftp->file_error);
    else
        sim_put_number(ctx, busy);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, busy ? sim_download_arrived(ctx) : ftp->file_bytes);
    sim_line_end(ctx);
    return SIM_DONE;
}

enum {
    TEXT_FORMS = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE,
    ACTION_FORMS = SIM_FORM_TEST | SIM_FORM_EXECUTE
};

const struct sim_command sim_commands_ftp[] = {
    {"+FTPTYPE", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "type of FTP transfers", NULL,
     run_text, 102},
    {"+FTPSERV", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "FTP server", NULL, run_text, 102},
    {"+FTPUN", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "FTP user", NULL, run_text, 102},
    {"+FTPPW", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "FTP password", NULL, run_text, 102},
    {"+FTPGETNAME", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "file on the FTP server", NULL,
     run_text, 102},
    {"+FTPGETPATH", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "directory on the FTP server",
     NULL, run_text, 102},
    {"+FTPGET", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 75000, "AT106 10.2",
     "downloads a file by FTP and reads it", NULL, run_get, 102},
    {"+FTPPUTNAME", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "name for an upload", NULL,
     run_text, 102},
    {"+FTPPUTPATH", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "directory for an upload", NULL,
     run_text, 102},
    {"+FTPPUTOPT", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "how an upload is stored", NULL,
     run_text, 102},
    {"+FTPPUT", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 75000, "AT106 10.2.15",
     "uploads by FTP", NULL, run_put, 102},
    {"+FTPSIZE", ACTION_FORMS, SIM_NO_SAVE, 'D', 75000, "AT106 10.2",
     "asks for the size of a file on the FTP server", NULL, run_size, 102},
    {"+FTPQUIT", ACTION_FORMS, SIM_NO_SAVE, 'D', 75000, "AT106 10.2", "ends FTP", NULL, run_quit,
     102},
    {"+FTPEXTGET", TEXT_FORMS, SIM_NO_SAVE, 'S', 75000, "FOTA101 5.2.2, AT7080",
     "downloads a file by FTP to RAM or to the file system", NULL, run_extended, 102},
    {"+FTPTOFSST", ACTION_FORMS, SIM_NO_SAVE, 'S', 0, "FOTA101 5.2.2, AT7080",
     "state of an FTP download to the file system", NULL, run_status, 102},
    {.name = NULL},
};

/* ---- restarts ------------------------------------------------------------------------------ */

void sim_ftp_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    memset(&ctx->sim->ftp, 0, sizeof ctx->sim->ftp);
    sim_hidden_delete(ctx, SIM_FTP_BODY);
    sim_hidden_delete(ctx, SIM_FTP_UPLOAD);
}
