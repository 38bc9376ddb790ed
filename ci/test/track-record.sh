#!/bin/sh
# What scenarios/track-record.md says that a command shows, it shows.
# usage: FOTARIG=path ci/test/track-record.sh
. "$(dirname "$0")/../shell-tests"
set -f # names of cases are patterns of fotarig's

rows=$folder/rows
sed -n 's/^|.*| `\(explore [^`]*\)` | \([^|]*\) |$/\1|\2/p' scenarios/track-record.md >"$rows"
shows() {
    "$fotarig" $1 >"$folder/out" 2>&1
    status=$?
    [ $status -eq 1 ] && grep -qF -- "$2" "$folder/out" || { tail -5 "$folder/out"; return 1; }
}
there_are_rows() {
    [ "$(wc -l <"$rows")" -ge 3 ]
}
test_that "the track record has rows" there_are_rows
while IFS='|' read -r command words; do
    test_that "'$words' is shown" shows "$command" "$words"
done <"$rows"
exit $failed
