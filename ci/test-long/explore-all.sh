#!/bin/sh
# Every fault at every point of the small updates: all that there are, by two counts, nothing that no fact
# excuses; the same with one job as with two, in four shards, and when each run goes to its own end.
# usage: FOTARIG=path ci/test-long/explore-all.sh
. "$(dirname "$0")/../shell-tests"

# usage: explore FOLDER OPTION...      certificates and output of it
explore() {
    into=$folder/$1
    shift
    nice -n 19 "$fotarig" explore scenarios/explore "$@" --certificates "$into" >"$into.out" 2>&1 ||
        { cat "$into.out"; return 1; }
}
explored() {
    explore whole --jobs 2 && ci/explore-check "$folder/whole" "$fotarig"
}
test_that "K=1 over the small updates: X of X by both counts, no finding" explored
with_one_job() {
    explore one --jobs 1 && diff -r "$folder/one" "$folder/whole" && diff "$folder/one.out" "$folder/whole.out"
}
test_that "findings and certificates are the same with one job" with_one_job
in_shards() {
    for shard in 1 2 3 4; do
        explore "shard-$shard" --shard "$shard/4" || return 1
        mkdir -p "$folder/shards" && cp "$folder/shard-$shard/"* "$folder/shards/" || return 1
        grep '^  finding' "$folder/shard-$shard.out"
    done
    diff -r "$folder/shards" "$folder/whole"
}
test_that "the certificates of four shards are those of the whole" in_shards
# All but how many steps were really done.
apart() {
    explore apart --apart || return 1
    for certificate in "$folder/apart/"*.json "$folder/whole/"*.json; do
        sed '/^  "steps": /d' "$certificate" >"$certificate.new" && mv "$certificate.new" "$certificate"
    done
    diff -r "$folder/apart" "$folder/whole"
}
test_that "each run ends as it does when none takes over a rest that is known" apart
exit $failed
