/*
 * cells.c - the cells in reach: each from its description (sim/cell.h), and which of them the
 * module takes. All commands about the radio read what is worked out here, so that none contradicts
 * another.
 */
#include "sim/radio/cells.h"

#include <string.h>

#include "sim/at/stored.h"
#include "sim/knowledge/profiles.h"

/* Setting access. */
enum { ACCESS_ANY = 3, ACCESS_EGPRS = 4 };

/* CSQ (AT106 3.2.16): 0 at -113 dBm, 31 at -51. */
enum { CSQ_FLOOR_DBM = -113, CSQ_MAXIMUM = 31, CSQ_UNKNOWN = 99 };

static const uint16_t settings_of_fields[] = {
#define X(name) SIM_SETTING_##name,
    SIM_CELL_FIELDS(X)
#undef X
};

unsigned sim_cell_setting(enum sim_cell_field field)
{
    return settings_of_fields[field];
}

int sim_cell_field(unsigned setting)
{
    for (int field = 0; field < SIM_CELL_FIELD_COUNT; field++)
        if (settings_of_fields[field] == setting)
            return field;
    return -1;
}

/* ---- bands and channels -------------------------------------------------------------------- */

/* Downlink channels of a band (3GPP TS 36.101 table 5.7.3-1) and usual ones: those of captures, or
   the middle. */
static const struct {
    uint8_t band;
    uint16_t low, high, cat_m, nb_iot;
} lte_bands[] = {
    {1, 0, 599, 300, 300},        {2, 600, 1199, 900, 900},     {3, 1200, 1949, 1575, 1575},
    {4, 1950, 2399, 2175, 2175},  {5, 2400, 2649, 2525, 2525},  {8, 3450, 3799, 3640, 3640},
    {12, 5010, 5179, 5110, 5110}, {13, 5180, 5279, 5230, 5230}, {17, 5730, 5849, 5790, 5790},
    {18, 5850, 5999, 5925, 5925}, {19, 6000, 6149, 6075, 6075}, {20, 6150, 6449, 6400, 6290},
    {26, 8690, 9039, 8865, 8865}, {28, 9210, 9659, 9435, 9435}, {39, 38250, 38649, 38450, 38450}};

/* ARFCN (3GPP TS 45.005 2); EGSM 900 has a second range. 754 is T13's. */
static const struct {
    const char *name;
    uint16_t low, high, low_2, high_2, usual;
} gsm_bands[] = {{"EGSM 900", 0, 124, 975, 1023, 62},
                 {"DCS 1800", 512, 885, 1, 0, 754},
                 {"GSM 850", 128, 251, 1, 0, 190},
                 {"PCS 1900", 512, 810, 1, 0, 661}};

const char *sim_cell_gsm_band(const struct sim_reception *cell)
{
    return gsm_bands[cell->band].name;
}

static int32_t gsm_channel(int32_t band, int32_t wanted)
{
    bool fits = (wanted >= gsm_bands[band].low && wanted <= gsm_bands[band].high) ||
                (wanted >= gsm_bands[band].low_2 && wanted <= gsm_bands[band].high_2);
    return wanted > 0 && fits ? wanted : gsm_bands[band].usual;
}

/* A band that the table does not have is one that the module does not hear. */
static int32_t lte_channel(int32_t band, bool nb_iot, int32_t wanted)
{
    for (size_t i = 0; i < sizeof lte_bands / sizeof lte_bands[0]; i++) {
        if (lte_bands[i].band != band)
            continue;
        if (wanted > 0 && wanted >= lte_bands[i].low && wanted <= lte_bands[i].high)
            return wanted;
        return nb_iot ? lte_bands[i].nb_iot : lte_bands[i].cat_m;
    }
    return wanted;
}

/* ---- CNMP and CMNB, the variant ------------------------------------------------------------- */

/* CNMP and CMNB choose among the technologies (AT106 5.2). */
static bool is_wanted(const struct sim_context *ctx, unsigned technology)
{
    enum { GSM_ONLY = 13, LTE_ONLY = 38 };
    int32_t mode = sim_value(ctx, SIM_PARAMETER_CNMP);
    if (!sim_setting(ctx, SIM_SETTING_MODE_OBEYED))
        return true; /* T13: CNMP=38 and a GSM network */
    if (technology == SIM_TECHNOLOGY_GSM)
        return mode != LTE_ONLY;
    return mode != GSM_ONLY && (sim_value(ctx, SIM_PARAMETER_CMNB) >> technology & 1);
}

/* Any: the first that the variant has and that CNMP and CMNB leave. */
static unsigned any_technology(const struct sim_context *ctx)
{
    uint8_t radios = sim_profile_radios(ctx);
    unsigned first = 0;
    while (!(radios >> first & 1))
        first++;
    for (unsigned technology = first; technology < SIM_TECHNOLOGY_COUNT; technology++)
        if ((radios >> technology & 1) && is_wanted(ctx, technology))
            return technology;
    return first;
}

/* ---- one cell ------------------------------------------------------------------------------ */

/* What list entry `cell` describes; NULL: the settings alone do. */
static const struct sim_cell *description(const struct sim_context *ctx, unsigned cell)
{
    return cell < ctx->host->config->cell_count ? &ctx->host->config->cells[cell] : NULL;
}

static bool is_named(const struct sim_cell *cell, enum sim_cell_field field)
{
    return cell && (cell->named >> field & 1);
}

static int32_t value_of(const struct sim_context *ctx, const struct sim_cell *cell,
                        enum sim_cell_field field)
{
    return is_named(cell, field) ? cell->values[field]
                                 : sim_setting(ctx, (enum sim_setting_id)settings_of_fields[field]);
}

/* "26202" or "310410"; 0: the card's own at home, the test network of 3GPP TS 36.508 abroad. */
static void set_network(const struct sim_context *ctx, const struct sim_cell *cell,
                        struct sim_reception *now)
{
    uint32_t number = (uint32_t)value_of(ctx, cell, SIM_CELL_NETWORK);
    if (number == 0 && now->service != SIM_SERVICE_ROAMING) {
        memcpy(now->network, ctx->host->config->imsi, 5);
        return;
    }
    number = number ? number : 101;
    unsigned digits = number > 99999 ? 6 : 5;
    for (unsigned i = digits; i-- > 0; number /= 10)
        now->network[i] = (char)('0' + number % 10);
}

static bool is_of_card(const struct sim_context *ctx, const struct sim_reception *cell)
{
    return strncmp(cell->network, ctx->host->config->imsi, strlen(cell->network)) == 0;
}

/* Nobody roams in the card's own network; a listed cell that says nothing goes by its network. */
static void set_service(const struct sim_context *ctx, const struct sim_cell *cell,
                        struct sim_reception *now)
{
    bool by_network = is_named(cell, SIM_CELL_NETWORK) && !is_named(cell, SIM_CELL_REGISTRATION);
    now->service = (uint8_t)value_of(ctx, cell, SIM_CELL_REGISTRATION);
    set_network(ctx, cell, now);
    if (now->service == SIM_SERVICE_ROAMING && is_of_card(ctx, now))
        now->service = SIM_SERVICE_HOME;
    else if (by_network && now->service == SIM_SERVICE_HOME && !is_of_card(ctx, now))
        now->service = SIM_SERVICE_ROAMING;
}

/* In a list a cell has its own name; the one of the settings is that of the configuration. */
static void set_name(const struct sim_context *ctx, const struct sim_cell *cell,
                     struct sim_reception *now)
{
    const char *name = ctx->host->config->operator_name;
    if (cell && cell->operator_name[0])
        now->operator_name = cell->operator_name;
    else
        now->operator_name = !cell || is_of_card(ctx, now) ? name : "";
}

/* RSSI is over all resource blocks of the bandwidth, RSRP of one: RSRQ = N RSRP / RSSI (3GPP TS
   36.214 5.1.3). 6, 15, 25, 50, 75, 100 blocks in dB. */
static void set_levels(const struct sim_context *ctx, const struct sim_cell *cell,
                       struct sim_reception *now)
{
    static const uint8_t blocks_db[] = {8, 12, 14, 17, 19, 20};
    int32_t quality = value_of(ctx, cell, SIM_CELL_RSSI);
    bool nb_iot = now->technology == SIM_TECHNOLOGY_NB_IOT;
    now->signal_dbm = value_of(ctx, cell, SIM_CELL_SIGNAL);
    now->measured = now->signal_dbm != 0 || quality <= CSQ_MAXIMUM;
    if (now->signal_dbm == 0)
        now->signal_dbm = CSQ_FLOOR_DBM + 2 * quality;
    now->rsrq_db = value_of(ctx, cell, SIM_CELL_RSRQ);
    now->rssnr = value_of(ctx, cell, SIM_CELL_RSSNR);
    now->bandwidth = nb_iot ? 0 : value_of(ctx, cell, SIM_CELL_BANDWIDTH);
    now->rsrp_dbm = now->signal_dbm + now->rsrq_db - (nb_iot ? 0 : blocks_db[now->bandwidth]);
}

static void set_place(const struct sim_context *ctx, const struct sim_cell *cell,
                      struct sim_reception *now)
{
    bool gsm = now->technology == SIM_TECHNOLOGY_GSM;
    int32_t channel = value_of(ctx, cell, SIM_CELL_CHANNEL);
    now->band = value_of(ctx, cell, gsm ? SIM_CELL_GSM_BAND : SIM_CELL_BAND);
    now->channel = gsm ? gsm_channel(now->band, channel)
                       : lte_channel(now->band, now->technology == SIM_TECHNOLOGY_NB_IOT, channel);
    now->area = value_of(ctx, cell, SIM_CELL_TRACKING_AREA);
    now->identity = value_of(ctx, cell, SIM_CELL_CELL) & (gsm ? 0xffff : 0xfffffff);
    now->physical = value_of(ctx, cell, SIM_CELL_PHYSICAL_CELL);
    if (gsm)
        now->physical &= 63;
}

unsigned sim_cell_count(const struct sim_context *ctx)
{
    return ctx->host->config->cell_count ? ctx->host->config->cell_count : 1;
}

void sim_cell_read(const struct sim_context *ctx, unsigned cell, struct sim_reception *ret_cell)
{
    const struct sim_cell *described = description(ctx, cell);
    unsigned access = (unsigned)value_of(ctx, described, SIM_CELL_ACCESS);
    memset(ret_cell, 0, sizeof *ret_cell);
    ret_cell->egprs = access == ACCESS_EGPRS;
    if (access == ACCESS_ANY)
        access = any_technology(ctx);
    ret_cell->technology = (uint8_t)(ret_cell->egprs ? SIM_TECHNOLOGY_GSM : access);
    set_service(ctx, described, ret_cell);
    set_name(ctx, described, ret_cell);
    set_levels(ctx, described, ret_cell);
    set_place(ctx, described, ret_cell);
}

/* ---- which of them ------------------------------------------------------------------------- */

/* "1,6400,149" of MCELLLOCK and NCELLLOCK; the next start obeys it (AT106 5.2.24). */
static bool is_locked_out(const struct sim_context *ctx, const struct sim_reception *cell)
{
    bool nb_iot = cell->technology == SIM_TECHNOLOGY_NB_IOT;
    char value[SIM_STORED_VALUE];
    int32_t numbers[3] = {0, -1, -1};
    size_t length =
        sim_stored_get(ctx, nb_iot ? "+NCELLLOCK" : "+MCELLLOCK", SIM_AUTO_SAVE_REBOOT, value);
    unsigned number = 0;
    for (size_t i = 0; i < length && number < 3; i++) {
        if (value[i] == ',')
            numbers[++number < 3 ? number : 2] = 0;
        else
            numbers[number] = numbers[number] * 10 + (value[i] - '0');
    }
    return length > 0 && numbers[0] == 1 && numbers[1] >= 0 &&
           (numbers[1] != cell->channel || numbers[2] != cell->physical);
}

static bool gsm_band_is_wanted(const struct sim_context *ctx, const struct sim_reception *cell)
{
    enum { EGSM, DCS };
    char value[SIM_STORED_VALUE];
    if (sim_stored_get(ctx, "+CBAND", SIM_AUTO_SAVE, value) == 0)
        return true;
    if (strncmp(value, "\"EGSM", 5) == 0)
        return cell->band == EGSM;
    return strncmp(value, "\"DCS", 4) != 0 || cell->band == DCS;
}

bool sim_cell_is_heard(const struct sim_context *ctx, const struct sim_reception *cell)
{
    bool gsm = cell->technology == SIM_TECHNOLOGY_GSM;
    if (cell->service == SIM_SERVICE_NONE || !is_wanted(ctx, cell->technology) ||
        !(sim_profile_radios(ctx) >> cell->technology & 1))
        return false;
    if (gsm)
        return gsm_band_is_wanted(ctx, cell);
    return sim_band_is_heard(ctx, cell->technology, cell->band) && !is_locked_out(ctx, cell);
}

static bool is_of_network(const struct sim_reception *cell, int32_t network, int access)
{
    int32_t number = 0;
    for (const char *digit = cell->network; *digit; digit++)
        number = number * 10 + (*digit - '0');
    return number == network && (access < 0 || access == sim_cell_access(cell));
}

/* Smaller is better: a network that takes the module, CAT-M before NB-IoT before GSM
   (AT106 5.2.42), home before abroad, then the stronger one. */
static int32_t rank(const struct sim_reception *cell)
{
    int32_t denied = cell->service == SIM_SERVICE_DENIED;
    int32_t abroad = cell->service == SIM_SERVICE_ROAMING;
    int32_t weakness = cell->measured ? -cell->signal_dbm : 200;
    return denied << 20 | cell->technology << 16 | abroad << 12 | weakness;
}

static int best(const struct sim_context *ctx, int32_t network, int access)
{
    struct sim_reception cell;
    int found = -1;
    int32_t found_rank = 0;
    for (unsigned i = 0; i < sim_cell_count(ctx); i++) {
        sim_cell_read(ctx, i, &cell);
        if (!sim_cell_is_heard(ctx, &cell) ||
            (network >= 0 && !is_of_network(&cell, network, access)))
            continue;
        if (found < 0 || rank(&cell) < found_rank) {
            found = (int)i;
            found_rank = rank(&cell);
        }
    }
    return found;
}

int sim_cell_of_network(const struct sim_context *ctx, int32_t network, int access)
{
    return best(ctx, network, access);
}

int sim_cell_found(const struct sim_context *ctx)
{
    int32_t wanted = ctx->sim->radio.operator_wanted;
    bool manual = sim_value(ctx, SIM_PARAMETER_COPS) == 1 && wanted != 0;
    if (!manual)
        return best(ctx, -1, -1);
    return best(ctx, wanted & SIM_WANTED_NETWORK, (wanted >> SIM_WANTED_ACCESS_SHIFT & 15) - 1);
}

bool sim_cell_serving(const struct sim_context *ctx, struct sim_reception *ret_cell)
{
    if (!sim_network_registered(ctx))
        return false;
    sim_cell_read(ctx, ctx->sim->radio.cell, ret_cell);
    return true;
}

bool sim_cell_has_denied(const struct sim_context *ctx, const struct sim_reception *cell)
{
    enum { STAT_DENIED = 3 }; /* AT106 6.2.7 */
    struct sim_reception last;
    if (ctx->sim->radio.registration != STAT_DENIED)
        return false;
    sim_cell_read(ctx, ctx->sim->radio.cell, &last);
    return strcmp(last.network, cell->network) == 0;
}

bool sim_cell_now(const struct sim_context *ctx, struct sim_reception *ret_cell)
{
    if (sim_cell_serving(ctx, ret_cell))
        return true;
    if (!ctx->sim->radio.coverage || sim_value(ctx, SIM_PARAMETER_CFUN) != 1 ||
        sim_setting(ctx, SIM_SETTING_STACK_LOST) || sim_setting(ctx, SIM_SETTING_SEARCH_SIGNAL))
        return false;
    int cell = sim_cell_found(ctx);
    if (cell >= 0)
        sim_cell_read(ctx, (unsigned)cell, ret_cell);
    return cell >= 0;
}

/* ---- how it is told ------------------------------------------------------------------------ */

int sim_cell_quality(const struct sim_reception *cell)
{
    int quality = (cell->signal_dbm - CSQ_FLOOR_DBM) / 2;
    if (!cell->measured)
        return CSQ_UNKNOWN;
    if (quality < 0)
        return 0;
    return quality > CSQ_MAXIMUM ? CSQ_MAXIMUM : quality;
}

int sim_cell_access(const struct sim_reception *cell)
{
    static const uint8_t access[] = {7, 9, 0}; /* AT106 3.2.9, netact */
    return cell->egprs ? 3 : access[cell->technology];
}

int sim_cell_system_mode(const struct sim_reception *cell)
{
    static const uint8_t modes[] = {7, 9, 1}; /* AT106 5.2.6 */
    return cell->egprs ? 3 : modes[cell->technology];
}
