/*
 * known_walk.h - worlds from which every run with one more fault is known: a walk that comes to one
 * of them need not put that fault at each point behind it.
 *
 * A walk goes along the run with all faults but the last, and branches that one at each point. At
 * its places (known_rest.h) it is looked up by the same form. What is known stands apart for each
 * row of the table of faults, because each may cost something else: how many runs there are, how
 * they ended, and the most that any of them took from there. A row is taken over when those sums
 * are within what this walk's faults allow, and is walked on otherwise. A row in which anything was
 * wrong is never known.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_KNOWN_WALK_H
#define FOTARIG_HARNESS_EXPLORE_KNOWN_WALK_H

#include "harness/explore/known_rest.h"

/* All runs with one more fault of a row, from a place. */
struct walk_row {
    uint64_t runs;
    uint32_t outcomes[FOTA_OUTCOME_COUNT];
    uint32_t
        excused[FOTA_OUTCOME_COUNT]; /* of them, not in `outcomes`: a fact excuses what was wrong */
    uint64_t steps, time_us, sent_bytes; /* sums */
    struct merge_reach reach;            /* the farthest, and what any of them, or the walk from
                                            there to its end, looks at */
    uint64_t judged_us;                  /* the longest without those that a fact excuses */
    struct explore_cost cost;            /* the most of each without those, without TIME */
    bool is_wrong;                       /* something was, or it is not known */
};

/* How a run was found. */
enum walk_verdict {
    WALK_GOOD,
    WALK_EXCUSED, /* what was wrong in it a fact excuses, whatever came before */
    WALK_WRONG
};

/* A place of a walk: `rows` are from there to the next one, those of `known` to the end. */
struct walk_place {
    struct merge_place place;
    uint64_t known; /* bit n: row n was taken over there */
    struct walk_row rows[EXPLORE_FAULT_COUNT];
};

struct walk_entry {
    uint64_t key, check;
    uint32_t next; /* of the same hash, 0 = none; else its index + 1 */
    struct merge_marks marks;
    struct walk_row rows[EXPLORE_FAULT_COUNT];
};

struct walk_table {
    struct walk_entry *entries; /* owned */
    uint32_t *heads;            /* owned */
    size_t capacity, count, kept;
    struct walk_place *places; /* owned; of the walk that goes on */
    size_t place_count, place_room;
    bool is_walking;
    uint64_t lookups, joined; /* rows that were taken over */
};

/* False: no memory. What comes when `capacity` entries are there is not stored. */
bool walk_table_make(struct walk_table *table, size_t capacity);
void walk_table_free(struct walk_table *table);
void walk_table_empty(struct walk_table *table);
/* All that is stored now stays; walk_table_forget() forgets what came after. */
void walk_table_keep(struct walk_table *table);
void walk_table_forget(struct walk_table *table);

/* A walk begins; one that was going on is dropped. */
void walk_begin(struct walk_table *table);
/* It has come to a place. NULL: no memory for it, the walk is not known then. */
struct walk_place *walk_add(struct walk_table *table, const struct merge_place *place);
/* What is known from there, behind `before` (NULL = the first); NULL = nothing more. */
const struct walk_entry *walk_find(const struct walk_table *table, const struct merge_place *place,
                                   const struct walk_entry *before);
/*
 * A run with one more fault of this row has left the walk behind its last place, and came to `at`,
 * from where the rest is known: of a run that is over, nothing.
 */
void walk_ended(struct walk_table *table, unsigned fault, const struct merge_place *at,
                const struct merge_rest *rest, enum walk_verdict verdict);
/* The walk has come to its end, or (NULL) to a place from which all rows are known: stores its
   places. */
void walk_store(struct walk_table *table, const struct merge_place *end);

#endif
