/*
 * interpreter.c - runs a command line: delay, commands one after the other, one final result.
 *
 * IDLE -> WAITING (answer-delay) -> RUNNING -> IDLE; PENDING while a command takes its time, HELD
 * while a hook delays the answer.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/profiles.h"

static void set_state(struct sim_context *ctx, enum sim_interpreter_state state)
{
    ctx->sim->interpreter.state = (uint8_t)state;
}

static bool in_state(const struct sim_context *ctx, enum sim_interpreter_state state)
{
    return ctx->sim->interpreter.state == state;
}

void sim_interpreter_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    struct sim_interpreter *interpreter = &ctx->sim->interpreter;
    uint32_t count = interpreter->command_count;
    memset(interpreter, 0, sizeof *interpreter);
    interpreter->command_count = count;
    ctx->sim->port.discard = 0;
}

/* ---- the end of a line --------------------------------------------------------------------- */

/* The line has its result; it is idle again when that may be sent. */
static void line_done(struct sim_context *ctx)
{
    struct sim_interpreter *interpreter = &ctx->sim->interpreter;
    interpreter->abortable = 0;
    sim_output_mark_rate(ctx);
    set_state(ctx, interpreter->held ? SIM_INTERPRETER_HELD : SIM_INTERPRETER_IDLE);
}

static void line_result(struct sim_context *ctx, int result)
{
    if (result != SIM_NO_RESULT)
        sim_answer_result(ctx, result);
    line_done(ctx);
}

/* ---- one command --------------------------------------------------------------------------- */

/* CME errors that the setting unknown-command chooses from (Q3). */
static const int16_t unknown_results[] = {SIM_FAILED, 601, 603, 4};

static int answer_test(struct sim_call *call)
{
    const char *answer = call->command->test_answer;
    if (answer == sim_test_runs)
        return call->command->run(call);
    if (answer == sim_test_untold)
        return sim_setting(call->ctx, SIM_SETTING_UNTOLD_TEST_FORM) ? SIM_FAILED : SIM_DONE;
    if (answer)
        sim_line(call->ctx, answer);
    return SIM_DONE;
}

/* Without the blanks around its arguments. */
static int run_packed(struct sim_call *call)
{
    char packed[SIM_LINE_SIZE];
    call->length = sim_arguments_pack(call->arguments, call->length, packed, sizeof packed);
    call->arguments = packed;
    return call->command->run(call);
}

static int run_command(struct sim_context *ctx, const struct sim_piece *piece)
{
    const struct sim_command *command = NULL;
    if (!piece->malformed)
        command = sim_names_find(piece->text, piece->name_length);
    if (!command || !sim_profile_knows(ctx, command))
        return unknown_results[sim_setting(ctx, SIM_SETTING_UNKNOWN_COMMAND)];
    if (!(command->forms & piece->form))
        return SIM_FAILED;
    struct sim_call call = {ctx, command, piece->form, piece->arguments, piece->arguments_length};
    if (call.form == SIM_FORM_WRITE && memchr(call.arguments, ' ', call.length))
        return run_packed(&call);
    return piece->form == SIM_FORM_TEST ? answer_test(&call) : command->run(&call);
}

/* ---- replaced by the surroundings ---------------------------------------------------------- */

/* The answer, held or not, comes that much later. */
static void hold(struct sim_context *ctx, uint32_t delay_ms)
{
    struct sim_interpreter *interpreter = &ctx->sim->interpreter;
    uint64_t from_us = ctx->now_us;
    if (interpreter->held)
        from_us = ctx->sim->timer_at_us[SIM_TIMER_ANSWER];
    interpreter->held = 1;
    sim_timer_set(ctx, SIM_TIMER_ANSWER, from_us + delay_ms * 1000ull);
}

/* Runs a command whose answer nobody is to see. */
static void run_unheard(struct sim_context *ctx, const struct sim_piece *piece)
{
    ctx->sim->port.discard = 1;
    int result = run_command(ctx, piece);
    ctx->sim->port.discard = 0;
    if (result == SIM_PENDING)
        ctx->sim->interpreter.unheard = 1;
}

/* Answers with `reply`; an OK lets the line go on, any other final result ends it. */
static int answer_reply(struct sim_context *ctx, const char *reply)
{
    const char *end;
    for (; (end = strchr(reply, '\n')) != NULL; reply = end + 1) {
        sim_line_begin(ctx);
        sim_put_bytes(ctx, reply, (size_t)(end - reply));
        sim_line_end(ctx);
    }
    if (strcmp(reply, "OK") == 0)
        return SIM_DONE;
    if (*reply)
        sim_answer_text(ctx, reply, strlen(reply));
    return SIM_NO_RESULT;
}

static struct sim_override ask(struct sim_context *ctx, const struct sim_piece *piece)
{
    struct sim_override none = {0};
    const struct sim_host *host = ctx->host;
    if (!(host->hook_mask & 1u << SIM_HOOK_COMMAND) || !host->hook)
        return none;
    struct sim_hook hook = {.kind = SIM_HOOK_COMMAND,
                            .phase = ctx->sim->updater.phase,
                            .length = (uint16_t)piece->length,
                            .number = ctx->sim->interpreter.command_count,
                            .text = piece->text};
    return host->hook(host->context, ctx->now_us, &hook);
}

/* Returns what a handler would. The state is no longer RUNNING if the module restarted or died. */
static int run_piece(struct sim_context *ctx, const struct sim_piece *piece)
{
    uint32_t number = ++ctx->sim->interpreter.command_count;
    if (sim_setting(ctx, SIM_SETTING_BLANK_BETWEEN))
        ctx->sim->interpreter.answered = 0;
    sim_tell(ctx, SIM_EVENT_COMMAND, number, piece->text, piece->length);
    struct sim_override override = ask(ctx, piece);
    if (override.cut_power) {
        sim_power_gone(ctx);
        return SIM_NO_RESULT;
    }
    if (override.delay_ms > 0)
        hold(ctx, override.delay_ms);
    if (override.swallow)
        return SIM_NO_RESULT;
    if (!override.reply && sim_setting(ctx, SIM_SETTING_RECOVERY_MODE))
        return SIM_FAILED;
    if (!override.reply)
        return piece->name_length == 0 ? SIM_DONE : run_command(ctx, piece);
    if (override.run)
        run_unheard(ctx, piece);
    if (!in_state(ctx, SIM_INTERPRETER_RUNNING))
        return SIM_NO_RESULT;
    return answer_reply(ctx, override.reply);
}

/* ---- a line -------------------------------------------------------------------------------- */

static void walk(struct sim_context *ctx)
{
    struct sim_interpreter *interpreter = &ctx->sim->interpreter;
    const struct sim_typed *typed = sim_typed_asked(ctx);
    struct sim_piece piece;
    int result = SIM_DONE;
    while (result == SIM_DONE &&
           sim_grammar_next(typed->text, typed->length, interpreter->cursor, &piece)) {
        interpreter->cursor = (uint16_t)piece.next;
        result = run_piece(ctx, &piece);
        if (!in_state(ctx, SIM_INTERPRETER_RUNNING))
            return;
    }
    if (result == SIM_PENDING)
        set_state(ctx, SIM_INTERPRETER_PENDING);
    else
        line_result(ctx, result);
}

/* AT106 1.4.4: nothing on the line runs then. */
static bool too_long(const struct sim_typed *typed)
{
    struct sim_piece piece;
    unsigned commands = 0;
    size_t cursor = 0;
    if (typed->overflow)
        return true;
    if (typed->length <= SIM_LINE_COMMANDS)
        return false;
    for (; sim_grammar_next(typed->text, typed->length, cursor, &piece); cursor = piece.next)
        commands++;
    return commands > SIM_LINE_COMMANDS;
}

static void run_line(struct sim_context *ctx)
{
    struct sim_interpreter *interpreter = &ctx->sim->interpreter;
    const struct sim_typed *typed = sim_typed_asked(ctx);
    interpreter->cursor = 0;
    interpreter->answered = 0;
    set_state(ctx, SIM_INTERPRETER_RUNNING);
    if (too_long(typed)) {
        line_result(ctx, SIM_FAILED);
    } else if (typed->length == 0) {
        struct sim_piece bare = {.text = typed->text};
        int result = run_piece(ctx, &bare);
        if (in_state(ctx, SIM_INTERPRETER_RUNNING))
            line_result(ctx, result);
    } else {
        walk(ctx);
    }
}

void sim_interpreter_start(struct sim_context *ctx)
{
    uint64_t delay_us = sim_setting_us(ctx, SIM_SETTING_ANSWER_DELAY);
    set_state(ctx, SIM_INTERPRETER_WAITING);
    if (delay_us == 0)
        run_line(ctx);
    else
        sim_timer_set(ctx, SIM_TIMER_ANSWER, ctx->now_us + delay_us);
}

void sim_on_answer(struct sim_context *ctx)
{
    if (in_state(ctx, SIM_INTERPRETER_WAITING)) {
        run_line(ctx);
        return;
    }
    sim_output_release(ctx);
    if (in_state(ctx, SIM_INTERPRETER_HELD))
        set_state(ctx, SIM_INTERPRETER_IDLE);
}

void sim_finish(struct sim_context *ctx, int result)
{
    struct sim_interpreter *interpreter = &ctx->sim->interpreter;
    if (interpreter->unheard) {
        interpreter->unheard = 0;
        return;
    }
    if (!in_state(ctx, SIM_INTERPRETER_PENDING))
        return;
    interpreter->abortable = 0;
    set_state(ctx, SIM_INTERPRETER_RUNNING);
    if (result == SIM_DONE)
        walk(ctx);
    else
        line_result(ctx, result);
}

bool sim_interpreter_abort(struct sim_context *ctx)
{
    if (!in_state(ctx, SIM_INTERPRETER_PENDING) || !ctx->sim->interpreter.abortable)
        return false;
    if (sim_call_hang_up(ctx))
        return true;
    sim_timer_stop(ctx, SIM_TIMER_NETWORK);
    ctx->sim->radio.work = SIM_RADIO_IDLE;
    sim_finish(ctx, SIM_CME_ABORTED);
    sim_network_update(ctx);
    return true;
}
