/*
 * support.h - a scripted module with virtual time, for the tests of the core. It knows nothing of
 * an AT grammar: it looks a received line up in tables and gives bytes.
 */
#ifndef FOTARIG_CORE_TEST_SUPPORT_H
#define FOTARIG_CORE_TEST_SUPPORT_H

#include "core/fota.h"

/* Bytes that come by themselves, `after_ms` after the command. */
struct module_line {
    uint32_t after_ms;
    const char *bytes;
};

#define MODULE_LINES_MAX 10

enum module_when { WHEN_ALWAYS, WHEN_BEFORE, WHEN_AFTER /* the first AT+CFOTA=1 */ };

/* One command and what it gives. The first row that fits and is not used up counts. */
struct module_row {
    const char *command; /* whole line without CR, or its beginning when it ends with '*' */
    const char *answer;  /* NULL: silence */
    struct module_line later[MODULE_LINES_MAX];
    uint32_t deaf_ms; /* so long nothing is read afterwards; echo is on when it is over */
    uint8_t times;    /* 0: as often as asked */
    uint8_t when;     /* enum module_when */
};

#define SENT_MAX     65536
#define REQUESTS_MAX 64
#define PENDING_MAX  64

struct module {
    const struct module_row *rows; /* ends with command NULL; asked before the default rows */
    uint8_t used[32];
    struct {
        uint64_t at_us;
        const char *bytes;
    } pending[PENDING_MAX];
    size_t pending_count;
    uint64_t deaf_until_us;
    char line[600];
    size_t line_length;
    bool echo, started, mute;
    /* AT+CFSWFILE: the module keeps a file of package_byte()s, whole chunks only. */
    size_t data_left;
    uint32_t file_bytes, whole_bytes; /* the second without the running chunk */
    uint64_t data_until_us;
    unsigned wrong_bytes, chunks;
    unsigned lose_ok_of; /* the OK of that chunk does not come, 0 = none */
    char size_line[48];
    uint32_t baud_bps;           /* the module is only understood at this rate, 0 = at any */
    unsigned fail_every, obeyed; /* that command of so many is not obeyed, 0 = all are */
    const char *fail_answer;     /* its answer, NULL = silence */
};

/* The package of a push: any bytes, each told by its offset. */
uint8_t package_byte(uint32_t offset);

/* A client, its module and its surroundings. */
struct rig {
    struct fota fota;
    struct fota_host host;
    struct fota_job job;
    struct module module;
    uint64_t now_us;
    bool byte_by_byte;
    uint32_t refused;         /* bit n: requests of kind n are refused */
    uint64_t stop_at_us;      /* the host stops here, 0 = runs to the end */
    unsigned stop_at_request; /* the host stops after answering this many requests, 0 = no */
    unsigned requests, power_requests;
    uint8_t checkpoint[FOTA_CHECKPOINT_BYTES];
    char sent[SENT_MAX]; /* all lines the module read, each ends with '\n' */
    size_t sent_length;
    char states[1024];                /* names of the states passed, joined by spaces */
    unsigned outcomes;                /* outcome events */
    unsigned attempts;                /* attempt events */
    unsigned remarks;                 /* remark events */
    void (*on_turn)(struct rig *rig); /* after each call that gave bytes or time; NULL: none */
    /* Bytes for the module, whether it hears them or not; NULL: nobody wants to know. */
    void (*on_sent)(struct rig *rig, const char *bytes, size_t size);
};

/* Prepares a job 1351B03SIM7000C -> 1351B04SIM7000C of 109285 bytes and a client that is started
 * at time 0. `rows` come before the default answers; NULL for none. */
void rig_begin(struct rig *rig, const struct module_row *rows);

/* Runs until the client is done or the rig's stop; fails the test when there is no end. Returns
 * the result or NULL when it was stopped. */
const struct fota_result *rig_run(struct rig *rig);

/* Lets the bytes come from the module after `after_ms` from now. */
void rig_say(struct rig *rig, uint32_t after_ms, const char *bytes);

/* How often the module read this line. */
unsigned rig_count_sent(const struct rig *rig, const char *line);

/* Names outcome and reason, fails with both and the dialogue when they differ. */
void rig_expect(const struct rig *rig, const struct fota_result *result, unsigned outcome,
                unsigned reason);

/* text and suffix as a test name: other characters than [a-z0-9_ .:-] are replaced. The copy lives
 * as long as the program. */
const char *test_name(const char *text, const char *suffix);

#endif
