/*
 * parameters.c - the commands of parameters.h: their rows, values, and the generic handlers.
 */
#include <string.h>

#include "sim/at/stored.h"

/* Setting rate-saving. */
enum { RATE_AT_ONCE, RATE_VOLATILE, RATE_BY_AT_W };

enum {
    FORMS_BASIC = SIM_FORM_EXECUTE,
    FORMS_REGISTER = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE,
    FORMS_EXTENDED = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE,
    FORMS_BLANK = FORMS_EXTENDED,
    FORMS_OPTIONAL = FORMS_EXTENDED | SIM_FORM_EXECUTE
};

const struct sim_command sim_commands_parameter[] = {
#define X(NAME, name, kind, saving, tag, maximum_ms, source, meaning, initial, setting, allowed,   \
          test, run, since)                                                                        \
    {name, FORMS_##kind, SIM_##saving, tag, maximum_ms, source, meaning, test, run, since},
    SIM_PARAMETERS(X)
#undef X
        {.name = NULL},
};

static const struct range {
    const char *allowed;
    int32_t initial;
    int16_t setting; /* enum sim_setting_id, or -1 */
    bool profile;    /* ATZ, AT&W and AT&F see it: basic commands and S-registers */
    bool blank;      /* AT+X= without a value, or AT+X, is documented */
} ranges[] = {
#define PROFILE_BASIC     true
#define PROFILE_REGISTER  true
#define PROFILE_EXTENDED  false
#define PROFILE_BLANK     false
#define PROFILE_OPTIONAL  false
#define IS_BLANK_BASIC    false
#define IS_BLANK_REGISTER false
#define IS_BLANK_EXTENDED false
#define IS_BLANK_BLANK    true
#define IS_BLANK_OPTIONAL true
#define X(NAME, name, kind, saving, tag, maximum_ms, source, meaning, initial, setting, allowed,   \
          test, run, since)                                                                        \
    {allowed, initial, setting, PROFILE_##kind, IS_BLANK_##kind},
    SIM_PARAMETERS(X)
#undef X
};

/* ---- values -------------------------------------------------------------------------------- */

/* CPSMS as its handler keeps it: mode, T3412 and T3324, whose unit 0 is 2 s (24.008). */
static int32_t power_saving(const struct sim_context *ctx)
{
    int32_t active = sim_setting(ctx, SIM_SETTING_PSM_SAVED) / 2000;
    int32_t off = ranges[SIM_PARAMETER_CPSMS].initial;
    return active ? off | 1 << 16 | active : off;
}

static int32_t initial_value(const struct sim_context *ctx, unsigned parameter)
{
    if (parameter == SIM_PARAMETER_CPSMS)
        return power_saving(ctx);
    int16_t setting = ranges[parameter].setting;
    if (setting < 0)
        return ranges[parameter].initial;
    return sim_setting(ctx, (enum sim_setting_id)setting);
}

void sim_values_init(struct sim_context *ctx)
{
    for (unsigned i = 0; i < SIM_PARAMETER_COUNT; i++)
        ctx->sim->live[i] = ctx->sim->saved[i] = initial_value(ctx, i);
    for (unsigned i = 0; i < ctx->host->config->initial_value_count; i++) {
        const struct sim_initial_value *earlier = &ctx->host->config->initial_values[i];
        int32_t value = earlier->value;
        if (earlier->parameter >= SIM_PARAMETER_COUNT)
            continue;
        if (earlier->parameter == SIM_PARAMETER_CPSMS)
            value = value << 16 | (power_saving(ctx) & UINT16_MAX);
        ctx->sim->live[earlier->parameter] = ctx->sim->saved[earlier->parameter] = value;
    }
}

/* The saving-mode column at work (AT106 1.7.1). */
void sim_values_restart(struct sim_context *ctx)
{
    for (unsigned i = 0; i < SIM_PARAMETER_COUNT; i++) {
        bool lost = sim_commands_parameter[i].saving == SIM_NO_SAVE;
        ctx->sim->live[i] = lost ? initial_value(ctx, i) : ctx->sim->saved[i];
    }
}

void sim_value_set_live(struct sim_context *ctx, enum sim_parameter parameter, int32_t value)
{
    ctx->sim->live[parameter] = value;
}

void sim_value_set(struct sim_context *ctx, enum sim_parameter parameter, int32_t value)
{
    uint8_t saving = sim_commands_parameter[parameter].saving;
    if (saving != SIM_AUTO_SAVE_REBOOT)
        sim_value_set_live(ctx, parameter, value);
    bool not_at_once = parameter == SIM_PARAMETER_IPR && sim_setting(ctx, SIM_SETTING_RATE_SAVING);
    if (saving != SIM_NO_SAVE && !not_at_once)
        sim_value_save(ctx, parameter, value);
}

/* What is in flash already is not written again. */
void sim_value_save(struct sim_context *ctx, enum sim_parameter parameter, int32_t value)
{
    const char *name = sim_commands_parameter[parameter].name;
    if (ctx->sim->saved[parameter] == value)
        return;
    struct sim_write write = sim_nv_begin(ctx, name, strlen(name));
    if (write.effect == SIM_WRITE_NEW)
        ctx->sim->saved[parameter] = value;
    else if (write.effect == SIM_WRITE_LOST)
        ctx->sim->saved[parameter] = initial_value(ctx, parameter);
    sim_flash_end(ctx, write);
}

void sim_values_lose(struct sim_context *ctx)
{
    for (unsigned i = 0; i < SIM_PARAMETER_COUNT; i++)
        ctx->sim->saved[i] = initial_value(ctx, i);
    sim_stored_lose(ctx);
}

/* AT&W writes them in one piece. */
void sim_values_store(struct sim_context *ctx)
{
    struct sim_write write = sim_nv_begin(ctx, "&W", 2);
    bool rate_too = sim_setting(ctx, SIM_SETTING_RATE_SAVING) == RATE_BY_AT_W;
    for (unsigned i = 0; i < SIM_PARAMETER_COUNT; i++) {
        if (!ranges[i].profile && (i != SIM_PARAMETER_IPR || !rate_too))
            continue;
        if (write.effect == SIM_WRITE_NEW)
            ctx->sim->saved[i] = ctx->sim->live[i];
        else if (write.effect == SIM_WRITE_LOST)
            ctx->sim->saved[i] = initial_value(ctx, i);
    }
    sim_flash_end(ctx, write);
}

void sim_values_recall(struct sim_context *ctx)
{
    for (unsigned i = 0; i < SIM_PARAMETER_COUNT; i++)
        if (ranges[i].profile)
            ctx->sim->live[i] = ctx->sim->saved[i];
}

void sim_values_factory(struct sim_context *ctx)
{
    for (unsigned i = 0; i < SIM_PARAMETER_COUNT; i++)
        if (ranges[i].profile)
            ctx->sim->live[i] = initial_value(ctx, i);
}

/* ---- ranges -------------------------------------------------------------------------------- */

static int32_t read_number(const char **text)
{
    int32_t value = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        value = value * 10 + (**text - '0');
    return value;
}

bool sim_parameter_allows(enum sim_parameter parameter, unsigned field, int32_t value)
{
    const char *text = ranges[parameter].allowed;
    for (; field > 0; field--) {
        text = strchr(text, '(');
        if (!text)
            return false;
        text++;
    }
    while (*text && *text != ')') {
        int32_t low = read_number(&text);
        int32_t high = low;
        if (*text == '-') {
            text++;
            high = read_number(&text);
        }
        if (value >= low && value <= high)
            return true;
        text += *text == ',';
    }
    return false;
}

bool sim_parameter_can_be(enum sim_parameter parameter, int64_t value)
{
    const struct range *range = &ranges[parameter];
    if (value < 0 || value > INT32_MAX)
        return false;
    int32_t number = (int32_t)value;
    if (parameter == SIM_PARAMETER_CPSMS) /* both timers may be anything */
        return sim_parameter_allows(parameter, 0, number >> 16);
    if (strchr(range->allowed, ')')) /* two numbers; 255: no parity (AT106 2.2.30) */
        return sim_parameter_allows(parameter, 0, number >> 8) &&
               (sim_parameter_allows(parameter, 1, number & 0xff) || (number & 0xff) == 0xff);
    if (number == range->initial || sim_parameter_allows(parameter, 0, number))
        return true;
    const struct sim_setting_info *info =
        range->setting < 0 ? NULL : sim_setting_info((unsigned)range->setting);
    return info && number >= info->minimum && number <= info->maximum;
}

/* ---- handlers ------------------------------------------------------------------------------ */

enum sim_parameter sim_parameter_of(const struct sim_call *call)
{
    return (enum sim_parameter)(call->command - sim_commands_parameter);
}

static bool is_register(const struct sim_command *command)
{
    return command->name[0] == 'S';
}

static void begin_print(struct sim_context *ctx, const struct sim_command *command)
{
    sim_line_begin(ctx);
    if (is_register(command))
        return;
    sim_put_text(ctx, command->name);
    sim_put_text(ctx, ": ");
}

void sim_parameter_print(struct sim_context *ctx, enum sim_parameter parameter)
{
    const struct sim_command *command = &sim_commands_parameter[parameter];
    bool wide = is_register(command) && sim_setting(ctx, SIM_SETTING_S_WIDTH) == 0;
    begin_print(ctx, command);
    if (wide)
        sim_put_padded(ctx, (uint32_t)sim_value(ctx, parameter), 3);
    else
        sim_put_number(ctx, sim_value(ctx, parameter));
    sim_line_end(ctx);
}

static int print_range(struct sim_call *call)
{
    begin_print(call->ctx, call->command);
    sim_put_text(call->ctx, "(");
    sim_put_text(call->ctx, ranges[sim_parameter_of(call)].allowed);
    sim_put_text(call->ctx, ")");
    sim_line_end(call->ctx);
    return SIM_DONE;
}

int sim_run_parameter(struct sim_call *call)
{
    enum sim_parameter parameter = sim_parameter_of(call);
    int32_t value = 0; /* V.25ter 5.3.1: a basic command without a number means 0 */
    if (call->form == SIM_FORM_TEST)
        return print_range(call);
    if (call->form == SIM_FORM_READ) {
        sim_parameter_print(call->ctx, parameter);
        return SIM_DONE;
    }
    if (ranges[parameter].blank && call->length == 0) /* CRC keeps it (AT106 3.2.13) */
        value = parameter == SIM_PARAMETER_CRC ? sim_value(call->ctx, parameter) : 0;
    else if (call->form == SIM_FORM_WRITE && sim_argument_count(call) != 1)
        return SIM_FAILED;
    if (call->length > 0 && !sim_argument_number(call, 0, 0, INT32_MAX, &value))
        return SIM_FAILED;
    if (!sim_parameter_allows(parameter, 0, value))
        return SIM_FAILED;
    sim_value_set(call->ctx, parameter, value);
    return SIM_DONE;
}

/* A register that no document of the module describes. */
int sim_run_register(struct sim_call *call)
{
    return sim_setting(call->ctx, SIM_SETTING_MORE_REGISTERS) ? sim_run_parameter(call)
                                                              : SIM_FAILED;
}

/* Two numbers, kept as first << 8 | second. */
int sim_run_pair(struct sim_call *call)
{
    enum sim_parameter parameter = sim_parameter_of(call);
    int32_t value = sim_value(call->ctx, parameter);
    int32_t first = 0;
    int32_t second = value & 0xff;
    if (call->form == SIM_FORM_TEST)
        return print_range(call);
    if (call->form == SIM_FORM_READ) {
        begin_print(call->ctx, call->command);
        sim_put_number(call->ctx, value >> 8);
        sim_put_text(call->ctx, ",");
        sim_put_number(call->ctx, second);
        sim_line_end(call->ctx);
        return SIM_DONE;
    }
    unsigned count = sim_argument_count(call);
    if (count < 1 || count > 2 || !sim_argument_number(call, 0, 0, 255, &first) ||
        !sim_parameter_allows(parameter, 0, first))
        return SIM_FAILED;
    if (count == 2 && (!sim_argument_number(call, 1, 0, 255, &second) ||
                       !sim_parameter_allows(parameter, 1, second)))
        return SIM_FAILED;
    sim_value_set(call->ctx, parameter, first << 8 | second);
    return SIM_DONE;
}
