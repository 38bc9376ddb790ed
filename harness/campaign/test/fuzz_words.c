/* fuzz_words.c - any bytes as a token of --token, as a word of a shell, and as text of a report. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/token.h"
#include "reports/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A token that was taken is the same when it was written and read again. */
static void try_token(const char *text)
{
    struct campaign_token token, again;
    char written[CAMPAIGN_TOKEN_MAX];
    if (!campaign_token_parse(text, &token))
        return;
    campaign_token_format(&token, written);
    if (!campaign_token_parse(written, &again) || token.digest != again.digest ||
        token.case_index != again.case_index || token.seed != again.seed ||
        strcmp(token.choice, again.choice) != 0)
        abort();
}

/* What a shell makes of $'...' is the word. */
static void try_numbered(const char *text, const char *word, size_t length)
{
    size_t at = 0;
    if (length < 3 || word[length - 1] != '\'')
        abort();
    for (size_t i = 2; i < length - 1; i++) {
        char byte = word[i];
        if (byte == '\'' || (unsigned char)byte < 0x20 || byte == 0x7f)
            abort();
        if (byte == '\\') {
            byte = word[++i];
            if (byte >= '0' && byte <= '7') {
                byte = (char)((byte - '0') << 6 | (word[i + 1] - '0') << 3 | (word[i + 2] - '0'));
                i += 2;
            }
        }
        if (text[at++] != byte)
            abort();
    }
    if (text[at] != '\0')
        abort();
}

/* What a shell makes of a word in single quotes, or without, is the word; it is shown as it is. */
static void try_word(const char *text)
{
    static char word[4 * 4096 + 8], shown[4 * 4096 + 8];
    size_t length = campaign_shell_word(word, sizeof word, 0, text), at = 0;
    bool quoted = false;
    if (length >= sizeof word - 1)
        return;
    if (report_escape(shown, sizeof shown, word, length, REPORT_FORM_TEXT) != length)
        abort();
    if (word[0] == '$') {
        try_numbered(text, word, length);
        return;
    }
    for (size_t i = 0; i < length; i++) {
        if (word[i] == '\'') {
            quoted = !quoted;
        } else if (!quoted && word[i] == '\\' && i + 1 < length) {
            if (text[at++] != word[++i])
                abort();
        } else if (text[at++] != word[i] ||
                   (!quoted && strchr(" \t\n|&;<>()$`\"*?[]#~=%!{}", word[i]) &&
                    !strchr("=%~#", word[i]))) {
            abort();
        }
    }
    if (quoted || text[at] != '\0')
        abort();
}

/* Nothing is left that a terminal or XML can't take, whatever the capacity. */
static void try_escape(const uint8_t *bytes, size_t size, enum report_form form)
{
    static char shown[4 * 4096 + 1], part[4 * 4096 + 1];
    size_t length = report_escape(shown, sizeof shown, bytes, size, form);
    if (length >= sizeof shown || strlen(shown) != length)
        abort();
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)shown[i] < 0x20 || shown[i] == 0x7f)
            abort();
    size_t capacity = size ? bytes[0] % (length + 2) : 1;
    if (report_escape(part, capacity, bytes, size, form) != length ||
        (capacity > 0 && strncmp(part, shown, strlen(part)) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char text[4096];
    if (size >= sizeof text)
        return 0;
    memcpy(text, bytes, size);
    text[size] = '\0';
    try_token(text);
    try_word(text);
    try_escape(bytes, size, REPORT_FORM_TEXT);
    try_escape(bytes, size, REPORT_FORM_BYTES);
    return 0;
}
