/*
 * fuzz_reports.c - any bytes as the texts of a case, in all reports: JUnit is XML and CTRF is JSON
 * for libraries that did not write them, and no text of the case is a tag or an attribute of the
 * page.
 */
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <libxml/parser.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reports/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { TEXTS = 12, TEXT_MAX = 512, FILE_MAX = 1 << 20 };

/* Each text begins with what no report writes by itself: a tag and an attribute. */
#define MARK "<q \" q=\"' q='>]]>"

struct texts {
    char text[TEXTS][sizeof MARK + TEXT_MAX];
    struct report_bytes bytes[TEXTS];
};

static struct report_case made_of(const struct texts *texts, struct report_exchange *exchange,
                                  struct report_event *event)
{
    *exchange = (struct report_exchange){.bytes = texts->bytes[8]};
    *event = (struct report_event){.text = texts->text[9], .bytes = texts->bytes[9]};
    return (struct report_case){.group = texts->text[0],
                                .name = texts->text[1],
                                .title = texts->text[2],
                                .why = texts->text[3],
                                .file = texts->text[4],
                                .verdict = REPORT_FAILED,
                                .message = texts->text[5],
                                .sentence = texts->text[6],
                                .place = texts->text[7],
                                .expected = texts->bytes[6],
                                .received = texts->bytes[7],
                                .are_bytes = true,
                                .exchanges = exchange,
                                .exchange_count = 1,
                                .events = event,
                                .event_count = 1,
                                .repeat = texts->text[10],
                                .output = texts->text[11],
                                .slot = texts->text[11]};
}

static char *read_back(const char *path, size_t *ret_size)
{
    static char text[FILE_MAX];
    FILE *file = fopen(path, "rb");
    if (!file)
        abort();
    *ret_size = fread(text, 1, sizeof text - 1, file);
    text[*ret_size] = '\0';
    fclose(file);
    return text;
}

static void look_at(const char *written)
{
    char path[256];
    size_t size;
    snprintf(path, sizeof path, "%s/junit.xml", written);
    const char *text = read_back(path, &size);
    xmlDocPtr document = xmlReadMemory(text, (int)size, NULL, NULL, XML_PARSE_NONET);
    if (!document)
        abort();
    xmlFreeDoc(document);
    snprintf(path, sizeof path, "%s/ctrf.json", written);
    text = read_back(path, &size);
    cJSON *json = cJSON_Parse(text);
    if (!json || strlen(text) != size)
        abort();
    cJSON_Delete(json);
    snprintf(path, sizeof path, "%s/report.html", written);
    text = read_back(path, &size);
    if (strstr(text, "<q") || strstr(text, "\" q=\"") || strlen(text) != size)
        abort();
}

static void write_and_look(const struct texts *texts, const char *into)
{
    struct report_run *run = report_run_new(
        &(struct report_run_info){.name = texts->text[0], .command = texts->text[1]});
    struct report_exchange exchange;
    struct report_event event;
    struct report_case one = made_of(texts, &exchange, &event);
    struct report_error error;
    char path[256];
    int (*const open[])(struct report_run *, const char *, struct report_error *) = {
        report_open_junit, report_open_ctrf, report_open_html};
    static const char *const names[] = {"junit.xml", "ctrf.json", "report.html"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", into, names[i]);
        if (open[i](run, path, &error) != 0)
            abort();
    }
    if (report_add_case(run, &one) != 0 || report_end(run, 1000, texts->text[2]) != 0 ||
        report_close(run, &error) != 0)
        abort();
    report_run_free(run);
    look_at(into);
}

static char folder[64];

static void remove_folder(void)
{
    static const char *const names[] = {"junit.xml", "ctrf.json", "report.html", "report.css",
                                        "report.js"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    rmdir(folder);
}

/* A folder for this process, in memory where that is possible; files are written over each time. */
static const char *our_folder(void)
{
    static const char *const parents[] = {"/dev/shm", "/tmp"};
    for (size_t i = 0; !folder[0] && i < 2; i++) {
        snprintf(folder, sizeof folder, "%s/fotarig-fuzz-XXXXXX", parents[i]);
        if (!mkdtemp(folder))
            folder[0] = '\0';
        else
            atexit(remove_folder);
    }
    if (!folder[0])
        abort();
    return folder;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct texts texts;
    if (size > TEXTS * TEXT_MAX)
        return 0;
    for (size_t i = 0; i < TEXTS; i++) {
        const uint8_t *end = memchr(bytes, 0xff, size);
        size_t length = end ? (size_t)(end - bytes) : size,
               taken = length < TEXT_MAX ? length : TEXT_MAX - 1;
        memset(texts.text[i], 0, sizeof texts.text[i]);
        memcpy(texts.text[i], MARK, sizeof MARK - 1);
        memcpy(texts.text[i] + sizeof MARK - 1, bytes, taken);
        texts.bytes[i] = (struct report_bytes){texts.text[i], sizeof MARK - 1 + taken};
        size -= end ? length + 1 : length;
        bytes += end ? length + 1 : length;
    }
    write_and_look(&texts, our_folder());
    return 0;
}
