/* digest.c - the members of a case, one row each, and their digest. */
#include "harness/scenario/digest.h"

#include <string.h>

enum kind {
    NUMBER,
    TEXT,   /* a pointer; NULL is another text than "" */
    CHARS,  /* an array with a NUL in it */
    COUNTED /* digested by hand below, or left out: it says nothing of what happens */
};

#define MEMBER(type, member, kind)                                                                 \
    {                                                                                              \
        offsetof(struct type, member), sizeof(((struct type *)0)->member), kind                    \
    }

static const struct scenario_member job[] = {
#define X(member, kind) MEMBER(fota_job, member, kind),
    X(from_revision, TEXT) X(to_revision, TEXT) X(model, TEXT) X(url, TEXT) X(ftp_server, TEXT)
        X(ftp_user, TEXT) X(ftp_password, TEXT) X(ftp_path, TEXT) X(ftp_name, TEXT) X(apn, TEXT)
            X(package_size_bytes, NUMBER) X(package_crc32, NUMBER) X(baud_bps, NUMBER)
                X(supply_min_mv, NUMBER) X(network_timeout_ms, NUMBER)
                    X(download_timeout_ms, NUMBER) X(update_timeout_ms, NUMBER)
                        X(total_timeout_ms, NUMBER) X(download_tries_max, NUMBER)
                            X(attempts_max, NUMBER) X(delivery, NUMBER) X(trust_report, NUMBER)
                                X(ftp_port, NUMBER) X(restore.apn, TEXT) X(restore.baud_bps, NUMBER)
                                    X(restore.function, NUMBER) X(restore.psm, NUMBER)
                                        X(restore.apn_context, NUMBER) X(restore.mode, NUMBER)
                                            X(restore.lte, NUMBER) X(restore.bands, TEXT)
                                                X(restore.network, TEXT) X(unjudged, NUMBER)
                                                    X(never_restart, NUMBER)
                                                        X(allow_downgrade, NUMBER)
#undef X
};

static const struct scenario_member config[] = {
#define X(member, kind) MEMBER(sim_config, member, kind),
    X(variant, CHARS) X(revision, CHARS) X(imei, CHARS) X(imsi, CHARS) X(iccid, CHARS)
        X(operator_name, CHARS) X(address, CHARS) X(apn, CHARS) X(service_centre, CHARS)
            X(settings, COUNTED) X(blobs, COUNTED) X(blob_count, COUNTED)
                X(initial_file_count, COUNTED) X(cells, COUNTED) X(cell_count, NUMBER)
                    X(initial_files, COUNTED) X(initial_value_count, COUNTED)
                        X(initial_values, COUNTED)
#undef X
};

static const struct scenario_member cell[] = {
#define X(member, kind) MEMBER(sim_cell, member, kind),
    X(operator_name, CHARS) X(named, NUMBER) X(values, COUNTED)
#undef X
};

static const struct scenario_member package[] = {
#define X(member, kind) MEMBER(scenario_package, member, kind),
    X(from, CHARS) X(to, CHARS) X(variant, CHARS) X(size_bytes, NUMBER) X(sent_bytes, NUMBER)
        X(damage_at, NUMBER) X(http, NUMBER)
#undef X
};

static const struct scenario_member host[] = {
#define X(member, kind) MEMBER(scenario_host, member, kind),
    X(baud_bps, NUMBER) X(refused, NUMBER) X(request_us, NUMBER) X(start_after_us, NUMBER)
        X(says_later, NUMBER) X(checkpoint, COUNTED) X(replay, TEXT)
#undef X
};

static const struct scenario_member event[] = {
#define X(member, kind) MEMBER(scenario_event, member, kind),
    X(place, COUNTED) X(when.kind, NUMBER) X(when.phase, NUMBER) X(when.percent, NUMBER)
        X(when.state, NUMBER) X(when.at, NUMBER) X(when.number, NUMBER) X(when.time_us, NUMBER)
            X(when.text, TEXT) X(when.answers, TEXT) X(first_action, NUMBER) X(action_count, NUMBER)
                X(mark, NUMBER) X(armed_by, NUMBER) X(may_not_fire, NUMBER) X(chosen, COUNTED)
                    X(times, NUMBER) X(after_us, NUMBER)
#undef X
};

static const struct scenario_member action[] = {
#define X(member, kind) MEMBER(scenario_action, member, kind),
    X(kind, NUMBER) X(detail, NUMBER) X(run, NUMBER) X(cut, NUMBER) X(lasting, NUMBER)
        X(setting, NUMBER) X(value, NUMBER) X(number, NUMBER) X(for_us, NUMBER) X(text, COUNTED)
            X(length, NUMBER) X(from, TEXT) X(place, COUNTED)
#undef X
};

static const struct scenario_member expectation[] = {
#define X(member, kind) MEMBER(scenario_expectation, member, kind),
    X(place, COUNTED) X(kind, NUMBER) X(detail, NUMBER) X(from, NUMBER) X(to, NUMBER)
        X(number, NUMBER) X(time_us, NUMBER) X(least_us, NUMBER) X(text, TEXT)
#undef X
};

static const struct scenario_member whole[] = {
#define X(member, kind) MEMBER(scenario_case, member, kind),
    X(name, COUNTED) X(values, COUNTED) X(job, COUNTED) X(checksum, NUMBER) X(module, COUNTED)
        X(settings_named, COUNTED) X(module_file_count, NUMBER) X(module_files, COUNTED)
            X(package, COUNTED) X(then, COUNTED) X(host, COUNTED) X(setup_place, COUNTED)
                X(server_place, COUNTED) X(package_place, COUNTED) X(fixtures, COUNTED)
                    X(event_count, NUMBER) X(action_count, NUMBER) X(expectation_count, COUNTED)
                        X(mark_count, NUMBER) X(lasting_count, NUMBER) X(events, COUNTED)
                            X(actions, COUNTED) X(expectations, COUNTED)
#undef X
};

#define LISTED(type, members)                                                                      \
    {                                                                                              \
#type, sizeof(struct type), members, sizeof(members) / sizeof((members)[0])                \
    }

enum { JOB, CONFIG, CELL, PACKAGE, HOST, EVENT, ACTION, EXPECTATION, WHOLE, LISTED_COUNT };
static const struct scenario_listed listed[LISTED_COUNT] = {
    [JOB] = LISTED(fota_job, job),
    [CONFIG] = LISTED(sim_config, config),
    [CELL] = LISTED(sim_cell, cell),
    [PACKAGE] = LISTED(scenario_package, package),
    [HOST] = LISTED(scenario_host, host),
    [EVENT] = LISTED(scenario_event, event),
    [ACTION] = LISTED(scenario_action, action),
    [EXPECTATION] = LISTED(scenario_expectation, expectation),
    [WHOLE] = LISTED(scenario_case, whole),
};

const struct scenario_listed *scenario_digest_listed(size_t index)
{
    return index < LISTED_COUNT ? &listed[index] : NULL;
}

/* ---- digesting ------------------------------------------------------------------------------- */

static uint64_t load(const void *member, size_t size)
{
    uint8_t one;
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (size) {
    case 1:
        memcpy(&one, member, 1);
        return one;
    case 2:
        memcpy(&two, member, 2);
        return two;
    case 4:
        memcpy(&four, member, 4);
        return four;
    default:
        memcpy(&eight, member, 8);
        return eight;
    }
}

static uint64_t add_number(uint64_t digest, uint64_t number)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
    return sim_digest(digest, bytes, sizeof bytes);
}

static uint64_t add_bytes(uint64_t digest, const char *text, size_t length)
{
    return sim_digest(add_number(digest, text ? length : UINT64_MAX), text, text ? length : 0);
}

static uint64_t add_text(uint64_t digest, const char *text)
{
    return add_bytes(digest, text, text ? strlen(text) : 0);
}

static uint64_t add(uint64_t digest, unsigned which, const void *structure)
{
    const struct scenario_listed *list = &listed[which];
    for (size_t i = 0; i < list->count; i++) {
        const struct scenario_member *member = &list->members[i];
        const char *at = (const char *)structure + member->offset;
        const char *text;
        if (member->kind == NUMBER)
            digest = add_number(digest, load(at, member->size));
        if (member->kind == CHARS)
            digest = add_text(digest, at);
        if (member->kind == TEXT) {
            memcpy(&text, at, sizeof text);
            digest = add_text(digest, text);
        }
    }
    return digest;
}

/* By name, and only what is not as usual: a new setting changes no digest. */
static uint64_t add_settings(uint64_t digest, const int32_t *settings)
{
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        const struct sim_setting_info *info = sim_setting_info(i);
        if (settings[i] == info->initial)
            continue;
        digest = add_text(digest, info->name);
        digest = add_number(digest, (uint32_t)settings[i]);
    }
    return digest;
}

/* What a cell does not name is as the settings say. */
static uint64_t add_cell(uint64_t digest, const struct sim_cell *one)
{
    digest = add(digest, CELL, one);
    for (unsigned i = 0; i < SIM_CELL_FIELD_COUNT; i++)
        if (one->named >> i & 1)
            digest = add_number(digest, (uint32_t)one->values[i]);
    return digest;
}

/* Bytes with a NUL among them have a length. */
static uint64_t add_action(uint64_t digest, const struct scenario_action *one)
{
    digest = add(digest, ACTION, one);
    return one->length ? add_bytes(digest, one->text, one->length) : add_text(digest, one->text);
}

uint64_t scenario_digest(const struct scenario_case *one)
{
    uint64_t digest = add(SIM_DIGEST, WHOLE, one);
    digest = add(digest, JOB, &one->job);
    digest = add(digest, CONFIG, &one->module);
    digest = add_settings(digest, one->module.settings);
    for (unsigned i = 0; i < one->module.cell_count; i++)
        digest = add_cell(digest, &one->module.cells[i]);
    for (unsigned i = 0; i < one->module.initial_value_count; i++) {
        digest = add_number(digest, one->module.initial_values[i].parameter);
        digest = add_number(digest, one->module.initial_values[i].value);
    }
    digest = add(digest, PACKAGE, &one->package);
    if (one->then.place.line) {
        digest = add(digest, JOB, &one->then.job);
        digest = add_number(digest, one->then.checksum);
        digest = add(digest, PACKAGE, &one->then.package);
        digest = add_number(digest, one->then.after_us);
    }
    digest = add(digest, HOST, &one->host);
    if (one->host.checkpoint)
        digest = add_text(digest, one->host.checkpoint);
    for (unsigned i = 0; i < one->module_file_count; i++) {
        digest = add_number(digest, one->module_files[i].directory);
        digest = add_text(digest, one->module_files[i].name);
        digest = add(digest, PACKAGE, &one->module_files[i].content);
    }
    for (unsigned i = 0; i < one->event_count; i++)
        digest = add(digest, EVENT, &one->events[i]);
    for (unsigned i = 0; i < one->action_count; i++)
        digest = add_action(digest, &one->actions[i]);
    for (unsigned i = 0; i < one->expectation_count; i++)
        if (one->expectations[i].kind != SCENARIO_EXPECT_COST)
            digest = add(digest, EXPECTATION, &one->expectations[i]);
    return digest;
}
