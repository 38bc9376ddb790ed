/*
 * naive.c - the client of naive.py in C on termios: it works on the good day.
 *
 *     cc -o naive naive.c && fotarig run scenarios --host warp:./naive
 *
 * It knows nothing of fotarig but its environment. Exit status: 0 updated or current, 1 failed.
 */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int port;

static time_t now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void pause_s(int seconds)
{
    poll(NULL, 0, seconds * 1000);
}

static void open_port(const char *path)
{
    struct termios mode;
    port = open(path, O_RDWR | O_NOCTTY);
    if (port < 0 || tcgetattr(port, &mode) != 0) {
        perror(path);
        exit(2);
    }
    cfmakeraw(&mode);
    cfsetspeed(&mode, B115200);
    tcsetattr(port, TCSANOW, &mode);
}

/* The next line, or "" after a second of silence. */
static const char *read_line(void)
{
    static char line[256];
    size_t length = 0;
    struct pollfd wait = {port, POLLIN, 0};
    while (length < sizeof line - 1 && poll(&wait, 1, 1000) > 0) {
        if (read(port, &line[length], 1) != 1)
            exit(2);
        if (line[length] == '\n')
            break;
        if (line[length] != '\r')
            length++;
    }
    line[length] = '\0';
    return line;
}

/* Sends a command; 1: OK came. The last line before it goes to `answer`, which may be NULL. */
static int command(const char *text, int timeout_s, char *answer)
{
    time_t until = now_s() + timeout_s;
    dprintf(port, "%s\r", text);
    while (now_s() < until) {
        const char *line = read_line();
        if (strcmp(line, "OK") == 0)
            return 1;
        if (strstr(line, "ERROR"))
            return 0;
        if (answer && line[0] && strcmp(line, text) != 0)
            snprintf(answer, 256, "%s", line);
    }
    return 0;
}

/* Tries a command three times, then restarts the module and tries again. */
static int must(const char *text, char *answer)
{
    for (int i = 0; i < 3; i++)
        if (command(text, 10, answer))
            return 1;
    command("AT+CFUN=1,1", 10, NULL);
    pause_s(15);
    return command(text, 10, answer);
}

static int wait_for(const char *text, int timeout_s)
{
    time_t until = now_s() + timeout_s;
    while (now_s() < until)
        if (strstr(read_line(), text))
            return 1;
    return 0;
}

/* 1 when it says that the update went well, 0 after so long without a word. */
static int wait_for_end(int patience_s)
{
    time_t heard = now_s();
    while (now_s() < heard + patience_s) {
        const char *line = read_line();
        if (strstr(line, "Update successfully"))
            return 1;
        if (line[0])
            heard = now_s();
    }
    return 0;
}

static void clean_up(void)
{
    static const char *const commands[] = {
        "AT+CFOTA?", "AT+GMR", "AT+CFOTA=0", "AT+CFSINIT", "AT+CFSDFILE=1,\"update.zip\"",
        "AT+CFSTERM"};
    pause_s(20); /* it resets */
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        must(commands[i], NULL);
}

static const char *update(void)
{
    char text[600], revision[256] = "";
    while (!command("AT", 1, NULL))
        ;
    command("ATE0", 10, NULL);
    must("AT+GMR", revision);
    if (strstr(revision, getenv("FOTA_TO")))
        return "already-current";
    pause_s(5);
    must("AT+CNACT=1", NULL);
    wait_for("ACTIVE", 30);
    const char *url = getenv("FOTA_URL");
    snprintf(text, sizeof text, "AT+HTTPTOFS=\"%s\",\"/fota/update.zip\"", url ? url : "");
    must(text, NULL);
    if (!wait_for("+HTTPTOFS: 200", 300))
        return "download-failed";
    must("AT+CFOTA=1", NULL);
    for (int i = 0; i < 10; i++) {
        if (wait_for_end(90)) {
            clean_up();
            return "updated";
        }
        command("AT+CFUN=1,1", 10, NULL); /* it hangs */
    }
    return "update-failed";
}

int main(void)
{
    open_port(getenv("FOTA_PORT"));
    const char *outcome = update();
    printf("outcome %s\n", outcome);
    return strcmp(outcome, "updated") != 0 && strcmp(outcome, "already-current") != 0;
}
