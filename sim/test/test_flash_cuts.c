/*
 * The power is cut at every write of an update: all flash steps and all writes of its record, each
 * before, inside and after, under every setting for cuts. After the return the module must be in a
 * state that is declared; the list is printed.
 */
#include <stdio.h>
#include <string.h>

#include "sim/test/support_update.h"

enum { STEPS = 300, RECORDS_MAXIMUM = 16, HOURS_US = 3600u };

/* Where a cut is: a flash step, or the n-th write of the record. */
struct place {
    uint8_t kind; /* SIM_HOOK_FLASH_STEP or SIM_HOOK_NV_WRITE */
    uint32_t number;
};

struct cut {
    struct place place;
    uint8_t when; /* enum sim_cut */
    uint8_t torn; /* setting torn-write */
};

/* What became of it: X(NAME, "text"). */
#define ENDS(X)                                                                                    \
    X(BOOTS_OLD, "boots old")                                                                      \
    X(BOOTS_NEW, "boots new")                                                                      \
    X(RESUMES, "resumes, ends new")                                                                \
    X(DECLARED, "declared failure")                                                                \
    X(UNDEFINED, "UNDEFINED")

enum end {
#define X(name, text) END_##name,
    ENDS(X)
#undef X
        END_COUNT
};

static const char *const end_names[] = {
#define X(name, text) text,
    ENDS(X)
#undef X
};

static struct cut armed;
static bool fired;
static uint32_t first_record; /* nv-write number before the update's first */
static unsigned counted;
static uint32_t last_record;

static struct sim_override on_hook(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    struct sim_override override = {0};
    (void)context;
    (void)now_us;
    counted++;
    if (hook->kind == SIM_HOOK_NV_WRITE)
        last_record = hook->number;
    uint32_t number = hook->number - (hook->kind == SIM_HOOK_NV_WRITE ? first_record : 0);
    if (fired || hook->kind != armed.place.kind || number != armed.place.number)
        return override;
    fired = true;
    override.cut_power = true;
    override.cut_when = armed.when;
    return override;
}

/* A module just before AT+CFOTA=1, kept so that a run begins with a copy. */
static struct module ready;

static void prepare(int32_t update, int32_t restore)
{
    update_setup(NULL);
    module_set(&module, SIM_SETTING_PROGRESS, 0);
    module_set(&module, SIM_SETTING_POWER_CUT_IN_UPDATE, update);
    module_set(&module, SIM_SETTING_POWER_CUT_IN_RESTORE, restore);
    update_on(PACKAGE_GOOD);
    memcpy(&ready, &module, sizeof ready);
    first_record = module.sim.power.nv_writes;
}

/* From the copy to the cut, or to the end when nothing is armed. */
static void run_to_cut(const struct cut *cut)
{
    module.sim = ready.sim;
    module.now_us = ready.now_us;
    module.store.used = ready.store.used;
    module.sent_length = module.told_length = 0;
    module_set(&module, SIM_SETTING_TORN_WRITE, cut->torn);
    module.host.hook = on_hook;
    module.host.hook_mask = 1u << SIM_HOOK_FLASH_STEP | 1u << SIM_HOOK_NV_WRITE;
    armed = *cut;
    fired = false;
    counted = 0;
    module_send(&module, "AT+CFOTA=1\r", 11);
    module_run(&module, 4 * MINUTE_US);
}

static bool is_declared(unsigned status)
{
    return status == 3 || status == 5 || status == 7;
}

/* The module answers AT, and CFOTA? and GMR agree with what the view says. */
static bool answers(const struct sim_view *view)
{
    char want[80];
    module_ask(&module, "ATE0");
    snprintf(want, sizeof want, "|+CFOTA: %u||OK|", (unsigned)view->status);
    if (strcmp(module_ask(&module, "AT+CFOTA?"), want) != 0)
        return false;
    snprintf(want, sizeof want, "|Revision:%s||OK|", view->revision);
    return strcmp(module_ask(&module, "AT+GMR"), want) == 0;
}

static enum end classify(bool resumed)
{
    struct sim_view view = update_view();
    bool old = strcmp(view.revision, BASE) == 0;
    bool fresh = strcmp(view.revision, TARGET) == 0;
    if (!view.answering || view.phase != SIM_PHASE_IDLE || !answers(&view))
        return END_UNDEFINED;
    if (resumed)
        return fresh && view.status == 6 ? END_RESUMES : END_UNDEFINED;
    if (fresh && (view.status == 6 || view.status == 8))
        return END_BOOTS_NEW;
    if (old && view.status == 8)
        return END_BOOTS_OLD;
    return old && is_declared(view.status) ? END_DECLARED : END_UNDEFINED;
}

static enum end run_cut(const struct cut *cut)
{
    run_to_cut(cut);
    if (!fired || update_view().powered)
        return END_UNDEFINED;
    module.told_length = 0;
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, 6 * MINUTE_US);
    module.told[module.told_length] = '\0';
    return classify(strstr(module.told, "phase ") != NULL);
}

static unsigned count_records(void)
{
    static const struct cut none = {.place = {SIM_HOOK_COUNT, 0}};
    run_to_cut(&none);
    assert_int_equal(update_view().status, 6);
    assert_int_equal(counted, STEPS + (last_record - first_record));
    return last_record - first_record;
}

static const char *place_name(const struct place *place)
{
    static const char *const groups[] = {"steps 1-100, update", "steps 101-200, modem",
                                         "steps 201-300, ap"};
    static const char *const records[] = {"record: flag", "record: modem", "record: ap",
                                          "record: result"};
    if (place->kind == SIM_HOOK_FLASH_STEP)
        return groups[(place->number - 1) / 100];
    return place->number <= 4 ? records[place->number - 1] : "record";
}

/* How the cuts of one row of the list end. */
struct row {
    unsigned count;
    unsigned ends[END_COUNT];
};
static unsigned totals[END_COUNT];

static void print_row(const struct cut *cut, const struct row *row, int32_t update, int32_t restore)
{
    static const char *const torn[] = {" old", " new", " lost"};
    printf("  %s/%s  %-20s %s%-5s", sim_setting_info(SIM_SETTING_POWER_CUT_IN_UPDATE)->name,
           update ? "resumes" : "old-boots", place_name(&cut->place), sim_cut_name(cut->when),
           cut->when == SIM_CUT_INSIDE ? torn[cut->torn] : "");
    printf(" restore=%ld:", (long)restore);
    for (unsigned i = 0; i < END_COUNT; i++)
        if (row->ends[i])
            printf("  %s %u", end_names[i], row->ends[i]);
    printf("\n");
}

/* All cuts of one kind at the places `from` to `to`. */
static void run_row(struct cut *cut, uint32_t from, uint32_t to, int32_t update, int32_t restore)
{
    struct row row = {0};
    for (cut->place.number = from; cut->place.number <= to; cut->place.number++) {
        enum end end = run_cut(cut);
        row.ends[end]++;
        row.count++;
        totals[end]++;
        if (end == END_UNDEFINED)
            fail_msg("cut %s %s %lu, torn %u, update %ld, restore %ld: status %u, revision %s",
                     sim_cut_name(cut->when), place_name(&cut->place),
                     (unsigned long)cut->place.number, cut->torn, (long)update, (long)restore,
                     update_view().status, update_view().revision);
    }
    cut->place.number = from;
    print_row(cut, &row, update, restore);
}

static void run_policy(int32_t update, int32_t restore)
{
    prepare(update, restore);
    unsigned records = count_records();
    assert_int_equal(records, 4);
    for (uint8_t when = 0; when < SIM_CUT_COUNT; when++)
        for (uint8_t torn = 0; torn < (when == SIM_CUT_INSIDE ? 3 : 1); torn++) {
            struct cut cut = {.when = when, .torn = torn};
            cut.place.kind = SIM_HOOK_FLASH_STEP;
            for (uint32_t first = 1; first <= STEPS; first += 100)
                run_row(&cut, first, first + 99, update, restore);
            cut.place.kind = SIM_HOOK_NV_WRITE;
            for (uint32_t record = 1; record <= records; record++)
                run_row(&cut, record, record, update, restore);
        }
}

static void every_write_of_an_update_may_be_cut(void **state)
{
    (void)state;
    for (int32_t update = 0; update < 2; update++)
        for (int32_t restore = 0; restore < 3; restore++)
            run_policy(update, restore);
    unsigned all = 0;
    for (unsigned i = 0; i < END_COUNT; i++)
        all += totals[i];
    printf("  flash cuts: %u", all);
    for (unsigned i = 0; i < END_COUNT; i++)
        printf(", %s %u", end_names[i], totals[i]);
    printf("\n");
    assert_int_equal(all, 6 * 5 * (STEPS + 4));
    assert_int_equal(totals[END_UNDEFINED], 0);
    assert_true(totals[END_BOOTS_OLD] > 0 && totals[END_BOOTS_NEW] > 0);
    assert_true(totals[END_RESUMES] > 0 && totals[END_DECLARED] > 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_write_of_an_update_may_be_cut),
    };
    return cmocka_run_group_tests_name("flash cuts", tests, NULL, NULL);
}
