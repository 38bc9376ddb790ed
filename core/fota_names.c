/* fota_names.c - names of everything in fota.h, drawn from its tables. */
#include "core/fota_internal.h"

#define NAMES(function, TABLE, X_ROW)                                                              \
    const char *function(unsigned value)                                                           \
    {                                                                                              \
        static const char *const names[] = {TABLE(X_ROW)};                                         \
        return value < COUNT_OF(names) ? names[value] : "?";                                       \
    }

#define NAME_2(name, text)           text,
#define NAME_3(name, text, meaning)  text,
#define MEANING(name, text, meaning) meaning,

NAMES(fota_state_name, FOTA_STATES, NAME_2)
NAMES(fota_outcome_name, FOTA_OUTCOMES, NAME_3)
NAMES(fota_reason_name, FOTA_REASONS, NAME_3)
NAMES(fota_reason_meaning, FOTA_REASONS, MEANING)
NAMES(fota_request_name, FOTA_REQUESTS, NAME_2)
NAMES(fota_event_name, FOTA_EVENTS, NAME_2)
NAMES(fota_cause_name, FOTA_CAUSES, NAME_2)
NAMES(fota_delivery_name, FOTA_DELIVERIES, NAME_2)
NAMES(fota_remark_name, FOTA_REMARKS, NAME_3)
NAMES(fota_check_name, FOTA_CHECKS, NAME_2)
