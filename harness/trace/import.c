/* import.c - which format a log is of, and the way from its text to a trace. */
#include "harness/trace/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/trace/import_parts.h"
#include "sim/catalogue.h"

/* What is looked at to find the format. */
enum { LOOK_BYTES = 65536, LINES_SURE = 3, SHARE_PERCENT = 60 };

/* Special ones first: the first that enough lines are of is taken. */
static const struct import_format formats[] = {
    {.name = "socat-v",
     .what = "socat -v: text of both directions",
     .count = import_count_socat_text,
     .read = import_socat_text},
    {.name = "socat-x",
     .what = "socat -x or -x -v: hexadecimal bytes of both directions",
     .patterns = {"> %Y/%m/%d %H:%M:%S.%u length=%n from=%n to=%n",
                  "< %Y/%m/%d %H:%M:%S.%u length=%n from=%n to=%n"},
     .sure = true,
     .read = import_socat_hex},
    {.name = "jpnevulator",
     .what = "jpnevulator --read --ascii --timing-print",
     .patterns = {"%Y-%m-%d %H:%M:%S.%f: %w"},
     .read = import_jpnevulator},
    {.name = "umockdev",
     .what = "script of umockdev-record",
     .patterns = {"d 0 /", "w %n ", "r %n "},
     .read = import_umockdev},
    {.name = "modem-manager",
     .what = "ModemManager --debug",
     .count = import_count_modem_manager,
     .read = import_modem_manager},
    {.name = "sim",
     .what = "fotarig sim --log",
     .count = import_count_sim_log,
     .read = import_sim_log},
    {.name = "sigrok-json",
     .what = "sigrok-cli --protocol-decoder-jsontrace with format=hex",
     .patterns = {"{\"ph\": \"%W\", \"ts\": %e.%f, \"pid\": \"uart-%n\", \"tid\": \""},
     .read = import_sigrok_json},
    {.name = "sigrok",
     .what = "sigrok-cli -P uart:format=hex -l 4 --protocol-decoder-samplenum",
     .patterns = {"%n-%n uart-%n: ", "uart-%n: "},
     .read = import_sigrok},
    {.name = "saleae",
     .what = "table of Saleae Logic 1 or 2",
     .count = import_count_saleae,
     .sure = true,
     .read = import_saleae},
    {.name = "usbmon",
     .what = "usbmon as text",
     .patterns = {"%x %n S B%w %w %n", "%x %n C B%w %w %n"},
     .read = import_usbmon},
    {.name = "tshark",
     .what = "tshark -T fields: frame.time_epoch, usb.endpoint_address.direction, usb.capdata",
     .patterns = {"%e.%f 0 %x", "%e.%f 1 %x"},
     .read = import_tshark},
    {.name = "esp-modem",
     .what = "esp_modem's dump of its buffers",
     .patterns = {"D (%k) %w 0x%x %x %x"},
     .read = import_esp_modem},
    {.name = "zephyr",
     .what = "Zephyr modem_chat debug log",
     .patterns = {"[%H:%M:%S.%f,%n] <%W> modem_chat: ", "[%e.%f] <%W> modem_chat: "},
     .read = import_zephyr},
    {.name = "case",
     .what = "dialogue notation: > command, < wanted line, {x} any value",
     .count = import_count_case,
     .read = import_case},
    {.name = "script",
     .what = "script --log-timing: its times, then its log",
     .patterns = {"H %e.%f START_TIME "},
     .sure = true,
     .read = import_script},
    {.name = "putty",
     .what = "PuTTY session log",
     .patterns = {"=~=~=~=~=~=~=~=~=~=~=~= PuTTY log "},
     .sure = true,
     .read = import_putty},
    {.name = "chat",
     .what = "chat -v of pppd, on its standard errors or in the system's log",
     .count = import_count_chat,
     .read = import_chat},
    {.name = "wvdial",
     .what = "output of wvdial",
     .count = import_count_wvdial,
     .of_text = true,
     .read = import_wvdial},
    {.name = "arrows",
     .what = "lines with a mark of their direction: >>, <---, [Send->], TX:, RECV:, SSCOM, "
             "Docklight, as text, quoted or as hexadecimal bytes",
     .count = import_count_arrows,
     .of_text = true,
     .read = import_arrows},
    {.name = "screen",
     .what = "screen -L with logtstamp",
     .count = import_count_screen_log,
     .sure = true,
     .read = import_screen_log},
    {.name = "stamped",
     .what = "lines with a time before them: tio -t, ts, grabserial, Tera Term, Arduino",
     .count = import_count_stamped,
     .of_text = true,
     .read = import_stamped},
    {.name = "terminal",
     .what = "bytes as a terminal got them: tio, picocom, microcom, cu, screen, script",
     .count = import_count_raw,
     .read = import_screen_raw},
    {.name = "lines",
     .what = "lines as a screen shows them: minicom, tio --log-strip, pasted text",
     .count = import_count_any,
     .of_text = true,
     .sure = true,
     .read = import_lines},
};

const char *trace_import_format(size_t index, const char **ret_what)
{
    if (index >= sizeof formats / sizeof formats[0])
        return NULL;
    if (ret_what)
        *ret_what = formats[index].what;
    return formats[index].name;
}

/* ---- detection ----------------------------------------------------------------------------- */

static unsigned count_patterns(const struct import_format *format, const char *text, size_t length)
{
    struct import import = {.text = text, .length = length};
    struct import_line line;
    struct pattern_found found;
    unsigned count = 0;
    while (import_line(&import, &line)) {
        line = import_trimmed(line);
        count += import_match(format->patterns, &line, &found) >= 0;
    }
    return count;
}

static unsigned count_lines(const char *text, size_t length)
{
    struct import import = {.text = text, .length = length};
    struct import_line line;
    unsigned count = 0;
    while (import_line(&import, &line))
        count += import_trimmed(line).length > 0;
    return count;
}

static const struct import_format *detect(const struct trace_source *source,
                                          struct trace_import_report *report)
{
    size_t length = source->length < LOOK_BYTES ? source->length : LOOK_BYTES;
    unsigned lines = count_lines(source->text, length);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const struct import_format *format = &formats[i];
        unsigned count = format->count ? format->count(source->text, length)
                                       : count_patterns(format, source->text, length);
        bool enough = count >= LINES_SURE || format->sure || count * 100 >= lines * SHARE_PERCENT;
        if (count == 0 || !enough)
            continue;
        snprintf(report->evidence, sizeof report->evidence,
                 "%u marks of it in the %u lines of the first %zu bytes (%s)", count, lines, length,
                 format->what);
        return format;
    }
    return NULL;
}

static const struct import_format *named(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

static const struct import_format *choose(const struct trace_source *source, const char *format,
                                          struct trace_import_report *report)
{
    const struct import_format *chosen = format ? named(format) : detect(source, report);
    if (format)
        snprintf(report->evidence, sizeof report->evidence, "it was named");
    if (!chosen && format)
        snprintf(report->error, sizeof report->error,
                 "there is no format '%s'; --formats lists them", format);
    else if (!chosen)
        snprintf(report->error, sizeof report->error,
                 "nothing in %s looks like a log of a serial line: no line begins with AT, is a "
                 "final result or has a known mark",
                 source->name);
    return chosen;
}

/* ---- two files ----------------------------------------------------------------------------- */

static bool has_times(const struct trace_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        if (log->pieces[i].time_us != TRACE_NO_TIME)
            return true;
    return false;
}

/* Puts pieces in the order of their times; those without one stay behind what was before them. */
static void sort_by_time(struct trace_log *log, size_t second)
{
    struct trace_log sorted = {.header = log->header};
    size_t a = 0, b = second;
    uint64_t a_us = 0, b_us = 0;
    while (a < second || b < log->count) {
        if (a < second && log->pieces[a].time_us != TRACE_NO_TIME)
            a_us = log->pieces[a].time_us;
        if (b < log->count && log->pieces[b].time_us != TRACE_NO_TIME)
            b_us = log->pieces[b].time_us;
        bool first = b >= log->count || (a < second && a_us <= b_us);
        trace_log_copy(&sorted, log, first ? a++ : b++);
    }
    sorted.failed |= log->failed;
    trace_log_done(log);
    *log = sorted;
}

/* ---- the way ------------------------------------------------------------------------------- */

/* Are most lines coloured? A single sequence may have gone over the line. */
static bool is_coloured(const struct trace_source *source)
{
    struct import import = {.text = source->text, .length = source->length};
    struct import_line line;
    size_t lines = 0, coloured = 0;
    while (import_line(&import, &line) && lines < LOOK_BYTES) {
        lines += line.length > 0;
        coloured += line.length > 0 && memchr(line.text, '\x1b', line.length);
    }
    return coloured * 2 > lines;
}

/* A copy without colours where the format is one of lines; NULL: it has none. */
static char *plain_copy(const struct trace_source *source, const struct import_format *format,
                        size_t *ret_length)
{
    char *copy =
        format->of_text && source->length && is_coloured(source) ? malloc(source->length) : NULL;
    if (copy) {
        memcpy(copy, source->text, source->length);
        *ret_length = import_without_colours(copy, source->length);
    }
    return copy;
}

/* Lines of a file that holds one direction end as hosts and modules end them. */
static void put_line_of_side(struct trace_log *to, const struct trace_log *from, size_t index,
                             uint8_t side)
{
    const struct trace_piece *piece = &from->pieces[index];
    const char *text = (const char *)trace_log_bytes(from, piece);
    char line[TRACE_PIECE_MAX + 4];
    size_t length = piece->length;
    bool whole = length > 0 && text[length - 1] == '\n' && length <= TRACE_PIECE_MAX;
    while (whole && length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    if (whole && length == 0)
        return;
    bool host = side == TRACE_IMPORT_TO_HOST;
    int used = whole ? snprintf(line, sizeof line, "%s%.*s%s", host ? "\r\n" : "", (int)length,
                                text, host ? "\r\n" : "\r")
                     : 0;
    trace_log_add(to, host ? TRACE_TO_HOST : TRACE_TO_MODULE, piece->time_us,
                  piece->marks | (whole ? TRACE_GUESSED_END : 0), whole ? line : text,
                  whole ? (size_t)used : length);
}

/* Exact bytes without a time, a piece a line: so they can be put between those of the other side.
 */
static void put_lines(struct trace_log *to, const struct trace_log *from, size_t index)
{
    const struct trace_piece *piece = &from->pieces[index];
    const char *text = (const char *)trace_log_bytes(from, piece);
    for (size_t at = 0, end; at < piece->length; at = end) {
        end = at;
        while (end < piece->length && text[end] != '\r' && text[end] != '\n')
            end++;
        while (end < piece->length && (text[end] == '\r' || text[end] == '\n'))
            if (text[end++] == '\n')
                break;
        trace_log_add(to, piece->kind, piece->time_us, piece->marks, text + at, end - at);
    }
}

/* What the reader did not know: whose the bytes from the piece `first` on are. */
static void settle_side(struct trace_log *log, size_t first, uint8_t side)
{
    struct trace_log to = {.header = log->header};
    for (size_t i = 0; i < log->count; i++) {
        struct trace_piece *piece = &log->pieces[i];
        bool lines = i >= first && piece->kind == TRACE_SIDE_LINES;
        bool stream = i >= first && (lines || piece->kind == TRACE_SIDE_SCREEN);
        if (lines && piece->length && log->bytes[piece->offset + piece->length - 1] == '\n') {
            put_line_of_side(&to, log, i, side);
            continue;
        }
        if (i >= first && piece->kind >= TRACE_KIND_COUNT)
            piece->kind = side == TRACE_IMPORT_TO_HOST ? TRACE_TO_HOST : TRACE_TO_MODULE;
        if (stream && piece->time_us == TRACE_NO_TIME)
            put_lines(&to, log, i);
        else
            trace_log_copy(&to, log, i);
    }
    to.failed |= log->failed;
    trace_log_done(log);
    *log = to;
}

static void read_source(struct trace_log *log, const struct trace_source *source,
                        const struct import_format *format, struct trace_import_report *report)
{
    size_t length = source->length;
    char *copy = plain_copy(source, format, &length);
    struct import import = {.log = log,
                            .text = copy ? copy : source->text,
                            .length = length,
                            .side = source->side,
                            .report = report};
    size_t first = log->count;
    format->read(&import);
    free(copy);
    report->format = format->name;
    if (source->side != TRACE_IMPORT_BOTH)
        settle_side(log, first, source->side);
}

static bool has_traffic(const struct trace_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        if (log->pieces[i].kind == TRACE_TO_MODULE || log->pieces[i].kind == TRACE_TO_HOST)
            return true;
    return false;
}

static void count_marks(const struct trace_log *log, struct trace_import_report *report)
{
    for (size_t i = 0; i < log->count; i++) {
        report->foreign_lines += log->pieces[i].kind == TRACE_FOREIGN;
        report->damaged_pieces += (log->pieces[i].marks & TRACE_DAMAGED) != 0;
    }
}

static void describe(struct trace_log *log, const struct trace_source *source,
                     const struct trace_import_report *report)
{
    const char *name = strrchr(source->name, '/');
    snprintf(log->header.made_by, sizeof log->header.made_by, "fotarig import --format %s",
             report->format);
    snprintf(log->header.subject, sizeof log->header.subject, "%s", name ? name + 1 : source->name);
    snprintf(log->header.clock, sizeof log->header.clock, "log");
}

/* script writes its times into one file and what they are of into another; its reader wants both.
 */
static char *join_script(const struct trace_source *sources, size_t count,
                         struct trace_source *ret_joined)
{
    struct pattern_found found;
    if (count != 2 ||
        !pattern_match("H %e.%f START_TIME ", sources[0].text, sources[0].length, &found))
        return NULL;
    char *text = malloc(sources[0].length + sources[1].length + 1);
    if (!text)
        return NULL;
    memcpy(text, sources[0].text, sources[0].length);
    memcpy(text + sources[0].length, sources[1].text, sources[1].length);
    *ret_joined = sources[1];
    ret_joined->text = text;
    ret_joined->length = sources[0].length + sources[1].length;
    return text;
}

static bool read_one(struct trace_log *log, const struct trace_source *given, const char *format,
                     struct trace_import_report *report)
{
    struct trace_source source = *given;
    char *plain = import_plain_text(given, &source.length);
    if (plain)
        source.text = plain;
    const struct import_format *chosen = choose(&source, format, report);
    if (chosen)
        read_source(log, &source, chosen, report);
    free(plain);
    return chosen != NULL;
}

/* The line of a piece, without what begins and ends it. */
static bool is_line(const struct trace_log *log, size_t index,
                    bool (*is)(const char *line, size_t length))
{
    const struct trace_piece *piece = &log->pieces[index];
    const char *text = (const char *)trace_log_bytes(log, piece);
    size_t length = piece->length;
    while (length > 0 && (text[length - 1] == '\r' || text[length - 1] == '\n'))
        length--;
    while (length > 0 && (*text == '\r' || *text == '\n')) {
        text++;
        length--;
    }
    return is(text, length);
}

/* A command, and what came up to its result: two files without times, of which the one from piece
   `second` on is of the other direction. */
static void take_turns(struct trace_log *log, size_t second)
{
    struct trace_log to = {.header = log->header};
    bool host_first = log->count && log->pieces[0].kind == TRACE_TO_HOST;
    size_t said = host_first ? second : 0, said_end = host_first ? log->count : second;
    size_t heard = host_first ? 0 : second, heard_end = host_first ? second : log->count;
    while (heard < heard_end && is_line(log, heard, sim_is_urc))
        trace_log_copy(&to, log, heard++);
    while (said < said_end) {
        trace_log_copy(&to, log, said++);
        for (bool over = false; heard < heard_end && !over; heard++) {
            over = is_line(log, heard, sim_is_final_result);
            trace_log_copy(&to, log, heard);
        }
    }
    while (heard < heard_end)
        trace_log_copy(&to, log, heard++);
    to.failed |= log->failed;
    trace_log_done(log);
    *log = to;
}

static bool read_all(struct trace_log *log, const struct trace_source *sources, size_t count,
                     const char *format, struct trace_import_report *report)
{
    size_t second = 0;
    for (size_t i = 0; i < count; i++) {
        second = log->count;
        if (!read_one(log, &sources[i], format, report))
            return false;
    }
    bool both = count == 2 && sources[0].side && sources[1].side;
    if (both && sources[0].side != sources[1].side && !has_times(log))
        take_turns(log, second);
    else if (both)
        sort_by_time(log, second);
    return true;
}

bool trace_import(struct trace_log *log, const struct trace_source *sources, size_t count,
                  const char *format, struct trace_import_report *ret_report)
{
    *ret_report = (struct trace_import_report){0};
    struct trace_source whole;
    char *joined = join_script(sources, count, &whole);
    bool read = read_all(log, joined ? &whole : sources, joined ? 1 : count, format, ret_report);
    free(joined);
    if (!read)
        return false;
    import_settle_sides(log, ret_report);
    import_untangle(log, ret_report);
    ret_report->no_times = !has_times(log);
    import_infer(log, ret_report);
    trace_log_time(log);
    count_marks(log, ret_report);
    if (log->failed)
        snprintf(ret_report->error, sizeof ret_report->error,
                 "the log is longer than %d MiB; cut it", TRACE_LOG_BYTES_MAX >> 20);
    else if (!has_traffic(log) && ret_report->foreign_lines == 0)
        snprintf(ret_report->error, sizeof ret_report->error,
                 "%s holds nothing that went over a line", sources[0].name);
    if (ret_report->error[0])
        return false;
    describe(log, &sources[0], ret_report);
    return true;
}
