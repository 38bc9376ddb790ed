/* setting.h - values of the emulator's settings as people write them, each by its unit. */
#ifndef FOTARIG_HARNESS_TEXT_SETTING_H
#define FOTARIG_HARNESS_TEXT_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/text/quantity.h"
#include "sim/settings.h"

/* True when its values are words, "choice|choice". */
bool text_setting_is_word(const struct sim_setting_info *info);
/* Its words, "no|yes" of a flag; NULL when its values are numbers. */
const char *text_setting_words(const struct sim_setting_info *info);

/* How its numbers are written; so many of the quantity's smallest units are one of the setting's.
 */
enum text_quantity text_setting_quantity(const struct sim_setting_info *info, int32_t *ret_divisor);
/* "a duration such as 5s (us, ms, s, min, h)", "one of no|yes"; `buffer` may be used for it. */
const char *text_setting_form(const struct sim_setting_info *info, char *buffer, size_t capacity);

/*
 * Reads a value; its range is not looked at. False: it is written in another way, is finer than
 * what the setting keeps, or has more than 32 bits.
 */
bool text_setting_parse(const struct sim_setting_info *info, const char *text, int32_t *ret_value);
/* A value as it may be read again. */
const char *text_setting_write(const struct sim_setting_info *info, int32_t value, char *buffer,
                               size_t capacity);

/* The place of a word in "one|two|three", -1 when it is none of them. */
int text_choice_find(const char *choices, const char *word, size_t length);
/* The word at that place, with its length; NULL = there are not so many. */
const char *text_choice(const char *choices, size_t index, size_t *ret_length);

#endif
