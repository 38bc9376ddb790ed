/*
 * main.c - a firmware that updates the module at its UART and tells the debugger's console how that
 * went. It starts anew after every reset and goes on where its checkpoint says.
 */
#include "core/example/firmware/board.h"

static const struct fota_job job = {.from_revision = "1351B03SIM7000C",
                                    .to_revision = "1351B04SIM7000C",
                                    .url = "http://fota.example/update.zip",
                                    .package_size_bytes = 20000};

static struct bare_port port;
static struct fota fota;

static void tell_words(const char *const *words)
{
    while (*words != NULL)
        board_tell(*words++);
}

static void on_event(void *context, uint64_t now_us, const struct fota_event *event)
{
    (void)context;
    (void)now_us;
    if (event->kind == FOTA_EVENT_STATE)
        tell_words((const char *const[]){"state ", fota_state_name(event->b), "\n", NULL});
}

int main(void)
{
    static const struct fota_host host = {&job, on_event, NULL};
    uint8_t checkpoint[FOTA_CHECKPOINT_BYTES];
    const struct fota_result *result = NULL;
    bool known = board_load_checkpoint(checkpoint);
    bare_init(&port, &board_hooks, NULL);
    board_begin(&port);
    tell_words((const char *const[]){"begin ", known ? "with" : "without", " checkpoint\n", NULL});
    fota_start(&fota, &host, known ? checkpoint : NULL, bare_now_us(&port));
    while (result == NULL)
        result = bare_step(&port, &fota, &host);
    char status[] = {(char)('0' + result->status % 10), '\0'};
    tell_words((const char *const[]){"result ", fota_outcome_name(result->outcome), " ",
                                     fota_reason_name(result->reason), " status=", status,
                                     " revision=", result->revision, "\n", NULL});
    return 0;
}
