/* now.c - what slots do now, between processes and in a file. */
#include "harness/rack/now.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/rack/rack.h"
#include "reports/file.h"

enum { FORMAT = 1, PATH_MAX_BYTES = 4096 };

static const char file_name[] = "slots.json";

const char *rack_act_text(unsigned act)
{
    static const char *const texts[] = {
#define X(name, text) text,
        RACK_ACTS(X)
#undef X
    };
    return act < RACK_ACT_COUNT ? texts[act] : "?";
}

/* ---- between processes ----------------------------------------------------------------------- */

struct rack_doing *rack_doing_new(size_t count)
{
    void *memory = mmap(NULL, (count ? count : 1) * sizeof(struct rack_doing),
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void rack_doing_free(struct rack_doing *doing, size_t count)
{
    if (doing)
        munmap(doing, (count ? count : 1) * sizeof *doing);
}

void rack_does(struct rack_doing *doing, enum rack_act act)
{
    if (doing)
        atomic_store(&doing->act, (uint8_t)act);
}

void rack_power_is(struct rack_doing *doing, bool on)
{
    if (doing)
        atomic_store(&doing->power, on ? RACK_POWER_ON : RACK_POWER_OFF);
}

/* ---- the file -------------------------------------------------------------------------------- */

static cJSON *slot_object(const struct rack_now *now)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "slot", now->slot);
    cJSON_AddStringToObject(object, "revision", now->revision);
    cJSON_AddStringToObject(object, "does", now->does);
    cJSON_AddStringToObject(object, "case", now->case_name);
    cJSON_AddNumberToObject(object, "since", (double)now->since_ms);
    cJSON_AddStringToObject(object, "power", now->power);
    cJSON_AddNumberToObject(object, "cases", now->cases);
    cJSON_AddNumberToObject(object, "updates", now->updates);
    cJSON_AddStringToObject(object, "quarantine", now->quarantine);
    return object;
}

static char *print(const struct rack_now_list *list)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", FORMAT);
    cJSON_AddNumberToObject(root, "at", (double)list->at_ms);
    cJSON *slots = cJSON_AddArrayToObject(root, "slots");
    for (size_t i = 0; i < list->count; i++)
        cJSON_AddItemToArray(slots, slot_object(&list->slots[i]));
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}

bool rack_now_write(const char *folder, const struct rack_now_list *list)
{
    char path[PATH_MAX_BYTES];
    int length = snprintf(path, sizeof path, "%s/%s", folder, file_name);
    char *text = length > 0 && (size_t)length < sizeof path ? print(list) : NULL;
    bool good = text && report_file_write(path, text, strlen(text), REPORT_FILE_WHOLE) == 0;
    cJSON_free(text);
    return good;
}

static void take_text(const cJSON *object, const char *name, char *text, size_t capacity)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    const char *value = cJSON_IsString(item) ? item->valuestring : "";
    snprintf(text, capacity, "%.*s", (int)capacity - 1, value);
}

static uint64_t take_number(const cJSON *object, const char *name, double most)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    double value = cJSON_IsNumber(item) ? item->valuedouble : 0;
    return value >= 0 && value <= most ? (uint64_t)value : 0;
}

static void take_slot(const cJSON *object, struct rack_now *now)
{
    take_text(object, "slot", now->slot, sizeof now->slot);
    take_text(object, "revision", now->revision, sizeof now->revision);
    take_text(object, "does", now->does, sizeof now->does);
    take_text(object, "case", now->case_name, sizeof now->case_name);
    take_text(object, "power", now->power, sizeof now->power);
    take_text(object, "quarantine", now->quarantine, sizeof now->quarantine);
    now->since_ms = take_number(object, "since", 1e15);
    now->cases = (uint32_t)take_number(object, "cases", UINT32_MAX);
    now->updates = (uint32_t)take_number(object, "updates", UINT32_MAX);
}

bool rack_now_parse(const char *text, size_t size, struct rack_now_list *ret_list)
{
    cJSON *root = cJSON_ParseWithLength(text, size);
    const cJSON *slots = cJSON_GetObjectItemCaseSensitive(root, "slots");
    int count = cJSON_IsArray(slots) ? cJSON_GetArraySize(slots) : 0;
    const cJSON *item;
    *ret_list = (struct rack_now_list){.at_ms = take_number(root, "at", 1e15)};
    if (count > 0 && count <= RACK_SLOTS_MAX)
        ret_list->slots = calloc((size_t)count, sizeof *ret_list->slots);
    cJSON_ArrayForEach(item, slots)
    {
        if (ret_list->slots)
            take_slot(item, &ret_list->slots[ret_list->count++]);
    }
    cJSON_Delete(root);
    return ret_list->count > 0;
}

bool rack_now_read(const char *folder, struct rack_now_list *ret_list)
{
    char path[PATH_MAX_BYTES];
    *ret_list = (struct rack_now_list){0};
    int length = snprintf(path, sizeof path, "%s/%s", folder, file_name);
    FILE *file =
        length > 0 && (size_t)length < sizeof path ? report_file_source_stream(path) : NULL;
    char *text = file ? malloc(RACK_NOW_BYTES_MAX) : NULL;
    size_t size = text ? fread(text, 1, RACK_NOW_BYTES_MAX, file) : 0;
    bool good = size > 0 && size < RACK_NOW_BYTES_MAX && rack_now_parse(text, size, ret_list);
    free(text);
    if (file)
        fclose(file);
    return good;
}

void rack_now_done(struct rack_now_list *list)
{
    free(list->slots);
    *list = (struct rack_now_list){0};
}

const struct rack_now *rack_now_find(const struct rack_now_list *list, const char *slot)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->slots[i].slot, slot) == 0)
            return &list->slots[i];
    return NULL;
}
