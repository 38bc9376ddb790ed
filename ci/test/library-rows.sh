#!/bin/sh
# Every field failure has its scenario; that the check itself sees what is missing is tried on a
# copy.
. "$(dirname "$0")/../shell-tests"

# usage: finds TEXT      the check of the copy fails and says so
finds() {
    "$folder/ci/library-rows" && return 1
    "$folder/ci/library-rows" 2>&1 | grep -F "$1"
}

copy() {
    rm -rf "$folder/ci" "$folder/scenarios"
    mkdir "$folder/ci"
    cp ci/library-rows "$folder/ci"
    cp -R scenarios "$folder"
}

test_that "each field failure has a scenario" ci/library-rows
cat "$folder/log"
copy
grep -rl 'V08' --include='*.yaml' "$folder/scenarios" | xargs rm
test_that "a row without a scenario is found" finds "row V08 has no scenario"
copy
sed -i.was 's/(V08, /(V99, /' "$folder/scenarios/host/comes-back-late.yaml"
test_that "a scenario of no row is found" finds "names V99, which is no row"
exit $failed
