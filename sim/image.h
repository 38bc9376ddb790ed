/*
 * image.h - a module as bytes in a buffer: what its flash keeps, or all of it.
 *
 * The bytes are the same on every machine: numbers are little-endian, members and settings go by
 * their names, file contents are included. A reader refuses what is damaged, of another variant, of
 * a newer version, or holds a value that no module can have; then the module is as it was. Only a
 * value that the module can do without (a parameter of a command, what the flash keeps besides
 * files) is left out, told, and as in a new module.
 *
 * Layout: 8 bytes SIM_IMAGE_MAGIC, u16 version, u16 kind, u32 size of all, u64 time of the module
 * in microseconds, u64 digest (sim_digest() of all other bytes), then records of u8 length of the
 * name, name, u32 size of the value, value.
 */
#ifndef FOTARIG_SIM_IMAGE_H
#define FOTARIG_SIM_IMAGE_H

#include "sim/sim.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_IMAGE_MAGIC "SIM7000\x1a"

enum { SIM_IMAGE_FORMAT = 1, SIM_IMAGE_HEADER_BYTES = 32, SIM_IMAGE_NAME_BYTES = 56 };

enum sim_image_kind {
    SIM_IMAGE_FLASH,   /* what is left when the power is cut now: files, saved settings, updater */
    SIM_IMAGE_SNAPSHOT /* everything: from here the module goes on as if nothing had been */
};

/* X(NAME, "what is wrong") */
#define SIM_IMAGE_VERDICTS(X)                                                                      \
    X(GOOD, "nothing")                                                                             \
    X(NOT_IMAGE, "it is no image of a module")                                                     \
    X(OTHER_VERSION, "it was made by a version that this one does not know")                       \
    X(OTHER_KIND, "it is an image of the flash where a snapshot is wanted, or the reverse")        \
    X(DAMAGED, "it is cut short or was changed")                                                   \
    X(OTHER_VARIANT, "it is of another variant of the module")                                     \
    X(UNKNOWN_MEMBER, "it names something that no module has")                                     \
    X(BAD_VALUE, "it holds a value that no module can have")                                       \
    X(NO_PACKAGE, "a download was under way whose package is not there")                           \
    X(NO_ROOM, "its files do not fit into the flash")

enum sim_image_verdict {
#define X(name, text) SIM_IMAGE_##name,
    SIM_IMAGE_VERDICTS(X)
#undef X
        SIM_IMAGE_VERDICT_COUNT
};

/* What a reader found. */
struct sim_image_report {
    uint8_t verdict;                   /* enum sim_image_verdict */
    char member[SIM_IMAGE_NAME_BYTES]; /* of UNKNOWN_MEMBER and BAD_VALUE: which one; of GOOD: the
                                          first that was left out, "saved/+IPR"; else "" */
    uint16_t left_out;                 /* values that do not fit and were left out */
    char variant[16];                  /* of OTHER_VARIANT: the image's, else "" */
    uint64_t at_us;                    /* of GOOD snapshots: the module's time, where it goes on */
};

/*
 * Writes an image of a module into `buffer`; returns its size in bytes. Nothing useful is written
 * when that is more than `capacity`; a buffer of NULL with capacity 0 asks for the size. The
 * module, its store and its host are not changed and nothing is told.
 */
size_t sim_image_write(const struct sim *sim, const struct sim_host *host, enum sim_image_kind kind,
                       void *buffer, size_t capacity);

/*
 * A number that changes when an image of the flash would; costs no copy of files, so it can be
 * asked for often.
 */
uint64_t sim_image_mark(const struct sim *sim, const struct sim_host *host);

/*
 * Makes the module what the image says. `sim` is one that sim_init() has seen, with the same
 * `host`. From a FLASH image comes a module without supply at its own time; settings stay those of
 * the configuration. A SNAPSHOT brings its settings, and its time in ret_report->at_us: earlier
 * than that the module must not be called. All files move into the store. Returns true, or false
 * with a report and the module unchanged.
 */
bool sim_image_read(struct sim *sim, const struct sim_host *host, enum sim_image_kind kind,
                    const void *bytes, size_t size, struct sim_image_report *ret_report);

/* What is wrong, for a message: "it is cut short or was changed". */
const char *sim_image_text(unsigned verdict);

#ifdef __cplusplus
}
#endif

#endif
