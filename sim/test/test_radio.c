/*
 * No two commands about the radio contradict each other: random cells in random states, and a list
 * of pairs that must agree. What must agree is what AT106 3.2, 5.2 and 6.2 and 3GPP
 * TS 27.007, 36.101 and 36.214 say of the values; nothing here asks the emulator's own code.
 */
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DESCRIPTIONS = 400, STATES = 4, CONTEXTS = 25 };

static struct module module;
static struct sim_cell cells[SIM_CELLS];
static uint32_t random_state;

static uint32_t below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

/* ---- what the module says -------------------------------------------------------------------- */

struct place {
    int stat, access; /* -1 = not told */
    unsigned area, cell;
    size_t cell_digits;
};

static struct told {
    int rssi, rxlev, rsrq, rsrp; /* CSQ, CESQ */
    char system[16], mode[24];   /* CPSI */
    bool whole, gsm, lte;
    char network[8];
    unsigned area;
    long cell;
    int physical, band, channel, dl, ul, quality_db, power_dbm, level_dbm, noise;
    char gsm_band[16];
    struct place creg, cgreg, cereg;
    char plmn[8]; /* COPS */
    int operator_access;
    int system_mode, attached, active[CONTEXTS], bearer, rrc, cfun, cnmp, cmnb;
    char address[CONTEXTS][24], bearer_address[24];
    int apn_told;
    char apn[32];
    int engineering_cells, engineering_lines;
    char engineering_system[16], serving[96];
    char bands[2][96];
    int lock[2][3]; /* CAT-M, NB-IoT: mode, channel, physical cell */
    int scan_current, scan_access;
    bool scan_done;
    char scan_plmn[8];
    char clock[32], time_told[40], daylight_told[8];
} now;

static int number_at(const char *text)
{
    char *end = NULL;
    assert_non_null(text);
    long value = strtol(text, &end, 10);
    assert_ptr_not_equal(end, text);
    return (int)value;
}

static const char *line_of(const char *answer, const char *prefix)
{
    const char *at = strstr(answer, prefix);
    return at ? at + strlen(prefix) : NULL;
}

static void read_signal(void)
{
    const char *csq = line_of(module_ask(&module, "AT+CSQ"), "+CSQ: ");
    assert_non_null(csq);
    now.rssi = number_at(csq);
    const char *cesq = line_of(module_ask(&module, "AT+CESQ"), "+CESQ: ");
    assert_non_null(cesq);
    assert_int_equal(sscanf(cesq, "%d,99,255,255,%d,%d", &now.rxlev, &now.rsrq, &now.rsrp), 3);
}

static void read_cpsi(void)
{
    char mcc[4], mnc[4], band[32];
    int used = 0;
    const char *cpsi = line_of(module_ask(&module, "AT+CPSI?"), "+CPSI: ");
    assert_non_null(cpsi);
    assert_true(sscanf(cpsi, "%15[^,],%23[^,|]%n", now.system, now.mode, &used) == 2);
    now.gsm = strcmp(now.system, "GSM") == 0;
    now.lte = strncmp(now.system, "LTE", 3) == 0;
    now.whole = cpsi[used] == ',';
    if (!now.whole)
        return;
    assert_int_equal(
        sscanf(cpsi + used, ",%3[0-9]-%3[0-9],0x%x,%ld,", mcc, mnc, &now.area, &now.cell), 4);
    snprintf(now.network, sizeof now.network, "%s%s", mcc, mnc);
    const char *rest = strstr(cpsi, "0x");
    rest = strchr(strchr(rest, ',') + 1, ',') + 1;
    if (now.gsm)
        assert_int_equal(sscanf(rest, "%d %15[^,],%d", &now.channel, now.gsm_band, &now.level_dbm),
                         3);
    else
        assert_int_equal(sscanf(rest, "%d,%31[^,],%d,%d,%d,%d,%d,%d,%d", &now.physical, band,
                                &now.channel, &now.dl, &now.ul, &now.quality_db, &now.power_dbm,
                                &now.level_dbm, &now.noise),
                         9);
    if (now.lte)
        now.band = number_at(band + strlen("EUTRAN-BAND"));
}

static struct place read_place(const char *command, const char *prefix)
{
    struct place place = {-1, -1, 0, 0, 0};
    char area[8] = "", cell[16] = "";
    const char *answer = line_of(module_ask(&module, command), prefix);
    assert_non_null(answer);
    if (sscanf(answer, "2,%d,\"%7[0-9A-F]\",\"%15[0-9A-F]\",%d", &place.stat, area, cell,
               &place.access) == 4) {
        place.area = (unsigned)strtoul(area, NULL, 16);
        place.cell = (unsigned)strtoul(cell, NULL, 16);
        place.cell_digits = strlen(cell);
        assert_int_equal(strlen(area), 4);
    }
    return place;
}

static void read_packet(void)
{
    now.attached = number_at(line_of(module_ask(&module, "AT+CGATT?"), "+CGATT: "));
    for (int cid = 0; cid < CONTEXTS; cid++)
        now.active[cid] = -1;
    const char *at = module_ask(&module, "AT+CGACT?");
    for (int cid, state; (at = line_of(at, "+CGACT: ")) && sscanf(at, "%d,%d", &cid, &state) == 2;)
        now.active[cid] = state;
    at = module_ask(&module, "AT+CGPADDR");
    for (int cid = 0; (at = line_of(at, "+CGPADDR: "));) {
        cid = number_at(at);
        assert_int_equal(sscanf(at, "%*d,%23[0-9.]", now.address[cid]), 1);
    }
    at = line_of(module_ask(&module, "AT+CNACT?"), "+CNACT: ");
    assert_int_equal(sscanf(at, "%d,\"%23[^\"]", &now.bearer, now.bearer_address), 2);
    at = line_of(module_ask(&module, "AT+CGNAPN"), "+CGNAPN: ");
    sscanf(at, "%d,\"%31[^\"]", &now.apn_told, now.apn);
    sscanf(line_of(module_ask(&module, "AT+CRRCSTATE?"), "+CRRCSTATE: "), "%*d,%d", &now.rrc);
}

static void read_engineering(void)
{
    const char *at = line_of(module_ask(&module, "AT+CENG?"), "+CENG: ");
    assert_int_equal(sscanf(at, "1,1,%d,%15[^|]", &now.engineering_cells, now.engineering_system),
                     2);
    for (; (at = line_of(at, "+CENG: ")); now.engineering_lines++) {
        assert_int_equal(number_at(at), now.engineering_lines);
        if (now.engineering_lines == 0)
            assert_int_equal(sscanf(at, "0,\"%95[^\"]", now.serving), 1);
    }
}

static void read_choices(void)
{
    const char *at = line_of(module_ask(&module, "AT+COPS?"), "+COPS: ");
    now.operator_access = -1;
    sscanf(at, "%*d,2,\"%7[0-9]\",%d", now.plmn, &now.operator_access);
    sscanf(line_of(module_ask(&module, "AT+CNSMOD?"), "+CNSMOD: "), "%*d,%d", &now.system_mode);
    now.cfun = number_at(line_of(module_ask(&module, "AT+CFUN?"), "+CFUN: "));
    now.cnmp = number_at(line_of(module_ask(&module, "AT+CNMP?"), "+CNMP: "));
    now.cmnb = number_at(line_of(module_ask(&module, "AT+CMNB?"), "+CMNB: "));
    at = module_ask(&module, "AT+CBANDCFG?");
    for (int i = 0; i < 2; i++) {
        at = line_of(at, "+CBANDCFG: ");
        sscanf(at, "\"%*[^\"]\",%95[0-9,]", now.bands[i]);
    }
    static const char *const locks[2][2] = {{"AT+MCELLLOCK?", "+MCELLLOCK: "},
                                            {"AT+NCELLLOCK?", "+NCELLLOCK: "}};
    for (int i = 0; i < 2; i++)
        sscanf(line_of(module_ask(&module, locks[i][0]), locks[i][1]), "%d,%d,%d", &now.lock[i][0],
               &now.lock[i][1], &now.lock[i][2]);
    sscanf(line_of(module_ask(&module, "AT+CCLK?"), "+CCLK: "), "\"%31[^\"]", now.clock);
}

/* COPS=? takes its time; the entry with state 2 is the current one. */
static void read_scan(void)
{
    now.scan_access = -1;
    if (now.cfun != 1)
        return;
    module_send(&module, "AT+COPS=?\r", 10);
    module_run(&module, 30 * SECOND_US);
    const char *at = module_output(&module);
    now.scan_done = strstr(at, "+COPS: ") != NULL;
    for (; (at = strstr(at, "(2,")); at++, now.scan_current++)
        sscanf(at, "(2,\"%*[^\"]\",\"%*[^\"]\",\"%7[0-9]\",%d", now.scan_plmn, &now.scan_access);
}

static void look(const char *time_told, const char *daylight_told)
{
    memset(&now, 0, sizeof now);
    snprintf(now.time_told, sizeof now.time_told, "%s", time_told);
    snprintf(now.daylight_told, sizeof now.daylight_told, "%s", daylight_told);
    read_signal();
    read_cpsi();
    now.creg = read_place("AT+CREG?", "+CREG: ");
    now.cgreg = read_place("AT+CGREG?", "+CGREG: ");
    now.cereg = read_place("AT+CEREG?", "+CEREG: ");
    if (now.creg.stat < 0)
        sscanf(line_of(module_ask(&module, "AT+CREG?"), "+CREG: "), "2,%d", &now.creg.stat);
    if (now.cgreg.stat < 0)
        sscanf(line_of(module_ask(&module, "AT+CGREG?"), "+CGREG: "), "2,%d", &now.cgreg.stat);
    if (now.cereg.stat < 0)
        sscanf(line_of(module_ask(&module, "AT+CEREG?"), "+CEREG: "), "2,%d", &now.cereg.stat);
    read_packet();
    read_engineering();
    read_choices();
    read_scan();
}

/* ---- pairs -------------------------------------------------------------------------------------
 */

static bool is_in(int stat)
{
    return stat == 1 || stat == 5;
}

/* What a row returns: the pair does not apply now, agrees, or does not. */
enum verdict { NOTHING, AGREES, CONTRADICTS };

static enum verdict when(bool applies, bool agrees)
{
    return !applies ? NOTHING : agrees ? AGREES : CONTRADICTS;
}

static bool has_service(void)
{
    return now.gsm || now.lte;
}

/* AT106 3.2.16: 0 is -113 dBm or less, 31 -51 or more, 2 dB a step between. */
static int quality_of(int level_dbm)
{
    int quality = level_dbm < -113 ? 0 : (level_dbm + 113) / 2;
    return quality > 31 ? 31 : quality;
}

static int within(int value, int maximum)
{
    return value < 0 ? 0 : value > maximum ? maximum : value;
}

static enum verdict csq_and_cpsi(void)
{
    return when(now.whole, now.rssi == quality_of(now.level_dbm));
}
static enum verdict csq_unknown_and_cpsi(void)
{
    return when(now.rssi == 99, !now.whole);
}
static enum verdict csq_and_cesq(void)
{
    return when(now.rssi == 99, now.rxlev == 99 && now.rsrq == 255 && now.rsrp == 255);
}
static enum verdict cesq_and_cpsi_gsm(void)
{
    return when(now.whole && now.gsm, now.rxlev == within(now.level_dbm + 111, 63));
}
static enum verdict cesq_and_cpsi_power(void)
{
    return when(now.whole && now.lte, now.rsrp == within(now.power_dbm + 141, 97));
}
static enum verdict cesq_and_cpsi_quality(void)
{
    return when(now.whole && now.lte, now.rsrq == within(2 * now.quality_db + 40, 34));
}
static enum verdict cesq_system(void)
{
    return when(now.whole, (now.rxlev != 99) == now.gsm && (now.rsrp != 255) == now.lte);
}
/* 3GPP TS 36.214 5.1.3: RSRQ = N RSRP / RSSI; N of CPSI's bandwidth in dB, one block on NB-IoT. */
static enum verdict cpsi_levels(void)
{
    static const int blocks_db[] = {8, 12, 14, 17, 19, 20};
    bool narrow = strcmp(now.system, "LTE NB-IOT") == 0;
    int blocks = now.whole && now.lte && !narrow ? blocks_db[now.dl] : 0;
    return when(now.whole && now.lte, now.quality_db == blocks + now.power_dbm - now.level_dbm);
}
static enum verdict cpsi_bandwidths(void)
{
    bool narrow = strcmp(now.system, "LTE NB-IOT") == 0;
    return when(now.whole && now.lte, now.dl == now.ul && (!narrow || now.dl == 0));
}
static enum verdict cpsi_and_cnsmod(void)
{
    static const struct {
        const char *system;
        int mode, other;
    } rows[] = {{"NO SERVICE", 0, 0}, {"GSM", 1, 3}, {"LTE CAT-M1", 7, 7}, {"LTE NB-IOT", 9, 9}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].system, now.system) == 0)
            return when(true, now.system_mode == rows[i].mode || now.system_mode == rows[i].other);
    return CONTRADICTS;
}
/* AT106: access 0, 3, 7, 9 of COPS is mode 1, 3, 7, 9 of CNSMOD. */
static enum verdict cops_and_cnsmod(void)
{
    int mode = now.operator_access == 0 ? 1 : now.operator_access;
    return when(now.operator_access >= 0, mode == now.system_mode);
}
static enum verdict cops_and_cpsi_service(void)
{
    return when(true, (now.operator_access >= 0) == has_service());
}
static enum verdict cops_and_cpsi_network(void)
{
    return when(now.whole, strcmp(now.plmn, now.network) == 0);
}
static bool same_place(const struct place *place)
{
    return place->access == now.operator_access &&
           (!now.whole || (place->area == now.area && (long)place->cell == now.cell));
}
static enum verdict creg_and_cops(void)
{
    return when(is_in(now.creg.stat), same_place(&now.creg));
}
static enum verdict cgreg_and_cops(void)
{
    return when(is_in(now.cgreg.stat), same_place(&now.cgreg));
}
static enum verdict cereg_and_cops(void)
{
    return when(is_in(now.cereg.stat), same_place(&now.cereg));
}
/* AT106 3.2.14: two bytes each on GSM. */
static enum verdict creg_two_bytes_on_gsm(void)
{
    return when(is_in(now.creg.stat) && now.gsm,
                now.creg.cell_digits == 4 && now.creg.cell <= 0xffff);
}
static enum verdict creg_and_service(void)
{
    bool in = is_in(now.creg.stat) || is_in(now.cgreg.stat) || is_in(now.cereg.stat);
    return when(!has_service(), !in);
}
static enum verdict service_and_registration(void)
{
    return when(has_service(), is_in(now.gsm ? now.creg.stat : now.cereg.stat));
}
static enum verdict cereg_and_gsm(void)
{
    return when(now.gsm, !is_in(now.cereg.stat));
}
static enum verdict creg_and_cereg(void)
{
    return when(is_in(now.creg.stat) && is_in(now.cereg.stat), now.creg.stat == now.cereg.stat);
}
static enum verdict roaming_and_card(void)
{
    bool own = strncmp(now.plmn, module.config.imsi, strlen(now.plmn)) == 0;
    return when(now.creg.stat == 5 || now.cereg.stat == 5, !own);
}
static enum verdict home_and_card(void)
{
    bool own = strncmp(now.plmn, module.config.imsi, strlen(now.plmn)) == 0;
    return when(now.creg.stat == 1 || now.cereg.stat == 1, own);
}
static bool has_band(const char *list, int band)
{
    char wanted[16], all[112];
    snprintf(wanted, sizeof wanted, ",%d,", band);
    snprintf(all, sizeof all, ",%s,", list);
    return strstr(all, wanted) != NULL;
}
static enum verdict cpsi_and_cbandcfg(void)
{
    bool narrow = strcmp(now.system, "LTE NB-IOT") == 0;
    return when(now.whole && now.lte, has_band(now.bands[narrow], now.band));
}
/* 3GPP TS 36.101 table 5.7.3-1 */
static enum verdict cpsi_band_and_channel(void)
{
    static const int ranges[][3] = {
        {1, 0, 599},      {2, 600, 1199},   {3, 1200, 1949},  {4, 1950, 2399},  {5, 2400, 2649},
        {8, 3450, 3799},  {12, 5010, 5179}, {13, 5180, 5279}, {17, 5730, 5849}, {18, 5850, 5999},
        {19, 6000, 6149}, {20, 6150, 6449}, {26, 8690, 9039}, {28, 9210, 9659}, {39, 38250, 38649}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (now.whole && now.lte && ranges[i][0] == now.band)
            return when(true, now.channel >= ranges[i][1] && now.channel <= ranges[i][2]);
    return when(now.whole && now.lte, false);
}
/* 3GPP TS 45.005 2 */
static enum verdict cpsi_gsm_band_and_channel(void)
{
    int channel = now.channel;
    bool agrees = false;
    if (strcmp(now.gsm_band, "EGSM 900") == 0)
        agrees = channel <= 124 || (channel >= 975 && channel <= 1023);
    else if (strcmp(now.gsm_band, "DCS 1800") == 0)
        agrees = channel >= 512 && channel <= 885;
    else if (strcmp(now.gsm_band, "GSM 850") == 0)
        agrees = channel >= 128 && channel <= 251;
    else if (strcmp(now.gsm_band, "PCS 1900") == 0)
        agrees = channel >= 512 && channel <= 810;
    return when(now.whole && now.gsm, agrees);
}
static enum verdict cpsi_and_cnmp(void)
{
    bool agrees = now.gsm ? now.cnmp != 38 : now.cnmp != 13;
    return when(has_service(), agrees);
}
static enum verdict cpsi_and_cmnb(void)
{
    int bit = strcmp(now.system, "LTE NB-IOT") == 0 ? 2 : 1;
    return when(now.lte, now.cmnb & bit);
}
static enum verdict cpsi_and_cell_lock(void)
{
    const int *lock = now.lock[strcmp(now.system, "LTE NB-IOT") == 0];
    return when(now.whole && now.lte && lock[0] == 1,
                now.channel == lock[1] && now.physical == lock[2]);
}
static enum verdict cpsi_and_cfun(void)
{
    static const char *const modes[] = {"Low Power Mode", "Online", "",        "",
                                        "Offline",        "",       "Offline", "Offline"};
    return when(true, strcmp(now.mode, modes[now.cfun]) == 0);
}
static enum verdict cfun_and_service(void)
{
    return when(now.cfun != 1, !has_service() && now.rssi == 99 && now.attached == 0);
}
static enum verdict cgatt_and_registration(void)
{
    return when(true, (now.attached != 0) == is_in(now.cgreg.stat));
}
static enum verdict cgatt_and_cgact(void)
{
    bool any = false;
    for (int cid = 1; cid < CONTEXTS; cid++)
        any = any || now.active[cid] == 1;
    return when(!now.attached, !any);
}
static enum verdict cgact_and_cgpaddr(void)
{
    bool agrees = true;
    for (int cid = 1; cid < CONTEXTS; cid++) {
        bool has = now.address[cid][0] && strcmp(now.address[cid], "0.0.0.0") != 0;
        agrees = agrees && (now.active[cid] >= 0) == (now.address[cid][0] != '\0') &&
                 has == (now.active[cid] == 1);
    }
    return when(true, agrees);
}
static enum verdict cgpaddr_differ(void)
{
    bool agrees = true, two = false;
    for (int a = 1; a < CONTEXTS; a++)
        for (int b = a + 1; b < CONTEXTS; b++)
            if (now.active[a] == 1 && now.active[b] == 1) {
                two = true;
                agrees = agrees && strcmp(now.address[a], now.address[b]) != 0;
            }
    return when(two, agrees);
}
static enum verdict cgatt_and_cnact(void)
{
    return when(!now.attached, now.bearer == 0);
}
static enum verdict cnact_and_address(void)
{
    return when(true, (now.bearer == 1) == (strcmp(now.bearer_address, "0.0.0.0") != 0));
}
/* AT106 5.2.22: never on GSM, with the attach on LTE. */
static enum verdict cgnapn_and_system(void)
{
    return when(now.apn_told || now.gsm, !(now.apn_told && (now.gsm || !now.attached)));
}
static enum verdict cgnapn_and_text(void)
{
    return when(true, (now.apn_told == 1) == (now.apn[0] != '\0'));
}
static enum verdict rrc_and_system(void)
{
    return when(true, (now.rrc == 255) == !now.lte);
}
static enum verdict ceng_and_cpsi_system(void)
{
    return when(true, strcmp(now.engineering_system, now.system) == 0);
}
static enum verdict ceng_lines(void)
{
    return when(true, now.engineering_cells == now.engineering_lines &&
                          (now.engineering_cells > 0) == now.whole);
}
static enum verdict ceng_and_cpsi_lte(void)
{
    char want[96];
    snprintf(want, sizeof want, "%d,%d,%d,%d,%d,%d,%u,%lX,%.3s,%.3s,255", now.channel, now.physical,
             now.power_dbm, now.level_dbm, now.quality_db, 2 * now.noise - 20, now.area,
             (unsigned long)now.cell, now.network, now.whole ? now.network + 3 : "");
    return when(now.whole && now.lte, strcmp(now.serving, want) == 0);
}
static enum verdict ceng_and_cpsi_gsm(void)
{
    char front[32], back[64];
    snprintf(front, sizeof front, "%d,%d,", now.channel, now.level_dbm);
    snprintf(back, sizeof back, ",%04lX,%.3s,%.3s,%04X", (unsigned long)now.cell, now.network,
             now.whole ? now.network + 3 : "", now.area);
    size_t length = strlen(now.serving), end = strlen(back);
    return when(now.whole && now.gsm, strncmp(now.serving, front, strlen(front)) == 0 &&
                                          length > end &&
                                          strcmp(now.serving + length - end, back) == 0);
}
static enum verdict scan_and_cops(void)
{
    bool registered = now.operator_access >= 0;
    return when(now.cfun == 1 && now.scan_done,
                now.scan_current == registered &&
                    (!registered || (strcmp(now.scan_plmn, now.plmn) == 0 &&
                                     now.scan_access == now.operator_access)));
}
/* *PSUTTZ is UTC with the zone, CCLK is local time with the same (AT106 5.2.4). */
static enum verdict time_and_clock(void)
{
    int hour, minute, zone, local_hour, local_minute, local_zone;
    char sign, local_sign;
    if (sscanf(now.time_told, "%*d/%*d/%*d,%d:%d:%*d\",\"%c%d\"", &hour, &minute, &sign, &zone) !=
        4)
        return NOTHING;
    assert_int_equal(sscanf(now.clock, "%*d/%*d/%*d,%d:%d:%*d%c%d", &local_hour, &local_minute,
                            &local_sign, &local_zone),
                     4);
    int offset = (sign == '-' ? -zone : zone) * 15;
    int apart = (local_hour * 60 + local_minute - hour * 60 - minute - offset + 5 * 1440) % 1440;
    return when(true, sign == local_sign && zone == local_zone && apart <= 3);
}

/* DST: and the end of *PSUTTZ, of which one description has always the same. */
static enum verdict daylight_and_time(void)
{
    int daylight, told;
    if (sscanf(now.time_told, "%*d/%*d/%*d,%*d:%*d:%*d\",\"%*4[-+0-9]\",%d", &daylight) != 1)
        return NOTHING;
    return when(true, sscanf(now.daylight_told, "%d", &told) == 1 && told == daylight &&
                          daylight == module.config.settings[SIM_SETTING_DAYLIGHT_SAVING]);
}

#define PAIRS(X)                                                                                   \
    X(csq_and_cpsi)                                                                                \
    X(csq_unknown_and_cpsi)                                                                        \
    X(csq_and_cesq)                                                                                \
    X(cesq_and_cpsi_gsm)                                                                           \
    X(cesq_and_cpsi_power)                                                                         \
    X(cesq_and_cpsi_quality)                                                                       \
    X(cesq_system)                                                                                 \
    X(cpsi_levels)                                                                                 \
    X(cpsi_bandwidths)                                                                             \
    X(cpsi_and_cnsmod)                                                                             \
    X(cops_and_cnsmod)                                                                             \
    X(cops_and_cpsi_service)                                                                       \
    X(cops_and_cpsi_network)                                                                       \
    X(creg_and_cops)                                                                               \
    X(cgreg_and_cops)                                                                              \
    X(cereg_and_cops)                                                                              \
    X(creg_two_bytes_on_gsm)                                                                       \
    X(creg_and_service)                                                                            \
    X(service_and_registration)                                                                    \
    X(cereg_and_gsm)                                                                               \
    X(creg_and_cereg)                                                                              \
    X(roaming_and_card)                                                                            \
    X(home_and_card)                                                                               \
    X(cpsi_and_cbandcfg)                                                                           \
    X(cpsi_band_and_channel)                                                                       \
    X(cpsi_gsm_band_and_channel)                                                                   \
    X(cpsi_and_cnmp)                                                                               \
    X(cpsi_and_cmnb)                                                                               \
    X(cpsi_and_cell_lock)                                                                          \
    X(cpsi_and_cfun)                                                                               \
    X(cfun_and_service)                                                                            \
    X(cgatt_and_registration)                                                                      \
    X(cgatt_and_cgact)                                                                             \
    X(cgact_and_cgpaddr)                                                                           \
    X(cgpaddr_differ)                                                                              \
    X(cgatt_and_cnact)                                                                             \
    X(cnact_and_address)                                                                           \
    X(cgnapn_and_system)                                                                           \
    X(cgnapn_and_text)                                                                             \
    X(rrc_and_system)                                                                              \
    X(ceng_and_cpsi_system)                                                                        \
    X(ceng_lines)                                                                                  \
    X(ceng_and_cpsi_lte)                                                                           \
    X(ceng_and_cpsi_gsm)                                                                           \
    X(scan_and_cops)                                                                               \
    X(time_and_clock)                                                                              \
    X(daylight_and_time)

static struct pair {
    const char *name;
    enum verdict (*check)(void);
    unsigned agreed;
} pairs[] = {
#define X(name) {#name, name, 0},
    PAIRS(X)
#undef X
};
enum { PAIR_COUNT = sizeof pairs / sizeof pairs[0] };

/* ---- random cells and states --------------------------------------------------------------- */
/* One value within the setting's range, small ones more often where the range is wide. */
static int32_t random_value(unsigned setting)
{
    const struct sim_setting_info *info = sim_setting_info(setting);
    static const int32_t bands[] = {1, 2, 3, 4, 5, 7, 8, 12, 13, 17, 18, 19, 20, 26, 28, 39};
    static const int32_t networks[] = {0, 46000, 26202, 24007, 310410, 460001, 101};
    if (setting == SIM_SETTING_BAND)
        return bands[below(sizeof bands / sizeof bands[0])];
    if (setting == SIM_SETTING_NETWORK)
        return networks[below(sizeof networks / sizeof networks[0])];
    if (setting == SIM_SETTING_REGISTRATION)
        return below(10) < 8 ? (int32_t)below(2) : (int32_t)below(4);
    return info->minimum + (int32_t)below((uint32_t)(info->maximum - info->minimum) + 1);
}

/* Home is by the network's number: what a card calls home beside it is the card's matter. */
static void describe(void)
{
    module.config.cells = cells;
    module.config.cell_count = (uint8_t)below(SIM_CELLS + 1);
    memset(cells, 0, sizeof cells);
    for (int field = 0; field < SIM_CELL_FIELD_COUNT; field++) {
        unsigned setting = sim_cell_setting((enum sim_cell_field)field);
        if (below(2) && setting != SIM_SETTING_NETWORK)
            module.config.settings[setting] = random_value(setting);
        for (unsigned i = 0; i < module.config.cell_count; i++)
            if (below(2)) {
                cells[i].named |= 1u << field;
                cells[i].values[field] = random_value(setting);
            }
    }
    for (unsigned i = 0; i < module.config.cell_count; i++) {
        unsigned home = 1u << SIM_CELL_REGISTRATION;
        if ((cells[i].named & home) && cells[i].values[SIM_CELL_REGISTRATION] == 0)
            cells[i].named &= ~home;
        if (below(2))
            snprintf(cells[i].operator_name, sizeof cells[i].operator_name, "net %u", i);
    }
    module.config.settings[SIM_SETTING_TIME_ZONE] = (int32_t)below(96) - 47;
    module.config.settings[SIM_SETTING_DAYLIGHT_SAVING] = (int32_t)below(3);
    module.config.settings[SIM_SETTING_NETWORK_APN] = (int32_t)below(2);
    module.config.settings[SIM_SETTING_DEFAULT_BEARER] = (int32_t)below(2);
    module.config.settings[SIM_SETTING_SEARCH_SIGNAL] = (int32_t)below(2);
}

static const char *const changes[] = {"AT+CFUN=0",
                                      "AT+CFUN=4",
                                      "AT+CFUN=7",
                                      "AT+CFUN=1",
                                      "AT+CFUN=1",
                                      "AT+CNMP=2",
                                      "AT+CNMP=13",
                                      "AT+CNMP=38",
                                      "AT+CNMP=51",
                                      "AT+CMNB=1",
                                      "AT+CMNB=2",
                                      "AT+CMNB=3",
                                      "AT+CGATT=0",
                                      "AT+CGATT=1",
                                      "AT+CGATT=1",
                                      "AT+CNACT=1,\"a\"",
                                      "AT+CNACT=1,\"a\"",
                                      "AT+CNACT=0",
                                      "AT+CGACT=1,13",
                                      "AT+CGACT=0,1",
                                      "AT+CGACT=1,1,14",
                                      "AT+COPS=2",
                                      "AT+COPS=0",
                                      "AT+COPS=1,2,\"26202\"",
                                      "AT+COPS=4,2,\"24007\",9",
                                      "AT+CBANDCFG=\"CAT-M\",3,8,20",
                                      "AT+CBANDCFG=\"NB-IOT\",8,20",
                                      "AT+CBAND=EGSM_MODE",
                                      "AT+CBAND=ALL_MODE",
                                      "AT+CGDCONT=3,\"IPV6\",\"x\"",
                                      "lock",
                                      "lock",
                                      "restart",
                                      "restart",
                                      "restart",
                                      "network 0",
                                      "network 1",
                                      "network 1"};

static void fail_pair(const struct pair *pair, unsigned description)
{
    print_error("scan: %d current, %s %d; COPS? %s %d\n", now.scan_current, now.scan_plmn,
                now.scan_access, now.plmn, now.operator_access);
    static const char *const shown[] = {"AT+CSQ",    "AT+CESQ",   "AT+CPSI?",   "AT+CREG?",
                                        "AT+CGREG?", "AT+CEREG?", "AT+COPS?",   "AT+CENG?",
                                        "AT+CGATT?", "AT+CGACT?", "AT+CGPADDR", "AT+CNACT?"};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        print_error("  %s %s\n", shown[i], module_ask(&module, shown[i]));
    fail_msg("%s: a contradiction (description %u)", pair->name, description);
}

static void judge(unsigned description)
{
    for (size_t i = 0; i < PAIR_COUNT; i++) {
        enum verdict verdict = pairs[i].check();
        if (verdict == CONTRADICTS)
            fail_pair(&pairs[i], description);
        pairs[i].agreed += verdict == AGREES;
    }
}

static void set_up(void)
{
    module_ask(&module, "ATE0");
    module_ask(&module, "AT+CREG=2;+CGREG=2;+CEREG=2;+COPS=3,2;+CENG=1;+CLTS=1");
}

/* Keeps to the cell that was seen last, or to one beside it; a restart obeys. */
static void lock(void)
{
    char line[48];
    bool narrow = strcmp(now.system, "LTE NB-IOT") == 0;
    snprintf(line, sizeof line, "AT+%cCELLLOCK=1,%d,%d", narrow ? 'N' : 'M', now.channel,
             now.physical + (below(4) == 0));
    module_ask(&module, line);
    look("", "");
    judge(0);
}

static void change(void)
{
    const char *what = changes[below(sizeof changes / sizeof changes[0])];
    if (strcmp(what, "lock") == 0)
        lock();
    if (strcmp(what, "restart") == 0 || strcmp(what, "lock") == 0) {
        module_ask(&module, "AT+CFUN=1,1");
        module_run(&module, 15 * SECOND_US);
        set_up();
    } else if (below(4) == 0) {
        unsigned setting = sim_cell_setting((enum sim_cell_field)below(SIM_CELL_FIELD_COUNT));
        if (setting != SIM_SETTING_NETWORK)
            module_apply(&module, SIM_ACTION_SETTING, setting, random_value(setting), NULL);
    } else if (strncmp(what, "network", 7) == 0)
        module_apply(&module, SIM_ACTION_NETWORK, (uint32_t)(what[8] - '0'), 0, NULL);
    else
        module_ask(&module, what);
    module_run(&module, 15 * SECOND_US);
}

static void one_description(unsigned number)
{
    static const char *const variants[] = {"SIM7000C", "SIM7000A", "SIM7000E-N", "SIM7000G"};
    char told[40] = "", daylight[8] = "";
    module_init(&module);
    random_state = number * 2654435761u + 1;
    snprintf(module.config.variant, sizeof module.config.variant, "%s", variants[below(4)]);
    describe();
    module_begin(&module);
    exchange_boot(&module);
    set_up();
    for (unsigned state = 0; state < STATES; state++) {
        look(told, daylight);
        judge(number);
        module_output(&module);
        change();
        const char *output = module_output(&module);
        const char *time = strstr(output, "*PSUTTZ: ");
        const char *saving = strstr(output, "DST: ");
        sscanf(time ? time : "", "*PSUTTZ: %39[^|]", told);
        sscanf(saving ? saving : "", "DST: %7[^|]", daylight);
        if (time)
            break;
    }
    look(told, daylight);
    judge(number);
}

static void no_two_commands_contradict_each_other(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DESCRIPTIONS; i++)
        one_description(i);
    for (size_t i = 0; i < PAIR_COUNT; i++) {
        printf("radio: %-28s agreed %u times\n", pairs[i].name, pairs[i].agreed);
        if (pairs[i].agreed == 0)
            fail_msg("%s: never applied, so it can't fail", pairs[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_two_commands_contradict_each_other)};
    return cmocka_run_group_tests_name("radio", tests, NULL, NULL);
}
