/*
 * look.h - more of what a module is at, for displays and control: files one by one, network.
 * Nothing here changes anything.
 */
#ifndef FOTARIG_SIM_LOOK_H
#define FOTARIG_SIM_LOOK_H

#include "sim/sim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A file of the flash. */
struct sim_file_view {
    char path[64];       /* "/fota/update.zip" */
    uint32_t size_bytes; /* of the contents */
    uint64_t digest;     /* of the contents, see sim_digest() */
};

/* The file at place `index`, from 0; false: there is none, but others may follow up to the end. */
bool sim_look_file(const struct sim *sim, unsigned index, struct sim_file_view *ret_view);
/* How many places for files there are. */
unsigned sim_look_files(void);

/* The value of a setting (enum sim_setting_id, below SIM_SETTING_COUNT) as it is now. */
int32_t sim_look_setting(const struct sim *sim, unsigned setting);

struct sim_network_view {
    uint8_t registration; /* <stat> of CREG?: 0 not searching, 1 home, 2 searching, 3 denied,
                             4 unknown, 5 roaming */
    bool bearer;          /* the app network is up */
    uint8_t hang;         /* enum sim_hang */
    uint32_t rate_bps;    /* of the port; 0 = not known yet */
    const char *imei;     /* inside *sim; "" = lost */
};
void sim_look_network(const struct sim *sim, struct sim_network_view *ret_view);

/* A pin of SGPIO, 0 to 4; false: there is none with that number. */
struct sim_pin_view {
    bool is_set;    /* by SGPIO=0; else it is an input */
    bool is_output; /* the module drives it */
    bool is_high;   /* of an input: what the surroundings apply (setting gpio-levels) */
};
bool sim_look_pin(const struct sim *sim, const struct sim_host *host, unsigned pin,
                  struct sim_pin_view *ret_view);

/*
 * Commands that set one number ("+IPR", "E"): the index of the one that is called so, -1 = none;
 * its name, NULL behind the last; its value, of +CPSMS the mode. Some indices have no name: "".
 */
int sim_look_parameter_find(const char *command, size_t length);
const char *sim_look_parameter_name(unsigned parameter);
int32_t sim_look_parameter(const struct sim *sim, unsigned parameter);
/* Whether a restart keeps it, and the values that it takes, "0-1,4-7"; of another index none. */
bool sim_look_parameter_is_kept(unsigned parameter);
const char *sim_look_parameter_values(unsigned parameter);
bool sim_look_parameter_takes(unsigned parameter, int32_t value);

#ifdef __cplusplus
}
#endif

#endif
