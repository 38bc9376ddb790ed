/*
 * updater.c - AT+CFOTA=1 and the updater: phases over flash contents (sim7000-fota.md, 4 and 5).
 *
 * A phase is a stretch of time; percents are arithmetic over it. A timer runs only to the next
 * percent that somebody can notice: a progress line, a hook that is listened to, a failure, the
 * end. A flash step is one percent of the phases that write.
 */
#include "sim/updater.h"

#include <string.h>

#include "sim/frame.h"
#include "sim/update/package.h"

enum { PERCENT_END = 100, NO_PERCENT = 255 };
enum { POWER_CUT_BOOTS_OLD, POWER_CUT_RESUMES };
enum { RESTORE_RESUMES, RESTORE_FAILS, RESTORE_BOOTS };
enum { RESULT_BY_PACKAGE, RESULT_FAILS, RESULT_NEVER_ENDS };
enum { BEARER_ANY, BEARER_REFUSED, BEARER_HINDERS };
enum { REVISION_BASE, REVISION_TARGET, REVISION_THIRD };

/* What is particular to a phase. */
static const struct {
    enum sim_setting_id share; /* part of update-duration; SIM_SETTING_COUNT = the rest */
    uint8_t running;           /* status while it runs, 0 = unchanged */
    uint8_t failed;            /* status when it fails */
    uint8_t next;
    uint32_t steps_before; /* flash steps of earlier phases */
    bool writes;
} phases[SIM_PHASE_COUNT] = {
    [SIM_PHASE_VERIFY] = {SIM_SETTING_VERIFY_SHARE, 0, SIM_STATUS_FAILED, SIM_PHASE_UPDATE, 0,
                          false},
    [SIM_PHASE_UPDATE] = {SIM_SETTING_COUNT, 0, SIM_STATUS_FAILED, SIM_PHASE_RESTORE_MODEM, 0,
                          true},
    [SIM_PHASE_RESTORE_MODEM] = {SIM_SETTING_RESTORE_MODEM_SHARE, SIM_STATUS_RESTORING_MODEM,
                                 SIM_STATUS_MODEM_FAILED, SIM_PHASE_RESTORE_AP,
                                 SIM_FLASH_STEPS_PER_PHASE, true},
    [SIM_PHASE_RESTORE_AP] = {SIM_SETTING_RESTORE_AP_SHARE, SIM_STATUS_RESTORING_AP,
                              SIM_STATUS_AP_FAILED, SIM_PHASE_RESULT, 2 * SIM_FLASH_STEPS_PER_PHASE,
                              true},
};

static struct sim_updater *updater_of(const struct sim_context *ctx)
{
    return &ctx->sim->updater;
}

static bool is_installing(uint8_t phase)
{
    return phase >= SIM_PHASE_VERIFY && phase <= SIM_PHASE_RESTORE_AP;
}

bool sim_updater_runs(const struct sim_context *ctx)
{
    return updater_of(ctx)->phase != SIM_PHASE_IDLE;
}

bool sim_updater_writes(const struct sim_context *ctx)
{
    return phases[updater_of(ctx)->phase].writes;
}

static bool is_gone(const struct sim_context *ctx)
{
    return !sim_power_is_on(ctx->sim);
}

/* ---- changes of state ---------------------------------------------------------------------- */

static void set_status(struct sim_context *ctx, uint8_t status)
{
    if (updater_of(ctx)->status == status)
        return;
    updater_of(ctx)->status = status;
    sim_tell(ctx, SIM_EVENT_STATUS, status, NULL, 0);
}

static void set_phase(struct sim_context *ctx, uint8_t phase)
{
    struct sim_updater *updater = updater_of(ctx);
    if (updater->phase == phase)
        return;
    updater->phase = phase;
    updater->percent = 0;
    sim_tell(ctx, SIM_EVENT_PHASE, phase, NULL, 0);
}

static void set_stage(struct sim_context *ctx, enum sim_updater_stage stage, uint64_t at_us)
{
    updater_of(ctx)->stage = (uint8_t)stage;
    if (stage == SIM_UPDATER_STAGE_NONE)
        sim_timer_stop(ctx, SIM_TIMER_UPDATER);
    else
        sim_timer_set(ctx, SIM_TIMER_UPDATER, at_us);
}

static void set_stage_after(struct sim_context *ctx, enum sim_updater_stage stage,
                            enum sim_setting_id delay)
{
    set_stage(ctx, stage, ctx->now_us + sim_setting_us(ctx, delay));
}

/* Nothing is left of an update but its status and the revision. */
static void forget_update(struct sim_context *ctx)
{
    struct sim_updater *updater = updater_of(ctx);
    updater->flag = 0;
    updater->resume_phase = SIM_PHASE_IDLE;
    updater->resume_percent = 0;
    updater->failing = 0;
    updater->going_on = 0;
    memset(updater->target, 0, sizeof updater->target);
}

/* ---- the record of the update in flash ----------------------------------------------------- */

static struct sim_write begin_record(struct sim_context *ctx)
{
    static const char what[] = "update-status";
    return sim_nv_begin(ctx, what, sizeof what - 1);
}

/* A record that cannot be read leaves an update that failed, so that no half image is started. */
static void lose_record(struct sim_context *ctx, uint8_t status)
{
    forget_update(ctx);
    set_status(ctx, status);
    set_phase(ctx, SIM_PHASE_IDLE);
}

/* Ends what the record tells of; true: the supply went. */
static bool close_record(struct sim_context *ctx, uint8_t status)
{
    struct sim_write write = begin_record(ctx);
    if (write.effect != SIM_WRITE_OLD) {
        forget_update(ctx);
        set_status(ctx, write.effect == SIM_WRITE_NEW ? status : (uint8_t)SIM_STATUS_CLEAN);
    }
    return sim_flash_end(ctx, write);
}

/* ---- lines --------------------------------------------------------------------------------- */

/* A line of the update: on the ports that the setting names; a truncated one has no end. */
static bool is_printed_here(const struct sim_context *ctx)
{
    enum { USB_ONLY = 2 };
    return sim_setting(ctx, SIM_SETTING_URCS_ON_THIS_PORT) &&
           (sim_setting(ctx, SIM_SETTING_URC_PORT) != USB_ONLY || ctx->host->usb);
}

static char *put(char *at, const char *text)
{
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

/* At most 100. */
static char *put_percent(char *at, unsigned percent)
{
    if (percent >= 100)
        *at++ = '1';
    if (percent >= 10)
        *at++ = (char)('0' + percent / 10 % 10);
    *at++ = (char)('0' + percent % 10);
    return at;
}

/* What stands before each text of FOTA101. */
static char *put_begin(const struct sim_context *ctx, char *at)
{
    bool space = sim_setting(ctx, SIM_SETTING_URC_SPACE);
    memcpy(at, "+CFOTA: \"", 9);
    if (!space)
        at[7] = '"';
    return at + (space ? 9 : 8);
}

static void print(struct sim_context *ctx, const char *text)
{
    if (!is_printed_here(ctx))
        return;
    char line[96], *at = put(put_begin(ctx, line), text);
    *at++ = '"';
    sim_urc_bytes(ctx, line, (size_t)(at - line));
}

static void print_progress(struct sim_context *ctx, unsigned percent)
{
    static const char text[] = "Updating\",";
    if (!is_printed_here(ctx))
        return;
    char line[32], *at = put_begin(ctx, line);
    memcpy(at, text, sizeof text - 1);
    at = put_percent(at + sizeof text - 1, percent);
    sim_urc_bytes(ctx, line, (size_t)(at - line));
}

/* Progress lines belong to the unpacking only; restoring is silent. */
static bool has_lines(const struct sim_context *ctx)
{
    return updater_of(ctx)->phase == SIM_PHASE_UPDATE && sim_setting(ctx, SIM_SETTING_PROGRESS);
}

/* Where the phase has lines: every so many percent, 0 = at the first one only. */
static unsigned line_step(const struct sim_context *ctx)
{
    enum { ZERO_ONLY = 4 };
    unsigned step = (unsigned)sim_setting(ctx, SIM_SETTING_PROGRESS_STEP);
    if (sim_setting(ctx, SIM_SETTING_PROGRESS_PATTERN) == ZERO_ONLY)
        return 0;
    return step ? step : 1;
}

static bool has_line(const struct sim_context *ctx, unsigned percent)
{
    unsigned step = line_step(ctx);
    return has_lines(ctx) && (percent == 0 || step == 1 || (step && percent % step == 0));
}

/* What a progress line shows for a percent (field failures 3). */
static unsigned shown_percent(const struct sim_context *ctx, unsigned percent)
{
    enum { RISES, STAYS, FALLS, JUMPS };
    switch (sim_setting(ctx, SIM_SETTING_PROGRESS_PATTERN)) {
    case STAYS:
        return 0;
    case FALLS:
        return PERCENT_END - percent;
    case JUMPS:
        return percent * 37 % (PERCENT_END + 1);
    default:
        return percent;
    }
}

/* The line with the result, as the setting final-urc demands. */
static void print_result(struct sim_context *ctx, bool good)
{
    enum { PRINTED, LOST, TWICE, TRUNCATED };
    const char *text = good ? "Update successfully, please wait for reset"
                            : "Update failed, please wait for reset";
    int32_t how = sim_setting(ctx, SIM_SETTING_FINAL_URC);
    if (how == TRUNCATED && is_printed_here(ctx))
        sim_urc(ctx, sim_setting(ctx, SIM_SETTING_URC_SPACE) ? "+CFOTA: \"Upd" : "+CFOTA:\"Upd");
    if (how == PRINTED || how == TWICE)
        print(ctx, text);
    if (how == TWICE)
        print(ctx, text);
}

/* ---- the result ---------------------------------------------------------------------------- */

/* A revision that is neither the old nor the new one: build 99. */
static void make_third(char *revision)
{
    for (size_t i = 0; revision[i]; i++) {
        if (revision[i] != 'B' || !revision[i + 1] || !revision[i + 2])
            continue;
        revision[i + 1] = revision[i + 2] = '9';
        return;
    }
}

static void set_revision(struct sim_context *ctx, int32_t which)
{
    struct sim_updater *updater = updater_of(ctx);
    if (which == REVISION_TARGET && updater->target[0])
        memcpy(updater->revision, updater->target, sizeof updater->revision);
    else if (which == REVISION_THIRD)
        make_third(updater->revision);
}

static uint8_t find_package(const struct sim_context *ctx)
{
    const char *name;
    size_t length;
    uint8_t directory;
    if (!sim_files_path(sim_package_path, strlen(sim_package_path), &directory, &name, &length))
        return SIM_NO_FILE;
    return sim_files_find(&ctx->sim->files, directory, name, length);
}

/* What a good update may leave behind (sim7000-fota.md, 3.4 and 4). */
static void leave_traces(struct sim_context *ctx)
{
    static const int8_t levels[] = {-1, 0, 1, 4, 5, 7};
    struct sim *sim = ctx->sim;
    int32_t imei = sim_setting(ctx, SIM_SETTING_IMEI_AFTER_UPDATE);
    int8_t level = levels[sim_setting(ctx, SIM_SETTING_CFUN_AFTER_UPDATE)];
    if (level >= 0)
        sim->updater.functionality_forced = (uint8_t)(level + 1);
    if (imei != 0)
        memset(sim->imei, 0, sizeof sim->imei);
    if (imei == 1)
        memset(sim->imei, '0', 15);
    if (sim_setting(ctx, SIM_SETTING_SETTINGS_AFTER_UPDATE))
        sim_values_lose(ctx);
    sim_setting_keep(sim, SIM_SETTING_BOOT_LOOP,
                     sim_setting(ctx, SIM_SETTING_BOOT_LOOP) +
                         sim_setting(ctx, SIM_SETTING_CRASHES_AFTER_UPDATE));
}

static void remove_package(struct sim_context *ctx, bool good)
{
    uint8_t package = find_package(ctx);
    if (package != SIM_NO_FILE && sim_setting(ctx, good ? SIM_SETTING_PACKAGE_AFTER_SUCCESS
                                                        : SIM_SETTING_PACKAGE_AFTER_FAILURE))
        sim_files_delete(ctx, package);
}

/*
 * Ends the update. The hook comes while the last phase still counts, so that a loss of power there
 * leaves the update unfinished at 100 percent.
 */
static void end_update(struct sim_context *ctx, uint8_t status)
{
    bool good = status == SIM_STATUS_UPDATED;
    if (sim_hook(ctx, SIM_HOOK_PHASE, SIM_PHASE_RESULT))
        return;
    struct sim_write write = begin_record(ctx);
    if (write.effect == SIM_WRITE_OLD && sim_flash_end(ctx, write))
        return;
    set_phase(ctx, SIM_PHASE_RESULT);
    set_revision(ctx, sim_setting(ctx, good ? SIM_SETTING_REVISION_AFTER
                                            : SIM_SETTING_REVISION_AFTER_FAILURE));
    forget_update(ctx);
    if (good)
        leave_traces(ctx);
    int32_t forced = sim_setting(ctx, SIM_SETTING_STATUS_AFTER);
    uint8_t written = write.effect == SIM_WRITE_LOST ? (uint8_t)SIM_STATUS_CLEAN : status;
    set_status(ctx, forced ? (uint8_t)forced : written);
    if (sim_flash_end(ctx, write))
        return;
    remove_package(ctx, good);
    print_result(ctx, good);
    if (sim_setting(ctx, SIM_SETTING_FINAL_RESET))
        set_stage(ctx, SIM_UPDATER_STAGE_NONE, SIM_NEVER);
    else
        set_stage_after(ctx, SIM_UPDATER_STAGE_LAST_RESET, SIM_SETTING_FINAL_RESET_DELAY);
}

/* ---- the package --------------------------------------------------------------------------- */

static size_t read_package(const struct sim_package_source *source, uint32_t offset, void *buffer,
                           size_t size)
{
    return sim_files_read(source->context, source->host, source->file, offset, buffer, size);
}

/* A whole blob was checked when it was made; anything else is checked byte by byte. */
static void check_package(const struct sim_context *ctx, uint8_t file, struct sim_package *ret)
{
    const struct sim_blob *blob = sim_files_blob(ctx, file);
    if (blob) {
        *ret = blob->package;
        return;
    }
    struct sim_package_source source = {
        .read = read_package,
        .context = &ctx->sim->files,
        .host = ctx->host,
        .size_bytes = ctx->sim->files.entries[file].size_bytes,
        .file = file,
    };
    sim_package_check_source(&source, ret);
}

/* False: it cannot be used at all. One for another module or revision fails later (Q-F2). */
static bool verify_package(struct sim_context *ctx)
{
    struct sim_updater *updater = updater_of(ctx);
    struct sim_package package;
    uint8_t file = find_package(ctx);
    if (file == SIM_NO_FILE)
        return false;
    check_package(ctx, file, &package);
    if (package.verdict != SIM_PACKAGE_GOOD)
        return false;
    memcpy(updater->target, package.to_revision, sizeof updater->target);
    updater->failing =
        strncmp(package.variant, ctx->host->config->variant, sizeof package.variant) != 0 ||
        strncmp(package.from_revision, updater->revision, sizeof package.from_revision) != 0;
    return true;
}

/* ---- phases -------------------------------------------------------------------------------- */

static uint64_t phase_length(const struct sim_context *ctx, uint8_t phase)
{
    uint64_t whole = sim_setting_us(ctx, SIM_SETTING_UPDATE_DURATION);
    int32_t verify = sim_setting(ctx, SIM_SETTING_VERIFY_SHARE);
    int32_t restore = sim_setting(ctx, SIM_SETTING_RESTORE_MODEM_SHARE) +
                      sim_setting(ctx, SIM_SETTING_RESTORE_AP_SHARE);
    int32_t rest = PERCENT_END - verify - restore;
    int32_t share = phases[phase].share == SIM_SETTING_COUNT
                        ? (rest > 0 ? rest : 0)
                        : sim_setting(ctx, phases[phase].share);
    return whole / PERCENT_END * (uint64_t)share;
}

static uint64_t percent_at(const struct sim_updater *updater, unsigned percent)
{
    return updater->phase_at_us + updater->phase_us * percent / PERCENT_END;
}

/* The percent at which the running phase stops short, NO_PERCENT = it does not. */
static unsigned stops_at(const struct sim_context *ctx)
{
    const struct sim_updater *updater = updater_of(ctx);
    unsigned set = (unsigned)sim_setting(ctx, SIM_SETTING_UPDATE_FAILS_AT);
    switch (updater->phase) {
    case SIM_PHASE_UPDATE:
        if (updater->failing)
            return (unsigned)sim_setting(ctx, SIM_SETTING_WRONG_BASE_AT);
        return sim_setting(ctx, SIM_SETTING_UPDATE_RESULT) ? set : NO_PERCENT;
    case SIM_PHASE_RESTORE_MODEM:
        return sim_setting(ctx, SIM_SETTING_RESTORE_MODEM_FAILS) ? set : NO_PERCENT;
    case SIM_PHASE_RESTORE_AP:
        return sim_setting(ctx, SIM_SETTING_RESTORE_AP_FAILS) ? set : NO_PERCENT;
    default:
        return NO_PERCENT;
    }
}

static bool never_ends(const struct sim_context *ctx)
{
    const struct sim_updater *updater = updater_of(ctx);
    return updater->phase == SIM_PHASE_UPDATE && !updater->failing &&
           sim_setting(ctx, SIM_SETTING_UPDATE_RESULT) == RESULT_NEVER_ENDS;
}

/* The surroundings are asked at each percent. */
static bool is_asked(const struct sim_context *ctx)
{
    enum { EACH = 1 << SIM_HOOK_PERCENT | 1 << SIM_HOOK_FLASH_STEP };
    return ctx->host->hook && (ctx->host->hook_mask & EACH);
}

/* The next percent that somebody can notice; at `stop` the phase stops short. */
static unsigned next_percent(const struct sim_context *ctx, unsigned stop)
{
    unsigned next = updater_of(ctx)->percent + 1u;
    if (is_asked(ctx))
        return next;
    if (!has_lines(ctx))
        return next <= stop && stop < PERCENT_END ? stop : PERCENT_END;
    unsigned step = line_step(ctx);
    while (step != 1 && next < PERCENT_END && next != stop && (!step || next % step != 0))
        next++;
    return next;
}

/*
 * Writes the step behind the percent that was reached; true: the power was cut at it. A step that
 * is lost is neither old nor new: the phase begins anew when it goes on.
 */
static bool write_step(struct sim_context *ctx)
{
    struct sim_updater *updater = updater_of(ctx);
    if (!phases[updater->phase].writes || updater->percent >= PERCENT_END)
        return false;
    struct sim_write write =
        sim_flash_step(ctx, phases[updater->phase].steps_before + updater->percent + 1);
    if (!write.cut)
        return false;
    if (write.effect == SIM_WRITE_NEW)
        updater->percent++;
    updater->torn = write.effect == SIM_WRITE_LOST;
    return sim_flash_end(ctx, write);
}

static bool enter_phase(struct sim_context *ctx, uint8_t phase, uint8_t percent);
static void run_phase(struct sim_context *ctx);

static void end_phase(struct sim_context *ctx)
{
    uint8_t phase = updater_of(ctx)->phase;
    if (phase == SIM_PHASE_VERIFY && !verify_package(ctx))
        end_update(ctx, phases[phase].failed);
    else if (phases[phase].next == SIM_PHASE_RESULT)
        end_update(ctx, SIM_STATUS_UPDATED);
    else if (!enter_phase(ctx, phases[phase].next, 0))
        run_phase(ctx);
}

/* From the percent that was reached to whatever comes after it. */
static void go_on(struct sim_context *ctx)
{
    const struct sim_updater *updater = updater_of(ctx);
    unsigned stop = stops_at(ctx);
    if (updater->percent == stop) {
        if (never_ends(ctx))
            set_stage(ctx, SIM_UPDATER_STAGE_NONE, SIM_NEVER);
        else
            end_update(ctx, phases[updater->phase].failed);
    } else if (updater->percent >= PERCENT_END) {
        end_phase(ctx);
    } else if (!write_step(ctx)) {
        set_stage(ctx, SIM_UPDATER_STAGE_RUN, percent_at(updater, next_percent(ctx, stop)));
    }
}

static void reach_percent(struct sim_context *ctx, unsigned percent)
{
    updater_of(ctx)->percent = (uint8_t)percent;
    if (sim_hook(ctx, SIM_HOOK_PERCENT, percent))
        return;
    bool line = has_line(ctx, percent);
    if (line || is_asked(ctx))
        sim_tell(ctx, SIM_EVENT_PERCENT, percent, NULL, 0);
    if (line)
        print_progress(ctx, shown_percent(ctx, percent));
    go_on(ctx);
}

/* Makes it the running phase; true: the power was cut before it did anything. */
static bool enter_phase(struct sim_context *ctx, uint8_t phase, uint8_t percent)
{
    struct sim_updater *updater = updater_of(ctx);
    uint8_t before = updater->phase;
    struct sim_write write = {SIM_WRITE_NEW, false};
    if (phases[phase].running && updater->status != phases[phase].running)
        write = begin_record(ctx);
    if (write.effect == SIM_WRITE_OLD && sim_flash_end(ctx, write))
        return true;
    set_phase(ctx, phase);
    updater->percent = percent;
    updater->phase_us = phase_length(ctx, phase);
    updater->phase_at_us = ctx->now_us - updater->phase_us * percent / PERCENT_END;
    if (write.effect == SIM_WRITE_LOST)
        lose_record(ctx, phases[before].failed);
    else if (phases[phase].running)
        set_status(ctx, phases[phase].running);
    if (sim_flash_end(ctx, write))
        return true;
    sim_supply_check(ctx); /* writing draws more */
    return is_gone(ctx) || sim_hook(ctx, SIM_HOOK_PHASE, phase);
}

/* Percents that were reached before a loss of power are neither told nor printed again. */
static void run_phase(struct sim_context *ctx)
{
    if (updater_of(ctx)->percent == 0)
        reach_percent(ctx, 0);
    else
        go_on(ctx);
}

/* ---- boots --------------------------------------------------------------------------------- */

static void give_up_update(struct sim_context *ctx)
{
    close_record(ctx, phases[updater_of(ctx)->resume_phase].failed);
}

/* After a loss of power (Q-F4): true when the updater goes on now. */
static bool resumes(struct sim_context *ctx)
{
    struct sim_updater *updater = updater_of(ctx);
    if (updater->resume_phase < SIM_PHASE_RESTORE_MODEM) {
        if (sim_setting(ctx, SIM_SETTING_POWER_CUT_IN_UPDATE) == POWER_CUT_RESUMES)
            return true;
        give_up_update(ctx);
        return false;
    }
    int32_t policy = sim_setting(ctx, SIM_SETTING_POWER_CUT_IN_RESTORE);
    if (policy == RESTORE_RESUMES || updater->going_on)
        return true;
    if (policy == RESTORE_FAILS)
        give_up_update(ctx);
    else
        set_stage_after(ctx, SIM_UPDATER_STAGE_GO_ON, SIM_SETTING_RESTORE_GOES_ON);
    return false;
}

static const char *start_text(const struct sim_context *ctx, bool again)
{
    if (again && sim_setting(ctx, SIM_SETTING_RESUME_LINE))
        return "Last upgrade was not finished, continue upgrade";
    return "Start to update";
}

bool sim_updater_takes_boot(struct sim_context *ctx)
{
    struct sim_updater *updater = updater_of(ctx);
    bool again = updater->resume_phase != SIM_PHASE_IDLE;
    set_stage(ctx, SIM_UPDATER_STAGE_NONE, SIM_NEVER); /* a reset has overtaken what was due */
    if (!updater->flag || (again && !resumes(ctx)))
        return false;
    uint8_t phase = again ? updater->resume_phase : (uint8_t)SIM_PHASE_VERIFY;
    uint8_t percent = again ? updater->resume_percent : 0;
    updater->going_on = 0;
    if (enter_phase(ctx, phase, percent))
        return true;
    if (sim_setting(ctx, SIM_SETTING_RDY_BEFORE_START))
        sim_urc(ctx, "RDY");
    if (!again || sim_setting(ctx, SIM_SETTING_RESUME_URC))
        print(ctx, start_text(ctx, again));
    run_phase(ctx);
    return true;
}

static void leave_phases(struct sim_context *ctx)
{
    updater_of(ctx)->phase_at_us = 0;
    updater_of(ctx)->phase_us = 0;
    set_phase(ctx, SIM_PHASE_IDLE);
}

/* How far the running phase is, between the points that were handled too. */
static uint8_t percent_now(const struct sim_context *ctx)
{
    const struct sim_updater *updater = updater_of(ctx);
    unsigned percent = updater->percent;
    unsigned stop = stops_at(ctx);
    while (percent < PERCENT_END && percent != stop &&
           ctx->now_us >= percent_at(updater, percent + 1))
        percent++;
    return (uint8_t)percent;
}

/* Notes how far it came. */
bool sim_updater_lost(struct sim_context *ctx, enum sim_loss loss)
{
    struct sim_updater *updater = updater_of(ctx);
    if (loss != SIM_LOST_POWER)
        return false;
    bool had_any = is_installing(updater->phase);
    if (had_any) {
        bool anew = updater->torn || sim_setting(ctx, SIM_SETTING_RESUME_FROM);
        updater->resume_percent = anew ? 0 : percent_now(ctx);
        updater->resume_phase = updater->phase;
    }
    updater->torn = 0;
    leave_phases(ctx);
    set_stage(ctx, SIM_UPDATER_STAGE_NONE, SIM_NEVER);
    return had_any;
}

/*
 * The package that made the running firmware is still there, and the firmware takes a restart that
 * it did not ask for as the sign of a failed update (field report V11).
 */
void sim_updater_abnormal_reset(struct sim_context *ctx)
{
    struct sim_updater *updater = updater_of(ctx);
    struct sim_package package;
    uint8_t file = find_package(ctx);
    if (!sim_setting(ctx, SIM_SETTING_STALE_PACKAGE) || updater->flag || file == SIM_NO_FILE)
        return;
    check_package(ctx, file, &package);
    if (package.verdict == SIM_PACKAGE_GOOD &&
        strncmp(package.to_revision, updater->revision, sizeof package.to_revision) == 0)
        memcpy(updater->revision, package.from_revision, sizeof updater->revision);
}

void sim_updater_receive(struct sim_context *ctx, const char *bytes, size_t size)
{
    enum { SILENCE, ANSWERS_ERROR, ECHOES };
    int32_t how = sim_setting(ctx, SIM_SETTING_UPDATER_COMMANDS);
    if (!sim_updater_runs(ctx) || ctx->sim->power.hang != SIM_HANG_NONE || how == SILENCE)
        return;
    if (how == ECHOES) {
        sim_output_insert(ctx, bytes, size);
        return;
    }
    for (size_t i = 0; i < size; i++)
        if (bytes[i] == '\r')
            sim_answer_text(ctx, "ERROR", 5);
    sim_output_release(ctx);
}

/* ---- CFOTA --------------------------------------------------------------------------------- */

static void erase_fota(struct sim_context *ctx)
{
    const struct sim_files *files = &ctx->sim->files;
    for (uint8_t i = 0; i < SIM_FILES; i++)
        if (files->entries[i].name[0] && files->entries[i].directory == SIM_DIRECTORY_FOTA)
            sim_files_delete(ctx, i);
}

int sim_updater_start(struct sim_context *ctx)
{
    static const int without_package[] = {SIM_CME_NOT_ALLOWED, SIM_CME_NO_FILE};
    const struct sim_updater *updater = updater_of(ctx);
    if (updater->stage == SIM_UPDATER_STAGE_FIRST_RESET)
        return SIM_DONE; /* the flag is set already */
    if (updater->stage != SIM_UPDATER_STAGE_NONE ||
        sim_supply_mv(ctx) < sim_setting(ctx, SIM_SETTING_CFOTA_SUPPLY))
        return SIM_CME_NOT_ALLOWED;
    if (sim_bearer_up(ctx) && sim_setting(ctx, SIM_SETTING_CFOTA_BEARER) == BEARER_REFUSED)
        return SIM_CME_NOT_ALLOWED;
    if (sim_setting(ctx, SIM_SETTING_CFOTA_ERASES_PACKAGE))
        erase_fota(ctx);
    unsigned policy = (unsigned)sim_setting(ctx, SIM_SETTING_CFOTA_WITHOUT_PACKAGE);
    if (find_package(ctx) == SIM_NO_FILE && policy < 2)
        return without_package[policy];
    if (sim_bearer_up(ctx) && sim_setting(ctx, SIM_SETTING_CFOTA_BEARER) == BEARER_HINDERS)
        sim_setting_keep(ctx->sim, SIM_SETTING_UPDATE_RESULT, RESULT_NEVER_ENDS);
    set_stage_after(ctx, SIM_UPDATER_STAGE_ANSWER, SIM_SETTING_CFOTA_OK_DELAY);
    return SIM_PENDING;
}

void sim_updater_clear(struct sim_context *ctx)
{
    set_stage(ctx, SIM_UPDATER_STAGE_NONE, SIM_NEVER);
    close_record(ctx, SIM_STATUS_CLEAN);
}

void sim_updater_init(struct sim_context *ctx)
{
    struct sim_updater *updater = updater_of(ctx);
    const struct sim_config *config = ctx->host->config;
    int32_t left_over = config->settings[SIM_SETTING_LEFT_OVER_STATUS];
    memcpy(updater->revision, config->revision, sizeof updater->revision - 1);
    updater->status = left_over ? (uint8_t)left_over : (uint8_t)SIM_STATUS_CLEAN;
}

/* ---- what is due --------------------------------------------------------------------------- */

static void on_answer(struct sim_context *ctx)
{
    struct sim_updater *updater = updater_of(ctx);
    sim_finish(ctx, SIM_DONE);
    struct sim_write write = begin_record(ctx);
    if (write.effect != SIM_WRITE_OLD) {
        forget_update(ctx);
        updater->flag = write.effect == SIM_WRITE_NEW;
        set_status(ctx, updater->flag ? SIM_STATUS_UPDATING : SIM_STATUS_CLEAN);
    }
    if (sim_flash_end(ctx, write))
        return;
    set_stage_after(ctx, SIM_UPDATER_STAGE_FIRST_RESET, SIM_SETTING_CFOTA_RESET_DELAY);
}

static void on_first_reset(struct sim_context *ctx)
{
    bool plain = sim_setting(ctx, SIM_SETTING_CFOTA_RESET) != 0;
    set_stage(ctx, SIM_UPDATER_STAGE_NONE, SIM_NEVER);
    if (plain)
        sim_updater_clear(ctx); /* the flag is lost, and with it the update */
    sim_restart(
        ctx, SIM_RESET_CFOTA,
        sim_setting_us(ctx, plain ? SIM_SETTING_RESET_SILENCE : SIM_SETTING_UPDATE_SILENCE));
}

static void on_run(struct sim_context *ctx)
{
    unsigned next = next_percent(ctx, stops_at(ctx));
    uint64_t at_us = percent_at(updater_of(ctx), next);
    if (ctx->now_us >= at_us)
        reach_percent(ctx, next);
    else /* the surroundings have stopped to listen for something earlier */
        set_stage(ctx, SIM_UPDATER_STAGE_RUN, at_us);
}

static void on_last_reset(struct sim_context *ctx)
{
    set_stage(ctx, SIM_UPDATER_STAGE_NONE, SIM_NEVER);
    leave_phases(ctx);
    sim_restart(ctx, SIM_RESET_CFOTA, sim_setting_us(ctx, SIM_SETTING_RESET_SILENCE));
}

static void on_go_on(struct sim_context *ctx)
{
    set_stage(ctx, SIM_UPDATER_STAGE_NONE, SIM_NEVER);
    updater_of(ctx)->going_on = 1;
    sim_restart(ctx, SIM_RESET_CFOTA, sim_setting_us(ctx, SIM_SETTING_UPDATE_SILENCE));
}

static void (*const on_due[SIM_UPDATER_STAGE_COUNT])(struct sim_context *ctx) = {
    [SIM_UPDATER_STAGE_ANSWER] = on_answer,
    [SIM_UPDATER_STAGE_RUN] = on_run,
    [SIM_UPDATER_STAGE_FIRST_RESET] = on_first_reset,
    [SIM_UPDATER_STAGE_LAST_RESET] = on_last_reset,
    [SIM_UPDATER_STAGE_GO_ON] = on_go_on,
};

void sim_on_updater(struct sim_context *ctx)
{
    if (on_due[updater_of(ctx)->stage])
        on_due[updater_of(ctx)->stage](ctx);
}
