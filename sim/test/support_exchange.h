/*
 * support_exchange.h - tests that are rows: bytes in, exact bytes out, whole and one by one.
 */
#ifndef FOTARIG_SIM_TEST_SUPPORT_EXCHANGE_H
#define FOTARIG_SIM_TEST_SUPPORT_EXCHANGE_H

#include "sim/test/support_module.h"

enum { EXCHANGE_STEPS = 6, EXCHANGE_SETTINGS = 3 };

struct exchange_step {
    const char *send; /* NULL = the end */
    const char *want; /* exactly, echo included */
};

struct exchange_setting {
    enum sim_setting_id setting;
    int32_t value;
};

struct exchange {
    const char *name;
    struct exchange_step steps[EXCHANGE_STEPS];
    unsigned setting_count;
    struct exchange_setting settings[EXCHANGE_SETTINGS];
};

/* Bytes with CR, LF and others made visible, into one of four buffers in turn. */
const char *shown(const char *bytes, size_t length);
/* Fails when what the module has sent since the last call is not exactly `want`. */
void expect_bytes(struct module *module, const char *want, const char *what, const char *file,
                  int line);
#define EXPECT_BYTES(module, want) expect_bytes(module, want, "output", __FILE__, __LINE__)
/* Supply on, 20 s later; what was sent meanwhile is dropped. */
void exchange_boot(struct module *module);
/* Runs a table, each row twice; the program's exit status. */
int exchange_run(const char *group, const struct exchange *rows, size_t count);

#endif
