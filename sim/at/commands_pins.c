/*
 * commands_pins.c - pins that the host drives or reads: GPIO by number and by place, and the two
 * registers of I2C (AT106 5.2.11, 5.2.15, 5.2.38, 5.2.39). What was set lies in RAM.
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/look.h"

/* Fields of a command, by index. */
enum { OPERATION, PIN, FUNCTION, LEVEL };

/* GPIO 0 to 4 (AT106 5.2.11); the module has 68 pins (HD107). */
static const struct pins {
    const char *command;
    int32_t first, last;
} kinds[] = {{"+SGPIO", 0, 4}, {"+CGPIO", 1, 68}};
enum { KINDS = sizeof kinds / sizeof kinds[0], KEY_SIZE = 16 };

static const char *key_of(const struct pins *kind, int32_t pin, char *key)
{
    size_t length = strlen(kind->command);
    memcpy(key, kind->command, length);
    key[length++] = ' ';
    key[length++] = (char)('0' + pin / 10);
    key[length++] = (char)('0' + pin % 10);
    key[length] = '\0';
    return key;
}

/* "<function>,<level>"; false: it was never set, and is an input. */
static bool get_pin(const struct sim_context *ctx, const struct pins *kind, int32_t pin,
                    bool *ret_output, bool *ret_high)
{
    char key[KEY_SIZE], value[SIM_STORED_VALUE];
    bool is_set = sim_stored_get(ctx, key_of(kind, pin, key), SIM_NO_SAVE, value) == 3;
    *ret_output = is_set && value[0] == '1';
    *ret_high = is_set && value[2] == '1';
    return is_set;
}

/* What the surroundings apply to an input: a bit a GPIO; other places of the module are low. */
static bool input_level(const struct sim_context *ctx, const struct pins *kind, int32_t pin)
{
    return kind == &kinds[0] && sim_setting(ctx, SIM_SETTING_GPIO_LEVELS) >> pin & 1;
}

static int read_pin(struct sim_context *ctx, const struct pins *kind, int32_t pin)
{
    bool output, high;
    get_pin(ctx, kind, pin, &output, &high);
    if (output)
        return SIM_FAILED; /* AT106: only an input is read */
    sim_line_begin(ctx);
    sim_put_text(ctx, kind->command);
    sim_put_text(ctx, ": ");
    sim_put_number(ctx, input_level(ctx, kind, pin));
    sim_line_end(ctx);
    return SIM_DONE;
}

static int run_pin(struct sim_call *call)
{
    const struct pins *kind = &kinds[call->command->name[1] == 'C'];
    unsigned count = sim_argument_count(call);
    int32_t operation, pin, function, level;
    char key[KEY_SIZE], value[3] = {'0', ',', '0'};
    if (count < 2 || count > 4 || !sim_argument_number(call, OPERATION, 0, 1, &operation) ||
        !sim_argument_number(call, PIN, kind->first, kind->last, &pin))
        return SIM_FAILED;
    if (operation == 1)
        return read_pin(call->ctx, kind, pin);
    if (count != 4 || !sim_argument_number(call, FUNCTION, 0, 1, &function) ||
        !sim_argument_number(call, LEVEL, 0, 1, &level))
        return SIM_FAILED;
    value[0] = (char)('0' + function);
    value[2] = (char)('0' + level);
    return sim_stored_set(call->ctx, key_of(kind, pin, key), SIM_NO_SAVE, value, sizeof value)
               ? SIM_DONE
               : SIM_CME_MEMORY_FULL;
}

bool sim_look_pin(const struct sim *sim, const struct sim_host *host, unsigned pin,
                  struct sim_pin_view *ret_view)
{
    struct sim_context ctx = {.sim = (struct sim *)(uintptr_t)sim, .host = host};
    if (pin > (unsigned)kinds[0].last)
        return false;
    ret_view->is_set =
        get_pin(&ctx, &kinds[0], (int32_t)pin, &ret_view->is_output, &ret_view->is_high);
    if (!ret_view->is_output)
        ret_view->is_high = input_level(&ctx, &kinds[0], (int32_t)pin);
    return true;
}

/* ---- I2C ----------------------------------------------------------------------------------- */

/* "0x2F": two digits a byte at most; false when it is none or too long. */
static bool get_hex(const struct sim_call *call, unsigned index, unsigned bytes, uint32_t *ret)
{
    const char *text;
    size_t length;
    if (!sim_argument_text(call, index, &text, &length) || length < 3 || length > 2 + 2 * bytes ||
        text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
        return false;
    *ret = 0;
    for (size_t i = 2; i < length; i++) {
        char c = text[i];
        bool digit = c >= '0' && c <= '9';
        char letter = (char)(c | 0x20);
        if (!digit && (letter < 'a' || letter > 'f'))
            return false;
        *ret = *ret << 4 | (uint32_t)(digit ? c - '0' : letter - 'a' + 10);
    }
    return true;
}

static const char *register_key(uint32_t address, uint32_t number, char *key)
{
    static const char digits[] = "0123456789ABCDEF", name[] = "+CWIIC ";
    size_t length = sizeof name - 1;
    memcpy(key, name, length);
    for (unsigned shift = 0; shift < 8; shift += 4) {
        key[length++] = digits[address >> (4 - shift) & 15];
        key[length++] = digits[number >> (4 - shift) & 15];
    }
    key[length] = '\0';
    return key;
}

/* The bus is on, and a device is there that keeps what its registers are given. */
static bool has_device(const struct sim_context *ctx)
{
    return sim_setting(ctx, SIM_SETTING_I2C_DEVICE) && sim_stored_number(ctx, "+CTLIIC");
}

static int run_register_write(struct sim_call *call)
{
    uint32_t address, number, data;
    int32_t size;
    char key[KEY_SIZE];
    if (sim_argument_count(call) != 4 || !get_hex(call, 0, 1, &address) ||
        !get_hex(call, 1, 1, &number) || !get_hex(call, 2, 4, &data) ||
        !sim_argument_number(call, 3, 1, 4, &size) || !has_device(call->ctx))
        return SIM_FAILED;
    const char value[4] = {(char)(data >> 24), (char)(data >> 16), (char)(data >> 8), (char)data};
    return sim_stored_set(call->ctx, register_key(address, number, key), SIM_NO_SAVE,
                          value + 4 - size, (size_t)size)
               ? SIM_DONE
               : SIM_CME_MEMORY_FULL;
}

static int run_register_read(struct sim_call *call)
{
    uint32_t address, number;
    int32_t size;
    char key[KEY_SIZE], value[SIM_STORED_VALUE];
    if (sim_argument_count(call) != 3 || !get_hex(call, 0, 1, &address) ||
        !get_hex(call, 1, 1, &number) || !sim_argument_number(call, 2, 1, 4, &size) ||
        !has_device(call->ctx))
        return SIM_FAILED;
    size_t held = sim_stored_get(call->ctx, register_key(address, number, key), SIM_NO_SAVE, value);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CRIIC: 0x");
    for (size_t i = 0; i < (size_t)size; i++)
        sim_put_hex(call->ctx, i < held ? (uint8_t)value[i] : 0, 2);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

enum { WRITE = SIM_FORM_TEST | SIM_FORM_WRITE };

const struct sim_command sim_commands_pins[] = {
    {"+SGPIO", WRITE, SIM_NO_SAVE, 'D', 0, "AT106 5.2.11", "pins by number",
     "+SGPIO: (0-1),(0-4),(0-1),(0-1)", run_pin, 0},
    {"+CGPIO", WRITE, SIM_NO_SAVE, 'D', 0, "AT106 5.2.15", "pins by place",
     "+CGPIO: (0-1),(1-68),(0-1),(0-1)", run_pin, 0},
    {"+CWIIC", WRITE, SIM_NO_SAVE, 'D', 0, "AT106 5.2.38", "writes over I2C", NULL,
     run_register_write, 104},
    {"+CRIIC", WRITE, SIM_NO_SAVE, 'D', 0, "AT106 5.2.39", "reads over I2C", NULL,
     run_register_read, 104},
    {.name = NULL},
};
