/* nearest.h - "did you mean": the known word that a mistyped one is nearest to. */
#ifndef FOTARIG_HARNESS_TEXT_NEAREST_H
#define FOTARIG_HARNESS_TEXT_NEAREST_H

#include <stddef.h>

/*
 * The nearest of `count` words if it is near enough to be meant, else NULL; word(words, index)
 * gives them. Two letters that stand in each other's place count as one mistake.
 */
const char *text_nearest(const char *text, size_t length,
                         const char *(*word)(const void *words, size_t index), const void *words,
                         size_t count);

#endif
