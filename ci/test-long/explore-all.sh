#!/bin/sh
# Every fault at every point of the small updates: all that there are, by two counts, nothing that no fact
# excuses, and the same with one job as with two.
# usage: FOTARIG=path ci/test-long/explore-all.sh
. "$(dirname "$0")/../shell-tests"

explored() {
    nice -n 19 "$fotarig" explore scenarios/explore --jobs "$1" --certificates "$folder/$1" >"$folder/$1.out" 2>&1 ||
        { cat "$folder/$1.out"; return 1; }
    ci/explore-check "$folder/$1" "$fotarig"
}
test_that "K=1 over the small updates: X of X by both counts, no finding" explored 2
the_same() {
    explored 1 >"$folder/told" || return 1
    diff -r "$folder/1" "$folder/2" && diff "$folder/1.out" "$folder/2.out"
}
test_that "findings and certificates are the same with one job" the_same
exit $failed
