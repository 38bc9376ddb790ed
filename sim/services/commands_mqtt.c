/*
 * commands_mqtt.c - SM*: MQTT over the app network of CNACT, to a modelled broker (T24, AT7080).
 *
 * The broker sends back what is published on a topic that was subscribed to.
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/knowledge/prompts.h"
#include "sim/services/net.h"

/* sim_mqtt.state */
enum { MQTT_OFF, MQTT_CONNECTING, MQTT_ON };
/* sim_mqtt.work: what the timer MQTT is for once connected. */
enum { WORK_NONE, WORK_PUBLISH, WORK_DELIVER };

enum { PAYLOAD_MAXIMUM = 512, TOPIC_MAXIMUM = 128, BROKER_ANSWERS = 0, PROMPT_MS = 60000 };

static const char topic_key[] = "+SMPUB topic";
static const char payload_key[] = "+SMPUB payload";
static const char subscribed_key[] = "+SMSUB";

static struct sim_mqtt *mqtt_of(const struct sim_context *ctx)
{
    return &ctx->sim->mqtt;
}

/* ---- SMCONF -------------------------------------------------------------------------------- */

static const struct {
    const char *tag, *key;
    uint16_t maximum; /* of the text's length, or of the number */
    bool number;
    const char *initial;
} tags[] = {
    {"CLIENTID", "+SMCONF CLIENTID", 128, false, "\"\""},
    {"URL", "+SMCONF URL", 128, false, "\"\""},
    {"KEEPTIME", "+SMCONF KEEPTIME", 65535, true, "60"},
    {"CLEANSS", "+SMCONF CLEANSS", 1, true, "0"},
    {"USERNAME", "+SMCONF USERNAME", 128, false, "\"\""},
    {"PASSWORD", "+SMCONF PASSWORD", 128, false, "\"\""},
    {"QOS", "+SMCONF QOS", 2, true, "0"},
    {"TOPIC", "+SMCONF TOPIC", 128, false, "\"\""},
    {"MESSAGE", "+SMCONF MESSAGE", 128, false, "\"\""},
    {"RETAIN", "+SMCONF RETAIN", 1, true, "0"},
};
enum { TAGS = sizeof tags / sizeof tags[0], TAG_URL = 1 };

static int read_configuration(struct sim_context *ctx)
{
    char value[SIM_STORED_VALUE];
    sim_line(ctx, "+SMCONF:");
    for (unsigned i = 0; i < TAGS; i++) {
        bool set = sim_stored_get(ctx, tags[i].key, SIM_NO_SAVE, value) > 0;
        sim_line_begin(ctx);
        sim_put_text(ctx, tags[i].tag);
        sim_put_text(ctx, ": ");
        sim_put_text(ctx, set ? value : tags[i].initial);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

/* URL may have a port behind it; it is kept as given. */
static int set_tag(struct sim_call *call, unsigned tag)
{
    char value[SIM_STORED_VALUE];
    const char *text;
    size_t length, used = 0;
    int32_t number = 0;
    unsigned count = sim_argument_count(call);
    bool has_port = tag == TAG_URL && count == 3;
    if ((count != 2 && !has_port) || !sim_argument_text(call, 1, &text, &length) ||
        (!tags[tag].number && length > tags[tag].maximum) ||
        (tags[tag].number && !sim_number_of(text, length, tags[tag].maximum, &number)) ||
        (has_port && !sim_argument_number(call, 2, 1, 65535, &number)))
        return SIM_CME_NOT_ALLOWED;
    if (!tags[tag].number)
        value[used++] = '"';
    memcpy(value + used, text, length);
    used += length;
    if (!tags[tag].number)
        value[used++] = '"';
    if (has_port && sim_argument_text(call, 2, &text, &length)) {
        value[used++] = ',';
        memcpy(value + used, text, length);
        used += length;
    }
    return sim_stored_set(call->ctx, tags[tag].key, SIM_NO_SAVE, value, used) ? SIM_DONE
                                                                              : SIM_CME_MEMORY_FULL;
}

static int run_configuration(struct sim_call *call)
{
    const char *tag;
    size_t length;
    if (call->form == SIM_FORM_READ)
        return read_configuration(call->ctx);
    for (unsigned i = 0; i < TAGS; i++)
        if (sim_argument_text(call, 0, &tag, &length) && sim_same_word(tags[i].tag, tag, length))
            return set_tag(call, i);
    return SIM_CME_NOT_ALLOWED;
}

/* ---- SMCONN, SMSTATE, SMDISC --------------------------------------------------------------- */

static void wait_for(struct sim_context *ctx, enum sim_setting_id duration)
{
    sim_timer_set(ctx, SIM_TIMER_MQTT, ctx->now_us + sim_setting_us(ctx, duration));
}

static int run_connect(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    if (mqtt_of(ctx)->state != MQTT_OFF || !sim_bearer_up(ctx) ||
        sim_stored_get(ctx, tags[TAG_URL].key, SIM_NO_SAVE, value) == 0)
        return SIM_CME_NOT_ALLOWED;
    mqtt_of(ctx)->state = MQTT_CONNECTING;
    wait_for(ctx, SIM_SETTING_MQTT_CONNECT_TIME);
    return SIM_PENDING;
}

static void on_connected(struct sim_context *ctx)
{
    int32_t peer = sim_setting(ctx, SIM_SETTING_PEER);
    bool good = sim_bearer_up(ctx) && (peer == SIM_PEER_ECHO || peer == SIM_PEER_SURROUNDINGS);
    mqtt_of(ctx)->state = good ? MQTT_ON : MQTT_OFF;
    sim_finish(ctx, good ? SIM_DONE : SIM_FAILED);
}

static int run_state(struct sim_call *call)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+SMSTATE: ");
    sim_put_number(call->ctx, mqtt_of(call->ctx)->state == MQTT_ON);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static int run_disconnect(struct sim_call *call)
{
    struct sim_mqtt *mqtt = mqtt_of(call->ctx);
    if (mqtt->state != MQTT_ON)
        return SIM_CME_NOT_ALLOWED;
    mqtt->state = MQTT_OFF;
    mqtt->work = WORK_NONE;
    sim_timer_stop(call->ctx, SIM_TIMER_MQTT);
    return SIM_DONE;
}

static void lost(struct sim_context *ctx)
{
    struct sim_mqtt *mqtt = mqtt_of(ctx);
    bool publishes = mqtt->work == WORK_PUBLISH;
    if (mqtt->state != MQTT_ON)
        return;
    mqtt->state = MQTT_OFF;
    mqtt->work = WORK_NONE;
    sim_timer_stop(ctx, SIM_TIMER_MQTT);
    sim_urc(ctx, "+SMSTATE: 0"); /* before the OK of an SMPUB that is pending (T24) */
    if (publishes)
        sim_finish(ctx, SIM_DONE);
}

bool sim_mqtt_lost(struct sim_context *ctx, enum sim_loss loss)
{
    bool had_any = loss == SIM_LOST_BEARER && !sim_bearer_up(ctx) && mqtt_of(ctx)->state == MQTT_ON;
    if (had_any)
        lost(ctx);
    return had_any;
}

void sim_mqtt_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    memset(mqtt_of(ctx), 0, sizeof *mqtt_of(ctx));
    sim_hidden_delete(ctx, SIM_MQTT_PAYLOAD);
}

/* ---- SMSUB, SMUNSUB ------------------------------------------------------------------------ */

static int run_subscribe(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    const char *topic;
    size_t length;
    int32_t quality = 0;
    if (mqtt_of(ctx)->state != MQTT_ON || sim_argument_count(call) != 2 ||
        !sim_argument_text(call, 0, &topic, &length) || length == 0 || length > TOPIC_MAXIMUM ||
        !sim_argument_number(call, 1, 0, 2, &quality))
        return SIM_CME_NOT_ALLOWED;
    return sim_stored_set(ctx, subscribed_key, SIM_NO_SAVE, topic, length) ? SIM_DONE
                                                                           : SIM_CME_MEMORY_FULL;
}

static int run_unsubscribe(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char now[SIM_STORED_VALUE];
    const char *topic;
    size_t length;
    size_t size = sim_stored_get(ctx, subscribed_key, SIM_NO_SAVE, now);
    if (mqtt_of(ctx)->state != MQTT_ON || sim_argument_count(call) != 1 ||
        !sim_argument_text(call, 0, &topic, &length) || length != size ||
        memcmp(now, topic, length) != 0)
        return SIM_CME_NOT_ALLOWED;
    sim_stored_set(ctx, subscribed_key, SIM_NO_SAVE, NULL, 0);
    return SIM_DONE;
}

/* ---- SMPUB --------------------------------------------------------------------------------- */

/* SMPUB="topic",<length>,<qos>,<retain>: then the payload; the length may stand in quotes (T24). */
static int run_publish(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    const char *topic, *digits;
    size_t length, digit_count;
    int32_t size = 0, quality = 0, retain = 0;
    if (mqtt_of(ctx)->state != MQTT_ON || mqtt_of(ctx)->work != WORK_NONE ||
        sim_argument_count(call) != 4 || !sim_argument_text(call, 0, &topic, &length) ||
        length == 0 || length > TOPIC_MAXIMUM ||
        !sim_argument_text(call, 1, &digits, &digit_count) ||
        !sim_number_of(digits, digit_count, PAYLOAD_MAXIMUM, &size) || size == 0 ||
        !sim_argument_number(call, 2, 0, 2, &quality) ||
        !sim_argument_number(call, 3, 0, 1, &retain))
        return SIM_CME_NOT_ALLOWED;
    sim_stored_set(ctx, payload_key, SIM_NO_SAVE, NULL, 0);
    if (!sim_stored_set(ctx, topic_key, SIM_NO_SAVE, topic, length))
        return SIM_CME_MEMORY_FULL;
    sim_hidden_delete(ctx, SIM_MQTT_PAYLOAD);
    mqtt_of(ctx)->failed = 0;
    sim_put_text(ctx, "\r\n" SIM_PROMPT_BYTES);
    sim_port_take(ctx, SIM_TAKER_MQTT);
    ctx->sim->port.data_left_bytes = (uint32_t)size;
    sim_timer_set(ctx, SIM_TIMER_DATA, ctx->now_us + PROMPT_MS * 1000ull);
    return SIM_PENDING;
}

int sim_mqtt_take(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete)
{
    static const char name[] = SIM_MQTT_PAYLOAD;
    struct sim_mqtt *mqtt = mqtt_of(ctx);
    if (!bytes)
        return SIM_CME_NOT_ALLOWED; /* the time is over */
    if (sim_setting(ctx, SIM_SETTING_DATA_ECHO))
        sim_port_echo(ctx, (const char *)bytes, size);
    uint8_t file = sim_hidden_find(ctx, name);
    if (file == SIM_NO_FILE)
        file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
    if (file == SIM_NO_FILE || !sim_files_append(ctx, file, bytes, size))
        mqtt->failed = 1;
    if (!complete)
        return SIM_PENDING;
    if (mqtt->failed)
        return SIM_CME_MEMORY_FULL;
    if (mqtt->state != MQTT_ON)
        return SIM_CME_NOT_ALLOWED; /* lost while it was typed */
    mqtt->work = WORK_PUBLISH;
    wait_for(ctx, SIM_SETTING_MQTT_PUBLISH_TIME);
    sim_port_give_back(ctx);
    return SIM_PENDING;
}

/* +SMSUB: "topic","payload" */
static void deliver(struct sim_context *ctx)
{
    char topic[SIM_STORED_VALUE];
    char payload[PAYLOAD_MAXIMUM];
    uint8_t file = sim_hidden_find(ctx, SIM_MQTT_PAYLOAD);
    sim_stored_get(ctx, topic_key, SIM_NO_SAVE, topic);
    size_t size = file == SIM_NO_FILE ? 0
                                      : sim_files_read(&ctx->sim->files, ctx->host, file, 0,
                                                       payload, sizeof payload);
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+SMSUB: ");
    sim_put_quoted(ctx, topic);
    sim_put_text(ctx, ",\"");
    sim_put_bytes(ctx, payload, size);
    sim_put_text(ctx, "\"");
    sim_urc_end(ctx);
}

static void on_published(struct sim_context *ctx)
{
    struct sim_mqtt *mqtt = mqtt_of(ctx);
    char topic[SIM_STORED_VALUE], subscribed[SIM_STORED_VALUE];
    if (sim_setting(ctx, SIM_SETTING_MQTT_BROKER) != BROKER_ANSWERS) {
        lost(ctx);
        return;
    }
    mqtt->work = WORK_NONE;
    sim_stored_get(ctx, topic_key, SIM_NO_SAVE, topic);
    sim_stored_get(ctx, subscribed_key, SIM_NO_SAVE, subscribed);
    if (subscribed[0] && strcmp(topic, subscribed) == 0) {
        mqtt->work = WORK_DELIVER;
        wait_for(ctx, SIM_SETTING_PEER_DELAY);
    }
    sim_finish(ctx, SIM_DONE);
}

void sim_on_mqtt(struct sim_context *ctx)
{
    struct sim_mqtt *mqtt = mqtt_of(ctx);
    if (mqtt->state == MQTT_CONNECTING) {
        on_connected(ctx);
    } else if (mqtt->work == WORK_PUBLISH) {
        on_published(ctx);
    } else if (mqtt->work == WORK_DELIVER) {
        mqtt->work = WORK_NONE;
        deliver(ctx);
    }
}

enum {
    ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE,
    WRITE = SIM_FORM_TEST | SIM_FORM_WRITE,
    CONNECT_MS = 85000
};

const struct sim_command sim_commands_mqtt[] = {
    {"+SMCONF", WRITE | SIM_FORM_READ, SIM_NO_SAVE, 'S', 0, "AT7080, sim7000-at 1.1",
     "parameters of MQTT",
     "+SMCONF: (\"CLIENTID\",\"URL\",\"KEEPTIME\",\"CLEANSS\",\"USERNAME\",\"PASSWORD\",\"QOS\","
     "\"TOPIC\",\"MESSAGE\",\"RETAIN\")",
     run_configuration, 103},
    {"+SMCONN", ACT, SIM_NO_SAVE, 'O', CONNECT_MS, "T24", "connects to the broker", NULL,
     run_connect, 103},
    {"+SMPUB", WRITE, SIM_NO_SAVE, 'O', 0, "T24", "publishes a message",
     "+SMPUB: (1-128),(1-512),(0-2),(0,1)", run_publish, 103},
    {"+SMSUB", WRITE, SIM_NO_SAVE, 'S', 0, "AT7080", "subscribes", "+SMSUB: (1-128),(0-2)",
     run_subscribe, 103},
    {"+SMUNSUB", WRITE, SIM_NO_SAVE, 'S', 0, "AT7080", "ends a subscription", "+SMUNSUB: (1-128)",
     run_unsubscribe, 103},
    {"+SMSTATE", SIM_FORM_TEST | SIM_FORM_READ, SIM_NO_SAVE, 'S', 0, "AT7080",
     "state of the connection", NULL, run_state, 103},
    {"+SMDISC", ACT, SIM_NO_SAVE, 'S', 0, "AT7080", "ends the connection", NULL, run_disconnect,
     103},
    {.name = NULL},
};
