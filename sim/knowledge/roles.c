/* roles.c - which commands start an update, clear it, restart the module or name a file to fetch.
 */
#include <string.h>

#include "sim/catalogue.h"

static const struct {
    const char *command; /* upper case; a command that begins with it has the role */
    enum sim_role role;
} roles[] = {
    {"+CFOTA=1", SIM_ROLE_START_UPDATE}, {"+CFOTA=0", SIM_ROLE_CLEAR_UPDATE},
    {"+CFUN=1,1", SIM_ROLE_RESTART},     {"+CFUN=6", SIM_ROLE_RESTART},
    {"+CPOWD=", SIM_ROLE_RESTART},
};

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static int begins_with(const char *command, size_t length, const char *wanted)
{
    size_t i = 0;
    while (wanted[i] && i < length && upper(command[i]) == wanted[i])
        i++;
    return wanted[i] == '\0';
}

/* The same; characters 2 and 3 tell most commands apart at once. */
static int begins_like(const char *command, size_t length, const char *wanted)
{
    return length > 3 && upper(command[2]) == wanted[2] && upper(command[3]) == wanted[3] &&
           begins_with(command, length, wanted);
}

enum sim_role sim_command_role(const char *command, size_t length)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (begins_like(command, length, roles[i].command))
            return roles[i].role;
    return SIM_ROLE_NONE;
}

enum sim_doing sim_command_doing(const char *command, size_t length)
{
    static const struct {
        const char *command;
        enum sim_doing doing;
    } doings[] = {{"+HTTPTOFS=", SIM_DOING_DOWNLOADING},
                  {"+FTPEXTGET=", SIM_DOING_DOWNLOADING},
                  {"+FTPGETTOFS=", SIM_DOING_DOWNLOADING},
                  {"+CFSWFILE=", SIM_DOING_DOWNLOADING},
                  {"+CFOTA?", SIM_DOING_CHECKING}};
    static const enum sim_doing of_roles[] = {[SIM_ROLE_NONE] = SIM_DOING_COUNT,
                                              [SIM_ROLE_START_UPDATE] = SIM_DOING_STARTING,
                                              [SIM_ROLE_CLEAR_UPDATE] = SIM_DOING_CLEARING,
                                              [SIM_ROLE_RESTART] = SIM_DOING_RESTARTING};
    for (size_t i = 0; i < sizeof doings / sizeof doings[0]; i++)
        if (begins_like(command, length, doings[i].command))
            return doings[i].doing;
    return of_roles[sim_command_role(command, length)];
}

int sim_wanted_part(const char *command, size_t length)
{
    static const char *const names[SIM_WANTED_PARTS] = {
        [SIM_WANTED_SERVER] = "+FTPSERV=",  [SIM_WANTED_USER] = "+FTPUN=",
        [SIM_WANTED_PASSWORD] = "+FTPPW=",  [SIM_WANTED_PORT] = "+FTPPORT=",
        [SIM_WANTED_PATH] = "+FTPGETPATH=", [SIM_WANTED_NAME] = "+FTPGETNAME="};
    for (int i = 0; i < SIM_WANTED_PARTS; i++)
        if (begins_like(command, length, names[i]))
            return i;
    return -1;
}
