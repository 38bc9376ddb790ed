/*
 * xml_proof.c - whether what an XML writer wrote is one element with all its ends. It needs no
 * memory: it is asked where memory may have run out, which libxml2's own reader does not survive.
 */
#include <string.h>

#include "reports/internal.h"

enum { DEPTH_MAX = 16 };

struct proof {
    const char *at, *end;
    struct report_bytes open[DEPTH_MAX]; /* names of what has begun */
    size_t depth;
    bool has_root;
};

static bool skip(struct proof *proof, const char *text)
{
    size_t size = strlen(text);
    if ((size_t)(proof->end - proof->at) < size || memcmp(proof->at, text, size) != 0)
        return false;
    proof->at += size;
    return true;
}

/* Behind the next `text`; false: there is none. */
static bool skip_to(struct proof *proof, const char *text)
{
    for (; proof->at < proof->end; proof->at++)
        if (*proof->at == *text && skip(proof, text))
            return true;
    return false;
}

static size_t skip_blanks(struct proof *proof)
{
    const char *from = proof->at;
    while (proof->at < proof->end && memchr(" \n", *proof->at, 2))
        proof->at++;
    return (size_t)(proof->at - from);
}

static struct report_bytes name(struct proof *proof)
{
    const char *from = proof->at;
    while (proof->at < proof->end &&
           ((*proof->at >= 'a' && *proof->at <= 'z') || *proof->at == '-'))
        proof->at++;
    return (struct report_bytes){from, (size_t)(proof->at - from)};
}

static bool attribute(struct proof *proof)
{
    if (name(proof).size == 0 || !skip(proof, "=\""))
        return false;
    while (proof->at < proof->end && *proof->at != '"' && *proof->at != '<')
        proof->at++;
    return skip(proof, "\"");
}

/* As many as there are, each behind a blank. */
static bool attributes(struct proof *proof)
{
    while (skip_blanks(proof))
        if (!attribute(proof))
            return false;
    return true;
}

static bool element(struct proof *proof)
{
    struct report_bytes called = name(proof);
    if (called.size == 0 || proof->depth == DEPTH_MAX || (proof->depth == 0 && proof->has_root))
        return false;
    proof->has_root = true;
    if (!attributes(proof))
        return false;
    if (skip(proof, "/>"))
        return true;
    proof->open[proof->depth++] = called;
    return skip(proof, ">");
}

static bool end_of_element(struct proof *proof)
{
    struct report_bytes called = name(proof);
    const struct report_bytes *open = proof->depth ? &proof->open[--proof->depth] : NULL;
    return open && open->size == called.size && memcmp(open->data, called.data, called.size) == 0 &&
           skip(proof, ">");
}

bool report_is_xml(const char *text, size_t size)
{
    struct proof proof = {.at = text, .end = text + size};
    if (skip(&proof, "<?xml") && (!attributes(&proof) || !skip(&proof, "?>")))
        return false;
    while (proof.at < proof.end) {
        if (skip_blanks(&proof))
            continue;
        if (skip(&proof, "<![CDATA[") ? proof.depth == 0 || !skip_to(&proof, "]]>")
            : skip(&proof, "</")      ? !end_of_element(&proof)
                                      : !skip(&proof, "<") || !element(&proof))
            return false;
    }
    return proof.has_root && proof.depth == 0;
}
