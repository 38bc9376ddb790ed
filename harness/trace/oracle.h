/*
 * oracle.h - what the emulator answers to a question, for those who know the answer only.
 *
 * An emulator that has booted is asked each command that only reads; the one whose answer looks
 * like a line (same words, other values) is what that line answers.
 */
#ifndef FOTARIG_HARNESS_TRACE_ORACLE_H
#define FOTARIG_HARNESS_TRACE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

struct trace_oracle;

/* NULL: no memory. */
struct trace_oracle *trace_oracle_new(void);
void trace_oracle_free(struct trace_oracle *oracle); /* NULL is nothing */

/*
 * Writes the command line, with AT and without CR, that a line of an answer belongs to; false: none
 * is known.
 */
bool trace_oracle_asks(struct trace_oracle *oracle, const char *line, size_t length, char *buffer,
                       size_t capacity);
/* The same by the name alone, for commands that answer so after others only: "AT+NAME{x}". */
bool trace_oracle_named(const char *line, size_t length, char *buffer, size_t capacity);
/*
 * The command that an unsolicited line is the consequence of, as far as the line shows it: "{x}"
 * stands for what it does not show (*ret_open). False: none.
 */
bool trace_oracle_cause(const char *line, size_t length, char *buffer, size_t capacity,
                        bool *ret_open);

#endif
