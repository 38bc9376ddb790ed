/* threads.c - the client of poll.c with a thread that reads, one that works and a condition between
 * them; a program that the supervisor is tried with. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { LINES = 64, LINE = 256 };

static int port;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came;
static char lines[LINES][LINE];
static unsigned first, count;

static void put_line(const char *text)
{
    pthread_mutex_lock(&lock);
    if (count < LINES)
        snprintf(lines[(first + count++) % LINES], LINE, "%s", text);
    pthread_cond_signal(&came);
    pthread_mutex_unlock(&lock);
}

static void *read_port(void *nothing)
{
    char text[LINE];
    size_t length = 0;
    char byte;
    while (read(port, &byte, 1) == 1) {
        if (byte == '\n' || length == LINE - 1) {
            text[length] = '\0';
            if (length)
                put_line(text);
            length = 0;
        } else if (byte != '\r') {
            text[length++] = byte;
        }
    }
    return nothing;
}

static int take_line(char *text, const struct timespec *until)
{
    int error = 0;
    pthread_mutex_lock(&lock);
    while (!count && !error)
        error = pthread_cond_timedwait(&came, &lock, until);
    int taken = count > 0;
    if (taken) {
        memcpy(text, lines[first], LINE);
        first = (first + 1) % LINES;
        count--;
    }
    pthread_mutex_unlock(&lock);
    return taken;
}

/* It begins so; a text in quotes may stand anywhere. */
static int is_wanted(const char *heard, const char *wanted)
{
    return wanted[0] == '"' ? strstr(heard, wanted) != NULL
                            : strncmp(heard, wanted, strlen(wanted)) == 0;
}

static int await(const char *wanted, long timeout_s, char *answer)
{
    struct timespec until;
    char text[LINE];
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_s;
    while (take_line(text, &until)) {
        if (is_wanted(text, wanted)) {
            if (answer)
                memcpy(answer, text, LINE);
            return 1;
        }
        if (strstr(text, "ERROR"))
            return 0;
    }
    return 0;
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

static int command(const char *text, long timeout_s)
{
    say(text);
    return await("OK", timeout_s, NULL);
}

static int synchronise(int tries)
{
    while (tries--)
        if (command("AT", 1))
            return 1;
    return 0;
}

static const char *update(void)
{
    char text[600], answer[LINE] = "";
    const char *to = getenv("FOTA_TO");
    command("ATE0", 1);
    command("AT+CMEE=1", 1);
    say("AT+GMR");
    await("Revision:", 3, answer);
    await("OK", 3, NULL);
    if (strncmp(answer, "Revision:", 9) == 0 && strcmp(answer + 9, to) == 0)
        return "already-current";
    pause_s(5);
    command("AT+CNACT=1", 30);
    await("+APP PDP: ACTIVE", 30, NULL);
    snprintf(text, sizeof text, "AT+HTTPTOFS=\"%s\",\"/fota/update.zip\"", getenv("FOTA_URL"));
    if (!command(text, 30) || !await("+HTTPTOFS: 200", 600, NULL))
        return "download-failed";
    if (!command("AT+CFOTA=1", 10))
        return "refused";
    await("\"Update succ", 2400, NULL);
    pause_s(20);
    if (!synchronise(60))
        return "needs-service";
    command("ATE0", 1);
    command("AT+CFOTA?", 3);
    say("AT+GMR");
    await("Revision:", 3, answer);
    await("OK", 3, NULL);
    command("AT+CFOTA=0", 3);
    command("AT+CFSINIT", 3);
    command("AT+CFSDFILE=1,\"update.zip\"", 3);
    command("AT+CFSTERM", 3);
    return strncmp(answer, "Revision:", 9) == 0 && strcmp(answer + 9, to) == 0 ? "updated"
                                                                               : "update-failed";
}

int main(void)
{
    struct termios mode;
    pthread_t reader;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&came, &attributes);
    port = open(getenv("FOTA_PORT"), O_RDWR | O_NOCTTY);
    if (port < 0 || tcgetattr(port, &mode))
        return 3;
    cfmakeraw(&mode);
    cfsetspeed(&mode, B115200);
    tcsetattr(port, TCSANOW, &mode);
    if (pthread_create(&reader, NULL, read_port, NULL))
        return 3;
    const char *outcome = synchronise(60) ? update() : "needs-service";
    printf("outcome %s\n", outcome);
    return strcmp(outcome, "updated") != 0;
}
