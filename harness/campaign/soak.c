/* soak.c - how often each case of many runs failed: with what certainty it does not, and where. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/campaign.h"

/* One case over all of its runs. */
struct tally {
    const struct campaign_case *planned; /* the first run */
    size_t runs, counts[REPORT_VERDICT_COUNT];
};

static int by_case(const void *left, const void *right)
{
    const struct tally *a = left, *b = right;
    if (a->planned->one != b->planned->one)
        return (uintptr_t)a->planned->one < (uintptr_t)b->planned->one ? -1 : 1;
    return (a->planned->index > b->planned->index) - (a->planned->index < b->planned->index);
}

/* Of many runs of a case one row that has them all; returns how many rows there are. */
static size_t fold(struct tally *tallies, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(tallies, count, sizeof *tallies, by_case);
    for (size_t i = 0; i < count; i++) {
        bool same = kept && tallies[kept - 1].planned->one == tallies[i].planned->one;
        if (!same) {
            tallies[kept++] = tallies[i];
            continue;
        }
        tallies[kept - 1].runs += tallies[i].runs;
        for (size_t j = 0; j < REPORT_VERDICT_COUNT; j++)
            tallies[kept - 1].counts[j] += tallies[i].counts[j];
    }
    return kept;
}

static void print_tally(const struct tally *tally, FILE *out)
{
    const struct report_case plain = campaign_identity(tally->planned);
    fprintf(out, "  %s/%s: %zu of %zu failed, %zu errors, %zu skipped\n",
            plain.group ? plain.group : "", plain.name, tally->counts[REPORT_FAILED], tally->runs,
            tally->counts[REPORT_ERROR], tally->counts[REPORT_SKIPPED]);
}

void campaign_soak_print(const struct campaign *campaign, FILE *out)
{
    struct tally *tallies = calloc(campaign->case_count + 1, sizeof *tallies);
    size_t count = 0, judged = 0, steady = 0;
    for (size_t i = 0; tallies && i < campaign->case_count; i++) {
        const struct campaign_case *planned = &campaign->cases[i];
        enum report_verdict verdict = report_case_at(campaign->report, planned->index).verdict;
        if (!planned->one || verdict == REPORT_NOT_RUN)
            continue;
        tallies[count] = (struct tally){.planned = planned, .runs = 1};
        tallies[count++].counts[verdict] = 1;
        judged += verdict == REPORT_PASSED || verdict == REPORT_FAILED;
    }
    count = tallies ? fold(tallies, count) : 0;
    fprintf(out, "soak: %zu cases, %" PRIu32 " %s, %zu runs judged\n", count, campaign->rounds,
            campaign->rounds == 1 ? "round" : "rounds", judged);
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t passed = tallies[i].counts[REPORT_PASSED];
        if (passed == tallies[i].runs) {
            least = passed < least ? passed : least;
            steady++;
        } else {
            print_tally(&tallies[i], out);
        }
    }
    /* Of n runs that all passed: 3/n is the rate that would have shown with a chance of 95 %. */
    if (steady && least >= 3)
        fprintf(out,
                "  %zu passed in each of %zu runs or more: fails in less than %.3g %% of runs "
                "(95 %%)\n",
                steady, least, 300.0 / (double)least);
    free(tallies);
}
