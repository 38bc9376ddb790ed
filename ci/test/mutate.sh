#!/bin/sh
# ci/mutate: a few planted mistakes are caught, and it fails where it must; a few drawn mutants, twice
# the same. `make mutants` has them all.
. "$(dirname "$0")/../shell-tests"

# usage: table NAME OLD NEW [BY]      a table with that row only
table() {
    printf 'name: %s\nin:   core\nold:  %s\nnew:  %s\n%s' "$1" "$2" "$3" "${4:+by: $4
}" >"$folder/table.txt"
}

# usage: says TEXT      the table is refused, with these words
says() {
    ci/mutate planted --table "$folder/table.txt" --only "$(sed -n 's/^name: //p' "$folder/table.txt")" \
        --scenarios scenarios/status >"$folder/out" 2>&1 && return 1
    cat "$folder/out"
    grep -qF "$1" "$folder/out"
}

# usage: drawn WORD...      prints the survivors and the rate
drawn() {
    ci/mutate drawn --folder core/fota_network.c --count 4 "$@"
}

same_twice() {
    drawn --seed 7 -- '{program}' run -q scenarios/contact >"$folder/one" &&
        drawn --seed 7 --jobs 1 -- '{program}' run -q scenarios/contact >"$folder/two" &&
        diff "$folder/one" "$folder/two" && grep -q '^seed 7: 4 mutants of core/fota_network.c' "$folder/one"
}

nothing_kills() {
    drawn --seed 7 --at-least 1 -- true >"$folder/out" && return 1
    cat "$folder/out"
    [ "$(grep -c '^survived  core/fota_network.c:[0-9]*: .* => ' "$folder/out")" = 4 ] &&
        grep -q ' 0 killed by true: 0.0 %; 0 equal' "$folder/out"
}

equal_is_told() {
    sed -n 's/^survived  core\/\(fota_network.c\):[0-9]*\(: .*\)/\1\2: nothing can tell/p' "$folder/out" |
        head -3 >"$folder/equal.txt"
    drawn --seed 7 --equal "$folder/equal.txt" -- true >"$folder/out" && return 1
    cat "$folder/out"
    grep -q '1 mutants .* 3 equal' "$folder/out" && grep -q '^FAIL  more than 5 % are called equal' "$folder/out"
}

same_code_is_not_drawn() {
    python3 - <<'END'
import sys
sys.path.insert(0, "ci/mutants")
import build, drawn
every = list(drawn.places(build.ROOT / "core/at_raw.c"))
same = [one for one in every if one.texts()[1] == "if (size >= at->raw_left)"]
other = [one for one in every if one.texts()[1] == "if (used > 0 && at->raw != AT_RAW_BYTES)"]
assert len(same) == len(other) == 1
assert drawn.differing(build.commands(), same, other + every, 1) == (other, 1)
END
}

line='STATUS_UPDATED, STATUS_FAILED, STATUS_IDLE,'
test_that "mistakes of the client and of the module are caught" ci/mutate planted --scenarios \
    scenarios/status --only status-3-is-a-success,no-second-attempt-is-made,an-idle-module-says-0
table same "$line" "$line"
test_that "a mistake that nothing catches is told" says "same: no scenario catches it"
table gone 'this text is not there' ''
test_that "a mistake that does not apply is told" says "gone: its old text occurs 0 times"
table broken "$line" 'this is no C'
test_that "a mistake that does not build is told" says "broken: does not compile"
table open 'if (at->discarding) <...> at->discarding = true;' ';'
test_that "what an old text leaves out must stand in the new one" says "its old text has 1 <...>, its new one 0"
table other "$line" 'STATUS_FAILED, STATUS_FAILED, STATUS_IDLE,' scenarios/status/start-refused.yaml
test_that "a scenario that is named and does not catch it is told" says "does not catch it"
table test "$line" "$line" 'test_fota_verdict: no such test'
test_that "a test that is named and does not catch it is told" says "no such test does not catch it"
test_that "a seed draws the same mutants twice" same_twice
test_that "what nothing kills survives, each with its line" nothing_kills
test_that "equal mutants do not count, and are few" equal_is_told
test_that "another mutant is drawn for one that is the same code" same_code_is_not_drawn
exit $failed
