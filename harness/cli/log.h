/*
 * log.h - the live log of `fotarig sim`, a view of the journal: what goes over the line, both ways,
 * and what the modules do, one readable line each.
 *
 *     12.345 >  AT\r                    to the module
 *     12.365 <  AT\r\r\n                from the module, echo included
 *     12.365 *  command +CFOTA=1        an event
 */
#ifndef FOTARIG_HARNESS_CLI_LOG_H
#define FOTARIG_HARNESS_CLI_LOG_H

#include <stdio.h>

#include "harness/serve/serve.h"

enum { CLI_LOG_PIECE = 240 };

struct cli_log {
    struct bench_view view; /* to be added with bench_serve_view() */
    FILE *file;             /* NULL = not open */
    bool several;           /* modules: lines begin with a number */
    bool dirty;             /* something waits to be written out */
    bool failed;            /* it could not be written */
    /* Bytes of one direction that do not end a line yet. */
    uint32_t module; /* its index */
    bool from_module;
    uint8_t interface;
    uint64_t piece_us;      /* module time of its first byte */
    uint64_t piece_real_us; /* and real time */
    size_t piece_count;
    uint8_t piece[CLI_LOG_PIECE];
};

/* `name` "" = stderr. 0, or -1 with errno set. */
int cli_log_open(struct cli_log *log, const char *name, bool several);
/*
 * Once a turn of the loop: writes out what there is. Returns the real time by which it must be
 * called again.
 */
uint64_t cli_log_advance(struct cli_log *log, uint64_t real_us);
/* Writes out the rest; false when anything could not be written. */
bool cli_log_close(struct cli_log *log);

#endif
