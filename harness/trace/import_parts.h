/* import_parts.h - what the readers of formats share. */
#ifndef FOTARIG_HARNESS_TRACE_IMPORT_PARTS_H
#define FOTARIG_HARNESS_TRACE_IMPORT_PARTS_H

#include "harness/trace/import.h"
#include "harness/trace/pattern.h"

/* A source that is being read. */
struct import {
    struct trace_log *log;
    const char *text;
    size_t length, at;
    uint8_t side;         /* enum trace_import_side */
    uint64_t day_us;      /* added to times of a day: midnights that passed */
    uint64_t last_day_us; /* the last time of a day */
    struct trace_import_report *report;
};

struct import_line {
    const char *text;
    size_t length; /* without its LF, and without a CR before that */
    size_t whole;  /* with them */
};

enum { IMPORT_PATTERNS = 6 };

struct import_format {
    const char *name, *what;
    /* How its lines begin (blanks before are skipped); NULL behind the last. */
    const char *patterns[IMPORT_PATTERNS];
    /* Lines within `text` that are of this format, when patterns don't do. NULL: patterns. */
    unsigned (*count)(const char *text, size_t length);
    bool of_text; /* of lines for people: attributes of a terminal are no part of them */
    bool sure;    /* one line is enough: nothing else writes such a one */
    void (*read)(struct import *import);
};

/* The next line of the text; false at its end. */
bool import_line(struct import *import, struct import_line *ret_line);
/* The line with the blanks at its beginning left out. */
struct import_line import_trimmed(struct import_line line);
/* Index of the first pattern of the list that the line begins with, -1: none. */
int import_match(const char *const *patterns, const struct import_line *line,
                 struct pattern_found *ret_found);
/* Takes the time before a line, and one blank behind that, off it; false: it has none. */
bool import_stamp(struct import_line *line, struct pattern_found *found);
/* The time that a line has; midnight is seen as such. */
uint64_t import_time(struct import *import, const struct pattern_found *found);
/* A line that is no traffic. */
void import_foreign(struct import *import, uint64_t time_us, const char *text, size_t length);
/* Is it a line that the other programs of a board print ("I (1234) wifi: ...")? */
bool import_is_foreign(const char *text, size_t length, uint64_t *ret_time_us);
/* Does the line say that something is left out ("[...]")? */
bool import_is_gap(const char *text, size_t length);

/* Bytes without a seam from lines: command lines get their CR, others CR LF around them. */
void import_command(struct import *import, uint64_t time_us, unsigned marks, const char *text,
                    size_t length);
void import_answer(struct import *import, uint64_t time_us, unsigned marks, const char *text,
                   size_t length);
/* What the module sends back of a command line. */
void import_echo(struct import *import, uint64_t time_us, unsigned marks, const char *text,
                 size_t length);

/* Value of a hexadecimal digit, -1: it is none. */
int import_hex(char c);
/* Reads up to `most` pairs of hexadecimal digits with blanks between; returns how many bytes. */
size_t import_hex_row(const char *text, size_t length, size_t most, uint8_t *bytes);

/* import_text.c: the same text in UTF-8, with LF as ends of lines; NULL: it is that already. */
char *import_plain_text(const struct trace_source *source, size_t *ret_length);
/* Takes colours and other attributes of a terminal out in place; returns the length then. */
size_t import_without_colours(char *text, size_t length);

/* ---- the readers ---------------------------------------------------------------------------- */

/* import_two.c: programs between the two, and what hosts log of themselves */
void import_socat_hex(struct import *import);
void import_socat_text(struct import *import);
void import_jpnevulator(struct import *import);
void import_umockdev(struct import *import);
void import_modem_manager(struct import *import);
void import_sim_log(struct import *import);
void import_esp_modem(struct import *import);
void import_zephyr(struct import *import);
void import_case(struct import *import);
unsigned import_count_modem_manager(const char *text, size_t length);
unsigned import_count_case(const char *text, size_t length);
unsigned import_count_sim_log(const char *text, size_t length);
unsigned import_count_socat_text(const char *text, size_t length);

/* import_marks.c: lines that say their direction */
void import_arrows(struct import *import);
unsigned import_count_arrows(const char *text, size_t length);

/* import_chat.c: programs that dial */
void import_chat(struct import *import);
void import_wvdial(struct import *import);
unsigned import_count_chat(const char *text, size_t length);
unsigned import_count_wvdial(const char *text, size_t length);

/* import_analyser.c: logic analysers and USB captures */
void import_sigrok(struct import *import);
void import_sigrok_json(struct import *import);
void import_saleae(struct import *import);
void import_usbmon(struct import *import);
void import_tshark(struct import *import);
unsigned import_count_saleae(const char *text, size_t length);

/* import_screen.c: what a terminal showed */
void import_stamped(struct import *import);
void import_screen_raw(struct import *import);
void import_screen_log(struct import *import);
void import_script(struct import *import);
void import_putty(struct import *import);
void import_lines(struct import *import);
unsigned import_count_stamped(const char *text, size_t length);
unsigned import_count_screen_log(const char *text, size_t length);
unsigned import_count_raw(const char *text, size_t length);
unsigned import_count_any(const char *text, size_t length);

/* ---- afterwards ----------------------------------------------------------------------------- */

/* untangle.c: LEFT and RIGHT become host and module, SCREEN and LINES both directions. */
void import_settle_sides(struct trace_log *log, struct trace_import_report *report);
void import_untangle(struct trace_log *log, struct trace_import_report *report);
/* infer.c: commands that only their answers show. */
void import_infer(struct trace_log *log, struct trace_import_report *report);

#endif
