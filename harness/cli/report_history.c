/* report_history.c - what `fotarig report` prints of many runs, and its JSON. */
#include "harness/cli/report_history.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/cli/version.h"

/* Version of the JSON form; a change of meaning raises it. */
enum { REPORT_FORMAT = 1 };

/* "2026-11-26 14:03 UTC". */
static const char *moment(uint64_t ms, char *text, size_t capacity)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    if (!gmtime_r(&seconds, &parts) || strftime(text, capacity, "%Y-%m-%d %H:%M UTC", &parts) == 0)
        snprintf(text, capacity, "?");
    return text;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_slots(const struct results_history *history)
{
    for (size_t i = 0; i < history->slot_count; i++) {
        const struct results_slot_history *slot = &history->slots[i];
        if (slot->slot)
            printf("    %" PRIu32 " on slot %s; ", slot->bad, slot->slot);
        else
            printf("    %" PRIu32 " on no slot; ", slot->bad);
        printf("in the same hours %" PRIu32 " of other cases there, %" PRIu32 " elsewhere\n",
               slot->others_here, slot->others_elsewhere);
    }
}

static void print_bad(const struct results_history *history)
{
    char when[40];
    printf("    %" PRIu32 " failed and %" PRIu32 " in error of %" PRIu32 " runs; last %s",
           history->failed, history->errors, history->runs,
           moment(history->last_bad_ms, when, sizeof when));
    if (history->green_since)
        printf(", %" PRIu32 " green since\n", history->green_since);
    else
        puts(", and none is green since");
    if (history->last_message)
        printf("    %s\n", history->last_message);
    if (history->green_since && history->runs_to_be_sure == 0)
        printf("    still there: %.1f %%\n", history->still_there * 100);
    else if (history->green_since)
        printf("    still there: %.0f %%; less than 5 %% after %s%" PRIu32 " more green runs\n",
               history->still_there * 100,
               history->runs_to_be_sure == RESULTS_RUNS_MOST ? "at least " : "",
               history->runs_to_be_sure);
    print_slots(history);
}

static void print_one(const struct results_history *history, const struct results_excuses *excuses,
                      uint64_t now_ms)
{
    const struct results_excuse *excuse =
        results_excuse_find(excuses, history->id, history->name, now_ms);
    puts(history->id);
    if (history->last_bad_ms)
        print_bad(history);
    else
        printf("    passed in all %" PRIu32 " runs\n", history->runs);
    if (history->repeated)
        printf("    %" PRIu32 " passed, but not at the first attempt\n", history->repeated);
    if (excuse)
        printf("    quarantined until %s: %s%s\n", excuse->until, excuse->reason,
               !history->last_bad_ms || history->still_there < 0.05 ? "; it may go" : "");
}

/* Entries of the file that excuse nothing any more. */
static void print_idle(const struct results_excuses *excuses,
                       const struct results_histories *histories, uint64_t now_ms)
{
    for (size_t i = 0; excuses && i < excuses->count; i++) {
        const struct results_excuses only = {&excuses->list[i], 1};
        bool used = false;
        for (size_t j = 0; j < histories->count && !used; j++)
            used = results_excuse_find(&only, histories->list[j].id, histories->list[j].name, 0);
        if (now_ms >= excuses->list[i].end_ms)
            printf("quarantine of '%s' is over since %s: %s\n", excuses->list[i].pattern,
                   excuses->list[i].until, excuses->list[i].reason);
        else if (!used)
            printf("quarantine of '%s' names no case\n", excuses->list[i].pattern);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static bool print_root(const char *name, cJSON *list)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", REPORT_FORMAT);
    cJSON_AddStringToObject(root, "fotarig", FOTARIG_VERSION);
    cJSON_AddItemToObject(root, name, list);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text)
        puts(text);
    cJSON_free(text);
    return text != NULL;
}

static cJSON *slots_json(const struct results_history *history)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < history->slot_count; i++) {
        const struct results_slot_history *slot = &history->slots[i];
        cJSON *object = cJSON_CreateObject();
        if (slot->slot)
            cJSON_AddStringToObject(object, "slot", slot->slot);
        cJSON_AddNumberToObject(object, "notPassed", slot->bad);
        cJSON_AddNumberToObject(object, "othersThereInTheHour", slot->others_here);
        cJSON_AddNumberToObject(object, "othersElsewhereInTheHour", slot->others_elsewhere);
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

static cJSON *history_json(const struct results_history *history)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "id", history->id);
    cJSON_AddNumberToObject(object, "runs", history->runs);
    cJSON_AddNumberToObject(object, "failed", history->failed);
    cJSON_AddNumberToObject(object, "errors", history->errors);
    cJSON_AddNumberToObject(object, "repeated", history->repeated);
    cJSON_AddNumberToObject(object, "greenSince", history->green_since);
    if (!history->last_bad_ms)
        return object;
    cJSON_AddNumberToObject(object, "lastNotPassed", (double)history->last_bad_ms);
    cJSON_AddNumberToObject(object, "stillThere", history->still_there);
    cJSON_AddNumberToObject(object, "greenRunsToBeSure", history->runs_to_be_sure);
    if (history->last_message)
        cJSON_AddStringToObject(object, "message", history->last_message);
    cJSON_AddItemToObject(object, "slots", slots_json(history));
    return object;
}

bool cli_report_history(const struct results *reports, size_t count,
                        const struct results_excuses *excuses, uint64_t now_ms, bool all, bool json)
{
    struct results_histories histories;
    char from[40], to[40];
    bool good = results_histories_make(reports, count, &histories);
    cJSON *list = json ? cJSON_CreateArray() : NULL;
    size_t shown = all ? histories.count : histories.bad_count;
    for (size_t i = 0; good && i < shown; i++)
        if (json)
            cJSON_AddItemToArray(list, history_json(&histories.list[i]));
        else
            print_one(&histories.list[i], excuses, now_ms);
    if (json)
        good = print_root("cases", list) && good;
    if (good && !json) {
        print_idle(excuses, &histories, now_ms);
        printf("%zu reports from %s to %s: %zu of %zu cases did not always pass\n", count,
               moment(histories.from_ms, from, sizeof from), moment(histories.to_ms, to, sizeof to),
               histories.bad_count, histories.count);
    }
    results_histories_done(&histories);
    return good;
}

bool cli_report_comparison_json(const struct results_comparison *comparison)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < comparison->count; i++) {
        const struct results_pair *pair = &comparison->pairs[i];
        const struct results_test *test = pair->after ? pair->after : pair->before;
        cJSON *object = cJSON_CreateObject();
        if (pair->change == RESULTS_SAME) {
            cJSON_Delete(object);
            continue;
        }
        cJSON_AddStringToObject(object, "id", test->id);
        cJSON_AddStringToObject(object, "change", results_change_name(pair->change));
        if (pair->before)
            cJSON_AddStringToObject(object, "before", report_verdict_name(pair->before->verdict));
        if (pair->after)
            cJSON_AddStringToObject(object, "after", report_verdict_name(pair->after->verdict));
        if (pair->after && test->message)
            cJSON_AddStringToObject(object, "message", test->message);
        cJSON_AddItemToArray(list, object);
    }
    return print_root("changes", list);
}
