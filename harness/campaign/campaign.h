/*
 * campaign.h - many runs, the same way for all who want some: what was selected is planned, run in
 * so many processes, judged, told and reported in the order of the plan.
 *
 *     campaign_begin(&campaign, &options);     reports say "not finished" from now on
 *     campaign_load(&campaign, paths, count);  what is invalid is a case of its own, an error
 *     campaign_plan(&campaign);                who takes part, and in which order
 *     campaign_run(&campaign, &use, context);  a use says what is done with a case
 *     campaign_end(&campaign);                 the reports are true and whole
 *     return campaign_status(&campaign);
 *
 * Neither the results nor their order depend on the number of processes. A caught signal
 * (ports/loop.h) ends it early; what was done until then is told and reported, the rest is "not
 * run".
 */
#ifndef FOTARIG_HARNESS_CAMPAIGN_CAMPAIGN_H
#define FOTARIG_HARNESS_CAMPAIGN_CAMPAIGN_H

#include "harness/campaign/bytes.h"
#include "harness/campaign/selection.h"
#include "harness/campaign/shard.h"
#include "harness/campaign/token.h"
#include "reports/report.h"

enum { CAMPAIGN_TEXT_MAX = 512 };

/* Texts belong to the caller and must live as long as the campaign. Zero is the default of all. */
struct campaign_options {
    const char *version, *command; /* of this program, and its command line: for reports */
    uint64_t seed;
    uint32_t repeat;         /* each case that often, with seeds seed, seed + 1, ... 0 = once */
    bool shuffle;            /* in an order that the seed chooses */
    const char *const *tags; /* only scenarios that have all of these */
    size_t tag_count;
    const char *const *names; /* only cases that one of these names: globs of their names */
    size_t name_count;
    struct campaign_shard shard; /* only this part of what is left then */
    const char *timings;         /* a former ctrf.json, by which it is divided; NULL = by count */
    bool allow_empty;            /* that nothing is selected is no error */
    uint64_t timeout_us;         /* of a case (of a slice of it), 0 = none */
    uint64_t run_timeout_us;     /* of all of them, 0 = none */
    uint64_t soak_us;  /* the whole selection again and again, as long as this is not over; a round
                          that has begun is finished; 0 = once */
    bool until_fail;   /* the same without an end, until a case fails */
    bool fail_fast;    /* what stands behind the first case that does not pass is left out */
    bool fail_on_skip; /* a skipped case is a failure of the campaign */
    uint32_t jobs;     /* processes; 0 = as many as processors, in real time one */
    bool real_time;    /* cases wait for a clock */
    bool one_process;  /* what cases need is in this process alone */
    const char *reports; /* folder for junit.xml and ctrf.json, NULL = none */
    bool rich;           /* JUnit with attributes that not all readers take */
    /* Adds to the report what is known only now, before it is closed; false: no memory. */
    bool (*closing)(void *closing_context, struct report_run *report);
    void *closing_context;
    FILE *json;    /* the report as CTRF goes there, at the end; NULL = nowhere */
    FILE *out;     /* what is told; NULL = nothing */
    FILE *errors;  /* what is wrong with files */
    bool quiet;    /* no line for a case that passed */
    bool verbose;  /* failures with all that is known of them */
    bool untold;   /* the use tells all by itself: no lines for cases and no table */
    bool no_table; /* no table at the end */
};

/* A row of the plan. */
struct campaign_case {
    const struct scenario *scenario;
    const struct scenario_case *one;        /* NULL: of a file that is invalid, which has no
                                               scenario either */
    const struct campaign_invalid *invalid; /* then */
    struct campaign_token token;
    size_t index; /* in the report */
};

struct campaign {
    struct campaign_options options;
    struct campaign_selection selection;
    struct campaign_case *cases; /* in the order in which they run */
    size_t case_count, case_room;
    size_t whole_count;   /* of all parts together */
    size_t round_count;   /* cases of a round of a soak; 0 = it is none */
    uint32_t rounds;      /* that were planned */
    size_t invalid_count; /* of the planned ones: invalid files */
    struct report_run *report;
    struct report_console console;
    uint64_t began_us;
    uint64_t written_us; /* when the reports were written last, and how long it took */
    uint64_t writing_us;
    char stopped[CAMPAIGN_TEXT_MAX]; /* why it did not come to its end, "" = it did */
    char error[CAMPAIGN_TEXT_MAX];   /* what the campaign itself could not do, "" = all */
    int error_status;                /* enum campaign_exit of that */
    bool timed_out;                  /* run_timeout_us was over */
    bool ran;                        /* campaign_run() was called */
    bool ended;                      /* the reports are closed */
};

/* What a campaign comes to, as exit statuses of a program (cli/cli.h). */
enum campaign_exit {
    CAMPAIGN_EXIT_OK = 0,
    CAMPAIGN_EXIT_FAILED = 1,
    CAMPAIGN_EXIT_USAGE = 2,
    CAMPAIGN_EXIT_INVALID = 3,
    CAMPAIGN_EXIT_ENVIRONMENT = 4,
    CAMPAIGN_EXIT_INTERNAL = 70
};

/* The work on a case may be divided into slices, which processes do side by side. */
enum { CAMPAIGN_SLICES_MAX = 64 };

/* What became of a case, slice after slice. */
struct campaign_answers {
    const struct campaign_case *planned;
    const struct campaign_bytes *slices; /* as work() made them; empty = it was not done */
    unsigned slice_count;
    bool complete; /* false: a signal came before all was done */
};

/* What is done with each case of a campaign. */
struct campaign_use {
    unsigned slices; /* 1 to CAMPAIGN_SLICES_MAX */
    /*
     * Where processes differ (a rack: one a slot), all four, with one slice; else NULL. May
     * process `worker` do this case now? It was answered in `bytes`, empty when that process died.
     * And when no process will: the verdict and a text that says why (CAMPAIGN_TEXT_MAX).
     */
    bool (*fits)(void *context, unsigned worker, const struct campaign_case *planned);
    void (*answered)(void *context, unsigned worker, const struct campaign_case *planned,
                     const struct campaign_bytes *bytes);
    /* This process does this case now; may be NULL. */
    void (*given)(void *context, unsigned worker, const struct campaign_case *planned);
    /* Writes a line a process for people at a terminal, in place of the case that runs; may be
     * NULL. */
    void (*live)(void *context, FILE *out);
    /* Called every second or so and behind whatever happened, in the process that reports; may be
     * NULL. */
    void (*look)(void *context);
    /* Will no process ever take it? Then it is told at once and not when all have rested. */
    bool (*is_hopeless)(void *context, const struct campaign_case *planned);
    enum report_verdict (*left_over)(void *context, const struct campaign_case *planned,
                                     char *ret_text);
    /*
     * In each process that works, before the first case and behind the last one: makes *ret_own of
     * what it needs. False with a text: it can't work here, which ends the campaign as an error of
     * the surroundings.
     */
    bool (*start)(void *context, unsigned worker, void **ret_own, char *reterr_text);
    void (*finish)(void *context, void *own);
    /* There: does a slice of a case and writes what came of it. False: no memory. */
    bool (*work)(void *context, void *own, const struct campaign_case *planned, unsigned slice,
                 struct campaign_bytes *ret_bytes);
    /*
     * In the process that reports, case after case in the order of the plan: makes what the reports
     * say, and writes to `out` (never NULL) what it tells before the case's own line. Texts and
     * lists of *ret_reported live until the next call. False: no memory, or the bytes are broken.
     */
    bool (*conclude)(void *context, const struct campaign_answers *answers, FILE *out,
                     struct report_case *ret_reported);
    /* There: writes what it tells behind that line; may be NULL. */
    void (*tell)(void *context, const struct campaign_answers *answers, FILE *out);
};

/*
 * Catches signals, and opens the reports, which say at once that the campaign is not finished.
 * False with campaign->error. To be freed with campaign_done() in both cases.
 */
bool campaign_begin(struct campaign *campaign, const struct campaign_options *options);
/* Loads scenarios; what is invalid there will be a case that is an error. False: no memory. */
bool campaign_load(struct campaign *campaign, char *const *operands, size_t operand_count);
/*
 * Plans the cases that the options select, invalid files too. False with campaign->error: nothing
 * is selected, or a name selects nothing.
 */
bool campaign_plan(struct campaign *campaign);
/* Plans a single run, behind those that are planned. The scenario must outlive the campaign. */
bool campaign_plan_one(struct campaign *campaign, const struct scenario *scenario,
                       const struct scenario_case *one, const struct campaign_token *token);
/* Plans all cases once more, with the next seeds: a round of a soak. False: no memory. */
bool campaign_plan_round(struct campaign *campaign);

/* The case of that task, also one of a round that was planned elsewhere, which needs no memory: a
 * process of a soak keeps no list that grows with what the others do. Its place in the report is
 * known for planned ones only. */
struct campaign_case campaign_case_of(const struct campaign *campaign, size_t index);
/* Prints how often each case of a soak, or of --repeat, failed and erred, on which slots. */
void campaign_soak_print(const struct campaign *campaign, FILE *out);
/* Runs what was planned. False with campaign->error when it could not go on. */
bool campaign_run(struct campaign *campaign, const struct campaign_use *use, void *context);
/* Closes the reports and tells the end, once. False with campaign->error when they can't be
 * written. */
bool campaign_end(struct campaign *campaign);
/* Its exit status; 1 beats 3, which beats 4. */
int campaign_status(const struct campaign *campaign);
void campaign_done(struct campaign *campaign);

/* Opens all reports there are of a run in a folder that is there; false with the error. */
bool campaign_reports_open(struct report_run *run, const char *folder, bool rich,
                           struct report_error *reterr_error);
/* Of this machine, in milliseconds since 1970. */
uint64_t campaign_wall_clock_ms(void);
/* Makes a folder and those above it; false with errno set. */
bool campaign_make_folders(const char *path);
/* The name of a planned case, unique and stable, as it stands in reports: "power/cut [at=3]". */
const char *campaign_case_id(const struct campaign *campaign, const struct campaign_case *planned);

/* Who a case is in a report. */
struct report_case campaign_identity(const struct campaign_case *planned);
/* How many processes it comes to. */
unsigned campaign_jobs(const struct campaign *campaign);
/* Notes what the campaign can't do; returns false. */
bool campaign_fail(struct campaign *campaign, enum campaign_exit status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
