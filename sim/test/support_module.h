/*
 * support_module.h - one module with everything around it, for tests: it keeps what the module
 * sends and tells, serves its downloads, and stands in at its hooks.
 */
#ifndef FOTARIG_SIM_TEST_SUPPORT_MODULE_H
#define FOTARIG_SIM_TEST_SUPPORT_MODULE_H

#include "sim/sim.h"

#define SECOND_US 1000000u
#define MINUTE_US (60u * SECOND_US)

enum { MODULE_BLOBS = 4, MODULE_STORE_BYTES = 256 * 1024 };

/* What the server does with a download. */
struct module_server {
    uint16_t status;       /* 0: no headers */
    uint32_t length_bytes; /* UINT32_MAX = not told */
    int blob;              /* -1: no body */
    uint16_t code;         /* of sim_http_end() */
    uint32_t block_bytes;  /* 0: the blob whole; else its first bytes as blocks of that size */
    uint32_t body_bytes;   /* with blocks: how many */
    bool silent;           /* the request is taken and nothing comes */
};

/* Cut the power at the `count`-th hook of that kind with that number (and phase). */
struct module_trap {
    bool armed;
    uint8_t kind, phase;
    uint32_t number;
};

struct module {
    struct sim sim;
    struct sim_config config;
    struct sim_store store;
    struct sim_host host;
    struct sim_blob blobs[MODULE_BLOBS];
    struct module_server server;
    struct module_trap trap;
    uint8_t cut_when; /* enum sim_cut, of the trap */
    uint64_t now_us;
    uint32_t baud_bps; /* at which the host talks and hears; 0 = 115200, and it hears any rate */
    unsigned requests; /* downloads that were asked for */
    void (*on_request)(struct module *module,
                       void *context); /* chooses `server` by `url`, or NULL */
    void *on_request_context;
    unsigned traps;      /* that fired */
    char url[256];       /* of the last */
    bool server_stalls;  /* with blocks: nothing comes behind them, not even an end */
    uint8_t method;      /* of the last, enum sim_http_method */
    uint8_t follow;      /* of the last, enum sim_follow */
    uint32_t from_bytes; /* of the last */
    char request_body[256];
    char sent[64 * 1024]; /* by the module, as it came */
    size_t sent_length;
    char told[64 * 1024]; /* "event number text\n" */
    size_t told_length;
    uint8_t store_bytes[MODULE_STORE_BYTES];
};

/* A new module with the defaults, except for a fixed rate, no random delays and all commands. */
void module_init(struct module *module);
/* sim_init() with what was changed in module->config. */
void module_begin(struct module *module);
/* Adds bytes to the blobs; returns the index. They must stay. */
int module_blob(struct module *module, const void *bytes, size_t size);
void module_set(struct module *module, enum sim_setting_id setting, int32_t value);
/* On, and the AT engine up; what was sent meanwhile is dropped. */
void module_power_on(struct module *module);
bool module_apply(struct module *module, enum sim_action_kind kind, uint32_t number, int32_t value,
                  const char *text);
/* Lets time pass; the server serves at once. */
void module_run(struct module *module, uint64_t time_us);
void module_send(struct module *module, const void *bytes, size_t size);
/* Sends a line and CR, lets 500 ms pass, returns what came since, with "\r\n" as "|". */
const char *module_ask(struct module *module, const char *line);
/* What came since the last call, the same way. */
const char *module_output(struct module *module);
/* What was told since the last call: "phase 2\npercent 5\n…". */
const char *module_told(struct module *module);

/* Fails the test when `got` is not `want`. */
void expect_text(const char *got, const char *want, const char *what, const char *file, int line);
/* Fails the test when `got` does not hold `want` (or, absent, when it does). */
void expect_part(const char *got, const char *want, bool absent, const char *file, int line);
#define EXPECT_ASK(module, line, want)                                                             \
    expect_text(module_ask(module, line), want, line, __FILE__, __LINE__)
#define EXPECT_OUTPUT(module, want)                                                                \
    expect_text(module_output(module), want, "output", __FILE__, __LINE__)
#define EXPECT_PART(got, want) expect_part(got, want, false, __FILE__, __LINE__)
#define EXPECT_NONE(got, want) expect_part(got, want, true, __FILE__, __LINE__)

#endif
