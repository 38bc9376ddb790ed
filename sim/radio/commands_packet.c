/*
 * commands_packet.c - attach, PDP contexts, the app network of CNACT (facts 4).
 */
#include <string.h>

#include "sim/knowledge/profiles.h"
#include "sim/radio/cells.h"
#include "sim/services/net.h"

/* ---- the app network ----------------------------------------------------------------------- */

enum { BEARER_OFF = 0, BEARER_ON = 1, BEARER_WAIT = 2 };

bool sim_bearer_up(const struct sim_context *ctx)
{
    return ctx->sim->packet.bearer == BEARER_ON;
}

/* The one place where the app network changes. */
static void set_bearer(struct sim_context *ctx, uint8_t bearer)
{
    bool was = sim_bearer_up(ctx);
    ctx->sim->packet.bearer = bearer;
    bool is = sim_bearer_up(ctx);
    sim_radio_state_changed(ctx);
    if (was == is)
        return;
    sim_tell(ctx, SIM_EVENT_BEARER, is, NULL, 0);
    if (was)
        sim_parts_lose(ctx, SIM_LOST_BEARER);
}

bool sim_network_accepts(const struct sim_context *ctx)
{
    return ctx->sim->radio.attached && sim_setting(ctx, SIM_SETTING_PDP) == 0;
}

int sim_bearer_open(struct sim_context *ctx, int32_t mode)
{
    struct sim_packet *packet = &ctx->sim->packet;
    int32_t again = sim_setting(ctx, SIM_SETTING_PDP_AGAIN);
    bool accepts = sim_network_accepts(ctx);
    packet->bearer_mode = (uint8_t)mode;
    if (packet->bearer == BEARER_ON && again < 2)
        return again == 1 ? SIM_FAILED : SIM_DONE;
    if (!accepts && sim_setting(ctx, SIM_SETTING_PDP_FAILURE) == 1)
        return SIM_CME_GPRS;
    packet->bearer_closing = 0;
    if (packet->bearer == BEARER_OFF)
        set_bearer(ctx, BEARER_WAIT);
    sim_timer_set(ctx, SIM_TIMER_BEARER,
                  ctx->now_us + sim_setting_us(ctx, accepts ? SIM_SETTING_PDP_ACTIVE_DELAY
                                                            : SIM_SETTING_PDP_FAILURE_DELAY));
    return SIM_DONE;
}

/* OK comes first: the line follows as soon as it is out. */
void sim_bearer_close(struct sim_context *ctx)
{
    struct sim_packet *packet = &ctx->sim->packet;
    packet->bearer_mode = 0;
    if (packet->bearer == BEARER_OFF)
        return;
    set_bearer(ctx, BEARER_OFF);
    packet->bearer_closing = 1;
    sim_timer_set(ctx, SIM_TIMER_BEARER, ctx->now_us);
}

/* The network took it away. Mode 2 opens it again by itself (AT106 5.2.30). */
static void fail(struct sim_context *ctx)
{
    struct sim_packet *packet = &ctx->sim->packet;
    if (packet->bearer != BEARER_ON)
        return;
    sim_urc(ctx, "+APP PDP: DEACTIVE");
    set_bearer(ctx, BEARER_OFF);
    if (packet->bearer_mode == 2 && ctx->sim->radio.attached)
        sim_bearer_open(ctx, 2);
}

bool sim_packet_lost(struct sim_context *ctx, enum sim_loss loss)
{
    bool had_any = loss == SIM_LOST_ADDRESSES && ctx->sim->packet.bearer != BEARER_OFF;
    if (had_any)
        fail(ctx);
    return had_any;
}

void sim_on_bearer(struct sim_context *ctx)
{
    struct sim_packet *packet = &ctx->sim->packet;
    bool up = !packet->bearer_closing && sim_network_accepts(ctx);
    packet->bearer_closing = 0;
    sim_urc(ctx, up ? "+APP PDP: ACTIVE" : "+APP PDP: DEACTIVE");
    set_bearer(ctx, up ? BEARER_ON : BEARER_OFF);
    if (up)
        sim_parts_hear(ctx, SIM_NEWS_NETWORK_OPENED);
}

static void put_address(struct sim_context *ctx)
{
    sim_put_quoted(ctx, sim_bearer_up(ctx) ? ctx->host->config->address : "0.0.0.0");
}

/* Copies a text argument; false when it is malformed or does not fit. A missing one is empty. */
static bool copy_text(const struct sim_call *call, unsigned index, char *buffer, size_t capacity)
{
    const char *text = NULL;
    size_t length = 0;
    if (index >= sim_argument_count(call))
        length = 0;
    else if (!sim_argument_text(call, index, &text, &length) || length >= capacity)
        return false;
    memset(buffer, 0, capacity);
    if (length > 0)
        memcpy(buffer, text, length);
    return true;
}

static int run_app_network(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t mode = 0;
    if (call->form == SIM_FORM_READ) {
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CNACT: ");
        sim_put_number(ctx, ctx->sim->packet.bearer);
        sim_put_text(ctx, ",");
        put_address(ctx);
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (sim_argument_count(call) > 2 || !sim_argument_number(call, 0, 0, 2, &mode) ||
        !copy_text(call, 1, ctx->sim->packet.bearer_apn, SIM_APN_SIZE))
        return SIM_FAILED;
    if (mode == 0) {
        sim_bearer_close(ctx);
        return SIM_DONE;
    }
    if (sim_value(ctx, SIM_PARAMETER_CFUN) != 1)
        return SIM_CME_RADIO_OFF;
    return sim_bearer_open(ctx, mode);
}

/* ---- CNCFG --------------------------------------------------------------------------------- */

static int read_configuration(struct sim_context *ctx)
{
    const struct sim_packet *packet = &ctx->sim->packet;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CNCFG: ");
    sim_put_number(ctx, packet->ip_type);
    sim_put_text(ctx, ",");
    sim_put_quoted(ctx, packet->apn);
    sim_put_text(ctx, ",");
    sim_put_quoted(ctx, packet->user);
    sim_put_text(ctx, ",");
    sim_put_quoted(ctx, packet->password);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, packet->authentication);
    sim_line_end(ctx);
    return SIM_DONE;
}

static void forget_configuration(struct sim_packet *packet)
{
    packet->ip_type = packet->authentication = 0;
    memset(packet->apn, 0, sizeof packet->apn);
    memset(packet->user, 0, sizeof packet->user);
    memset(packet->password, 0, sizeof packet->password);
}

static int run_configuration(struct sim_call *call)
{
    struct sim_packet *packet = &call->ctx->sim->packet;
    int32_t type = 0;
    int32_t authentication = 0;
    unsigned count = sim_argument_count(call);
    if (call->form == SIM_FORM_READ)
        return read_configuration(call->ctx);
    if (count > 5 || !sim_argument_number(call, 0, 0, 2, &type) ||
        (count == 5 && !sim_argument_number(call, 4, 0, 3, &authentication)))
        return SIM_FAILED;
    struct sim_packet changed = *packet;
    if (!copy_text(call, 1, changed.apn, SIM_APN_SIZE) ||
        !copy_text(call, 2, changed.user, SIM_SECRET_SIZE) ||
        !copy_text(call, 3, changed.password, SIM_SECRET_SIZE))
        return SIM_FAILED;
    changed.ip_type = (uint8_t)type;
    changed.authentication = (uint8_t)authentication;
    if (memcmp(packet, &changed, sizeof changed) == 0)
        return SIM_DONE;
    struct sim_write write = sim_nv_begin(call->ctx, "+CNCFG", sizeof "+CNCFG" - 1);
    if (write.effect == SIM_WRITE_NEW)
        *packet = changed;
    else if (write.effect == SIM_WRITE_LOST)
        forget_configuration(packet);
    return sim_flash_end(call->ctx, write) ? SIM_NO_RESULT : SIM_DONE;
}

/* ---- CGATT --------------------------------------------------------------------------------- */

static int run_attach(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t attach = 0;
    if (call->form == SIM_FORM_READ) {
        if (sim_setting(ctx, SIM_SETTING_STACK_LOST))
            return SIM_FAILED;
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CGATT: ");
        sim_put_number(ctx, ctx->sim->radio.attached);
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (sim_argument_count(call) != 1 || !sim_argument_number(call, 0, 0, 1, &attach))
        return SIM_FAILED;
    if (attach && sim_value(ctx, SIM_PARAMETER_CFUN) != 1)
        return SIM_CME_RADIO_OFF;
    return sim_network_attach(ctx, attach != 0);
}

/* ---- PDP contexts -------------------------------------------------------------------------- */

static struct sim_pdp_context *find_context(struct sim_packet *packet, uint8_t cid)
{
    for (unsigned i = 0; i < SIM_CONTEXTS; i++)
        if (packet->contexts[i].cid == cid)
            return &packet->contexts[i];
    return NULL;
}

/* cid 13 and 14 hold copies that must be edited, too (T18); not all builds have them. */
void sim_contexts_init(struct sim_context *ctx)
{
    enum { BY_REVISION, MAXIMUM = 3 };
    static const uint8_t cids[MAXIMUM] = {1, 13, 14};
    int32_t wanted = sim_setting(ctx, SIM_SETTING_CONTEXTS);
    bool dual = sim_setting(ctx, SIM_SETTING_CONTEXT_TYPE) != 0;
    if (wanted == BY_REVISION)
        wanted = sim_profile_has(ctx, SIM_TRAIT_FEW_CONTEXTS) ? 2 : 1;
    for (int32_t i = 0; i < MAXIMUM && i <= MAXIMUM - wanted; i++) {
        struct sim_pdp_context *context = &ctx->sim->packet.contexts[i];
        context->cid = cids[i];
        memcpy(context->type, dual ? "IPV4V6" : "IP", dual ? 7 : 3);
    }
}

/* An address that IPv6 may need has sixteen numbers (notes on a SIM7000G). */
#define DUAL_ADDRESS "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"

static bool is_dual(const struct sim_pdp_context *context)
{
    return strncmp(context->type, "IPV", 3) == 0;
}

static int read_contexts(struct sim_context *ctx)
{
    for (uint8_t cid = 1; cid <= 24; cid++) {
        const struct sim_pdp_context *context = find_context(&ctx->sim->packet, cid);
        if (!context)
            continue;
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CGDCONT: ");
        sim_put_number(ctx, cid);
        sim_put_text(ctx, ",");
        sim_put_quoted(ctx, context->type);
        sim_put_text(ctx, ",");
        sim_put_quoted(ctx, context->apn);
        sim_put_text(ctx,
                     is_dual(context) ? ",\"" DUAL_ADDRESS "\",0,0,0,0" : ",\"0.0.0.0\",0,0,0,0");
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

static const char *const types[] = {"IP", "PPP", "IPV6", "IPV4V6", "Non-IP"};
enum { TYPES = sizeof types / sizeof types[0] };

static bool is_type(const char *type)
{
    for (unsigned i = 0; i < TYPES; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

static int test_contexts(struct sim_context *ctx)
{
    for (unsigned i = 0; i < TYPES; i++) {
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CGDCONT: (1-24,100-179),");
        sim_put_quoted(ctx, types[i]);
        sim_put_text(ctx, ",,,(0-2),(0-4),(0-1),(0-1)");
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

/* One write to flash (flash.c); what is there already is not written again. */
static int save_context(struct sim_context *ctx, struct sim_pdp_context *context,
                        const struct sim_pdp_context *wanted)
{
    static const char name[] = "+CGDCONT";
    if (memcmp(context, wanted, sizeof *context) == 0)
        return SIM_DONE;
    struct sim_write write = sim_nv_begin(ctx, name, sizeof name - 1);
    if (write.effect == SIM_WRITE_NEW)
        *context = *wanted;
    else if (write.effect == SIM_WRITE_LOST)
        memset(context, 0, sizeof *context);
    return sim_flash_end(ctx, write) ? SIM_NO_RESULT : SIM_DONE;
}

/* A cid alone undefines the context (3GPP TS 27.007 10.1.1). */
static int run_contexts(struct sim_call *call)
{
    struct sim_packet *packet = &call->ctx->sim->packet;
    struct sim_pdp_context wanted = {0};
    int32_t cid = 0;
    if (call->form == SIM_FORM_READ)
        return read_contexts(call->ctx);
    if (call->form == SIM_FORM_TEST)
        return test_contexts(call->ctx);
    if (sim_argument_count(call) > 8 || !sim_argument_number(call, 0, 1, 24, &cid))
        return SIM_FAILED;
    struct sim_pdp_context *context = find_context(packet, (uint8_t)cid);
    if (sim_argument_count(call) > 1) {
        if (!copy_text(call, 1, wanted.type, sizeof wanted.type) || !is_type(wanted.type) ||
            !copy_text(call, 2, wanted.apn, sizeof wanted.apn))
            return SIM_FAILED;
        wanted.cid = (uint8_t)cid;
        context = context ? context : find_context(packet, 0);
        if (!context)
            return SIM_CME_MEMORY_FULL;
    }
    return context ? save_context(call->ctx, context, &wanted) : SIM_DONE;
}

/* ---- CGACT, CGNAPN ------------------------------------------------------------------------- */

/* What an attach brings up is a setting: context 1, as the default bearer of LTE; CGACT changes
   that. */
static bool is_active(const struct sim_context *ctx, uint8_t cid)
{
    bool changed = ctx->sim->bearers.changed >> cid & 1;
    bool first = cid == 1 && sim_setting(ctx, SIM_SETTING_DEFAULT_BEARER) == 0;
    return ctx->sim->radio.attached && changed != first;
}

static int read_activity(struct sim_context *ctx)
{
    for (uint8_t cid = 1; cid <= 24; cid++) {
        if (!find_context(&ctx->sim->packet, cid))
            continue;
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CGACT: ");
        sim_put_number(ctx, cid);
        sim_put_text(ctx, ",");
        sim_put_number(ctx, is_active(ctx, cid));
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

/* The first has the module's address; each of the others one of its own behind it. */
static void put_context_address(struct sim_context *ctx, uint8_t cid)
{
    const char *address = ctx->host->config->address;
    const char *dot = strrchr(address, '.');
    uint32_t last = 0;
    if (!is_active(ctx, cid)) {
        sim_put_text(ctx, "0.0.0.0");
        return;
    }
    if (cid == 1 || !dot) {
        sim_put_text(ctx, address);
        return;
    }
    for (const char *digit = dot + 1; *digit >= '0' && *digit <= '9'; digit++)
        last = last * 10 + (uint32_t)(*digit - '0');
    sim_put_bytes(ctx, address, (size_t)(dot + 1 - address));
    sim_put_number(ctx, (last + cid) % 255);
}

/* Sixteen numbers, as M03 shows one of zeros; 2001:db8:: is for documentation (RFC 3849). */
static void put_long_address(struct sim_context *ctx, uint8_t cid)
{
    sim_put_text(ctx, is_active(ctx, cid) ? "32.1.13.184.0.0.0.0.0.0.0.0.0.0.0."
                                          : "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.");
    sim_put_number(ctx, is_active(ctx, cid) ? cid : 0);
}

/* Of a context for both versions both, with a comma between (AT106 6.2.4). */
static void put_address_line(struct sim_context *ctx, uint8_t cid)
{
    const struct sim_pdp_context *context = find_context(&ctx->sim->packet, cid);
    bool long_one = context && sim_setting(ctx, SIM_SETTING_NETWORK_IPV6) &&
                    (strcmp(context->type, "IPV6") == 0 || strcmp(context->type, "IPV4V6") == 0);
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CGPADDR: ");
    sim_put_number(ctx, cid);
    sim_put_text(ctx, ",");
    if (!long_one || strcmp(context->type, "IPV4V6") == 0)
        put_context_address(ctx, cid);
    if (long_one && strcmp(context->type, "IPV4V6") == 0)
        sim_put_text(ctx, ",");
    if (long_one)
        put_long_address(ctx, cid);
    sim_line_end(ctx);
}

static int list_addresses(struct sim_context *ctx)
{
    for (uint8_t cid = 1; cid <= 24; cid++)
        if (find_context(&ctx->sim->packet, cid))
            put_address_line(ctx, cid);
    return SIM_DONE;
}

static int test_addresses(struct sim_context *ctx)
{
    const char *between = "(";
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CGPADDR: ");
    for (uint8_t cid = 1; cid <= 24; cid++) {
        if (!find_context(&ctx->sim->packet, cid))
            continue;
        sim_put_text(ctx, between);
        sim_put_number(ctx, cid);
        between = ",";
    }
    sim_put_text(ctx, ")");
    sim_line_end(ctx);
    return SIM_DONE;
}

/* All defined contexts, or those that are named. */
static int run_addresses(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    unsigned count = sim_argument_count(call);
    int32_t cid;
    if (call->form == SIM_FORM_TEST)
        return test_addresses(ctx);
    if (call->form == SIM_FORM_EXECUTE)
        return list_addresses(ctx);
    for (unsigned i = 0; i < count; i++)
        if (!sim_argument_number(call, i, 1, 24, &cid) ||
            !find_context(&ctx->sim->packet, (uint8_t)cid))
            return SIM_FAILED;
    for (unsigned i = 0; i < count; i++)
        if (sim_argument_number(call, i, 1, 24, &cid))
            put_address_line(ctx, (uint8_t)cid);
    return SIM_DONE;
}

static uint32_t first_context(struct sim_context *ctx)
{
    uint8_t cid = 1;
    while (cid <= 24 && !find_context(&ctx->sim->packet, cid))
        cid++;
    return cid <= 24 ? 1u << cid : 0;
}

static int may_activate(struct sim_context *ctx)
{
    if (sim_value(ctx, SIM_PARAMETER_CFUN) != 1)
        return SIM_CME_RADIO_OFF;
    if (sim_network_registered(ctx) && sim_setting(ctx, SIM_SETTING_PDP))
        return SIM_CME_GPRS;
    return ctx->sim->radio.attached ? SIM_DONE : sim_network_attach(ctx, true);
}

/* The first defined context without a cid (AT106 6.2.3); activation attaches (3GPP TS 27.007
   10.1.10). */
static int run_activate(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t state = 0, cid = 0;
    unsigned count = sim_argument_count(call);
    if (call->form == SIM_FORM_READ)
        return read_activity(ctx);
    if (count < 1 || !sim_argument_number(call, 0, 0, 1, &state))
        return SIM_FAILED;
    uint32_t meant = count == 1 ? first_context(ctx) : 0;
    for (unsigned i = 1; i < count; i++) {
        if (!sim_argument_number(call, i, 1, 24, &cid) ||
            !find_context(&ctx->sim->packet, (uint8_t)cid))
            return SIM_FAILED;
        meant |= 1u << cid;
    }
    int result = state ? may_activate(ctx) : SIM_DONE;
    for (uint8_t i = 1; i <= 24 && result == SIM_DONE; i++)
        if ((meant >> i & 1) && is_active(ctx, i) != (state != 0))
            ctx->sim->bearers.changed ^= 1u << i;
    return result;
}

/* The APN that the network proposes; GSM has none (facts 4). */
static int run_network_apn(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    bool told = ctx->sim->radio.attached && sim_network_technology(ctx) != SIM_TECHNOLOGY_GSM &&
                sim_setting(ctx, SIM_SETTING_NETWORK_APN);
    sim_line_begin(ctx);
    sim_put_text(ctx, told ? "+CGNAPN: 1," : "+CGNAPN: 0,");
    sim_put_quoted(ctx, told ? ctx->host->config->apn : "");
    sim_line_end(ctx);
    return SIM_DONE;
}

enum {
    ALL_VALUES = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE,
    TEST_WRITE_ACT = SIM_FORM_TEST | SIM_FORM_WRITE | SIM_FORM_EXECUTE
};

const struct sim_command sim_commands_packet[] = {
    {"+CGATT", ALL_VALUES, SIM_NO_SAVE, 'D', 75000, "AT106 6.2", "packet attach", "+CGATT: (0,1)",
     run_attach, 0},
    {"+CGDCONT", ALL_VALUES, SIM_AUTO_SAVE, 'O', 0, "AT106 6.2.2, T18, M03", "PDP contexts",
     sim_test_runs, run_contexts, 0},
    {"+CGACT", ALL_VALUES, SIM_NO_SAVE, 'D', 150000, "AT106 6.2", "activates PDP contexts",
     "+CGACT: (0,1)", run_activate, 0},
    {"+CGNAPN", SIM_FORM_TEST | SIM_FORM_EXECUTE, SIM_NO_SAVE, 'O', 0, "AT106 5.2, T04",
     "APN that the network proposes", "+CGNAPN: (0,1),120", run_network_apn, 101},
    {"+CGPADDR", TEST_WRITE_ACT, SIM_NO_SAVE, 'D', 0, "AT106 6.2", "address of a context",
     sim_test_runs, run_addresses, 0},
    {"+CNACT", ALL_VALUES, SIM_NO_SAVE, 'O', 0, "AT106 5.2.30, T06", "app network",
     "+CNACT: (0-2),(0-63)", run_app_network, 103},
    {"+CNCFG", ALL_VALUES, SIM_AUTO_SAVE, 'D', 0, "FOTA101 4.1", "how the app network opens",
     "+CNCFG: (0-2),(0-63),(0-31),(0-31),(0-3)", run_configuration, 0},
    {.name = NULL},
};
