/* poll.c - a client on termios and poll(), as many products have one; a program that the supervisor
 * is tried with. It knows nothing of fotarig but its environment. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int port;
static char line[512];
static size_t fill;

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void open_port(const char *path)
{
    struct termios mode;
    port = open(path, O_RDWR | O_NOCTTY);
    if (port < 0 || tcgetattr(port, &mode)) {
        perror(path);
        exit(3);
    }
    cfmakeraw(&mode);
    cfsetspeed(&mode, B115200);
    tcsetattr(port, TCSANOW, &mode);
    tcflush(port, TCIOFLUSH);
}

static void pause_s(int seconds)
{
    poll(NULL, 0, seconds * 1000);
}

static void say(const char *command)
{
    char text[600];
    int length = snprintf(text, sizeof text, "%s\r", command);
    if (write(port, text, (size_t)length) != length)
        exit(3);
}

/* The next line that is not empty, or NULL when the time is over. */
static char *hear(long until_ms)
{
    static char whole[512];
    for (;;) {
        char *end = memchr(line, '\n', fill);
        if (end) {
            size_t length = (size_t)(end - line);
            memcpy(whole, line, length);
            whole[length] = '\0';
            whole[strcspn(whole, "\r")] = '\0';
            fill -= length + 1;
            memmove(line, end + 1, fill);
            if (whole[0])
                return whole;
            continue;
        }
        struct pollfd look = {port, POLLIN, 0};
        long left = until_ms - now_ms();
        if (left <= 0 || poll(&look, 1, (int)left) <= 0)
            return NULL;
        ssize_t got = read(port, line + fill, sizeof line - 1 - fill);
        if (got <= 0)
            exit(3);
        fill += (size_t)got;
        if (fill == sizeof line - 1)
            fill = 0;
    }
}

/* It begins so; a text in quotes may stand anywhere. */
static int is_wanted(const char *heard, const char *wanted)
{
    return wanted[0] == '"' ? strstr(heard, wanted) != NULL
                            : strncmp(heard, wanted, strlen(wanted)) == 0;
}

/* Until a line that begins so. */
static int await(const char *text, long timeout_ms, char *answer)
{
    long until = now_ms() + timeout_ms;
    char *heard;
    while ((heard = hear(until))) {
        if (is_wanted(heard, text)) {
            if (answer)
                snprintf(answer, 200, "%.199s", heard);
            return 1;
        }
        if (strstr(heard, "ERROR"))
            return 0;
    }
    return 0;
}

static int command(const char *text, long timeout_ms)
{
    say(text);
    return await("OK", timeout_ms, NULL);
}

static int synchronise(int tries)
{
    while (tries--)
        if (command("AT", 1000))
            return 1;
    return 0;
}

int main(void)
{
    char text[600], answer[200] = "";
    const char *to = getenv("FOTA_TO");
    open_port(getenv("FOTA_PORT"));
    if (!synchronise(60))
        return 2;
    command("ATE0", 1000);
    command("AT+CMEE=1", 1000);
    say("AT+GMR");
    await("Revision:", 3000, answer);
    await("OK", 3000, NULL);
    if (strcmp(answer + 9, to) == 0) {
        puts("outcome already-current");
        return 0;
    }
    pause_s(5);
    command("AT+CNACT=1", 30000);
    await("+APP PDP: ACTIVE", 30000, NULL);
    snprintf(text, sizeof text, "AT+HTTPTOFS=\"%s\",\"/fota/update.zip\"", getenv("FOTA_URL"));
    if (!command(text, 30000) || !await("+HTTPTOFS: 200", 600000, NULL)) {
        puts("outcome download-failed");
        return 1;
    }
    if (!command("AT+CFOTA=1", 10000)) {
        puts("outcome refused");
        return 1;
    }
    await("\"Update succ", 2400000, NULL);
    pause_s(20);
    if (!synchronise(60))
        return 2;
    command("ATE0", 1000);
    say("AT+CFOTA?");
    await("+CFOTA: ", 3000, answer);
    await("OK", 3000, NULL);
    say("AT+GMR");
    await("Revision:", 3000, answer);
    await("OK", 3000, NULL);
    command("AT+CFOTA=0", 3000);
    command("AT+CFSINIT", 3000);
    command("AT+CFSDFILE=1,\"update.zip\"", 3000);
    command("AT+CFSTERM", 3000);
    printf("outcome %s\n", strcmp(answer + 9, to) == 0 ? "updated" : "update-failed");
    return strcmp(answer + 9, to) != 0;
}
