/* test_import.c - logs that real tools wrote are what went over the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/trace/import.h"

#define CORPUS "harness/trace/test/corpus/"

enum { FILE_MAX = 1 << 20 };

/* How much a format can hold. */
enum holds { BOTH, TO_HOST, PRINTABLE, LINES };

static const struct row {
    const char *name, *format;
    enum holds holds;
} rows[] = {
    {"socat-x", "socat-x", BOTH},
    {"socat-xv", "socat-x", BOTH},
    {"socat-xv-turned", "socat-x", BOTH},
    {"socat-v", "socat-v", PRINTABLE}, /* the others are dots */
    {"jpnevulator", "jpnevulator", BOTH},
    {"umockdev", "umockdev", BOTH},
    {"sigrok", "sigrok", BOTH}, /* of a VCD of the first exchanges of socat-x */
    {"sigrok-json", "sigrok-json", BOTH},
    {"tio", "terminal", TO_HOST},
    {"tio-t", "stamped", TO_HOST},
    {"tio-iso", "stamped", TO_HOST},
    {"tio-delta", "stamped", TO_HOST},
    {"tio-strip", "lines", LINES},
    {"picocom", "terminal", TO_HOST},
    {"microcom", "terminal", TO_HOST},
    {"minicom", "lines", LINES},
    {"screen", "screen", TO_HOST},
    {"script", "terminal", TO_HOST},
    {"ts", "stamped", TO_HOST},
    {"ts-epoch", "stamped", TO_HOST},
};

struct text {
    char *bytes;
    size_t length;
};

static struct text read_file(const char *name, const char *ending)
{
    char path[200];
    struct text text = {malloc(FILE_MAX), 0};
    snprintf(path, sizeof path, CORPUS "%s%s", name, ending);
    FILE *file = fopen(path, "rb");
    if (!file || !text.bytes)
        fail_msg("%s can't be read", path);
    text.length = fread(text.bytes, 1, FILE_MAX, file);
    fclose(file);
    return text;
}

/* ---- what went over the line: the emulator's own log, read by other code than the importer's ----
 */

static size_t unescape(const char *text, size_t length, char *to)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned value;
        if (text[i] != '\\') {
            to[used++] = text[i];
        } else if (text[++i] == 'x' && sscanf(text + i + 1, "%2x", &value) == 1) {
            to[used++] = (char)value;
            i += 2;
        } else {
            to[used++] = text[i] == 'r'   ? '\r'
                         : text[i] == 'n' ? '\n'
                         : text[i] == 't' ? '\t'
                                          : '\\';
        }
    }
    return used;
}

static struct text truth(const char *name, char direction)
{
    struct text log = read_file(name, ".sim"), text = {malloc(FILE_MAX), 0};
    for (char *line = log.bytes; line < log.bytes + log.length;) {
        char *end = memchr(line, '\n', (size_t)(log.bytes + log.length - line));
        char *mark = line + strspn(line, " 0123456789.");
        if (*mark == direction)
            text.length += unescape(mark + 3, (size_t)(end - mark - 3), text.bytes + text.length);
        line = end + 1;
    }
    free(log.bytes);
    return text;
}

static struct text imported(const struct trace_log *log, unsigned kind)
{
    struct text text = {malloc(FILE_MAX), 0};
    for (size_t i = 0; i < log->count; i++) {
        if (log->pieces[i].kind != kind)
            continue;
        memcpy(text.bytes + text.length, trace_log_bytes(log, &log->pieces[i]),
               log->pieces[i].length);
        text.length += log->pieces[i].length;
    }
    return text;
}

/* Lines with something in them, without what is not printable. */
static void keep_lines(struct text *text, bool sequences)
{
    size_t used = 0;
    for (size_t i = 0; i < text->length; i++) {
        char c = text->bytes[i];
        bool end = c == '\r' || c == '\n';
        if (end && used && text->bytes[used - 1] != '\n')
            text->bytes[used++] = '\n';
        else if (c == '\x1b' && !sequences) /* its sequence is gone with it */
            i += strcspn(text->bytes + i, "m");
        else if (!end && c >= ' ' && c <= '~' && c != '.' && c != '\\')
            text->bytes[used++] = c;
    }
    text->length = used;
}

static void compare(const struct row *row, const struct trace_log *log, unsigned kind, char mark)
{
    struct text want = truth(row->name, mark), got = imported(log, kind);
    if (row->holds >= PRINTABLE) {
        keep_lines(&want, row->holds == PRINTABLE);
        keep_lines(&got, row->holds == PRINTABLE);
    }
    size_t same = 0;
    while (same < want.length && same < got.length && want.bytes[same] == got.bytes[same])
        same++;
    if (same != want.length || same != got.length)
        fail_msg("%s, %s: byte %zu: want %zu bytes, got %zu\nwant: %.60s\ngot:  %.60s", row->name,
                 trace_kind_name(kind), same, want.length, got.length, want.bytes + same,
                 got.bytes + same);
    free(want.bytes);
    free(got.bytes);
}

static void a_tools_log_is_what_went_over_the_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text text = read_file(rows[i].name, ".log");
        struct trace_source source = {.name = rows[i].name, .text = text.bytes, text.length, 0};
        struct trace_import_report report;
        struct trace_log log = {0};
        if (!trace_import(&log, &source, 1, NULL, &report))
            fail_msg("%s: %s", rows[i].name, report.error);
        if (strcmp(report.format, rows[i].format) != 0)
            fail_msg("%s: want format %s, got %s (%s)", rows[i].name, rows[i].format, report.format,
                     report.evidence);
        compare(&rows[i], &log, TRACE_TO_HOST, '<');
        if (rows[i].holds == BOTH)
            compare(&rows[i], &log, TRACE_TO_MODULE, '>');
        trace_log_done(&log);
        free(text.bytes);
    }
}

/* After ATE0 a terminal's log has no commands; they follow from the answers. */
static void commands_without_an_echo_are_inferred(void **state)
{
    (void)state;
    static const char want[] = "AT+GMR\r";
    struct text text = read_file("picocom", ".log");
    struct trace_source source = {.name = "picocom", .text = text.bytes, text.length, 0};
    struct trace_import_report report;
    struct trace_log log = {0};
    assert_true(trace_import(&log, &source, 1, NULL, &report));
    unsigned found = 0;
    for (size_t i = 0; i < log.count; i++) {
        const struct trace_piece *piece = &log.pieces[i];
        bool inferred = piece->kind == TRACE_TO_MODULE && piece->marks & TRACE_INFERRED;
        found += inferred && piece->length == sizeof want - 1 &&
                 memcmp(trace_log_bytes(&log, piece), want, piece->length) == 0;
    }
    assert_int_equal(found, 1);
    assert_int_equal(report.exchanges_inferred, 3);
    trace_log_done(&log);
    free(text.bytes);
}

/* ---- formats as they are documented, or copied from public logs --------------------------------
 */

static const struct sample {
    const char *format, *text;
    const char *want; /* pieces joined: '>' to the module, '<' to the host */
} samples[] = {
    /* A row whose text begins as hexadecimal digits, as long as one of all 22 bytes would be. */
    {"socat-x",
     "< 2024/03/05 10:11:12.000100  length=22 from=0 to=21\n"
     " 65 61 73 65 20 77 61 69 74 20 66 6f 72 20 72 65  ease wait for re\n"
     " 73 65 74 22 0d 0a                                set\"..\n"
     "--\n"
     "> 2024/03/05 10:11:13.000100  length=3 from=0 to=2\n"
     " 41 54 0d                                         AT.\n"
     "--\n",
     "<ease wait for re<set\"\r\n>AT\r"},
    {"modem-manager",
     "<debug> [1795710044.237001] [ttyUSB2/at] --> 'AT<CR>'\n"
     "<debug> [1795710044.257001] [ttyUSB2/at] <-- 'AT<CR>'\n"
     "<debug> [1795710044.258001] [ttyUSB2/at] <-- '<CR><LF>OK<CR><LF>'\n"
     "<debug> [1795710044.300001] [ttyUSB0/qcdm] --> 7d 5d\n"
     "<debug> [1795710044.400001] [ttyUSB2/at] --> 'AT+X=\\190'it's\\9<CR>'\n",
     ">AT\r<AT\r<\r\nOK\r\n>AT+X=\276'it's\t\r"},
    {"esp-modem",
     "\x1b[0;37mD (18586) usb_terminal: 0x3fcc726c   41 54 2b 43 47 4d 49 0d                      "
     "     |AT+CGMI.|\x1b[0m\n"
     "I (18600) wifi: connected\n"
     "D (18606) usb_terminal: 0x3fcc8000   0d 0a 53 49 4d 43 4f 4d  5f 4c 74 64 0d 0a 0d 0a  "
     "|..SIMCOM_Ltd....|\n"
     "D (18606) usb_terminal: 0x3fcc8010   4f 4b 0d 0a                                       "
     "|OK..|\n"
     "D (18700) usb_terminal: 0x3fcc726c   41 54 0d                                          "
     "|AT.|\n"
     "D (18710) usb_terminal: 0x3fcc8003   0d 0a 4f 4b 0d 0a                                 "
     "|..OK..|\n",
     ">AT+CGMI\r<\r\nSIMCOM_Ltd\r\n\r\n<OK\r\n>AT\r<\r\nOK\r\n"},
    {"zephyr",
     "[00:00:20.663,000] <dbg> modem_chat: modem_chat_script_next: sending: AT\n"
     "[00:00:20.683,000] <dbg> modem_chat: modem_chat_log_received_command: OK\n"
     "[00:00:20.690,000] <dbg> modem_chat: modem_chat_script_next: step: 1\n"
     "[00:00:20.700,000] <dbg> modem_chat: modem_chat_on_unknown_command_received: RDY\n",
     ">AT\r<\r\nOK\r\n<\r\nRDY\r\n"},
    {"saleae",
     "Time [s],Value,Parity Error,Framing Error\n0.042909760000000,0x41,,\n0.0430,T,,\n"
     "0.0431,'13',,\n0.0432,COMMA,,\n0.0433,' ',,\n0.0434,0b01,,\n",
     ">AT\r<A<T<\r<,< "},
    {"saleae",
     "name,type,start_time,duration,data\n\"Async Serial\",\"data\",0.0006025,2.375e-05,0x41\n"
     "\"Async Serial\",\"data\",0.00070,2.375e-05,0x54\n"
     "\"Async Serial\",\"data\",0.00080,2.375e-05,\\r\n"
     "\"Other\",\"data\",0.00090,2.375e-05,0x4F\n\"Other\",\"data\",0.00095,2.375e-05,0x4B\n",
     ">A>T>\r<O<K"},
    {"usbmon",
     "ffff8881 2463 S Bo:1:005:3 -115 10 = 41542b43 464f5441 3f0d\n"
     "ffff8881 2500 C Bo:1:005:3 0 10 >\n"
     "ffff8882 9000 C Bi:1:005:2 0 6 = 0d0a4f4b 0d0a\n",
     ">AT+CFOTA?\r<\r\nOK\r\n"},
    {"tshark", "1795710044.237001 0 41540d\n1795710044.257001 1 0d0a4f4b0d0a\n",
     ">AT\r<\r\nOK\r\n"},
    {"putty",
     "=~=~=~=~=~=~=~=~=~=~=~= PuTTY log 2026.11.26 16:18:48 =~=~=~=~=~=~=~=~=~=~=~=\r\n"
     "AT\r\r\nOK\r\n"
     "=~=~=~=~=~=~=~=~=~=~=~= PuTTY log 2026.11.26 17:00:00 =~=~=~=~=~=~=~=~=~=~=~=\r\n"
     "ATI\r\r\nSIM7000C R1351\r\n\r\nOK\r\n",
     ">AT\r<AT\r\r\n<OK\r\n>ATI\r<ATI\r\r\n<SIM7000C R1351\r\n<\r\n<OK\r\n"},
    {"stamped",
     "18:00:30.187 -> ATE0\n18:00:30.220 -> ATE0\n18:00:30.220 -> \n18:00:30.220 -> OK\n"
     "18:00:30.220 -> AT+CMEE=2\n18:00:30.255 -> \n18:00:30.255 -> OK\n",
     ">ATE0\r<ATE0\r<\r\nOK\r\n>AT+CMEE=2\r<\r\nOK\r\n"},
    {"arrows", "---> ATI\n<--- SIM7000E R1351\n\nOK\n", ">ATI\r<\r\nSIM7000E R1351\r\n<\r\nOK\r\n"},
    /* SSCOM, whose log is in GBK on a Chinese machine; a box is a byte that it can't show */
    {"arrows",
     "[10:11:12.101]OUT\xe2\x86\x92\xe2\x97\x87"
     "AT+CGMR\r\n\xe2\x96\xa1\r\n"
     "[10:11:12.140]IN\xe2\x86\x90\xe2\x97\x86"
     "AT+CGMR\r\nRevision:1351B03SIM7000C\r\n\r\nOK\r\n\r\n",
     ">AT+CGMR\r<AT+CGMR\r<\r\nRevision:1351B03SIM7000C\r\n<\r\nOK\r\n"},
    {"arrows",
     "[10:11:12.101]\xb7\xa2\xa1\xfa\xa1\xf3"
     "AT+CFOTA?\n\xa1\xf5\n"
     "[10:11:12.140]\xca\xd5\xa1\xfb\xa1\xf4\n+CFOTA: 8\n\nOK\n",
     ">AT+CFOTA?\r<\r\n+CFOTA: 8\r\n<\r\nOK\r\n"},
    /* Docklight breaks its lines behind a LF */
    {"arrows",
     "Docklight Log File (ASCII) - started 3/5/2024 10:11:12.00\n\n"
     "3/5/2024 10:11:12.123 [TX] - AT+CFOTA?<CR>\n3/5/2024 10:11:12.150 [RX] - <CR><LF>\n"
     "+CFOTA: 8<CR><LF>\n<CR><LF>\nOK<CR><LF>\n",
     ">AT+CFOTA?\r<\r\n<+CFOTA: 8\r\n<\r\n<OK\r\n"},
    /* Python's logging of bytes; the logger of ESP-IDF; Particle's Device OS */
    {"arrows",
     "2024-03-05 10:11:12,123 DEBUG TX: b'AT+CFOTA?\\r'\n"
     "2024-03-05 10:11:12,150 DEBUG RX: b'\\r\\n+CFOTA: 8\\r\\n\\r\\nOK\\r\\n'\n",
     ">AT+CFOTA?\r<\r\n+CFOTA: 8\r\n\r\nOK\r\n"},
    {"arrows",
     "I (1234) modem: >> AT+CFOTA=1\nI (1260) modem: << OK\nI (2234) app: 3.9 V\n"
     "W (9000) modem: << +CFOTA: \"Start to update\"\n",
     ">AT+CFOTA=1\r<\r\nOK\r\n<\r\n+CFOTA: \"Start to update\"\r\n"},
    {"arrows",
     "   20.858 AT send      10 \"AT+CREG?\\r\\n\"\n"
     "   20.865 AT read  +   20 \"\\r\\n+CREG: 2,5,\\\"2CF7\\\"\\r\\n\"\n"
     "   20.867 AT read OK    6 \"\\r\\nOK\\r\\n\"\n",
     ">AT+CREG?\r\n<\r\n+CREG: 2,5,\"2CF7\"\r\n<\r\nOK\r\n"},
    {"stamped", "[4-25 14:46:23.4]AT\n[4-25 14:46:23.5]\n[4-25 14:46:23.5]OK\n",
     ">AT\r<AT\r<\r\nOK\r\n"},
    {"chat",
     "abort on (ERROR)\nsend (AT^M)\nexpect (OK)\nAT^M^M\nOK\n -- got it\n\n"
     "send (AT+CGMR^M)\nexpect (OK)\n^M\nRevision:1^M\n^M\nM-x^?OK\n -- got it\n\n",
     ">AT\r<AT\r\r\n<OK>AT+CGMR\r<\r\n<Revision:1\r\n<\r\n<\xf8\x7fOK"},
    {"wvdial",
     "Mar  5 10:11:12 board wvdial[7]: --> Initializing modem.\n"
     "Mar  5 10:11:12 board wvdial[7]: --> Sending: ATZ\n"
     "Mar  5 10:11:12 board wvdial[7]: ATZ\nMar  5 10:11:13 board wvdial[7]: OK\n",
     ">ATZ\r<ATZ\r<\r\nOK\r\n"},
    {"case", "> AT\n< OK\n>t \n> ATI\n< OK\n", ">AT\r<\r\nOK\r\n>\r>ATI\r<\r\nOK\r\n"},
    {"lines",
     "AT\n\nOK\n[4411615] ### Modem: SIMCOM\nsome words\n[...]\nAT+CSQ\n+CSQ: 9,99\n\nOK\n",
     ">AT\r<AT\r<\r\nOK\r\n>AT+CSQ\r<AT+CSQ\r<\r\n+CSQ: 9,99\r\n<\r\nOK\r\n"},
};

static void a_documented_form_is_read_as_documented(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct sample *sample = &samples[i];
        struct trace_source source = {"sample", sample->text, strlen(sample->text), 0};
        struct trace_import_report report;
        struct trace_log log = {0};
        char got[1024];
        size_t used = 0;
        if (!trace_import(&log, &source, 1, NULL, &report))
            fail_msg("%s: %s", sample->format, report.error);
        if (strcmp(report.format, sample->format) != 0)
            fail_msg("want format %s, got %s", sample->format, report.format);
        for (size_t k = 0; k < log.count; k++) {
            const struct trace_piece *piece = &log.pieces[k];
            if (piece->kind > TRACE_TO_HOST)
                continue;
            got[used++] = piece->kind == TRACE_TO_HOST ? '<' : '>';
            memcpy(got + used, trace_log_bytes(&log, piece), piece->length);
            used += piece->length;
        }
        got[used] = '\0';
        if (strcmp(got, sample->want) != 0)
            fail_msg("%s:\nwant %s\ngot  %s", sample->format, sample->want, got);
        trace_log_done(&log);
    }
}

/* A line of a log may hold more bytes than a piece of a trace. */
static void a_long_line_loses_nothing(void **state)
{
    enum { BYTES = 10240 };
    static const struct {
        const char *begin, *byte, *end;
    } logs[] = {{"TX 41 54 0D\nRX 0D 0A 4F 4B 0D 0A\nTX ", "55 ", "\n"},
                {"TX: AT\\r\nRX: \\r\\nOK\\r\\n\nTX: ", "U", "\n"},
                {"send (AT^M)\nexpect (OK)\nOK\n -- got it\n\nsend (", "U", ")\n"}};
    static char text[4 * BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        size_t used = (size_t)snprintf(text, sizeof text, "%s", logs[i].begin), sent = 0;
        for (size_t k = 0; k < BYTES; k++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s", logs[i].byte);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s", logs[i].end);
        struct trace_source source = {"sample", text, used, 0};
        struct trace_import_report report;
        struct trace_log log = {0};
        if (!trace_import(&log, &source, 1, NULL, &report))
            fail_msg("row %zu: %s", i, report.error);
        for (size_t k = 0; k < log.count; k++)
            sent += log.pieces[k].kind == TRACE_TO_MODULE ? log.pieces[k].length : 0;
        assert_int_equal(sent, BYTES + strlen("AT\r"));
        trace_log_done(&log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tools_log_is_what_went_over_the_line),
        cmocka_unit_test(commands_without_an_echo_are_inferred),
        cmocka_unit_test(a_documented_form_is_read_as_documented),
        cmocka_unit_test(a_long_line_loses_nothing),
    };
    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
