/* html_text.c - text for the page: escaped twice, first for people, then for HTML. */
#include "reports/html.h"

#include <inttypes.h>
#include <string.h>

static void add_entities(struct report_buffer *text, const char *printable, size_t length)
{
    size_t done = 0;
    for (size_t i = 0; i < length; i++) {
        const char *entity = printable[i] == '&'   ? "&amp;"
                             : printable[i] == '<' ? "&lt;"
                             : printable[i] == '>' ? "&gt;"
                             : printable[i] == '"' ? "&quot;"
                                                   : NULL;
        if (!entity)
            continue;
        report_buffer_add(text, printable + done, i - done);
        report_buffer_add(text, entity, strlen(entity));
        done = i + 1;
    }
    report_buffer_add(text, printable + done, length - done);
}

void html_bytes(struct report_buffer *text, struct report_bytes bytes, enum report_form form,
                size_t limit)
{
    struct report_buffer printable = {0};
    bool cut = limit && bytes.size > limit;
    struct report_bytes shown = {bytes.data, cut ? limit : bytes.size};
    /* Of a character that the limit would divide nothing is shown. */
    while (cut && shown.size > limit - 3 &&
           (((const unsigned char *)bytes.data)[shown.size] & 0xC0) == 0x80)
        shown.size--;
    report_buffer_escape(&printable, shown, form);
    add_entities(text, report_buffer_text(&printable), printable.size);
    if (cut)
        report_buffer_addf(text, "&hellip; (%zu bytes)", bytes.size);
    text->failed |= printable.failed;
    report_buffer_free(&printable);
}

void html_prose(struct report_buffer *text, const char *prose, size_t limit)
{
    html_bytes(text, report_bytes_of(prose), REPORT_FORM_TEXT, limit);
}

int report_html_escape(FILE *out, const char *prose)
{
    struct report_buffer text = {0};
    html_prose(&text, prose, 0);
    bool good = !text.failed && fwrite(report_buffer_text(&text), 1, text.size, out) == text.size;
    report_buffer_free(&text);
    return good ? 0 : -1;
}

/* Letters, digits and what is plain in a fragment stay, a blank is _, the rest is ~XX. */
void html_anchor(struct report_buffer *text, const char *id)
{
    for (; *id; id++) {
        unsigned char byte = (unsigned char)*id;
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= 'a' && byte <= 'z') || strchr("-./=,:", byte);
        if (byte == ' ')
            report_buffer_add(text, "_", 1);
        else if (plain)
            report_buffer_add(text, id, 1);
        else
            report_buffer_addf(text, "~%02X", byte);
    }
}

void html_seconds(struct report_buffer *text, uint64_t time_us)
{
    report_buffer_seconds(text, time_us / 1000);
}

void html_count(struct report_buffer *text, uint64_t count)
{
    if (count >= 1000) {
        html_count(text, count / 1000);
        report_buffer_addf(text, ",%03u", (unsigned)(count % 1000));
    } else {
        report_buffer_addf(text, "%" PRIu64, count);
    }
}
