/* at_names.c - names of result codes; the engine does not need them. */
#include "core/at.h"

const char *at_result_text(unsigned result)
{
    static const char *const texts[] = {"none",
#define X(name, text, match) text,
                                        AT_RESULTS(X)
#undef X
    };
    return result < AT_RESULT_COUNT ? texts[result] : "?";
}
