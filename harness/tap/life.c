/*
 * life.c - boots and resets, from lines that show them and from signs that only a restart explains.
 *
 * RDY is printed by a boot with a fixed rate. Without it (IPR=0) a boot shows itself by the card
 * and messaging telling themselves again, unasked, or by an echo that the host had switched off.
 */
#include "harness/tap/parts.h"

/* tap.life */
enum {
    NOTHING, /* no sign yet */
    ANSWERS, /* it was up before its boot could be seen */
    UPDATER, /* it has restarted into its updater */
    BOOTED   /* a boot was told; + 1 + order of the last line of it */
};

/* tap.no_echo: the host has switched it off, and it has come back. */
enum { CAME_BACK = 2 };

/* It was up before: not just switched on. */
static bool was_up(const struct tap_reader *reader)
{
    const struct tap *tap = reader->tap;
    bool long_ago = reader->now_us - tap->up_at_us > TAP_SLOW_US;
    return tap->life >= UPDATER ||
           (tap->life == ANSWERS && (long_ago || tap->cause != TAP_CAUSE_UNKNOWN));
}

static void reset(const struct tap_reader *reader, const struct tap_text *text, uint8_t flags)
{
    reader->tap->resets++;
    tap_tell_reset(reader, text, flags, (enum tap_cause)reader->tap->cause);
}

static void boot(const struct tap_reader *reader, const struct tap_text *text, uint8_t flags)
{
    struct tap *tap = reader->tap;
    bool again = was_up(reader);
    tap_end_data(reader);
    if (again)
        reset(reader, text, flags);
    tap->boots++;
    tap_tell(reader, text, TAP_BOOT, flags);
    tap->life = BOOTED;
    tap->cause = TAP_CAUSE_UNKNOWN;
    tap->no_echo = 0;
    tap->digits = 0;
    tap->card = 0;
    tap->waits = 0;
}

static void enter_updater(const struct tap_reader *reader, const struct tap_text *line)
{
    struct tap *tap = reader->tap;
    tap_end_data(reader);
    if (!tap->rdy_alone) /* the updater has printed it, not the AT engine */
        reset(reader, line, 0);
    tap->life = UPDATER;
    tap->rdy_alone = 0;
    tap->cause = TAP_CAUSE_UNKNOWN;
    tap->waits = 0;
}

void tap_saw_unsolicited(const struct tap_reader *reader, const struct tap_text *line)
{
    struct tap *tap = reader->tap;
    unsigned order;
    enum sim_sign sign = sim_sign_of(line->text, line->text_length, &order);
    if (sign == SIM_SIGN_NONE)
        return;
    if (sign == SIM_SIGN_UPDATER) {
        enter_updater(reader, line);
        return;
    }
    if (sign == SIM_SIGN_UPDATED) {
        tap->cause = TAP_CAUSE_UPDATE; /* out of it again */
        return;
    }
    bool first = tap->life < BOOTED;
    bool again = !first && tap->life > BOOTED + order;
    tap->rdy_alone = sign == SIM_SIGN_BOOT;
    if (sign == SIM_SIGN_BOOT)
        boot(reader, line, 0);
    else if (first || (again && !tap->card))
        boot(reader, line, TAP_INFERRED);
    tap->life = (uint8_t)(BOOTED + 1 + order);
}

void tap_saw_echo(struct tap *tap)
{
    if (tap->no_echo && tap->life != UPDATER) /* that may echo, too */
        tap->no_echo = CAME_BACK;
}

void tap_saw_answer(const struct tap_reader *reader, const struct tap_text *line)
{
    struct tap *tap = reader->tap;
    uint8_t waits = tap->waits;
    if (tap->no_echo == CAME_BACK)
        boot(reader, line, TAP_INFERRED);
    tap->waits = waits; /* for this very answer */
    tap->rdy_alone = 0;
    if (tap->life == NOTHING) {
        tap->life = ANSWERS;
        tap->up_at_us = reader->now_us;
    }
}

void tap_saw_command(struct tap *tap, const struct sim_command_piece *piece)
{
    enum sim_role role = sim_command_role(piece->text, piece->length);
    enum sim_effect effect = sim_effect_of(piece->text, piece->length);
    tap->may_prompt |= sim_may_prompt(piece->text, piece->length);
    tap->effects = (uint8_t)(tap->effects | 1u << effect);
    tap->may_restart |= role != SIM_ROLE_NONE;
    if (role == SIM_ROLE_RESTART)
        tap->cause = TAP_CAUSE_COMMAND;
    else if (role == SIM_ROLE_START_UPDATE)
        tap->cause = TAP_CAUSE_UPDATE;
}

static void apply(struct tap *tap, enum sim_effect effect)
{
    switch (effect) {
    case SIM_EFFECT_ECHO_OFF:
        tap->no_echo = 1;
        break;
    case SIM_EFFECT_AS_SAVED:
        tap->no_echo = 0;
        tap->digits = 0;
        break;
    case SIM_EFFECT_ECHO_ON:
        tap->no_echo = 0;
        break;
    case SIM_EFFECT_DIGITS:
        tap->digits = 1;
        break;
    case SIM_EFFECT_WORDS:
        tap->digits = 0;
        break;
    case SIM_EFFECT_CARD:
        tap->card = 1;
        break;
    case SIM_EFFECT_NONE:
        break;
    }
}

/* Those that put things as they were saved come first: AT&FE0 leaves the echo off. */
void tap_saw_result(struct tap *tap, bool good)
{
    static const uint8_t order[] = {SIM_EFFECT_AS_SAVED, SIM_EFFECT_ECHO_ON, SIM_EFFECT_ECHO_OFF,
                                    SIM_EFFECT_WORDS,    SIM_EFFECT_DIGITS,  SIM_EFFECT_CARD};
    unsigned effects = tap->effects & ~(1u << SIM_EFFECT_NONE);
    for (size_t i = 0; good && effects && i < sizeof order; i++)
        if (effects >> order[i] & 1)
            apply(tap, (enum sim_effect)order[i]);
    if (!good && tap->may_restart && tap->life != UPDATER)
        tap->cause = TAP_CAUSE_UNKNOWN;
}
