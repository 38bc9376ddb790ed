/*
 * profiles.c - variants and revisions as rows (facts 7).
 *
 * Which commands an old firmware lacks is not documented: the version table of AT106 says when the
 * manual got a command, and builds were a little ahead of it (FOTA100 of 2018-04 uses what the
 * manual has from 2018-05 on). That reading is the setting command-set.
 */
#include "sim/knowledge/profiles.h"

#include <string.h>

#include "sim/frame.h"

enum { LTE = SIM_CAT_M | SIM_NB_IOT, ALL_RADIOS = LTE | SIM_GSM };

/* AT106 1.1 and FOTA101's scope; "some" have NB-IoT and EGPRS beside CAT-M, not told which. */
static const struct sim_variant_row variants[] = {
    {"SIM7000C", "1351B03SIM7000C", ALL_RADIOS, 'D', "AT106 1.1", "CAT-M, NB-IoT and GSM"},
    {"SIM7000A", "1351B03SIM7000A", LTE, 'I', "AT106 1.1", "CAT-M and NB-IoT"},
    {"SIM7000E", "1351B05SIM7000E", ALL_RADIOS, 'O', "T13", "CAT-M, NB-IoT and GSM"},
    {"SIM7000G", "1529B08SIM7000G", ALL_RADIOS, 'D', "AT106 1.1", "CAT-M, NB-IoT and GSM"},
    {"SIM7000C-N", "1351B03SIM7000C-N", SIM_NB_IOT, 'D', "AT106 1.1, FOTA101", "NB-IoT only"},
    {"SIM7000E-N", "1351B03SIM7000E-N", SIM_NB_IOT, 'D', "AT106 1.1, FOTA101", "NB-IoT only"},
    {"SIM7000JC", "1351B03SIM7000JC", SIM_CAT_M, 'I', "AT106 1.1", "CAT-M only"},
};
enum { VARIANTS = sizeof variants / sizeof variants[0] };

enum { V102 = 102, V104 = 104, V106 = 106 };

#define QCN_TX3(text) "MDM9206_TX3.0.SIM7000G_" text

/* All but the last name series and build in full. */
static const struct sim_profile profiles[] = {
    {"1351B01*", NULL, V102, 0, 'I', "AT106 2.2, sim7000-at 7", "V01", NULL,
     "commands of manual V1.02: no CNACT, HTTPTOFS, CFS* and SSL"},
    {"1351B03*", "SIM7000A", V104, SIM_TRAIT_NO_SH | SIM_TRAIT_NO_TLS, 'O', "T05", "V01", NULL,
     "SHCONN is not allowed, HTTPACTION with TLS ends with 603"},
    {"1351B03*", NULL, V104, 0, 'I', "botletics issue 144", "V01", NULL, "commands of V1.04"},
    {"1351B04*", NULL, V104, 0, 'I', "FOTA100", "V01", NULL, "commands of manual V1.04"},
    {"1351B05*", NULL, V104, SIM_TRAIT_NO_DIAL, 'O', "T07, T23, M07", "V01", NULL,
     "commands of manual V1.04; ATD*99# is an error on LTE"},
    {"1351B06*", NULL, V104, SIM_TRAIT_NO_DIAL | SIM_TRAIT_CREG_OFF, 'O', "T16, M07, M05", "V03",
     NULL, "commands of manual V1.04; ATD*99# is an error on LTE, CREG reads 0 on NB-IoT"},
    {"1351B07*", NULL, V104, 0, 'I', "botletics issue 126", "V01", NULL, "commands of V1.04"},
    {"1351B08*", NULL, V104, SIM_TRAIT_SHORT_CPSI | SIM_TRAIT_FEW_CONTEXTS, 'O', "T25, M07", "V01",
     NULL, "commands of manual V1.04; CPSI is short, contexts are 1 and 13"},
    {"1529B01*", NULL, V104, 0, 'I', "sim7000-at 7", "V01", NULL, "commands of manual V1.04"},
    {"1529B03*", NULL, V104, 0, 'I', "T18", "V01", NULL, "commands of manual V1.04"},
    {"1529B04*", NULL, V106, 0, 'D', "FOTA101", "V01", NULL, "commands of manual V1.06"},
    {"1529B08*", NULL, V106, SIM_TRAIT_LONG_END, 'O', "T19, M09", "V01", QCN_TX3("P1.03_20220415"),
     "commands of manual V1.06; CPSI on GSM ends in three numbers"},
    {"1529B10*", NULL, V106, SIM_TRAIT_NO_SHS, 'O', "T19, sim7000-at 7", "V02",
     QCN_TX3("P1.03C_20240911"), "SHCONN is not allowed with https"},
    {"1529B11SIM7000", NULL, V106, 0, 'O', "T12", "V01", "MDM9206_SIM7000",
     "a module whose QCN was replaced by a flash"},
    {"1529B11*", NULL, V106, 0, 'O', "T19", "V01", QCN_TX3("P1.02_20180726"), "HTTPS works again"},
    {"*", NULL, V106, 0, 'I', "sim7000-at 7", "V01", NULL,
     "a firmware nobody has told of: commands of manual V1.06"},
};
enum { PROFILES = sizeof profiles / sizeof profiles[0] };

/* ---- rows ---------------------------------------------------------------------------------- */

const struct sim_variant_row *sim_variant_row(size_t index)
{
    return index < VARIANTS ? &variants[index] : NULL;
}

const char *sim_variant(size_t index)
{
    return index < VARIANTS ? variants[index].name : NULL;
}

const struct sim_profile *sim_profile_row(size_t index)
{
    return index < PROFILES ? &profiles[index] : NULL;
}

static bool fits(const struct sim_profile *row, const char *variant, const char *revision)
{
    const char *wanted = row->revision;
    if (row->variant && strcmp(row->variant, variant) != 0)
        return false;
    for (; *wanted && *wanted != '*' && *wanted == *revision; wanted++)
        revision++;
    return *wanted == '*' || (!*wanted && !*revision);
}

const struct sim_profile *sim_profile_find(const char *variant, const char *revision)
{
    const struct sim_profile *row = profiles;
    while (!fits(row, variant, revision))
        row++;
    return row;
}

/* ---- the firmware that runs ---------------------------------------------------------------- */

/* Asked for each command: the number of the build tells most rows apart at once. */
const struct sim_profile *sim_profile(const struct sim_context *ctx)
{
    enum { BUILD = 6 }; /* of "1351B03SIM7000C" its last digit */
    const char *revision = ctx->sim->updater.revision;
    _Static_assert(sizeof ctx->sim->updater.revision > BUILD, "there is such a place");
    const struct sim_profile *row = profiles;
    while ((row->revision[0] != '*' && row->revision[BUILD] != revision[BUILD]) ||
           !fits(row, ctx->host->config->variant, revision))
        row++;
    return row;
}

bool sim_profile_has(const struct sim_context *ctx, enum sim_trait trait)
{
    return (sim_profile(ctx)->traits & trait) != 0;
}

bool sim_profile_knows(const struct sim_context *ctx, const struct sim_command *command)
{
    if (sim_setting(ctx, SIM_SETTING_NAMED_COMMANDS) && sim_command_is_named_only(command))
        return false;
    return command->since <= V102 || sim_setting(ctx, SIM_SETTING_COMMAND_SET) == 1 ||
           command->since <= sim_profile(ctx)->since;
}

uint8_t sim_profile_radios(const struct sim_context *ctx)
{
    if (sim_setting(ctx, SIM_SETTING_VARIANT_RADIOS) == 0)
        for (size_t i = 0; i < VARIANTS; i++)
            if (strcmp(variants[i].name, ctx->host->config->variant) == 0)
                return variants[i].radios;
    return ALL_RADIOS;
}

/* ---- choosing one -------------------------------------------------------------------------- */

/* "1529B10SIM7000G_2024" is of a SIM7000G; of none that is known: NULL. */
static const struct sim_variant_row *variant_of(const char *revision)
{
    const char *series = strstr(revision, "SIM7000");
    size_t length = series ? strcspn(series, "_") : 0;
    for (size_t i = 0; i < VARIANTS; i++)
        if (series && strlen(variants[i].name) == length &&
            memcmp(variants[i].name, series, length) == 0)
            return &variants[i];
    /* 1529 builds carry G (facts 7). */
    return strncmp(revision, "1529", 4) == 0 ? &variants[3] : NULL;
}

static bool copy_name(char *buffer, size_t capacity, const char *text)
{
    size_t length = strlen(text);
    if (length >= capacity)
        return false;
    memset(buffer, 0, capacity);
    memcpy(buffer, text, length);
    return true;
}

bool sim_config_identify(struct sim_config *config, const char *variant, const char *revision)
{
    const struct sim_variant_row *row = NULL;
    for (size_t i = 0; variant && i < VARIANTS; i++)
        if (strcmp(variants[i].name, variant) == 0)
            row = &variants[i];
    if (variant && !row)
        return false;
    if (!variant && revision)
        row = variant_of(revision);
    if (row && !copy_name(config->variant, sizeof config->variant, row->name))
        return false;
    if (!revision && row)
        revision = row->revision;
    return !revision || copy_name(config->revision, sizeof config->revision, revision);
}
