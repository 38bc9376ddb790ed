/* test_fota_policy.c - how often and how soon a download is tried again, by what went wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/fota_internal.h"
#include "core/test/support.h"

/* From one failure to another: tries in all, the first pause, whether the app network is opened
 * anew before the last try, and the reason of the end. Written from the notes, not from the code:
 * S01, AT106 9.2.14 (HTTPTOFS), 10.2.14 (FTPEXTGET). */
static const struct row {
    const char *name;
    uint32_t from, to;
    unsigned tries, pause_s;
    bool reopen;
    enum fota_reason reason;
} rows[] = {
    {"restarted", FAILURE_RESTARTED, FAILURE_RESTARTED, 5, 10, false, FOTA_REASON_RESTARTED},
    {"no end in time", FAILURE_TIMEOUT, FAILURE_TIMEOUT, 3, 10, true, FOTA_REASON_DOWNLOAD_TIMEOUT},
    {"wrong length", FAILURE_LENGTH, FAILURE_LENGTH, 3, 10, true, FOTA_REASON_WRONG_LENGTH},
    {"wrong checksum", FAILURE_CHECKSUM, FAILURE_CHECKSUM, 2, 10, false,
     FOTA_REASON_WRONG_CHECKSUM},
    {"no zip", FAILURE_CONTENT, FAILURE_CONTENT, 2, 10, false, FOTA_REASON_NOT_A_PACKAGE},
    {"unreadable", FAILURE_UNREADABLE, FAILURE_UNREADABLE, 2, 10, false, FOTA_REASON_UNREADABLE},
    {"not written", FAILURE_WRITE, FAILURE_WRITE, 3, 5, false, FOTA_REASON_WRITE_FAILED},
    {"no bytes", FAILURE_NO_BYTES, FAILURE_NO_BYTES, 1, 0, false, FOTA_REASON_NO_BYTES},
    {"ftp network", 61, 64, 5, 10, true, FOTA_REASON_FTP_NETWORK},
    {"ftp server", 65, 65, 3, 20, false, FOTA_REASON_FTP_OTHER},
    {"ftp busy", 66, 66, 5, 15, false, FOTA_REASON_FTP_OTHER},
    {"ftp reply", 67, 70, 3, 20, false, FOTA_REASON_FTP_OTHER},
    {"ftp login", 71, 72, 2, 10, false, FOTA_REASON_FTP_LOGIN},
    {"ftp other", 73, 99, 3, 10, false, FOTA_REASON_FTP_OTHER},
    {"status that stays", 100, 407, 2, 10, false, FOTA_REASON_HTTP_STATUS},
    {"server gave up waiting", 408, 408, 3, 10, false, FOTA_REASON_HTTP_STATUS},
    {"status that stays, behind 408", 409, 499, 2, 10, false, FOTA_REASON_HTTP_STATUS},
    {"server overloaded", 500, 599, 3, 20, false, FOTA_REASON_HTTP_STATUS},
    {"not http", 600, 600, 2, 10, false, FOTA_REASON_HTTP_OTHER},
    {"network", 601, 601, 5, 10, true, FOTA_REASON_HTTP_NETWORK},
    {"memory", 602, 602, 2, 10, false, FOTA_REASON_HTTP_MEMORY},
    {"name server", 603, 603, 4, 15, true, FOTA_REASON_HTTP_DNS},
    {"stack busy", 604, 604, 5, 15, true, FOTA_REASON_HTTP_OTHER},
    {"other", 605, FAILURE_HTTP, 3, 10, true, FOTA_REASON_HTTP_OTHER},
};

/* Fails a job's download again and again; returns the tries until its end. */
static unsigned fail_until_the_end(const struct row *row, uint32_t failure, uint8_t tries_max,
                                   struct fota *fota)
{
    struct fota_job job = {.from_revision = "A", .to_revision = "B"};
    struct fota_host host = {&job, NULL, NULL};
    struct fota_call call;
    job.download_tries_max = tries_max;
    memset(fota, 0, sizeof *fota);
    at_init(&fota->at);
    fota_begin_call(&call, fota, &host, FOTA_CAUSE_LINE, 0);
    fota->state = FOTA_STATE_DOWNLOAD;
    for (unsigned tries = 1;; tries++) {
        fota->download_tries = (uint8_t)tries;
        uint8_t step = fota_download_failed(&call, failure);
        if (fota->outcome != FOTA_OUTCOME_NONE)
            return tries;
        bool last = tries + 1 == row->tries || tries + 1 == tries_max;
        assert_int_equal(step, last && row->reopen ? STEP_DEACTIVATE : STEP_BACKOFF);
        assert_int_equal(fota->pause_s, row->pause_s * tries);
        assert_true(tries < 20);
    }
}

static void failures_have_their_tries(void **state)
{
    const struct row *row = *state;
    static struct fota fota;
    const uint32_t ends[] = {row->from, row->to};
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(fail_until_the_end(row, ends[i], 9, &fota), row->tries);
        assert_int_equal(fota.outcome, FOTA_OUTCOME_DOWNLOAD_FAILED);
        assert_int_equal(fota.reason, row->reason);
        unsigned least = row->tries < 2 ? row->tries : 2;
        assert_int_equal(fail_until_the_end(row, ends[i], 2, &fota), least);
        least = row->tries < 3 ? row->tries : 3; /* a job that names none */
        assert_int_equal(fail_until_the_end(row, ends[i], 3, &fota), least);
    }
}

#define COUNT (sizeof rows / sizeof rows[0])

int main(void)
{
    static struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){test_name(rows[i].name, ""), failures_have_their_tries, NULL,
                                       NULL, (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("fota_policy", tests, NULL, NULL);
}
