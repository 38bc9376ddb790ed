/*
 * rack_page.h - what a browser sees of a rack: HTML of its slots, of one slot, and of one case,
 * made of the rack file, of who holds the ports, and of the reports of the campaign that runs or
 * ran last.
 *
 * Whatever a module said is text there, never markup. Nothing is loaded from elsewhere; there is no
 * script; pages load themselves again.
 */
#ifndef FOTARIG_HARNESS_CLI_RACK_PAGE_H
#define FOTARIG_HARNESS_CLI_RACK_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/rack/now.h"
#include "harness/rack/rack.h"
#include "harness/results/results.h"

struct rack_page {
    const struct rack *rack;
    const struct results *results;   /* NULL: there is no report */
    const char *problem;             /* why not; NULL = nothing */
    const struct rack_now_list *now; /* what slots do now; NULL: nobody has told */
    const char *folder;              /* of the reports; NULL = none */
    /* Writes who has the port of a slot now; nothing is opened. */
    void (*find_holder)(const struct rack_slot *slot, char *text, size_t capacity);
};

/*
 * Makes what stands at `path` ("/", "/slot/a1", "/case/17", "/style.css", "/file/report.html"):
 * *ret_type is its media type. Of the folder only reports and what they name is given. The text is
 * freed by the caller; NULL: nothing stands there, or no memory.
 */
char *cli_rack_page(const struct rack_page *page, const char *path, size_t *ret_size,
                    const char **ret_type);

/* Reports that a browser may have, in their order; name NULL behind the last. */
struct cli_rack_page_file {
    const char *name, *type;
    bool is_linked; /* pages lead to it; else report.html needs it */
};
extern const struct cli_rack_page_file cli_rack_page_files[];

#endif
