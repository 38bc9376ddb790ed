/* usb_roles.c - the module as a USB device: what each of its interfaces is for. */
#include "sim/catalogue.h"

#include <stddef.h>

/* As in ModemManager's rules for SimTech's devices (racks-and-ci.md, "A SIM7000 on USB"). */
enum { VENDOR = 0x1e0e, PRODUCT = 0x9001 };

static const struct sim_usb_role roles[] = {
    {"diagnostics", false}, {"positions (NMEA)", false},
    {"AT commands", true},  {"modem (AT commands, PPP)", true},
    {"audio", false},       {"network", false},
};
static const struct sim_usb_role unknown = {"an interface of it", false};

const struct sim_usb_role *sim_usb_role(unsigned vendor, unsigned product, int interface)
{
    if (vendor != VENDOR || product != PRODUCT)
        return NULL;
    return interface >= 0 && (size_t)interface < sizeof roles / sizeof roles[0] ? &roles[interface]
                                                                                : &unknown;
}
