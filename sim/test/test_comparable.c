/*
 * The form in which equal modules are equal bytes: what nothing reads any more is left out of it,
 * and what something still reads is not. A value is changed in a copy; where the forms are equal,
 * both say the same to what would show it, and where it would show they differ.
 */
#include "sim/frame.h"
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct module module, other;

enum when { OFF, STARTING, BOOTS, UP, AT_LINE_END, BEHIND_LINE_END, IN_DATA };

static void bring_to(struct module *to, enum when when)
{
    module_init(to);
    module_set(to, SIM_SETTING_UPDATE_GARBAGE, 1);
    module_begin(to);
    module_apply(to, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(to, when == STARTING ? SECOND_US / 100 : when == BOOTS ? 4600000 : MINUTE_US);
    if (when == OFF) {
        module_apply(to, SIM_ACTION_PWRKEY, 1300, 0, NULL);
        module_run(to, MINUTE_US);
    }
    if (when == AT_LINE_END || when == BEHIND_LINE_END || when == IN_DATA) {
        const char *line = when == IN_DATA ? "AT+CFSINIT\r" : "AT\r";
        sim_receive(&to->sim, &to->host, line, strlen(line), 115200, to->now_us);
    }
    if (when != OFF)
        module_run(to, when == BEHIND_LINE_END || when == IN_DATA ? SECOND_US : 900);
    if (when == IN_DATA) {
        module_ask(to, "AT+CFSWFILE=0,\"a\",0,2,1000");
        to->sim.port.line_ended = 1; /* as if the line's LF were still to come */
    }
    module_output(to);
}

static void change_off(struct sim *sim)
{
    sim->power.off_at_us += 1;
}

static void change_end(struct sim *sim)
{
    sim->port.ended_at_us -= 1;
}

static void change_way(struct sim *sim)
{
    sim->power.way = SIM_RESET_CRASH;
}

static void change_way_to_update(struct sim *sim)
{
    sim->power.way = SIM_RESET_CFOTA;
}

static void change_start(struct sim *sim)
{
    sim->power.started_at_us -= 1;
}

static const struct {
    const char *what;
    enum when when;
    void (*change)(struct sim *sim);
    bool counts;
} rows[] = {
    {"when it was switched off counts while it is off", OFF, change_off, true},
    {"when it was switched off does not count once it is on", UP, change_off, false},
    {"when a line ended counts while its line feed may come", AT_LINE_END, change_end, true},
    {"when a line ended does not count later", BEHIND_LINE_END, change_end, false},
    {"when a line ended does not count later where data is taken", IN_DATA, change_end, false},
    {"how it was started does not count where its boot tells nothing of it", STARTING, change_way,
     false},
    {"a start by an update counts while its boot goes on", STARTING, change_way_to_update, true},
    {"a start by an update does not count when the boot is told", UP, change_way_to_update, false},
    {"when it was started does not count behind what counts from there", BOOTS, change_start,
     false},
};

/* Whatever would show one of the values. */
static const char *said_by(struct module *by)
{
    module_apply(by, SIM_ACTION_PWRKEY, by->sim.power.state == SIM_POWER_OFF ? 1100 : 1, 0, NULL);
    sim_receive(&by->sim, &by->host, "\nAT\r", 4, 115200, by->now_us);
    module_run(by, MINUTE_US);
    return module_output(by);
}

static void form_of(const struct module *of, struct sim *ret_form)
{
    memcpy(ret_form, &of->sim, sizeof *ret_form);
    sim_make_comparable(ret_form, of->now_us);
}

static void the_row_holds(void **state)
{
    static char said[sizeof module.sent];
    const size_t row = (size_t)(uintptr_t)*state;
    struct sim form, changed;
    bring_to(&module, rows[row].when);
    bring_to(&other, rows[row].when);
    rows[row].change(&other.sim);
    form_of(&module, &form);
    form_of(&other, &changed);
    bool is_equal = memcmp(&form, &changed, sizeof form) == 0;
    if (is_equal == rows[row].counts)
        fail_msg("%s:%d: %s, but the forms are %s", __FILE__, __LINE__, rows[row].what,
                 is_equal ? "equal" : "different");
    if (!is_equal)
        return;
    snprintf(said, sizeof said, "%s", said_by(&module));
    expect_text(said_by(&other), said, rows[row].what, __FILE__, __LINE__);
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].what,
                                       .test_func = the_row_holds,
                                       .initial_state = (void *)(uintptr_t)i};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
