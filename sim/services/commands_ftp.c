/*
 * commands_ftp.c - FTP*: downloads into the file system and into RAM (AT106 10.2, FTP102, FOTA101
 * 5.2.2). The transfer itself is the engine's (download.c).
 */
#include <string.h>

#include "sim/knowledge/prompts.h"
#include "sim/services/net.h"

/* <error> of AT106 10.2.14, as far as the module finds it out by itself. */
enum {
    FTP_OK = 0,
    FTP_NET = 61,
    FTP_DNS = 62,
    FTP_TIMEOUT = 64,
    FTP_SERVER = 65,
    FTP_REST = 74,
    FTP_DOWNLOAD = 79,
    FTP_QUIT = 80
};

enum {
    TIMEOUT_S = 75,     /* maximum time of network commands (AT106 10.2) */
    RAM_BYTES = 307200, /* FTPEXTGET=1: "300 kB" (AT106 10.2) */
    PIECE_BYTES = 1460, /* FTPGET=2 */
    PUT_BYTES = 1300,   /* FTPPUT=2 (FTP102) */
    PUT_TIMEOUT_MS = 60000,
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
    char value[SIM_TEXT_SIZE];
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
    char value[SIM_TEXT_SIZE];
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

/* ftp://user:password@server:port/path/name;type=a; `upload`: of FTPPUT. */
static void compose(struct sim_context *ctx, struct composer *url, bool upload)
{
    enum sim_text path_text = upload ? SIM_TEXT_FTP_PUT_PATH : SIM_TEXT_FTP_PATH;
    enum sim_text name_text = upload ? SIM_TEXT_FTP_PUT_NAME : SIM_TEXT_FTP_NAME;
    char path[SIM_TEXT_SIZE];
    char type[2];
    size_t length = sim_text_get(ctx, path_text, path, sizeof path);
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
    if (sim_value(ctx, SIM_PARAMETER_FTPPORT) != PORT_INITIAL)
        add_port(url, sim_value(ctx, SIM_PARAMETER_FTPPORT));
    if (path[0] != '/')
        add(url, "/", 1);
    add_encoded(url, path, true);
    if (length > 0 && path[length - 1] != '/')
        add(url, "/", 1);
    add_text(ctx, url, name_text, true);
    if (sim_text_get(ctx, SIM_TEXT_FTP_TYPE, type, sizeof type) > 0 && type[0] == 'A')
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
    } errors[] = {{200, FTP_OK},  {206, FTP_OK},       {408, FTP_TIMEOUT},   {601, FTP_NET},
                  {603, FTP_DNS}, {602, FTP_DOWNLOAD}, {65535, FTP_DOWNLOAD}};
    if (code >= FTP_NET && code <= FTP_QUIT)
        return (uint8_t)code;
    if (code == 404)
        return (uint8_t)sim_setting(ctx, SIM_SETTING_FTP_MISSING_FILE);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].code == code)
            return errors[i].error;
    return FTP_SERVER;
}

/* "+FTPGET: 1,<n>" */
static void tell(struct sim_context *ctx, const char *name, uint32_t number)
{
    sim_urc_begin(ctx);
    sim_put_text(ctx, name);
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

static void ended(struct sim_context *ctx, enum sim_transfer transfer, uint8_t error,
                  uint32_t length)
{
    struct sim_ftp *ftp = &ctx->sim->ftp;
    switch (transfer) {
    case SIM_TRANSFER_FTP_FILE:
        ftp->file_error = error;
        ftp->file_bytes = length;
        tell(ctx, "+FTPEXTGETFILE: 1,", error);
        break;
    case SIM_TRANSFER_FTP_RAM:
        ftp->mode = error ? SIM_FTP_CLOSED : SIM_FTP_IN_RAM;
        tell(ctx, "+FTPEXTGET: 1,", error);
        break;
    case SIM_TRANSFER_FTP_GET:
        ftp->mode = error || length == 0 ? SIM_FTP_CLOSED : SIM_FTP_READING;
        tell(ctx, "+FTPGET: 1,", error || length == 0 ? error : 1);
        break;
    case SIM_TRANSFER_FTP_PUT:
        ftp->mode = SIM_FTP_CLOSED;
        sim_hidden_delete(ctx, SIM_FTP_UPLOAD);
        tell(ctx, "+FTPPUT: 1,", error);
        break;
    default:
        tell_size(ctx, error, length);
        break;
    }
}

void sim_ftp_ended(struct sim_context *ctx, enum sim_transfer transfer, uint16_t code,
                   uint32_t length)
{
    uint8_t error = error_of(ctx, code);
    if (transfer == SIM_TRANSFER_FTP_RAM && !error && length > RAM_BYTES) {
        sim_hidden_delete(ctx, SIM_FTP_BODY);
        error = FTP_DOWNLOAD;
    }
    ended(ctx, transfer, error, error ? 0 : length);
}

/* "+FTPPUT: 1,1,<room>", or the error that ends it. */
static void offer_room(struct sim_context *ctx)
{
    if (!sim_ftp_network(ctx)) {
        ended(ctx, SIM_TRANSFER_FTP_PUT, FTP_NET, 0);
        return;
    }
    tell(ctx, "+FTPPUT: 1,1,", PUT_BYTES);
}

/* What is told after the OK of a command. */
void sim_on_ftp(struct sim_context *ctx)
{
    struct sim_ftp *ftp = &ctx->sim->ftp;
    uint8_t refused = ftp->refused;
    ftp->refused = 0;
    if (refused) {
        ended(ctx, (enum sim_transfer)(refused - 1), FTP_REST, 0);
        return;
    }
    if (ftp->mode == SIM_FTP_WRITING)
        offer_room(ctx);
    else
        tell(ctx, "+FTPGET: 1,", FTP_OK);
}

/* ---- the beginning ------------------------------------------------------------------------- */

/* `path` NULL: the body stays in RAM. */
static int start(struct sim_context *ctx, enum sim_transfer transfer, const char *path)
{
    struct composer url;
    char first[2];
    bool upload = transfer == SIM_TRANSFER_FTP_PUT;
    if (sim_text_get(ctx, SIM_TEXT_FTP_SERVER, first, sizeof first) == 0 ||
        sim_text_get(ctx, upload ? SIM_TEXT_FTP_PUT_NAME : SIM_TEXT_FTP_NAME, first,
                     sizeof first) == 0)
        return SIM_CME_NOT_ALLOWED;
    compose(ctx, &url, upload);
    if (url.full)
        return SIM_CME_NOT_ALLOWED;
    if (sim_value(ctx, SIM_PARAMETER_FTPREST) > 0) {
        ctx->sim->ftp.refused = (uint8_t)(transfer + 1);
        sim_timer_set(ctx, SIM_TIMER_FTP,
                      ctx->now_us + sim_setting_us(ctx, SIM_SETTING_HTTP_FAILURE_DELAY));
        return SIM_DONE;
    }
    const struct sim_download_order order = {
        .url = url.text,
        .url_length = url.length,
        .path = path,
        .path_length = path ? strlen(path) : 0,
        .timeout_s = TIMEOUT_S,
        .attempts = 1,
        .transfer = (uint8_t)transfer,
        .method = transfer == SIM_TRANSFER_FTP_SIZE ? SIM_HTTP_HEAD
                  : upload                          ? SIM_HTTP_PUT
                                                    : SIM_HTTP_GET,
    };
    return sim_download_start(ctx, &order);
}

static bool is_busy(const struct sim_context *ctx)
{
    return ctx->sim->ftp.refused || sim_download_busy(ctx, SIM_TRANSFER_FTP_FILE) ||
           sim_download_busy(ctx, SIM_TRANSFER_FTP_RAM) ||
           sim_download_busy(ctx, SIM_TRANSFER_FTP_GET) ||
           sim_download_busy(ctx, SIM_TRANSFER_FTP_SIZE) ||
           sim_download_busy(ctx, SIM_TRANSFER_FTP_PUT);
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

/* ---- FTPGET -------------------------------------------------------------------------------- */

static int read_piece(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_ftp *ftp = &ctx->sim->ftp;
    uint32_t size = sim_hidden_size(ctx, SIM_FTP_BODY);
    int32_t wanted = 0;
    if (!sim_argument_number(call, 1, 1, PIECE_BYTES, &wanted) || ftp->mode != SIM_FTP_READING)
        return SIM_FAILED;
    uint32_t left = size > ftp->offset_bytes ? size - ftp->offset_bytes : 0;
    uint32_t piece = left < (uint32_t)wanted ? left : (uint32_t)wanted;
    put_piece(ctx, SIM_BEFORE_FTP, ftp->offset_bytes, piece);
    ftp->offset_bytes += piece;
    if (piece < left)
        return SIM_DONE;
    ftp->mode = SIM_FTP_CLOSED;
    sim_timer_set(ctx, SIM_TIMER_FTP,
                  ctx->now_us + sim_setting_us(ctx, SIM_SETTING_HTTP_FAILURE_DELAY));
    return SIM_DONE;
}

static int run_get(struct sim_call *call)
{
    int32_t mode = 0;
    unsigned count = sim_argument_count(call);
    if (!sim_argument_number(call, 0, 1, 2, &mode) || count != (unsigned)mode)
        return SIM_FAILED;
    if (mode == 2)
        return read_piece(call);
    if (is_busy(call->ctx))
        return SIM_FAILED;
    call->ctx->sim->ftp.mode = SIM_FTP_CLOSED;
    call->ctx->sim->ftp.offset_bytes = 0;
    return start(call->ctx, SIM_TRANSFER_FTP_GET, NULL);
}

static int run_size(struct sim_call *call)
{
    return is_busy(call->ctx) ? SIM_FAILED : start(call->ctx, SIM_TRANSFER_FTP_SIZE, NULL);
}

/* FTPQUIT: what runs ends with error 80 (AT106 10.2.14). */
static int run_quit(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_ftp *ftp = &ctx->sim->ftp;
    enum sim_transfer transfer = (enum sim_transfer)ctx->sim->download.transfer;
    bool open = ftp->mode != SIM_FTP_CLOSED;
    if (is_busy(ctx) && !ftp->refused) {
        sim_download_stop(ctx);
        ended(ctx, transfer, FTP_QUIT, 0);
    } else if (!open) {
        return sim_setting(ctx, SIM_SETTING_FTP_QUIT) ? SIM_DONE : SIM_FAILED;
    }
    ftp->mode = SIM_FTP_CLOSED;
    sim_hidden_delete(ctx, SIM_FTP_BODY);
    sim_hidden_delete(ctx, SIM_FTP_UPLOAD);
    return SIM_DONE;
}

/* ---- FTPPUT -------------------------------------------------------------------------------- */

static void offer_soon(struct sim_context *ctx)
{
    sim_timer_set(ctx, SIM_TIMER_FTP,
                  ctx->now_us + sim_setting_us(ctx, SIM_SETTING_HTTP_FAILURE_DELAY));
}

/* Begins to take bytes; they go to the server in one piece when the host says that they are all. */
static int open_upload(struct sim_context *ctx)
{
    char first[2];
    if (is_busy(ctx) || ctx->sim->ftp.mode == SIM_FTP_WRITING ||
        sim_text_get(ctx, SIM_TEXT_FTP_SERVER, first, sizeof first) == 0 ||
        sim_text_get(ctx, SIM_TEXT_FTP_PUT_NAME, first, sizeof first) == 0)
        return SIM_CME_NOT_ALLOWED;
    sim_hidden_delete(ctx, SIM_FTP_UPLOAD);
    ctx->sim->ftp.mode = SIM_FTP_WRITING;
    ctx->sim->ftp.offset_bytes = 0;
    offer_soon(ctx);
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
    if (ctx->sim->ftp.mode != SIM_FTP_WRITING || is_busy(ctx) ||
        !sim_argument_number(call, 1, 0, PUT_BYTES, &size))
        return SIM_FAILED;
    if (size == 0)
        return start(ctx, SIM_TRANSFER_FTP_PUT, NULL);
    sim_line_begin(ctx);
    sim_put_text(ctx, SIM_PROMPT_FTP);
    sim_put_number(ctx, size);
    sim_line_end(ctx);
    sim_line_take(ctx, SIM_TAKER_FTP);
    ctx->sim->port.data_left_bytes = (uint32_t)size;
    sim_timer_set(ctx, SIM_TIMER_DATA, ctx->now_us + PUT_TIMEOUT_MS * 1000ull);
    return SIM_PENDING;
}

int sim_ftp_take(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete)
{
    static const char name[] = SIM_FTP_UPLOAD;
    uint8_t file = sim_hidden_find(ctx, name);
    if (!bytes)
        return SIM_FAILED; /* the time is over */
    if (file == SIM_NO_FILE)
        file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
    if (file == SIM_NO_FILE || !sim_files_append(ctx, file, bytes, size))
        return SIM_CME_MEMORY_FULL;
    if (!complete)
        return SIM_PENDING;
    offer_soon(ctx);
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
    return start(ctx, SIM_TRANSFER_FTP_FILE, path);
}

static int read_ram(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    uint32_t size = sim_hidden_size(ctx, SIM_FTP_BODY);
    int32_t position = 0, wanted = 0;
    if (sim_argument_count(call) != 3 || ctx->sim->ftp.mode != SIM_FTP_IN_RAM ||
        !sim_argument_number(call, 1, 0, RAM_BYTES, &position) ||
        !sim_argument_number(call, 2, 1, RAM_BYTES, &wanted) || (uint32_t)position > size)
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
    if (is_busy(ctx))
        return SIM_FAILED;
    if (mode == 2)
        return get_file(call);
    if (sim_argument_count(call) != 1)
        return SIM_FAILED;
    ftp->mode = SIM_FTP_CLOSED;
    sim_hidden_delete(ctx, SIM_FTP_BODY);
    return mode == 1 ? start(ctx, SIM_TRANSFER_FTP_RAM, NULL) : SIM_DONE;
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
    {"+FTPTYPE", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "type of FTP transfers",
     "+FTPTYPE: (\"A\",\"I\")", run_text, 102},
    {"+FTPSERV", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "FTP server", "+FTPSERV: 49",
     run_text, 102},
    {"+FTPUN", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "FTP user", "+FTPUN: 49", run_text,
     102},
    {"+FTPPW", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "FTP password", "+FTPPW: 49",
     run_text, 102},
    {"+FTPGETNAME", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "file on the FTP server",
     "+FTPGETNAME: 99", run_text, 102},
    {"+FTPGETPATH", TEXT_FORMS, SIM_NO_SAVE, 'D', 0, "AT106 10.2", "directory on the FTP server",
     "+FTPGETPATH: 255", run_text, 102},
    {"+FTPGET", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 75000, "AT106 10.2",
     "downloads a file by FTP and reads it", "+FTPGET: (1,2),(1-1460)", run_get, 102},
    {"+FTPPUTNAME", TEXT_FORMS, SIM_NO_SAVE, 'S', 0, "AT7080, FTP102", "name for an upload",
     "+FTPPUTNAME: 99", run_text, 102},
    {"+FTPPUTPATH", TEXT_FORMS, SIM_NO_SAVE, 'S', 0, "AT7080, FTP102", "directory for an upload",
     "+FTPPUTPATH: 255", run_text, 102},
    {"+FTPPUTOPT", TEXT_FORMS, SIM_NO_SAVE, 'S', 0, "AT7080, FTP102", "how an upload is stored",
     "+FTPPUTOPT: (\"APPE\",\"STOU\",\"STOR\")", run_text, 102},
    {"+FTPPUT", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'S', 75000, "AT7080, FTP102",
     "uploads by FTP", "+FTPPUT: (1,2),(0-1300)", run_put, 102},
    {"+FTPSIZE", ACTION_FORMS, SIM_NO_SAVE, 'D', 75000, "AT106 10.2",
     "asks for the size of a file on the FTP server", NULL, run_size, 102},
    {"+FTPQUIT", ACTION_FORMS, SIM_NO_SAVE, 'D', 75000, "AT106 10.2", "ends FTP", NULL, run_quit,
     102},
    {"+FTPEXTGET", TEXT_FORMS, SIM_NO_SAVE, 'S', 75000, "FOTA101 5.2.2, AT7080",
     "downloads a file by FTP to RAM or to the file system", "+FTPEXTGET: (0-3),(0-3),(1-50)",
     run_extended, 102},
    {"+FTPTOFSST", ACTION_FORMS, SIM_NO_SAVE, 'S', 0, "FOTA101 5.2.2, AT7080",
     "state of an FTP download to the file system", NULL, run_status, 102},
    {.name = NULL},
};
