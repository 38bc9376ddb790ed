/*
 * support_script.h - the lines a module sent, with their times, and patterns to hold them against.
 */
#ifndef FOTARIG_SIM_TEST_SUPPORT_SCRIPT_H
#define FOTARIG_SIM_TEST_SUPPORT_SCRIPT_H

#include "sim/test/support_module.h"

enum { SCRIPT_LINES = 64, SCRIPT_TEXT = 4096 };

/* What a module has sent since script_begin(), cut at CR and LF; empty lines do not count. */
struct script {
    struct module *module;
    size_t read;          /* into module->sent */
    uint64_t asked_at_us; /* when the last command was sent */
    unsigned count;
    size_t used; /* of text */
    struct script_line {
        const char *text;
        uint64_t after_us; /* since asked_at_us */
    } lines[SCRIPT_LINES];
    char text[SCRIPT_LINES * SCRIPT_TEXT / 4];
};

void script_begin(struct script *script, struct module *module);
/* Sends a line with its CR. */
void script_send(struct script *script, const char *line);
/* Lets time pass and takes the lines that come. */
void script_run(struct script *script, uint64_t time_us);
/* What came without an end of line is a line, too (a prompt). */
void script_end(struct script *script);
/* Takes the first line that is `text` away: the echo. */
void script_drop(struct script *script, const char *text);

/*
 * True when `text` fits the pattern. In it {n} is a number, {ip} an address, {imei} 15 digits,
 * {bytes:N} any N bytes, {any} anything but nothing.
 */
bool script_fits(const char *pattern, const char *text);

/* "NAME=VALUE" with units as scenarios write them (490ms, 3.8V is 3800mV here, yes, a word). */
bool script_value(const char *assignment, int *ret_setting, int32_t *ret_value);
bool script_assign(struct module *module, const char *assignment);
/* A duration, "500ms" or "3s"; false when it is none. */
bool script_duration(const char *text, uint64_t *ret_us);

#endif
