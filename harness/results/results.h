/*
 * results.h - what former runs found, read from their reports (CTRF, ctrf.json of --reports; files
 * of other programs too, as far as they say the same).
 *
 * Everything that is read may be hostile: sizes are bounded, numbers clamped, absent keys NULL.
 */
#ifndef FOTARIG_HARNESS_RESULTS_RESULTS_H
#define FOTARIG_HARNESS_RESULTS_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/campaign/shard.h"
#include "reports/report.h"

enum { RESULTS_TEXT_MAX = 512, RESULTS_FILE_BYTES_MAX = 256 * 1024 * 1024 };

/* A case. Texts belong to the report that it stands in. */
struct results_test {
    const char *id, *group, *name; /* never NULL; the id is "group/name" where there is none */
    enum report_verdict verdict;
    const char *message; /* of one that did not pass; NULL = none */
    const char *slot;    /* of a rack; NULL = none */
    uint64_t started_at_ms, wall_us, virtual_us;
    uint32_t attempt_count; /* before the one that counts */
    const void *json;       /* private: where all else stands */
};

/* A report. */
struct results {
    char *path; /* of the file */
    struct results_test *tests;
    size_t test_count;
    uint64_t started_at_ms, ended_at_ms;
    const char *host, *version, *command, *seed; /* NULL = not said */
    const char *selection;       /* what all parts of a campaign have in common; NULL = not said */
    struct campaign_shard shard; /* count 0: it is no part */
    const char *unfinished;      /* why it is not whole; NULL = it is */
    void *json;                  /* private */
    char *ids;                   /* private: ids that were put together */
};

/*
 * Reads the report at `path`, a file or a folder with ctrf.json. False with a message and errno (0:
 * it is no report; ENOENT: there is none). To be freed with results_done() in both cases.
 */
bool results_read(struct results *results, const char *path, char *reterr_text,
                  size_t reterr_capacity);
/* The same from memory; `path` is for messages. */
bool results_parse(struct results *results, const char *path, const char *text, size_t size,
                   char *reterr_text, size_t reterr_capacity);
void results_done(struct results *results);

/* The reports in a folder and in those below it: files ctrf.json, or, with `any_name`, *.json. */
struct results_paths {
    char **paths; /* by name */
    size_t count;
    int trouble; /* errno of a folder that could not be looked through; 0 = all is there */
};
/* False with ret_paths->trouble: what could be found is there all the same. A file is a list of
 * itself, a folder that is not there is an empty one. */
bool results_find(struct results_paths *ret_paths, const char *path, bool any_name);
void results_paths_done(struct results_paths *paths);

/* The status of a verdict that is bad news: failed, error or not run. */
bool results_is_bad(enum report_verdict verdict);

#endif
