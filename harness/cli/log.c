/* log.c - bytes and events as lines. */
#include "harness/cli/log.h"

#include <string.h>
#include <unistd.h>

#include "harness/text/escape.h"
#include "reports/file.h"

enum { PATIENCE_US = 100000, BUFFER_BYTES = 65536 };

/* ---- lines -------------------------------------------------------------------------------- */

static void begin_line(struct cli_log *log, uint32_t module, uint64_t module_us, const char *mark)
{
    if (log->several)
        fprintf(log->file, "%4lu ", (unsigned long)module);
    fprintf(log->file, "%6lu.%03lu %s ", (unsigned long)(module_us / 1000000),
            (unsigned long)(module_us / 1000 % 1000), mark);
}

static void put_bytes(FILE *file, const void *bytes, size_t size)
{
    const uint8_t *byte = bytes;
    char one[TEXT_ESCAPED_MAX];

    for (size_t i = 0; i < size; i++)
        fwrite(one, 1, text_escape_byte(byte[i], one), file);
}

/* ---- bytes -------------------------------------------------------------------------------- */

static void end_piece(struct cli_log *log)
{
    if (log->piece_count == 0)
        return;
    begin_line(log, log->module, log->piece_us, log->from_module ? "< " : "> ");
    if (log->interface)
        fprintf(log->file, "[%u] ", log->interface);
    put_bytes(log->file, log->piece, log->piece_count);
    putc('\n', log->file);
    log->piece_count = 0;
    log->dirty = true;
}

/* A line ends where its end has come; CR LF are one end, and so is CR to the module. */
static bool ends_line(const struct cli_log *log)
{
    uint8_t last = log->piece[log->piece_count - 1];

    if (log->piece_count == sizeof log->piece)
        return true;
    if (!log->from_module)
        return last == '\r';
    return last == '\n' && log->piece_count > 2; /* CR LF before an answer belongs to it */
}

static void put_stream(struct cli_log *log, const struct bench_record *record)
{
    bool from_module = record->kind == BENCH_JOURNAL_TO_HOST;

    if (log->module != record->bench || log->from_module != from_module ||
        log->interface != record->a)
        end_piece(log);
    log->module = record->bench;
    log->from_module = from_module;
    log->interface = record->a;
    for (size_t i = 0; i < record->length; i++) {
        if (log->piece_count == 0) {
            log->piece_us = record->time_us;
            log->piece_real_us = bench_clock_us();
        }
        log->piece[log->piece_count++] = record->payload[i];
        if (ends_line(log))
            end_piece(log);
    }
}

/* ---- events ------------------------------------------------------------------------------- */

static const char *number_name(unsigned kind, unsigned number)
{
    switch (kind) {
    case SIM_EVENT_PHASE:
        return sim_phase_name(number);
    case SIM_EVENT_RESET:
        return sim_reset_name(number);
    case SIM_EVENT_HANG:
        return sim_hang_name(number);
    default:
        return NULL;
    }
}

/* Its text says it all. */
static bool has_no_number(unsigned kind)
{
    return kind == SIM_EVENT_COMMAND || kind == SIM_EVENT_RESULT || kind == SIM_EVENT_URC;
}

static void put_event(struct cli_log *log, const struct bench_record *record)
{
    const char *name = number_name(record->a, record->number);

    fputs(sim_event_name(record->a), log->file);
    if (record->length > 0) {
        putc(' ', log->file);
        put_bytes(log->file, record->payload, record->length);
    }
    if (!has_no_number(record->a))
        fprintf(log->file, " %lu", (unsigned long)record->number);
    if (name)
        fprintf(log->file, " %s", name);
}

static void on_record(void *context, const struct bench_record *record)
{
    struct cli_log *log = context;

    if (record->kind == BENCH_JOURNAL_TO_MODULE || record->kind == BENCH_JOURNAL_TO_HOST) {
        put_stream(log, record);
        return;
    }
    end_piece(log);
    begin_line(log, record->bench, record->time_us, "* ");
    if (record->kind == BENCH_JOURNAL_MODULE) {
        put_event(log, record);
    } else {
        fprintf(log->file, "%s ", bench_journal_kind_name(record->kind));
        put_bytes(log->file, record->payload, record->length);
    }
    putc('\n', log->file);
    log->dirty = true;
}

static void on_lost(void *context, uint64_t count)
{
    struct cli_log *log = context;

    end_piece(log);
    fprintf(log->file, "%lu records are missing here\n", (unsigned long)count);
    log->dirty = log->failed = true;
}

/* ---- life --------------------------------------------------------------------------------- */

int cli_log_open(struct cli_log *log, const char *name, bool several)
{
    memset(log, 0, sizeof *log);
    log->several = several;
    log->view = (struct bench_view){.record = on_record, .lost = on_lost, .context = log};
    int descriptor = name[0] ? report_file_sink(name) : dup(STDERR_FILENO);
    log->file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!log->file)
        return -1;
    setvbuf(log->file, NULL, _IOFBF, BUFFER_BYTES);
    return 0;
}

uint64_t cli_log_advance(struct cli_log *log, uint64_t real_us)
{
    if (!log->file)
        return BENCH_NEVER;
    if (log->piece_count > 0 && real_us >= log->piece_real_us + PATIENCE_US)
        end_piece(log);
    if (log->dirty && fflush(log->file))
        log->failed = true;
    log->dirty = false;
    return log->piece_count > 0 ? log->piece_real_us + PATIENCE_US : BENCH_NEVER;
}

bool cli_log_close(struct cli_log *log)
{
    bool good;

    if (!log->file)
        return true;
    if (log->piece_count > 0)
        end_piece(log);
    good = !fflush(log->file) && !ferror(log->file) && !log->failed;
    if (fclose(log->file))
        good = false;
    log->file = NULL;
    return good;
}
