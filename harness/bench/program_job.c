/* program_job.c - environment and folder of a program. */
#include "harness/bench/program_job.h"
#include "reports/file.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the environment ---------------------------------------------------------------------- */

static void put(struct bench_environment *environment, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 2;
    char *entry = environment->count < BENCH_ENVIRONMENT_MAX ? malloc(size) : NULL;
    if (!entry) {
        environment->failed = true;
        return;
    }
    snprintf(entry, size, "%s=%s", name, value);
    environment->entries[environment->count++] = entry;
    environment->entries[environment->count] = NULL;
}

/* Both the list and the object that is a part of it. */
struct job_writer {
    struct bench_environment *environment;
    cJSON *json;
};

static void put_text(struct job_writer *writer, const char *name, const char *key,
                     const char *value)
{
    if (!value || !value[0])
        return;
    put(writer->environment, name, value);
    if (!cJSON_AddStringToObject(writer->json, key, value))
        writer->environment->failed = true;
}

static void put_number(struct job_writer *writer, const char *name, const char *key, double value,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));
static void put_number(struct job_writer *writer, const char *name, const char *key, double value,
                       const char *format, ...)
{
    char text[64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put(writer->environment, name, text);
    if (!cJSON_AddNumberToObject(writer->json, key, value))
        writer->environment->failed = true;
}

static bool write_package(const struct sim_blob *package, const char *path)
{
    return report_file_write(path, package->bytes, package->size_bytes, REPORT_FILE_WHOLE) == 0;
}

/* Where the job wants a push the host has the package, as a file. */
static bool put_package(struct job_writer *writer, const struct bench_case *shared,
                        const struct bench_job *asked, const char *folder)
{
    char path[BENCH_PATH_MAX + 16];
    if (asked->job.delivery != FOTA_DELIVERY_PUSH || !folder[0])
        return true;
    snprintf(path, sizeof path, "%s/update.zip", folder);
    put_text(writer, "FOTA_PACKAGE", "package", path);
    return write_package(&shared->blobs[asked->blob], path);
}

uint32_t bench_job_deadline_s(const struct fota_job *job)
{
    static const uint32_t default_ms = 5400000;
    return (job->total_timeout_ms ? job->total_timeout_ms : default_ms) / 1000;
}

/* What the job wants set once more after an update; the names are the scenario's. */
static void put_restore(struct job_writer *writer, const struct fota_restore *restore)
{
    const struct {
        const char *name, *key;
        unsigned value; /* 0 = left alone */
    } numbers[] = {{"FOTA_RESTORE_CNMP", "restore-cnmp", restore->mode},
                   {"FOTA_RESTORE_CMNB", "restore-cmnb", restore->lte},
                   {"FOTA_RESTORE_CFUN", "restore-cfun", restore->function}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i].value)
            put_number(writer, numbers[i].name, numbers[i].key, numbers[i].value, "%u",
                       numbers[i].value);
    put_text(writer, "FOTA_RESTORE_BANDCFG", "restore-bandcfg", restore->bands);
    put_text(writer, "FOTA_RESTORE_OPERATOR", "restore-operator", restore->network);
    put_text(writer, "FOTA_RESTORE_APN", "restore-apn", restore->apn);
    if (restore->psm)
        put_text(writer, "FOTA_RESTORE_PSM", "restore-psm", restore->psm == 1 ? "off" : "on");
}

static void put_job(struct job_writer *writer, const struct bench_case *shared,
                    const struct bench_job *asked, double speed)
{
    const struct fota_job *job = &asked->job;
    uint32_t deadline_s = bench_job_deadline_s(job);
    put_text(writer, "FOTA_URL", "url", job->delivery == FOTA_DELIVERY_PUSH ? NULL : asked->url);
    put_text(writer, "FOTA_MODEL", "model", job->model);
    put_text(writer, "FOTA_FROM", "from", job->from_revision);
    put_text(writer, "FOTA_TO", "to", job->to_revision);
    if (job->package_size_bytes)
        put_number(writer, "FOTA_SIZE", "size", job->package_size_bytes, "%" PRIu32,
                   job->package_size_bytes);
    if (job->package_crc32)
        put_number(writer, "FOTA_CRC32", "crc32", job->package_crc32, "%08" PRIx32,
                   job->package_crc32);
    put_text(writer, "FOTA_APN", "apn", job->apn);
    put_text(writer, "FOTA_DELIVERY", "delivery", fota_delivery_name(job->delivery));
    put_restore(writer, &job->restore);
    if (job->supply_min_mv)
        put_number(writer, "FOTA_SUPPLY_MIN", "supply-min", job->supply_min_mv, "%" PRIu32,
                   job->supply_min_mv);
    if (job->allow_downgrade)
        put_text(writer, "FOTA_ALLOW_DOWNGRADE", "allow-downgrade", "yes");
    put_number(writer, "FOTA_BAUD", "baud", shared->one->host.baud_bps, "%" PRIu32,
               shared->one->host.baud_bps);
    put_number(writer, "FOTA_DEADLINE", "deadline", deadline_s, "%" PRIu32, deadline_s);
    put_number(writer, "FOTA_SPEED", "speed", speed, "%g", speed);
}

static void put_everyones(struct bench_environment *environment, const char *folder)
{
    const char *path = getenv("PATH");
    put(environment, "PATH", path ? path : "/usr/local/bin:/usr/bin:/bin");
    put(environment, "HOME", folder);
    put(environment, "TMPDIR", folder);
    put(environment, "LANG", "C.UTF-8");
    put(environment, "TZ", "UTC");
    /* What would make two runs of the same program differ, or leave files beside its source. */
    put(environment, "PYTHONHASHSEED", "0");
    put(environment, "PYTHONDONTWRITEBYTECODE", "1");
    put(environment, "PYTHONUNBUFFERED", "1");
}

bool bench_environment_make(struct bench_environment *environment, const struct bench_case *shared,
                            const struct bench_job *asked, const char *port, const char *folder,
                            double speed)
{
    struct job_writer writer = {environment, cJSON_CreateObject()};
    *environment = (struct bench_environment){.failed = !writer.json};
    put_everyones(environment, folder);
    put_text(&writer, "FOTA_PORT", "port", port);
    put_text(&writer, "FOTA_FOLDER", "folder", folder);
    put_job(&writer, shared, asked, speed);
    if (!put_package(&writer, shared, asked, folder))
        environment->failed = true;
    char *text = writer.json ? cJSON_PrintUnformatted(writer.json) : NULL;
    put(environment, "FOTA_JOB", text ? text : "");
    cJSON_free(text);
    cJSON_Delete(writer.json);
    return !environment->failed;
}

char *bench_job_json(const struct bench_case *shared)
{
    static const char name[] = "FOTA_JOB=";
    struct bench_environment environment;
    char *text = NULL;
    if (bench_environment_make(&environment, shared, &shared->jobs[0], "", "", 1))
        for (size_t i = 0; i < environment.count; i++)
            if (strncmp(environment.entries[i], name, sizeof name - 1) == 0)
                text = strdup(environment.entries[i] + sizeof name - 1);
    bench_environment_done(&environment);
    return text;
}

void bench_environment_done(struct bench_environment *environment)
{
    for (size_t i = 0; i < environment->count; i++)
        free((void *)(uintptr_t)environment->entries[i]);
    environment->count = 0;
    environment->entries[0] = NULL;
}

/* ---- the folder --------------------------------------------------------------------------- */

bool bench_folder_make(struct bench_folder *folder)
{
    const char *where = getenv("TMPDIR");
    if (folder->path[0])
        return bench_folder_empty(folder);
    snprintf(folder->path, sizeof folder->path, "%.200s/fotarig-XXXXXX", where ? where : "/tmp");
    if (mkdtemp(folder->path))
        return true;
    folder->path[0] = '\0';
    return false;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    return where->level > 0 ? remove(path) : 0;
}

bool bench_folder_empty(const struct bench_folder *folder)
{
    return nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

void bench_folder_remove(struct bench_folder *folder)
{
    if (!folder->path[0])
        return;
    bench_folder_empty(folder);
    rmdir(folder->path);
    folder->path[0] = '\0';
}
