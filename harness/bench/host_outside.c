/* host_outside.c - opens the port, starts the program, carries bytes, sees the client's end. */
#define _GNU_SOURCE
#include "harness/bench/host_outside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/bench/run.h"
#include "harness/bench/stranger.h"
#include "harness/ports/pty.h"

enum {
    APPEAR_US = 60000000,      /* a program that was started opens its port within that */
    COME_US = 600000000,       /* somebody else comes within that */
    SPEAK_US = 2000000,        /* exec: the day begins then, if the client has said nothing */
    LAST_BYTES_US = 50000,     /* what a program has written when it ended comes within that */
    LEFT_US = 2000000,         /* who left its port for so long has come to its end */
    LOST_LIMIT_BYTES = 8 << 20 /* what is beyond the line's rate; more is a flood */
};

static struct bench_outside_host *host_of(const struct bench_run *run)
{
    return run->host_context;
}

/* ---- its end ------------------------------------------------------------------------------- */

/* Ends the program with all that it has started. */
static void end_program(struct bench_outside_host *host)
{
    if (host->ended.fd >= 0)
        bench_loop_remove(host->loop, &host->ended);
    host->ended.fd = -1;
    keeper_end(&host->keeper);
    if (host->wire.fd >= 0) {
        bench_loop_remove(host->loop, &host->wire);
        close(host->wire.fd);
    }
    host->wire.fd = -1;
    bench_captured_close(&host->outputs[0]);
    bench_captured_close(&host->outputs[1]);
}

/* The bench ends it; `text` is the reason. */
static void put_down(struct bench_outside_host *host, const char *text)
{
    if (host->was_over || !host->run)
        return;
    snprintf(host->how, sizeof host->how, "%s", text);
    end_program(host);
    host->was_over = host->was_through = true;
    bench_stranger_note(host->run, 3, 0, text);
}

static void tell_status(const struct bench_outside_host *host, char *text, size_t capacity)
{
    bool is_exit = WIFEXITED(host->status);
    bench_stranger_tell(is_exit ? 0 : WTERMSIG(host->status),
                        is_exit ? WEXITSTATUS(host->status) : 0, text, capacity);
}

static void on_ended(void *context, unsigned ready)
{
    struct bench_outside_host *host = context;
    char text[128];
    (void)ready;
    if (host->was_over || !keeper_look(&host->keeper))
        return;
    host->was_over = true;
    host->status = host->keeper.status;
    bench_loop_remove(host->loop, &host->ended);
    host->ended.fd = -1;
    tell_status(host, text, sizeof text);
    bench_stranger_note(host->run, 3, WIFEXITED(host->status) ? WEXITSTATUS(host->status) : 0,
                        text);
    bench_loop_at(host->loop, &host->timer, bench_clock_us() + LAST_BYTES_US);
}

static bool has_client(const struct bench_outside_host *host)
{
    const struct bench_port *port = host->port;
    return port && (!port->kind->has_client || port->kind->has_client(port));
}

/* True when the port can tell who is there. */
static bool is_told(const struct bench_outside_host *host)
{
    return host->port && host->port->kind->has_client;
}

static void on_timer(void *context, uint64_t now_us)
{
    struct bench_outside_host *host = context;
    if (host->was_over) {
        host->was_through = true;
    } else if (!host->is_there && host->options.kind == BENCH_OUTSIDE_EXEC) {
        host->is_there = true;
    } else if (!host->is_there && !has_client(host)) {
        put_down(host, host->options.kind == BENCH_OUTSIDE_SPAWN
                           ? "the program has not opened its port within 60 s"
                           : "nobody has come to the port within 10 minutes");
    } else if (host->is_there && host->options.kind == BENCH_OUTSIDE_PORT && is_told(host)) {
        if (has_client(host)) {
            bench_loop_at(host->loop, &host->timer, now_us + LEFT_US);
            return;
        }
        host->was_over = host->was_through = true;
        bench_stranger_note(host->run, 3, 0, "the client has left the port");
    }
}

/* The client is there: the day begins. */
static void begin_day(struct bench_outside_host *host)
{
    if (host->is_there)
        return;
    host->is_there = true;
    bench_loop_at(host->loop, &host->timer,
                  host->options.kind == BENCH_OUTSIDE_PORT ? bench_clock_us() + LEFT_US
                                                           : BENCH_NEVER);
}

/* ---- bytes of the client -------------------------------------------------------------------- */

static void take(struct bench_outside_host *host, const void *bytes, size_t size)
{
    if (!host->run || host->how[0])
        return;
    begin_day(host);
    host->lost_bytes += size - bench_backlog_keep(&host->arrived, bytes, size);
    if (host->lost_bytes > LOST_LIMIT_BYTES)
        put_down(host, "the client has sent 8 MiB more than the line can take");
    bench_run_touch(host->run, BENCH_TO_HOST);
}

static void on_receive(struct bench_port *port, const void *bytes, size_t size)
{
    struct bench_outside_host *host = port->listener->context;
    uint32_t rate_bps = bench_port_rate(port, 0, bench_clock_us());
    host->arrived_bps = rate_bps ? rate_bps : host->arrived_bps;
    take(host, bytes, size);
}

static void on_wire(void *context, unsigned ready)
{
    struct bench_outside_host *host = context;
    uint8_t bytes[BENCH_PORT_CHUNK];
    (void)ready;
    ssize_t size = recv(host->wire.fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (size > 0) {
        take(host, bytes, (size_t)size);
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        bench_loop_remove(host->loop, &host->wire);
        close(host->wire.fd);
        host->wire.fd = -1;
    }
}

/* ---- starting ------------------------------------------------------------------------------- */

static bool open_port(struct bench_outside_host *host, const char *url)
{
    char text[BENCH_TEXT_MAX - 8];
    host->listener = (struct bench_port_listener){.receive = on_receive, .context = host};
    host->port = bench_port_open(host->loop, url, BENCH_PORT_SERVE, host->arrived_bps,
                                 &host->listener, text, sizeof text);
    if (!host->port)
        snprintf(host->run->error, sizeof host->run->error, "%s", text);
    return host->port != NULL;
}

/* The port's name for the program. */
static const char *port_path(const struct bench_outside_host *host)
{
    if (host->options.kind != BENCH_OUTSIDE_SPAWN)
        return "";
    return host->options.port_name ? host->options.port_name
                                   : ((const struct bench_pty *)host->port)->path;
}

static bool make_place(struct bench_run *run)
{
    struct bench_outside_host *host = host_of(run);
    return bench_stranger_place(run, &host->environment, &host->folder, port_path(host),
                                host->options.speed);
}

static bool prepare(struct bench_run *run)
{
    struct bench_outside_host *host = host_of(run);
    char url[BENCH_PATH_MAX + 8];
    snprintf(url, sizeof url, "pty:%s", host->options.port_name ? host->options.port_name : "");
    if (host->options.kind != BENCH_OUTSIDE_EXEC &&
        !open_port(host, host->options.kind == BENCH_OUTSIDE_PORT ? host->options.what : url))
        return false;
    return host->options.kind == BENCH_OUTSIDE_PORT || make_place(run);
}

/* The program's end of the wire; the other is in the loop. -1 with errno. */
static int open_wire(struct bench_outside_host *host)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
        return -1;
    host->wire = (struct bench_source){fds[0], on_wire, host};
    if (bench_loop_add(host->loop, &host->wire, BENCH_READABLE) == 0)
        return fds[1];
    close(fds[0]);
    close(fds[1]);
    host->wire.fd = -1;
    return -1;
}

static void close_given(const struct keeper_order *order)
{
    if (order->input >= 0)
        close(order->input);
    if (order->output >= 0 && order->output != order->input)
        close(order->output);
    if (order->errors >= 0)
        close(order->errors);
}

static bool start_process(struct bench_outside_host *host)
{
    bool on_wire_too = host->options.kind == BENCH_OUTSIDE_EXEC;
    int wire = on_wire_too ? open_wire(host) : -1;
    const struct keeper_order order = {
        .words = host->command.program.words,
        .environment = host->environment.entries,
        .directory = host->folder.path,
        .input = wire,
        .output = on_wire_too ? wire : bench_captured_open(&host->outputs[0], host->loop),
        .errors = bench_captured_open(&host->outputs[1], host->loop)};
    bool good = order.output >= 0 && order.errors >= 0 && keeper_start(&host->keeper, &order);
    close_given(&order);
    if (!good)
        return false;
    host->ended = (struct bench_source){host->keeper.channel, on_ended, host};
    return bench_loop_add(host->loop, &host->ended, BENCH_READABLE) == 0;
}

/* A port may have been chosen just now: who comes has to know it. */
static void tell_where(const struct bench_outside_host *host)
{
    char where[BENCH_PATH_MAX];
    if (!host->options.waiting || !host->port || has_client(host))
        return;
    host->port->kind->describe(host->port, where, sizeof where);
    host->options.waiting(where);
}

static void start_client(struct bench_run *run)
{
    struct bench_outside_host *host = host_of(run);
    uint8_t kind = host->options.kind;
    bench_stranger_up(run);
    host->was_over = host->was_through = host->is_there = false;
    host->was_started = true;
    host->timer = (struct bench_timer){.run = on_timer, .context = host};
    bench_loop_at(host->loop, &host->timer,
                  bench_clock_us() + (kind == BENCH_OUTSIDE_SPAWN  ? APPEAR_US
                                      : kind == BENCH_OUTSIDE_EXEC ? SPEAK_US
                                                                   : COME_US));
    if (kind == BENCH_OUTSIDE_PORT)
        tell_where(host);
    else if (!start_process(host))
        snprintf(run->error, sizeof run->error, "the program could not be started: %s",
                 strerror(errno));
}

/* ---- the end, as the bench knows it ---------------------------------------------------------- */

static bool outside_start(struct bench_run *run)
{
    struct bench_outside_host *host = host_of(run);
    bench_stranger_begin(run);
    host->run = run;
    host->arrived_bps = run->one->host.baud_bps;
    host->lost_bytes = 0;
    host->how[0] = '\0';
    host->was_started = host->was_over = host->was_through = host->is_there = false;
    bench_backlog_drop(&host->arrived);
    bench_captured_free(&host->outputs[0]);
    bench_captured_free(&host->outputs[1]);
    return prepare(run);
}

/* Nothing of the module's time passes before the client is there. */
static bool outside_holds(const struct bench_run *run)
{
    struct bench_outside_host *host = host_of(run);
    if (host->outputs[0].total_bytes + host->outputs[1].total_bytes > BENCH_CAPTURED_LIMIT_BYTES)
        put_down(host, "the program has written more than 8 MiB to its outputs");
    if (!host->is_there && host->was_started && is_told(host) && has_client(host))
        begin_day(host);
    return host->was_started && !host->is_there && !host->was_over;
}

static void outside_receive(struct bench_run *run, const uint8_t *bytes, size_t size,
                            uint32_t baud_bps)
{
    struct bench_outside_host *host = host_of(run);
    uint8_t garbled[BENCH_GARBLED_BYTES];
    uint32_t heard_bps = host->port ? bench_port_rate(host->port, baud_bps, bench_clock_us()) : 0;
    if (!run->world.host.up)
        return;
    size = bench_stranger_hears(&bytes, size, baud_bps, heard_bps, garbled);
    if (host->port)
        bench_port_write(host->port, bytes, size, bench_clock_us());
    else if (host->wire.fd >= 0) /* what it does not read is lost, as on a UART */
        (void)!send(host->wire.fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static size_t outside_transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                               uint32_t *ret_baud_bps)
{
    struct bench_outside_host *host = host_of(run);
    const uint8_t *bytes;
    size_t size = bench_backlog_next(&host->arrived, &bytes);
    size = size < capacity ? size : capacity;
    if (size)
        memcpy(buffer, bytes, size);
    bench_backlog_sent(&host->arrived, size);
    run->world.host.baud_bps = *ret_baud_bps = host->arrived_bps;
    return size;
}

static uint64_t outside_advance(struct bench_run *run)
{
    (void)run;
    return BENCH_NEVER;
}

static void outside_reset(struct bench_run *run, uint64_t down_us, bool forgets)
{
    struct bench_outside_host *host = host_of(run);
    if (host->options.kind == BENCH_OUTSIDE_PORT)
        return; /* nobody here has a hand in it; the case needs more than it has (rows.h) */
    bench_loop_at(host->loop, &host->timer, BENCH_NEVER);
    end_program(host);
    if (forgets)
        make_place(run); /* its folder is its memory */
    bench_backlog_drop(&host->arrived);
    host->was_started = false;
    bench_stranger_down(run, down_us);
}

static void outside_board_run(struct bench_run *run)
{
    start_client(run);
    bench_run_settle(run);
}

static bool outside_is_over(const struct bench_run *run)
{
    const struct bench_outside_host *host = run->host_context;
    return run->error[0] || (host->was_through && host->arrived.count == 0 &&
                             run->world.host.restart_at_us == BENCH_NEVER);
}

static int claim_of(const struct bench_outside_host *host)
{
    const struct bench_captured *said =
        &host->outputs[host->options.kind == BENCH_OUTSIDE_EXEC ? 1 : 0];
    if (!host->was_over || host->how[0] || host->options.kind == BENCH_OUTSIDE_PORT ||
        !WIFEXITED(host->status))
        return -1;
    return bench_claim_find(&host->options.claims, said->text, said->text ? said->size : 0,
                            WEXITSTATUS(host->status));
}

static void outside_observe(const struct bench_run *run, struct scenario_observed *observed)
{
    struct bench_outside_host *host = host_of(run);
    bool is_program = host->options.kind != BENCH_OUTSIDE_PORT;
    bench_captured_read(&host->outputs[0]);
    bench_captured_read(&host->outputs[1]);
    observed->finished =
        host->was_over && !host->how[0] && (!is_program || WIFEXITED(host->status));
    bench_stranger_judged(observed, claim_of(host));
    if (!is_program && !is_told(host))
        observed->lacking |= SCENARIO_NEED_CLIENT_END;
    if (host->how[0])
        snprintf(observed->how, sizeof observed->how, "%s", host->how);
    else if (host->was_over)
        tell_status(host, observed->how, sizeof observed->how);
    else
        snprintf(observed->how, sizeof observed->how, "the client still runs");
}

static void outside_finish(struct bench_run *run)
{
    struct bench_outside_host *host = host_of(run);
    if (host->was_started && !host->was_over)
        bench_stranger_note(run, 4, 0, "the client still runs");
    bench_loop_at(host->loop, &host->timer, BENCH_NEVER);
    end_program(host);
    if (host->port)
        bench_port_free(host->port);
    host->port = NULL;
    bench_backlog_drop(&host->arrived);
    host->run = NULL;
}

static const char *outside_output(const struct bench_run *run, bool errors, size_t *ret_size)
{
    const struct bench_captured *output = &host_of(run)->outputs[errors];
    *ret_size = output->text ? output->size : 0;
    return output->text;
}

static void outside_describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    static const char *const names[] = {"spawn:", "exec:", ""};
    const struct bench_outside_host *host = run->host_context;
    snprintf(buffer, capacity, "%s%s", names[host->options.kind], host->options.what);
}

const struct bench_end bench_host_outside = {.name = "outside",
                                             .line_end = '\r',
                                             .start = outside_start,
                                             .receive = outside_receive,
                                             .transmit = outside_transmit,
                                             .advance = outside_advance,
                                             .observe = outside_observe,
                                             .finish = outside_finish,
                                             .describe = outside_describe,
                                             .output = outside_output,
                                             .is_over = outside_is_over,
                                             .reset = outside_reset,
                                             .cancel = bench_stranger_cancel,
                                             .board_next = bench_stranger_board_next,
                                             .board_run = outside_board_run,
                                             .holds = outside_holds};

/* ---- life ----------------------------------------------------------------------------------- */

bool bench_outside_host_open(struct bench_outside_host *host, struct bench_loop *loop,
                             const struct bench_outside_options *options, char *reterr_text,
                             size_t reterr_capacity)
{
    host->options = *options;
    host->loop = loop;
    host->wire.fd = host->ended.fd = -1;
    host->outputs[0].source.fd = host->outputs[1].source.fd = -1;
    if (options->kind == BENCH_OUTSIDE_PORT)
        return true;
    if (!bench_command_read(&host->command, options->what, reterr_text, reterr_capacity))
        return false;
    if (bench_folder_make(&host->folder))
        return true;
    snprintf(reterr_text, reterr_capacity, "no folder could be made for the program: %s",
             strerror(errno));
    return false;
}

void bench_outside_host_close(struct bench_outside_host *host)
{
    if (!host->loop)
        return;
    end_program(host);
    bench_captured_free(&host->outputs[0]);
    bench_captured_free(&host->outputs[1]);
    bench_environment_done(&host->environment);
    bench_folder_remove(&host->folder);
    bench_command_done(&host->command);
    *host = (struct bench_outside_host){0};
}
