/* roles.c - which commands start an update, clear it, restart the module or name a file to fetch.
 */
#include "sim/catalogue.h"
#include "sim/knowledge/beginning.h"

#define BEGINS(command) SIM_LETTERS(command), command

static const struct {
    uint16_t letters;
    const char *command; /* one that begins with it has the role */
    enum sim_role role;
} roles[] = {
    {BEGINS("+CFOTA=1"), SIM_ROLE_START_UPDATE}, {BEGINS("+CFOTA=0"), SIM_ROLE_CLEAR_UPDATE},
    {BEGINS("+CFUN=1,1"), SIM_ROLE_RESTART},     {BEGINS("+CFUN=6"), SIM_ROLE_RESTART},
    {BEGINS("+CPOWD="), SIM_ROLE_RESTART},
};

enum sim_role sim_command_role(const char *command, size_t length)
{
    uint16_t letters = sim_letters_of(command, length);
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (letters == roles[i].letters && sim_command_begins(command, length, roles[i].command))
            return roles[i].role;
    return SIM_ROLE_NONE;
}

enum sim_doing sim_command_doing(const char *command, size_t length)
{
    static const struct {
        uint16_t letters;
        const char *command;
        enum sim_doing doing;
    } doings[] = {{BEGINS("+HTTPTOFS="), SIM_DOING_DOWNLOADING},
                  {BEGINS("+FTPEXTGET="), SIM_DOING_DOWNLOADING},
                  {BEGINS("+FTPGETTOFS="), SIM_DOING_DOWNLOADING},
                  {BEGINS("+CFSWFILE="), SIM_DOING_DOWNLOADING},
                  {BEGINS("+CFOTA?"), SIM_DOING_CHECKING}};
    static const enum sim_doing of_roles[] = {[SIM_ROLE_NONE] = SIM_DOING_COUNT,
                                              [SIM_ROLE_START_UPDATE] = SIM_DOING_STARTING,
                                              [SIM_ROLE_CLEAR_UPDATE] = SIM_DOING_CLEARING,
                                              [SIM_ROLE_RESTART] = SIM_DOING_RESTARTING};
    uint16_t letters = sim_letters_of(command, length);
    for (size_t i = 0; i < sizeof doings / sizeof doings[0]; i++)
        if (letters == doings[i].letters && sim_command_begins(command, length, doings[i].command))
            return doings[i].doing;
    return of_roles[sim_command_role(command, length)];
}

int sim_wanted_part(const char *command, size_t length)
{
    static const char *const names[SIM_WANTED_PARTS] = {
        [SIM_WANTED_SERVER] = "+FTPSERV=",  [SIM_WANTED_USER] = "+FTPUN=",
        [SIM_WANTED_PASSWORD] = "+FTPPW=",  [SIM_WANTED_PORT] = "+FTPPORT=",
        [SIM_WANTED_PATH] = "+FTPGETPATH=", [SIM_WANTED_NAME] = "+FTPGETNAME="};
    if (sim_letters_of(command, length) != SIM_LETTERS("+FTP"))
        return -1;
    for (int i = 0; i < SIM_WANTED_PARTS; i++)
        if (sim_command_begins(command, length, names[i]))
            return i;
    return -1;
}
