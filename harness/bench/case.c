/* case.c - works out what is constant in all runs of a case. */
#include "harness/bench/case.h"

#include <stdio.h>
#include <string.h>

#include "harness/bench/blobs.h"

/* Core's default for the whole job (core/fota.h), and what it may take longer to say so. */
#define TOTAL_TIMEOUT_DEFAULT_MS 5400000u
#define ENDING_MS                600000u

/* Where a message goes, and packages come from. */
struct making {
    struct bench_case *made;
    struct bench_blobs *packages;
    char *text;
    size_t capacity;
};

/* The module's setting holds 31 bits; every bit of the seed takes part. */
static int32_t module_seed(uint64_t seed)
{
    uint64_t mixed = seed ^ seed >> 31 ^ seed >> 62;
    return (int32_t)(mixed & INT32_MAX);
}

static const struct sim_blob *get(const struct making *making,
                                  const struct scenario_package *package)
{
    return bench_blobs_get(making->packages, package, making->text, making->capacity);
}

static bool set_up_files(const struct making *making)
{
    struct bench_case *made = making->made;
    made->config.initial_file_count = made->one->module_file_count;
    for (uint8_t i = 0; i < made->one->module_file_count; i++) {
        struct sim_initial_file *file = &made->config.initial_files[i];
        const struct sim_blob *blob = get(making, &made->one->module_files[i].content);
        if (!blob)
            return false;
        made->blobs[1 + i] = *blob;
        file->directory = made->one->module_files[i].directory;
        memcpy(file->name, made->one->module_files[i].name, sizeof file->name);
        file->blob = (uint16_t)(1 + i);
        file->size_bytes = blob->size_bytes;
    }
    made->config.blobs = made->blobs;
    made->config.blob_count = (uint16_t)(1 + made->one->module_file_count);
    return true;
}

static bool set_up_module(const struct making *making, uint64_t seed)
{
    struct bench_case *made = making->made;
    const struct sim_blob *blob = get(making, &made->one->package);
    if (!blob)
        return false;
    made->blobs[0] = *blob;
    made->config = made->one->module;
    made->config.settings[SIM_SETTING_RANDOM_SEED] = module_seed(seed);
    return set_up_files(making);
}

/* The URL that the job names, or that its FTP settings come to. */
static void set_up_url(struct bench_job *made)
{
    const struct fota_job *job = &made->job;
    const char *path = job->ftp_path ? job->ftp_path : "/";
    char port[8] = "";
    snprintf(made->url, sizeof made->url, "%s", job->url ? job->url : "");
    if (job->delivery != FOTA_DELIVERY_FTP)
        return;
    if (job->ftp_port != 0 && job->ftp_port != 21)
        snprintf(port, sizeof port, ":%u", job->ftp_port);
    snprintf(made->url, sizeof made->url, "ftp://%s%s%s%s%s%s", job->ftp_server, port,
             path[0] == '/' ? "" : "/", path, path[strlen(path) - 1] == '/' ? "" : "/",
             job->ftp_name ? job->ftp_name : "update.zip");
}

/* The job names the checksum of the package as it should be, whatever the server or the host has.
 */
static bool set_up_job(const struct making *making, struct bench_job *made,
                       const struct scenario_package *package, bool checksum)
{
    struct scenario_package whole = *package;
    made->http = package->http;
    set_up_url(made);
    if (!checksum)
        return true;
    whole.sent_bytes = whole.size_bytes;
    whole.damage_at = UINT32_MAX;
    return bench_blobs_crc32(making->packages, &whole, &made->job.package_crc32, making->text,
                             making->capacity);
}

static bool set_up_first(const struct making *making)
{
    const struct scenario_case *one = making->made->one;
    struct bench_job *job = &making->made->jobs[0];
    job->job = one->job;
    job->blob = 0;
    return set_up_job(making, job, &one->package, one->checksum);
}

static bool set_up_second(const struct making *making)
{
    struct bench_case *made = making->made;
    const struct scenario_then *then = &made->one->then;
    struct bench_job *job = &made->jobs[1];
    if (scenario_job_count(made->one) == 1)
        return true;
    const struct sim_blob *blob = get(making, &then->package);
    if (!blob)
        return false;
    job->job = then->job;
    job->blob = made->config.blob_count++;
    made->blobs[job->blob] = *blob;
    return set_up_job(making, job, &then->package, then->checksum);
}

/* The most that a job may take. */
static uint64_t longest_us(const struct fota_job *job)
{
    uint64_t total_ms = job->total_timeout_ms ? job->total_timeout_ms : TOTAL_TIMEOUT_DEFAULT_MS;
    return (total_ms + ENDING_MS) * 1000u;
}

bool bench_case_make(struct bench_case *made, struct bench_blobs *packages,
                     const struct scenario_case *one, uint64_t seed, char *reterr_text,
                     size_t reterr_capacity)
{
    const struct making making = {made, packages, reterr_text, reterr_capacity};
    made->one = one;
    if (!set_up_module(&making, seed) || !set_up_first(&making) || !set_up_second(&making))
        return false;
    made->end_at_us = one->host.start_after_us + longest_us(&one->job);
    if (scenario_job_count(one) > 1)
        made->end_at_us += one->then.after_us + longest_us(&one->then.job);
    scenario_watch_init(&made->watch, one);
    return true;
}
