/* sms.h - waits for a message at the module, for the example program. */
#ifndef FOTARIG_CORE_EXAMPLE_SMS_H
#define FOTARIG_CORE_EXAMPLE_SMS_H

#include "core/port/posix.h"

/* Waits until the module has received a message whose text is just `text`, and deletes it. Blocks;
 * false with errno when the port is gone. */
bool sms_wait(struct posix_port *port, const char *text);

#endif
