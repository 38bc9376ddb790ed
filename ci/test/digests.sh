#!/bin/sh
# The same scenario and seed give the same journal: every case of every program named here, twice,
# against the reference ci/test/digests.txt, a line "CASE DIGEST" each at seed 5.
#
# usage: ci/test/digests.sh [PROGRAM...]      $FOTARIG or build/debug/fotarig when none is named
#        ci/test/digests.sh --write [PROGRAM]   writes the reference anew, and with it what the tap
#        counts in the same cases (harness/tap/test/counts.txt), if its test is built
#
# A commit that changes lines of the reference names the cases and the kind of record that changed.
set -eu
reference=ci/test/digests.txt
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# usage: digests PROGRAM SEED      a line "CASE DIGEST" for each case
digests() {
    "$1" run scenarios --seed "$2" --digests --quiet |
        sed -n 's/^digest \([0-9a-f]*\) \(.*\)$/\2 \1/p'
}

# usage: compare WHAT EXPECTED-FILE FILE
compare() {
    cmp -s "$2" "$3" && return 0
    echo "FAIL  $1: $(diff "$2" "$3" | grep -c '^>') journals are not those of $2"
    diff "$2" "$3" | head -10
    echo "      see one: fotarig run FILE --seed 5 --timeline"
    exit 1
}

write=
[ "${1:-}" != --write ] || { write=yes; shift; }
[ $# -gt 0 ] || set -- "${FOTARIG:-build/debug/fotarig}"
if [ -n "$write" ]; then
    digests "$1" 5 >"$place/new"
    [ -s "$place/new" ] || { echo "FAIL  $1 prints no digests"; exit 1; }
    cp "$place/new" "$reference"
    tap=build/debug/harness/tap/test/test_tap_cases
    [ ! -x $tap ] || $tap --write >/dev/null || { echo "FAIL  $tap --write"; exit 1; }
    exit 0
fi
for program; do
    digests "$program" 5 >"$place/first"
    [ -s "$place/first" ] || { echo "FAIL  $program prints no digests"; exit 1; }
    compare "$program" "$reference" "$place/first"
    digests "$program" 5 >"$place/second"
    compare "$program, a second run" "$place/first" "$place/second"
    digests "$program" 6 >"$place/other"
    if cmp -s "$place/first" "$place/other"; then
        echo "FAIL  $program: another seed gives the same journals: the seed has no effect"
        exit 1
    fi
    echo "ok    $program: $(wc -l <"$reference") journals are those of the reference, twice"
done
