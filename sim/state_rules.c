/*
 * state_rules.c - what is true of every state between two calls, besides the range of each member:
 * cursors lie within what they point into, what is waited for is there. An image that breaks one is
 * refused; where SIM_HOLDS() is on, a module that breaks one stops the program.
 */
#include "sim/frame.h"

/* A module with its tail, all zero where there is none. */
struct whole {
    const struct sim *sim;
    const struct sim_usb *usb;
    uint8_t interfaces; /* that it has, bit n: enum sim_interface n */
};

static bool timer_runs(const struct sim *sim, enum sim_timer timer)
{
    return sim->timer_at_us[timer] != SIM_NEVER;
}

static bool file_is_there(const struct sim *sim, uint8_t number)
{
    return number == 0 || sim->files.entries[number - 1].name[0] != '\0';
}

static bool boot_step_is_one(const struct whole *whole)
{
    return !timer_runs(whole->sim, SIM_TIMER_BOOT) ||
           whole->sim->power.boot_step <= sim_boot_steps();
}

static bool output_is_ordered(const struct whole *whole)
{
    const struct sim_port *port = &whole->sim->port;
    return port->output_head <= port->output_free && port->output_free <= port->output_end;
}

static bool bulk_is_ordered(const struct whole *whole)
{
    const struct sim_port *port = &whole->sim->port;
    bool tail = whole->usb->end != 0;
    uint16_t from = port->output_head;
    if (tail && whole->usb->head < from)
        from = whole->usb->head; /* who is slower still needs them */
    for (unsigned i = 0; i < port->bulk_count; i++) {
        if (port->bulk[i].position < from || port->bulk[i].position > port->output_end ||
            !(port->bulk[i].interfaces & whole->interfaces)) /* nobody would take it */
            return false;
        from = port->bulk[i].position;
    }
    return true;
}

static bool rate_is_ahead(const struct whole *whole)
{
    const struct sim_port *port = &whole->sim->port;
    return port->rate_pending != 1 ||
           (port->rate_position >= port->output_head && port->rate_position <= port->output_end);
}

static bool line_ends(const struct whole *whole)
{
    return whole->sim->port.typed.text[SIM_LINE_SIZE] == '\0';
}

/* Ends one after the other; what lies before them may be sent. */
static bool spans_are_ordered(const struct whole *whole)
{
    const struct sim_usb *usb = whole->usb;
    uint16_t end = 0;
    for (unsigned i = 0; i < usb->span_count; i++) {
        if (usb->spans[i].end < end)
            return false;
        end = usb->spans[i].end;
    }
    return end <= usb->end && usb->end <= whole->sim->port.output_free &&
           usb->head <= whole->sim->port.output_free;
}

/* The line that the engine has. */
static const struct sim_typed *asked(const struct whole *whole)
{
    uint8_t asker = whole->usb->asker;
    return asker == SIM_INTERFACE_UART ? &whole->sim->port.typed
                                       : &whole->usb->typed[asker - SIM_INTERFACE_USB_AT];
}

static bool cursor_is_in_line(const struct whole *whole)
{
    const struct sim_interpreter *interpreter = &whole->sim->interpreter;
    return interpreter->state != SIM_INTERPRETER_PENDING || /* it goes on from there */
           interpreter->cursor <= asked(whole)->length;
}

static bool data_is_awaited(const struct whole *whole)
{
    const struct sim *sim = whole->sim;
    return sim->port.taker == SIM_TAKER_NONE || sim->port.data_left_bytes != 0;
}

static bool upload_is_there(const struct whole *whole)
{
    const struct sim_files *files = &whole->sim->files;
    return file_is_there(whole->sim, files->upload_file);
}

static bool download_file_is_there(const struct whole *whole)
{
    return file_is_there(whole->sim, whole->sim->download.file);
}

static bool download_has_rate(const struct whole *whole)
{
    const struct sim_download *download = &whole->sim->download;
    return download->state != SIM_DOWNLOAD_BODY || download->rate_bytes_per_s > 0;
}

static bool echo_is_queued(const struct whole *whole)
{
    return whole->sim->port.echo_end <= whole->sim->port.output_end;
}

static bool input_is_in_line(const struct whole *whole)
{
    return asked(whole)->length + whole->sim->message.input_length <= SIM_LINE_SIZE;
}

static bool phase_can_run(const struct whole *whole)
{
    const struct sim_updater *updater = &whole->sim->updater;
    return updater->stage != SIM_UPDATER_STAGE_RUN ||
           (updater->phase >= SIM_PHASE_VERIFY && updater->phase <= SIM_PHASE_RESTORE_AP);
}

/* Points one after the other, as far apart at most as one action can put them. */
static bool waveform_is_ordered(const struct whole *whole)
{
    const struct sim_supply *supply = &whole->sim->supply;
    for (unsigned i = 1; i < supply->point_count; i++)
        if (supply->point_at_us[i] <= supply->point_at_us[i - 1] ||
            supply->point_at_us[i] - supply->point_at_us[i - 1] > UINT32_MAX * 1000ull)
            return false;
    return true;
}

/* The bits say which timers are set (timers.c). */
static bool timers_are_counted(const struct whole *whole)
{
    uint32_t set = 0;
    for (unsigned i = 0; i < SIM_TIMER_COUNT; i++)
        set |= (uint32_t)(whole->sim->timer_at_us[i] != SIM_NEVER) << i;
    return set == whole->sim->timers_set;
}

static bool power_is_there(const struct whole *whole)
{
    const struct sim *sim = whole->sim;
    return sim->power.state != SIM_POWER_NO_SUPPLY ||
           (sim->timers_set & ~(1u << SIM_TIMER_SUPPLY)) == 0;
}

static bool states_are_some(const struct whole *whole)
{
    const struct sim *sim = whole->sim;
    return sim->power.state <= SIM_POWER_DEAD && sim->interpreter.state <= SIM_INTERPRETER_HELD &&
           sim->updater.phase < SIM_PHASE_COUNT && sim->download.state < SIM_DOWNLOAD_STATE_COUNT &&
           sim->port.taker < SIM_TAKER_COUNT && whole->usb->asker < SIM_INTERFACE_COUNT;
}

/* X("member that breaks it", what holds). Calls, not a table of them: in builds that ask, they are
   asked at every call of a module. */
#define RULES(X)                                                                                   \
    X("a state", states_are_some)                                                                  \
    X("timers_set", timers_are_counted)                                                            \
    X("power.state", power_is_there)                                                               \
    X("power.boot_step", boot_step_is_one)                                                         \
    X("port.output_free", output_is_ordered)                                                       \
    X("port.bulk.position", bulk_is_ordered)                                                       \
    X("port.rate_position", rate_is_ahead)                                                         \
    X("port.typed.text", line_ends)                                                                \
    X("usb/spans.end", spans_are_ordered)                                                          \
    X("interpreter.cursor", cursor_is_in_line)                                                     \
    X("port.data_left_bytes", data_is_awaited)                                                     \
    X("files.upload_file", upload_is_there)                                                        \
    X("download.file", download_file_is_there)                                                     \
    X("download.rate_bytes_per_s", download_has_rate)                                              \
    X("port.echo_end", echo_is_queued)                                                             \
    X("message.input_length", input_is_in_line)                                                    \
    X("updater.phase", phase_can_run)                                                              \
    X("supply.point_at_us", waveform_is_ordered)

const char *sim_state_broken(const struct sim *sim, const struct sim_usb *usb)
{
    static const struct sim_usb none;
    const struct whole whole = {.sim = sim,
                                .usb = usb ? usb : &none,
                                .interfaces =
                                    usb ? (1u << SIM_INTERFACE_COUNT) - 1 : (uint8_t)SIM_TO_UART};
#define X(member, holds)                                                                           \
    if (!holds(&whole))                                                                            \
        return member;
    RULES(X)
#undef X
    return NULL;
}
