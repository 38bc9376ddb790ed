/*
 * trail.h - what a client did and heard in a run, step by step, and through which states it went:
 * to be held against that of another run.
 *
 * What it heard are lines of the module, answers of its board and restarts of its host; what it did
 * are commands and requests. Times do not count, nor what it said of itself besides.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_TRAIL_H
#define FOTARIG_HARNESS_EXPLORE_TRAIL_H

#include "harness/bench/tapped.h"

/* Where in a run. */
struct trail_moment {
    uint64_t at_us;
    uint64_t step;  /* of the run, from 0 */
    char state[48]; /* that the client was in; where one cause took it through several at once, all
                       that it left: "identify and decide" */
    char what[64];  /* what it did or heard there, as far as it is text; "" = nothing to say */
};

struct trail_event;
struct trail_turn;

/* Of one run. All zero is the beginning. */
struct trail {
    struct trail_event *events; /* owned, as the turns are */
    struct trail_turn *turns;   /* from one state to another */
    size_t event_count, event_room, turn_count, turn_room;
    uint64_t pairs[FOTA_STATE_COUNT]; /* bit n: there was a turn from that state to state n */
    size_t offset;                    /* of the journal: what lies before was read */
    char line[64];                    /* that comes in, its beginning */
    uint64_t line_digest;
    size_t line_length;
    struct bench_tapping tapping; /* the same bytes as commands and answers */
    char command[64];             /* that is answered, its beginning */
    unsigned asked_in;            /* state of the client when it was sent, */
    size_t asked_after;           /* and how many turns lay before that */
    bool is_owed;                 /* it has no result yet */
    uint64_t bytes_digest;        /* of all that came since */
    uint64_t now_us, step;        /* of the record that is read */
    bool has_data;                /* what answers it holds data, which has no text, */
    bool has_text;                /* or lines: else its result is all that it says */
    bool begun, failed;           /* failed: no memory */
};

void trail_free(struct trail *trail);
/* Reads the journal (MEMORY) on to where it ends now; all of it belongs to that step. */
void trail_read(struct trail *trail, const struct bench_run *run, uint64_t step);

/* The first thing that the client did or heard otherwise than in the other run. False: nothing. */
bool trail_differs(const struct trail *trail, const struct trail *other,
                   struct trail_moment *ret_moment);
/*
 * The first answer up to that step, or the last, that the other run never gets to that command in
 * that state of the client, or a request that the board refuses there only. Lines that nobody asked
 * for are none, but for those that begin with the name of a command that was sent: its result,
 * which comes late. False: there is none.
 *
 * *ret_moment is where the client went on from it to another state, if it did up to that step; a
 * refusal is dealt with in the state that met it.
 */
bool trail_told(const struct trail *trail, const struct trail *other, uint64_t last_step, bool last,
                struct trail_moment *ret_told, struct trail_moment *ret_moment);
/* Where the client went on to another state, at that step or behind it; false: nowhere. */
bool trail_goes_on(const struct trail *trail, uint64_t step, struct trail_moment *ret_moment);
/* Where the line was heard last, up to that step; false: it was not. */
bool trail_last_heard(const struct trail *trail, const char *line, uint64_t last_step,
                      struct trail_moment *ret_moment);
/* The first turn within these steps that the other run never makes, restarts of the host apart; of
 * all turns, or of those back to a state that the client had left. False: there is none. */
bool trail_turn(const struct trail *trail, const struct trail *other, bool only_back,
                uint64_t first_step, uint64_t last_step, struct trail_moment *ret_moment);
/*
 * The last stay in a state, begun before that step, in which the client did something otherwise, or
 * was answered otherwise, than in each stay there in the other run. *ret_moment is where it was
 * left, or that step. False: there is none, or no memory.
 */
bool trail_last_otherwise(const struct trail *trail, const struct trail *other, uint64_t last_step,
                          struct trail_moment *ret_moment);
/* The end of the stay in which a command of the line's name was sent last; false: none was. */
bool trail_last_sent(const struct trail *trail, const char *line, struct trail_moment *ret_moment);
/*
 * The stay in a state that, up to that step, took most above the longest one there in the other
 * run: in microseconds, or in commands. Returns how much above; 0: none did.
 */
uint64_t trail_stay(const struct trail *trail, const struct trail *other, uint64_t last_step,
                    bool in_commands, struct trail_moment *ret_moment);
/* What the client was in at that step. */
struct trail_moment trail_at(const struct trail *trail, uint64_t step, uint64_t at_us);

#endif
