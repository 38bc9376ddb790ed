#!/bin/sh
# A few mutants of the client and of the module are caught, and ci/sabotage fails where it must:
# `make sabotage` has all mutants and all scenarios.
. "$(dirname "$0")/../shell-tests"

# usage: says TEXT NAME OLD NEW      a table with that row is refused, with these words
says() {
    printf 'name: %s\nroom: core\nold:  %s\nnew:  %s\n' "$2" "$3" "$4" \
        >"$folder/table.txt"
    ci/sabotage --table "$folder/table.txt" --only "$2" --scenarios scenarios/status \
        >"$folder/out" 2>&1 && return 1
    cat "$folder/out"
    grep -qF "$1" "$folder/out"
}

test_that "mutants of the client and of the module are caught" ci/sabotage --scenarios \
    scenarios/status --only status-3-is-a-success,no-second-attempt-is-made,an-idle-module-says-0
test_that "a mutant that nothing catches is told" says "same: no scenario catches it" same \
    'STATUS_UPDATED, STATUS_FAILED, STATUS_IDLE,' 'STATUS_UPDATED, STATUS_FAILED, STATUS_IDLE,'
test_that "a mutant that does not apply is told" says "gone: its old text occurs 0 times" gone \
    'this text is not there' ''
test_that "a mutant that does not build is told" says "broken: does not build" broken \
    'STATUS_UPDATED, STATUS_FAILED, STATUS_IDLE,' 'this is no C'
exit $failed
