/* support_align.h - two lists of what happened, paired: what one told and what the other one read.
 */
#ifndef FOTARIG_HARNESS_TAP_TEST_SUPPORT_ALIGN_H
#define FOTARIG_HARNESS_TAP_TEST_SUPPORT_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ALIGN_TEXT_MAX = 640, ALIGN_ITEMS_MAX = 2048 };

/* How things stood when it was told, or read. */
struct align_context {
    bool up;        /* the AT engine runs */
    bool hangs;     /* deaf, mute or both */
    bool found;     /* the module knows the host's rate */
    bool same_rate; /* and it is the host's */
    bool busy;      /* a line ran */
};

struct align_item {
    uint64_t at_us;
    uint64_t offset; /* in the stream; of what was told 0 */
    struct align_context context;
    uint32_t number;
    uint16_t length;
    bool is_cut;                   /* the text is the beginning of a longer one */
    bool follows;                  /* a command that is not the first of its line */
    const struct align_item *pair; /* NULL: the other list has none */
    char text[ALIGN_TEXT_MAX];
};

struct align_list {
    size_t count;
    struct align_item items[ALIGN_ITEMS_MAX];
};

/* Appends; a longer text is cut, what is more than the room ends the program. */
struct align_item *align_add(struct align_list *list, uint64_t at_us, const void *text,
                             size_t length);

/*
 * Pairs as many as can be, each as near in time as can be: the same text, and `later` at most
 * window_us after `earlier`.
 */
void align(struct align_list *earlier, struct align_list *later, uint64_t window_us);

#endif
