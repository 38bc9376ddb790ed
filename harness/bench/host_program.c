/* host_program.c - starts the program, carries its bytes, reads its claim. */
#include "harness/bench/host_program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/bench/run.h"

static struct bench_program_host *host_of(const struct bench_run *run)
{
    return run->host_context;
}

/* ---- claims ------------------------------------------------------------------------------- */

void bench_claims_init(struct bench_claims *claims)
{
    memset(claims->outcome, BENCH_CLAIM_NONE, sizeof claims->outcome);
}

int bench_outcome_find(const char *name, size_t length)
{
    for (unsigned i = 0; i < FOTA_OUTCOME_COUNT; i++) {
        const char *known = fota_outcome_name(i);
        if (strlen(known) == length && memcmp(known, name, length) == 0)
            return (int)i;
    }
    return -1;
}

bool bench_claims_read(struct bench_claims *claims, const char *text, char *reterr_text,
                       size_t reterr_capacity)
{
    while (*text) {
        char *after;
        unsigned long status = strtoul(text, &after, 10);
        size_t length = strcspn(after, ",");
        int outcome = *after == '=' ? bench_outcome_find(after + 1, length - 1) : -1;
        if (after == text || status > 255 || outcome < 0) {
            snprintf(reterr_text, reterr_capacity,
                     "'%.60s' is no claim; expected STATUS=OUTCOME like 0=updated, with an outcome "
                     "of the core (updated, already-current, update-failed, ...)",
                     text);
            return false;
        }
        claims->outcome[status] = (uint8_t)outcome;
        text = after + length + (after[length] == ',');
    }
    return true;
}

int bench_outcome_line(const char *text, size_t size)
{
    static const char word[] = "outcome ";
    size_t at = 0;
    int found = -1;
    while (at < size) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        size_t bare = length && text[at + length - 1] == '\r' ? length - 1 : length;
        if (bare > sizeof word - 1 && memcmp(text + at, word, sizeof word - 1) == 0) {
            int outcome = bench_outcome_find(text + at + sizeof word - 1, bare - (sizeof word - 1));
            found = outcome >= 0 ? outcome : found;
        }
        at += length + 1;
    }
    return found;
}

/* What it says of the end: its line goes before its status. */
static int claim_of(const struct bench_program_host *host)
{
    size_t size;
    const char *text = warp_output(host->warp, false, &size);
    int status, line = bench_outcome_line(text, size);
    if (warp_state(host->warp, &status) != WARP_EXITED)
        return -1;
    if (line >= 0)
        return line;
    uint8_t outcome = host->claims.outcome[status & 255];
    return outcome == BENCH_CLAIM_NONE ? -1 : outcome;
}

/* ---- life --------------------------------------------------------------------------------- */

/* Words that name a file here are made absolute. */
static void place_words(struct bench_command *command)
{
    struct stat about;
    char here[BENCH_PATH_MAX];
    if (!getcwd(here, sizeof here))
        return;
    for (size_t i = 0; i < BENCH_PROGRAM_WORDS_MAX && command->program.words[i]; i++) {
        const char *word = command->program.words[i];
        bool is_path = i > 0 || strchr(word, '/');
        if (!is_path || word[0] == '/' || strlen(word) >= BENCH_PATH_MAX || stat(word, &about))
            continue;
        snprintf(command->places[i], sizeof command->places[i], "%s/%s", here, word);
        command->program.words[i] = command->places[i];
    }
}

/* What execvp() would find, before a run that could say nothing about the client. */
static bool can_be_run(const char *word)
{
    const char *folder = getenv("PATH");
    char path[2 * BENCH_PATH_MAX];
    if (strchr(word, '/'))
        return access(word, X_OK) == 0;
    while (folder && *folder) {
        size_t length = strcspn(folder, ":");
        snprintf(path, sizeof path, "%.*s/%s", (int)length, folder, word);
        if (access(path, X_OK) == 0)
            return true;
        folder += length + (folder[length] == ':');
    }
    errno = ENOENT;
    return false;
}

bool bench_command_read(struct bench_command *command, const char *text, char *reterr_text,
                        size_t reterr_capacity)
{
    command->places = calloc(BENCH_PROGRAM_WORDS_MAX, sizeof *command->places);
    if (!command->places) {
        snprintf(reterr_text, reterr_capacity, "not enough memory");
        return false;
    }
    if (bench_program_split(&command->program, text, reterr_text, reterr_capacity))
        return false;
    place_words(command);
    if (command->program.words[0] && can_be_run(command->program.words[0]))
        return true;
    snprintf(reterr_text, reterr_capacity,
             "the client '%.100s' cannot be run: %s; name a program of the PATH, or its path",
             command->program.words[0] ? command->program.words[0] : text, strerror(errno));
    return false;
}

void bench_command_done(struct bench_command *command)
{
    free(command->places);
    command->places = NULL;
}

/* A link that is there already, of a bench that was killed for one, is replaced; else it is left.
 */
static bool make_link(struct bench_program_host *host, const char *name, char *reterr_text,
                      size_t reterr_capacity)
{
    struct stat old;
    if (strlen(name) >= sizeof host->link) {
        snprintf(reterr_text, reterr_capacity, "the name of the port is too long");
        return false;
    }
    if (lstat(name, &old) == 0 && S_ISLNK(old.st_mode))
        unlink(name);
    if (symlink(warp_port(host->warp), name) != 0) {
        snprintf(reterr_text, reterr_capacity, "the link %.150s could not be made: %s", name,
                 strerror(errno));
        return false;
    }
    snprintf(host->link, sizeof host->link, "%s", name);
    return true;
}

bool bench_program_host_open(struct bench_program_host *host, const char *command,
                             const char *port_name, const struct bench_claims *claims,
                             char *reterr_text, size_t reterr_capacity)
{
    host->claims = *claims;
    if (!bench_command_read(&host->command, command, reterr_text, reterr_capacity))
        return false;
    if (!warp_probe(reterr_text, reterr_capacity))
        return false;
    host->warp = warp_new(reterr_text, reterr_capacity);
    if (!host->warp || (port_name && !make_link(host, port_name, reterr_text, reterr_capacity)))
        return false;
    if (bench_folder_make(&host->folder))
        return true;
    snprintf(reterr_text, reterr_capacity, "no folder could be made for the program: %s",
             strerror(errno));
    return false;
}

void bench_program_host_close(struct bench_program_host *host)
{
    if (host->link[0])
        unlink(host->link);
    warp_free(host->warp);
    bench_environment_done(&host->environment);
    bench_folder_remove(&host->folder);
    bench_command_done(&host->command);
    *host = (struct bench_program_host){0};
}

void bench_program_host_tell(const struct bench_program_host *host, char *text, size_t capacity)
{
    int number;
    switch (warp_state(host->warp, &number)) {
    case WARP_EXITED:
        snprintf(text, capacity, "the program ended with status %d", number);
        break;
    case WARP_SIGNALLED:
        snprintf(text, capacity, "signal %d (%s) ended the program", number, strsignal(number));
        break;
    default:
        warp_describe(host->warp, text, capacity);
        break;
    }
}

static void note(struct bench_run *run, unsigned what, uint32_t number, const char *text)
{
    bench_note(run, BENCH_JOURNAL_HOST, (uint8_t)what, 0, number, text, strlen(text));
}

static void start_program(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    const struct warp_options options = {.words = host->command.program.words,
                                         .environment = host->environment.entries,
                                         .directory = host->folder.path,
                                         .seed = run->options.seed,
                                         .baud_bps = run->one->host.baud_bps};
    struct bench_host *board = &run->world.host;
    board->restart_at_us = BENCH_NEVER;
    board->start_count++;
    note(run, board->start_count > 1 ? 2 : 1, board->start_count, "");
    host->was_over = false;
    host->was_started = true;
    board->up = warp_start(host->warp, &options, run->world.now_us, run->error, sizeof run->error);
    bench_run_touch(run, BENCH_TO_HOST);
}

/* Its end, once. What is the supervisor's own trouble is the bench's. */
static void look_for_end(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    char text[WARP_TEXT_MAX];
    int number;
    enum warp_state state = warp_state(host->warp, &number);
    if (!host->was_started || host->was_over || state == WARP_RUNS || state == WARP_IDLE)
        return;
    host->was_over = true;
    bench_program_host_tell(host, text, sizeof text);
    note(run, 3, (uint32_t)number, text);
    if (state == WARP_TROUBLE)
        snprintf(run->error, sizeof run->error, "%s", text);
    warp_stop(host->warp);
}

/* An empty folder, and the job. False with run->error. */
static bool make_place(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    bench_environment_done(&host->environment);
    if (bench_folder_make(&host->folder) &&
        bench_environment_make(&host->environment, run->shared, &run->shared->jobs[0],
                               host->link[0] ? host->link : warp_port(host->warp),
                               host->folder.path, 1))
        return true;
    snprintf(run->error, sizeof run->error, "the program's folder could not be made: %s",
             strerror(errno));
    return false;
}

static bool program_start(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    run->world.host_at_us = BENCH_NEVER;
    run->world.host = (struct bench_host){.restart_at_us = run->one->host.start_after_us,
                                          .request_at_us = BENCH_NEVER,
                                          .baud_bps = run->one->host.baud_bps};
    host->was_started = host->was_over = false;
    warp_stop(host->warp);
    return make_place(run);
}

static void program_reset(struct bench_run *run, uint64_t down_us, bool forgets)
{
    struct bench_host *board = &run->world.host;
    warp_stop(host_of(run)->warp);
    if (forgets)
        make_place(run); /* its folder is its memory */
    board->up = 0;
    run->world.host_at_us = BENCH_NEVER;
    board->restart_at_us = run->world.now_us + down_us;
    bench_lane_cut(&run->world.lanes[BENCH_TO_MODULE], run->world.now_us);
    note(run, 0, board->start_count, "");
}

/* Nobody can call a strange program's job off: the case needs more than it has (rows.h). */
static void program_cancel(struct bench_run *run)
{
    (void)run;
}

static uint64_t program_board_next(const struct bench_run *run)
{
    return run->world.host.restart_at_us;
}

static void program_board_run(struct bench_run *run)
{
    start_program(run);
    bench_run_settle(run);
}

static bool program_is_over(const struct bench_run *run)
{
    const struct bench_program_host *host = run->host_context;
    bool waits = run->world.host.restart_at_us != BENCH_NEVER;
    return run->error[0] || (host->was_over && !waits);
}

/* ---- bytes -------------------------------------------------------------------------------- */

static void program_receive(struct bench_run *run, const uint8_t *bytes, size_t size,
                            uint32_t baud_bps)
{
    struct bench_program_host *host = host_of(run);
    uint32_t heard_bps = run->world.host.baud_bps;
    uint8_t garbled[4 * BENCH_WIRE_BYTES];
    if (!run->world.host.up)
        return;
    if (baud_bps != heard_bps) {
        size = sim_garble(bytes, size, baud_bps, heard_bps, garbled, sizeof garbled);
        bytes = garbled;
    }
    warp_receive(host->warp, bytes, size);
}

static size_t program_transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                               uint32_t *ret_baud_bps)
{
    struct warp *warp = host_of(run)->warp;
    warp_line_is_busy(warp, run->world.lanes[BENCH_TO_MODULE].busy_until_at_us);
    return warp_transmit(warp, buffer, capacity, ret_baud_bps);
}

static uint64_t program_advance(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    if (!run->world.host.up)
        return BENCH_NEVER;
    uint64_t next_us = warp_advance(host->warp, run->world.now_us);
    uint32_t baud_bps = warp_baud_bps(host->warp);
    if (baud_bps)
        run->world.host.baud_bps = baud_bps;
    look_for_end(run);
    return next_us;
}

/* ---- what is judged ----------------------------------------------------------------------- */

static void program_observe(const struct bench_run *run, struct scenario_observed *observed)
{
    const struct bench_program_host *host = run->host_context;
    int claim = claim_of(host);
    observed->finished = warp_state(host->warp, NULL) == WARP_EXITED;
    if (!observed->finished && host->was_started)
        bench_program_host_tell(host, observed->how, sizeof observed->how);
    observed->lacking = SCENARIO_NEED_CLIENT_STATE | SCENARIO_NEED_CORE_MANNER;
    if (claim >= 0)
        observed->result.outcome = (uint8_t)claim;
    else
        observed->lacking |= SCENARIO_NEED_CLAIM;
}

static void program_finish(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    char text[WARP_TEXT_MAX];
    const char *remark = warp_remark(host->warp);
    if (remark[0])
        bench_note(run, BENCH_JOURNAL_BENCH, 0, 0, 0, remark, strlen(remark));
    if (warp_state(host->warp, NULL) == WARP_RUNS) {
        bench_program_host_tell(host, text, sizeof text);
        note(run, 4, 0, text);
    }
    warp_stop(host->warp);
}

static const char *program_output(const struct bench_run *run, bool errors, size_t *ret_size)
{
    return warp_output(host_of(run)->warp, errors, ret_size);
}

static void program_describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    snprintf(buffer, capacity, "warp:%s", host_of(run)->command.program.words[0]);
}

const struct bench_end bench_host_program = {.name = "program",
                                             .line_end = '\r',
                                             .start = program_start,
                                             .receive = program_receive,
                                             .transmit = program_transmit,
                                             .advance = program_advance,
                                             .observe = program_observe,
                                             .finish = program_finish,
                                             .describe = program_describe,
                                             .output = program_output,
                                             .is_over = program_is_over,
                                             .reset = program_reset,
                                             .cancel = program_cancel,
                                             .board_next = program_board_next,
                                             .board_run = program_board_run};
