/* module_port.c - the module end behind a port: bytes, modem lines, a port that goes and comes. */
#include "harness/bench/module_port.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/engine.h"
#include "harness/ports/list.h"
#include "sim/catalogue.h"
#include "sim/look.h"

enum {
    SWITCH_LOOK_US = 20000,     /* real time between two looks at a supply that is being switched */
    SILENT_WITHIN_US = 1000000, /* real time that bytes may be on their way when it is off */
    LISTEN_US = 2000000, /* real time for which it is listened to then, before it comes back */
    BOOTS_WITHIN_US = 60000000 /* of a module whose supply came back, at its own clock */
};

static struct bench_module_port *end_of(const struct bench_run *run)
{
    return run->module_context;
}

static void say(struct bench_run *run, const char *text)
{
    bench_note(run, BENCH_JOURNAL_BENCH, 0, 0, 0, text, strlen(text));
}

/* ---- the port ------------------------------------------------------------------------------ */

static void on_receive(struct bench_port *port, const void *bytes, size_t size)
{
    struct bench_module_port *end = port->listener->context;
    if (!end->run) {
        end->stale_bytes += size;
        return;
    }
    end->received_bytes += size;
    bool speaks_dead = end->off_at_us && bench_clock_us() - end->off_at_us > SILENT_WITHIN_US;
    if (speaks_dead && !end->run->error[0])
        snprintf(end->run->error, sizeof end->run->error,
                 "%.150s: the module speaks, and its supply is said to be off", end->url);
    if (bench_backlog_keep(&end->arrived, bytes, size) < size && !end->run->error[0])
        snprintf(end->run->error, sizeof end->run->error,
                 "%.150s: more bytes came than this machine could take in time", end->url);
    bench_run_touch(end->run, BENCH_TO_MODULE);
}

/* What a port that went was lost by: a reset of the module, if it is the module's own and a reset
 * shows by the time at which it is looked at again. */
void bench_module_port_settle(struct bench_module_port *end)
{
    bool reset = end->is_the_modules && end->run->world.tap.resets > end->resets_before;
    if (end->may_be_reset && reset)
        end->loss_count--;
    end->may_be_reset = false;
}

static void on_presence(struct bench_port *port, bool present)
{
    struct bench_module_port *end = port->listener->context;
    end->gone_at_us = present ? 0 : bench_clock_us();
    if (!end->run)
        return;
    if (!present && (end->is_cut || end->is_switching)) {
        say(end->run, "the module's port is gone with its supply");
        return;
    }
    if (!present) {
        bench_module_port_settle(end);
        if (end->loss_count++ == 0)
            end->lost_at_us = end->run->world.now_us;
        end->may_be_reset = true;
        end->resets_before = end->run->world.tap.resets;
    }
    say(end->run, present ? "the module's port is back" : "the module's port is gone");
}

/* An adapter stays when the module restarts; an interface of the module itself goes with it. */
static bool is_the_modules(const char *url)
{
    struct bench_listed_port *ports;
    size_t count;
    bool found = false;
    char path[BENCH_LIST_PATH_MAX];
    bool is_tty = strncmp(url, "tty:", 4) == 0;
    const char *device = is_tty ? url + 4 : "";
    size_t length = strcspn(device, ",");
    if (!is_tty || length >= sizeof path || !bench_list_ports(&ports, &count))
        return false;
    memcpy(path, device, length);
    path[length] = '\0';
    for (size_t i = 0; i < count; i++)
        if (strcmp(path, ports[i].path) == 0 || strcmp(path, ports[i].by_path) == 0 ||
            strcmp(path, ports[i].by_id) == 0)
            found = ports[i].is_usb &&
                    sim_usb_role(ports[i].vendor, ports[i].product, ports[i].interface);
    free(ports);
    return found;
}

bool bench_module_port_open(struct bench_module_port *end, struct bench_loop *loop, const char *url,
                            uint32_t baud_bps, char *reterr_text, size_t reterr_capacity)
{
    *end = (struct bench_module_port){
        .loop = loop,
        .baud_bps = baud_bps,
        .lines = BENCH_LINE_DTR | BENCH_LINE_RTS,
        .listener = {.receive = on_receive, .presence = on_presence, .context = end}};
    if (strlen(url) >= sizeof end->url) {
        snprintf(reterr_text, reterr_capacity, "the port's URL has more than %zu characters",
                 sizeof end->url - 1);
        return false;
    }
    memcpy(end->url, url, strlen(url) + 1);
    end->port = bench_port_open(loop, url, BENCH_PORT_OPEN, baud_bps, &end->listener, reterr_text,
                                reterr_capacity);
    end->is_the_modules = end->port && is_the_modules(url);
    return end->port != NULL;
}

void bench_module_port_close(struct bench_module_port *end)
{
    bench_port_free(end->port);
    end->port = NULL;
    bench_backlog_drop(&end->arrived);
}

bool bench_module_port_lost(const struct bench_module_port *end, char *text, size_t capacity)
{
    if (end->loss_count == 0)
        return false;
    snprintf(text, capacity,
             "%.100s went away %" PRIu32 " %s, at first at %.3f s; what followed says nothing of "
             "client or module",
             end->url, end->loss_count, end->loss_count == 1 ? "time" : "times",
             (double)end->lost_at_us / 1e6);
    return true;
}

/* ---- the end ------------------------------------------------------------------------------- */

static void follow(struct bench_run *run, uint32_t baud_bps)
{
    struct bench_module_port *end = end_of(run);
    end->baud_bps = baud_bps;
    if (end->port->kind->follow)
        end->port->kind->follow(end->port, baud_bps);
}

static void set_lines(struct bench_module_port *end, uint8_t line, bool on)
{
    end->lines = (uint8_t)(on ? end->lines | line : end->lines & ~line);
    if (end->port->kind->lines)
        end->port->kind->lines(end->port, end->lines);
}

static bool start(struct bench_run *run)
{
    struct bench_module_port *end = end_of(run);
    bench_backlog_drop(&end->arrived);
    end->run = run;
    end->received_bytes = 0;
    end->loss_count = 0;
    end->may_be_reset = false;
    end->blocked = false;
    end->cut_count = 0;
    if (end->fixtures && end->fixtures->serve_case)
        end->fixtures->serve_case(end->fixtures->context, run->one);
    follow(run, run->one->host.baud_bps);
    set_lines(end, BENCH_LINE_DTR | BENCH_LINE_RTS, true);
    if (end->stale_bytes) {
        char text[96];
        snprintf(text, sizeof text, "%" PRIu64 " bytes had come before this run; they are left out",
                 end->stale_bytes);
        say(run, text);
    }
    end->stale_bytes = 0;
    return true;
}

static void receive(struct bench_run *run, const uint8_t *bytes, size_t size, uint32_t baud_bps)
{
    struct bench_module_port *end = end_of(run);
    if (baud_bps != end->baud_bps)
        follow(run, baud_bps);
    if (!end->blocked)
        bench_port_write(end->port, bytes, size, bench_clock_us());
}

/* The last bolt before a real module: an update that nobody has allowed does not start. */
static void look_out(struct bench_run *run, const char *command, size_t length)
{
    struct bench_module_port *end = end_of(run);
    if (end->allows_update || sim_command_role(command, length) != SIM_ROLE_START_UPDATE)
        return;
    end->blocked = true;
    if (!run->error[0])
        snprintf(run->error, sizeof run->error,
                 "the client was about to send AT%.*s, which the case does not expect; it was held "
                 "back, since nothing allows an update on this module (--allow-update)",
                 (int)(length < 64 ? length : 64), command);
}

static size_t transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                       uint32_t *ret_baud_bps)
{
    struct bench_module_port *end = end_of(run);
    const uint8_t *bytes;
    size_t size = bench_backlog_next(&end->arrived, &bytes);
    size = size < capacity ? size : capacity;
    if (size)
        memcpy(buffer, bytes, size);
    bench_backlog_sent(&end->arrived, size);
    *ret_baud_bps = end->baud_bps; /* what the port heard, it heard at this rate */
    return size;
}

static void note_most(uint64_t *most_us, uint64_t us)
{
    *most_us = us > *most_us ? us : *most_us;
}

/* What a switch that takes its time has made of a cut. */
static void note_lateness(struct bench_module_port *end)
{
    if (end->run)
        note_most(end->is_cut ? &end->cut_late_us : &end->off_most_us,
                  end->run->world.now_us - end->cut_at_us);
}

static void begin_switch(struct bench_module_port *end, bool on)
{
    end->fixtures->power(end->fixtures->context, on);
    end->is_cut = !on;
    end->is_switching = true;
    end->wants_on = false;
    end->off_at_us = 0;
    end->has_booted = false;
    if (end->run)
        say(end->run, on ? "the supply is being switched on" : "the supply is being switched off");
    if (end->run && on)
        end->boots_seen = end->run->world.tap.boots;
}

/* What was begun is done: the supply is off or on. */
static void end_switch(struct bench_module_port *end)
{
    if (!end->is_cut || !end->off_at_us) {
        end->off_at_us = end->is_cut ? bench_clock_us() : 0;
        end->on_at_us = end->run ? end->run->world.now_us : 0;
        note_lateness(end);
        if (end->run)
            say(end->run, end->is_cut ? "the supply is off" : "the supply is on");
    }
    if (end->wants_on && bench_clock_us() - end->off_at_us > SILENT_WITHIN_US + LISTEN_US)
        begin_switch(end, true);
    else
        end->is_switching = end->wants_on;
}

/* Writes the error where there is none yet. */
static void look_at_switch(struct bench_module_port *end, char error[BENCH_TEXT_MAX])
{
    char text[BENCH_TEXT_MAX] = "";
    if (end->fixtures->is_switching(end->fixtures->context, text, sizeof text))
        return;
    if (text[0] && !error[0])
        memcpy(error, text, sizeof text);
    end_switch(end);
}

static void look_for_boot(struct bench_module_port *end)
{
    const struct bench_world *world = &end->run->world;
    if (end->cut_count && !end->is_cut && world->tap.boots > end->boots_seen)
        end->has_booted =
            end->has_booted || end->is_switching || world->now_us - end->on_at_us < BOOTS_WITHIN_US;
}

static uint64_t advance(struct bench_run *run)
{
    struct bench_module_port *end = end_of(run);
    bool for_good = end->gone_at_us && bench_clock_us() - end->gone_at_us > BENCH_PORT_AWAY_US;
    if (for_good && !run->error[0])
        snprintf(run->error, sizeof run->error,
                 "%.150s went away and did not come back within %d s", end->url,
                 BENCH_PORT_AWAY_US / 1000000);
    /* A port that is away is looked at now and then. */
    uint64_t next_us = end->gone_at_us ? run->world.now_us + 1000000u : BENCH_NEVER;
    look_for_boot(end);
    if (!end->is_switching)
        return next_us;
    look_at_switch(end, run->error);
    uint64_t look_us = run->world.now_us + (uint64_t)(SWITCH_LOOK_US * run->options.speed);
    return look_us < next_us ? look_us : next_us;
}

static bool switch_power(struct bench_run *run, bool on)
{
    struct bench_module_port *end = end_of(run);
    if (!end->fixtures || !end->fixtures->power || on != end->is_cut || (on && end->wants_on))
        return false; /* there is no switch, or it is so already */
    if (on) {
        end->wants_on = end->is_switching = true;
    } else {
        end->cut_count++;
        end->cut_at_us = run->world.now_us;
        begin_switch(end, false);
    }
    bench_run_touch(run, BENCH_TO_MODULE);
    return true;
}

static void serve_next(struct bench_run *run, unsigned serving)
{
    const struct bench_fixtures *fixtures = end_of(run)->fixtures;
    if (fixtures && fixtures->serve_next)
        fixtures->serve_next(fixtures->context, serving);
}

static bool is_switching(const struct bench_run *run)
{
    return end_of(run)->is_switching;
}

static bool apply(struct bench_run *run, const struct sim_action *action)
{
    struct bench_module_port *end = end_of(run);
    if (action->kind == SIM_ACTION_POWER_CUT || action->kind == SIM_ACTION_POWER_ON)
        return switch_power(run, action->kind == SIM_ACTION_POWER_ON);
    if (action->kind != SIM_ACTION_DTR && action->kind != SIM_ACTION_RTS)
        return false;
    set_lines(end, action->kind == SIM_ACTION_DTR ? BENCH_LINE_DTR : BENCH_LINE_RTS,
              action->number != 0);
    return true;
}

static bool has_power(const struct bench_run *run, unsigned action_kind)
{
    const struct bench_fixtures *fixtures = end_of(run)->fixtures;
    return action_kind == SIM_ACTION_POWER_CUT && fixtures && fixtures->power;
}

bool bench_module_port_power_back(struct bench_module_port *end, char *reterr_text, size_t capacity)
{
    char error[BENCH_TEXT_MAX] = "";
    end->wants_on = end->is_cut;
    end->is_switching = end->is_switching || end->is_cut;
    while (end->is_switching) {
        look_at_switch(end, error);
        if (end->is_switching)
            poll(NULL, 0, SWITCH_LOOK_US / 1000);
    }
    snprintf(reterr_text, capacity, "%s", error);
    return !error[0];
}

bool bench_module_port_uncut(const struct bench_module_port *end, char *text, size_t capacity)
{
    bool ends_without = end->is_cut || end->is_switching; /* nobody looks any more */
    if (!end->cut_count || ends_without || end->has_booted)
        return false;
    snprintf(
        text, capacity,
        "the supply of %.100s was cut and given back, and no boot was seen soon behind it; did the "
        "power hook do what it said?",
        end->url);
    return true;
}

static const struct bench_question *asked(const struct bench_module_port *end,
                                          enum sim_question kind, const char *argument)
{
    return end->survey ? bench_survey_find(end->survey, kind, argument) : NULL;
}

static void view(const struct bench_run *run, struct sim_view *ret_view)
{
    const struct bench_module_port *end = end_of(run);
    const struct bench_question *revision = asked(end, SIM_QUESTION_REVISION, NULL);
    *ret_view = (struct sim_view){.powered = !end->is_cut,
                                  .answering = !end->is_cut,
                                  .boots = run->world.tap.boots,
                                  .resets = run->world.tap.resets,
                                  .revision = revision             ? revision->answer
                                              : end->is_as_written ? run->shared->config.revision
                                                                   : ""};
}

/* The host's board closes and opens its port: the lines fall, what waits is gone. */
static void reopen(struct bench_run *run)
{
    struct bench_module_port *end = end_of(run);
    bench_backlog_drop(&end->arrived);
    set_lines(end, BENCH_LINE_DTR | BENCH_LINE_RTS, false);
    set_lines(end, BENCH_LINE_DTR | BENCH_LINE_RTS, true);
}

/* ---- what is judged ------------------------------------------------------------------------ */

static enum scenario_answer ask_file(const void *context, const char *path,
                                     uint32_t *ret_size_bytes)
{
    const struct bench_question *question = asked(context, SIM_QUESTION_FILE, path);
    if (!question)
        return SCENARIO_UNKNOWN;
    *ret_size_bytes = (uint32_t)strtoul(question->answer, NULL, 10);
    return (enum scenario_answer)question->known;
}

static enum scenario_answer ask_parameter(const void *context, unsigned parameter,
                                          int32_t *ret_value)
{
    const struct bench_question *question =
        asked(context, SIM_QUESTION_PARAMETER, sim_look_parameter_name(parameter));
    if (!question)
        return SCENARIO_UNKNOWN;
    *ret_value = question->known == SCENARIO_YES ? (int32_t)strtol(question->answer, NULL, 10) : -1;
    return (enum scenario_answer)question->known;
}

static enum scenario_answer ask_flag(const void *context, enum scenario_module_flag flag)
{
    bool imei = flag == SCENARIO_MODULE_HAS_IMEI;
    const struct bench_question *question =
        asked(context, imei ? SIM_QUESTION_IMEI : SIM_QUESTION_BEARER, NULL);
    if (!question || question->known != SCENARIO_YES)
        return question ? (enum scenario_answer)question->known : SCENARIO_UNKNOWN;
    return imei || question->answer[0] == '1' ? SCENARIO_YES : SCENARIO_NO;
}

static const struct scenario_asking asking = {ask_file, ask_parameter, ask_flag};

static void observe(const struct bench_run *run, struct scenario_observed *observed)
{
    view(run, &observed->module);
    observed->asking = &asking;
    observed->asked = end_of(run);
}

static void finish(struct bench_run *run)
{
    struct bench_module_port *end = end_of(run);
    if (end->run != run)
        return;
    bench_module_port_settle(end);
    end->run = NULL;
}

static void describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    snprintf(buffer, capacity, "%s", end_of(run)->url);
}

const struct bench_end bench_module_port = {.name = "port",
                                            .line_end = '\n',
                                            .look_out = look_out,
                                            .start = start,
                                            .receive = receive,
                                            .transmit = transmit,
                                            .advance = advance,
                                            .observe = observe,
                                            .finish = finish,
                                            .describe = describe,
                                            .apply = apply,
                                            .has_power = has_power,
                                            .is_switching = is_switching,
                                            .serve_next = serve_next,
                                            .view = view,
                                            .follow = follow,
                                            .reopen = reopen};
