/* override.c - puts another package into a case. */
#include "harness/scenario/override.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts --------------------------------------------------------------------------------- */

/* Keeps a text; NULL = no room. */
static const char *keep(struct scenario_overridden *made, const char *text, size_t length)
{
    char *at = made->texts + made->used;
    if (length + 1 > sizeof made->texts - made->used)
        return NULL;
    memcpy(at, text, length);
    at[length] = '\0';
    made->used += length + 1;
    return at;
}

/* The text with `to` for the first `from`; all from there on is left out when `to` is NULL. */
static const char *replaced(struct scenario_overridden *made, const char *text, const char *from,
                            const char *to)
{
    char whole[2 * SCENARIO_TEXT_MAX + 512];
    const char *at = text && from && *from ? strstr(text, from) : NULL;
    if (!at || (to && strcmp(from, to) == 0))
        return text;
    int length = snprintf(whole, sizeof whole, "%.*s%s%s", (int)(at - text), text, to ? to : "",
                          to ? at + strlen(from) : "");
    return length < (int)sizeof whole ? keep(made, whole, (size_t)length) : NULL;
}

/* ---- FTP ----------------------------------------------------------------------------------- */

/* "user:password@host:port/path/name" into the job's fields. */
static bool read_ftp(struct scenario_overridden *made, const char *url)
{
    struct fota_job *job = &made->one.job;
    const char *place = url + strlen("ftp://");
    const char *slash = strchr(place, '/');
    const char *at = slash ? memchr(place, '@', (size_t)(slash - place)) : NULL;
    const char *name = slash ? strrchr(slash, '/') + 1 : NULL;
    if (!slash || !*name)
        return false;
    if (at) {
        size_t user = strcspn(place, ":@");
        job->ftp_user = keep(made, place, user);
        job->ftp_password =
            place[user] == ':' ? keep(made, place + user + 1, (size_t)(at - place) - user - 1) : "";
        place = at + 1;
    }
    size_t host = strcspn(place, ":/");
    job->ftp_server = keep(made, place, host);
    job->ftp_port = place[host] == ':' ? (uint16_t)strtoul(place + host + 1, NULL, 10) : 0;
    job->ftp_path = keep(made, slash, (size_t)(name - slash));
    job->ftp_name = keep(made, name, strlen(name));
    return host > 0 && job->ftp_server && job->ftp_path && job->ftp_name;
}

enum { OTHER_BYTES = 1000 };

/* ---- the job ------------------------------------------------------------------------------- */

static bool set_url(struct scenario_overridden *made, const char *url)
{
    struct fota_job *job = &made->one.job;
    if (!url)
        return true;
    if (strncmp(url, "ftp://", 6) == 0) {
        job->delivery = FOTA_DELIVERY_FTP;
        return read_ftp(made, url);
    }
    job->url = url;
    job->delivery = FOTA_DELIVERY_HTTP;
    return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

/* Another package has another length and checksum, known or not. */
static void set_package(struct scenario_overridden *made, const struct scenario_override *override)
{
    struct fota_job *job = &made->one.job;
    bool compares = override->crc32 && (!override->checksum_if_wanted || made->one.checksum);
    if (override->size_bytes == 0 && !override->url)
        return;
    job->package_size_bytes = override->size_bytes;
    job->package_crc32 = compares && !override->remakes_package ? override->crc32 : 0;
    made->one.checksum = compares && override->remakes_package; /* of what is made */
}

static void rename_revision(char revision[40], const struct fota_job *old,
                            const struct fota_job *job)
{
    const char *now = NULL;
    if (old->from_revision && strcmp(revision, old->from_revision) == 0)
        now = job->from_revision;
    else if (old->to_revision && strcmp(revision, old->to_revision) == 0)
        now = job->to_revision;
    if (now)
        snprintf(revision, 40, "%s", now);
}

/* The same part of another length. */
static uint32_t scaled(uint32_t part, uint32_t old, uint32_t now)
{
    return old ? (uint32_t)((uint64_t)part * now / old) : now;
}

static void resize_package(struct scenario_package *package, uint32_t size_bytes)
{
    uint32_t old = package->size_bytes;
    package->sent_bytes = scaled(package->sent_bytes, old, size_bytes);
    if (package->damage_at != UINT32_MAX)
        package->damage_at = scaled(package->damage_at, old, size_bytes);
    package->size_bytes = size_bytes;
}

/* What the server has, if it is made for the job; of a file that is there as it is, where it ends
 * early and where it is damaged. */
static void set_server(struct scenario_overridden *made, const struct scenario_override *override,
                       const struct scenario_case *one)
{
    struct scenario_package *package = &made->one.package;
    if (override->size_bytes)
        resize_package(package, override->size_bytes);
    if (!override->remakes_package)
        return;
    if (!override->size_bytes && override->url) /* of an unknown length: at least another one */
        resize_package(package, package->size_bytes + OTHER_BYTES);
    rename_revision(package->from, &one->job, &made->one.job);
    rename_revision(package->to, &one->job, &made->one.job);
    if (strcmp(package->variant, one->module.variant) == 0)
        snprintf(package->variant, sizeof package->variant, "%s", made->one.module.variant);
}

/* The module that the story begins with ran one of the job's revisions, or a third one. */
static void set_module(struct scenario_overridden *made, const struct scenario_case *one)
{
    rename_revision(made->one.module.revision, &one->job, &made->one.job);
}

static bool set_job(struct scenario_overridden *made, const struct scenario_override *override)
{
    struct fota_job *job = &made->one.job;
    if (override->from_revision)
        job->from_revision = override->from_revision;
    job->allow_downgrade = job->allow_downgrade || override->allow_downgrade;
    if (override->to_revision)
        job->to_revision = override->to_revision;
    if (override->variant)
        snprintf(made->one.module.variant, sizeof made->one.module.variant, "%s",
                 override->variant);
    if (!set_url(made, override->url))
        return false;
    if (override->delivery < FOTA_DELIVERY_COUNT)
        job->delivery = override->delivery;
    set_package(made, override);
    return true;
}

/* ---- expectations -------------------------------------------------------------------------- */

static bool set_expectations(struct scenario_overridden *made, const struct scenario_case *one)
{
    char old_size[16], new_size[16];
    const struct fota_job *job = &made->one.job;
    bool other_size = job->package_size_bytes != one->job.package_size_bytes;
    snprintf(old_size, sizeof old_size, "%" PRIu32, one->package.size_bytes);
    snprintf(new_size, sizeof new_size, "%" PRIu32, job->package_size_bytes);
    for (unsigned i = 0; i < made->one.expectation_count; i++) {
        struct scenario_expectation *expectation = &made->one.expectations[i];
        if (!expectation->text)
            continue;
        const char *text = replaced(made, expectation->text, one->job.url, job->url);
        /* One after the other would turn both into the same where the two change places. */
        if (text && one->job.from_revision && strstr(text, one->job.from_revision))
            text = replaced(made, text, one->job.from_revision, job->from_revision);
        else if (text)
            text = replaced(made, text, one->job.to_revision, job->to_revision);
        if (text && other_size)
            text = replaced(made, text, old_size, job->package_size_bytes ? new_size : NULL);
        if (!text)
            return false;
        expectation->text = text;
    }
    return true;
}

bool scenario_override_case(const struct scenario_override *override,
                            const struct scenario_case *one, struct scenario_overridden *made,
                            char *reterr_text, size_t reterr_capacity)
{
    made->one = *one;
    made->used = 0;
    if (!set_job(made, override)) {
        snprintf(reterr_text, reterr_capacity,
                 "package URL '%s': expected http://HOST/PATH, https://… or ftp://HOST/PATH/NAME",
                 override->url);
        return false;
    }
    set_module(made, one);
    if (override->checksum_if_wanted)
        set_server(made, override, one);
    if (set_expectations(made, one))
        return true;
    snprintf(reterr_text, reterr_capacity, "the texts of the scenario are too long for '%s'",
             override->url ? override->url : "other revisions");
    return false;
}
