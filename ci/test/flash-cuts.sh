#!/bin/sh
# Power is cut at every write of an update; prints the list of what became of the module.
# usage: FOTARIG=PROGRAM ci/test/flash-cuts.sh
set -u
test=$(dirname "${FOTARIG:-build/debug/fotarig}")/sim/test/test_flash_cuts
[ -x "$test" ] || { echo "FAIL  $test is not built; make check-unit ROOM=sim builds it"; exit 1; }
out=$("$test" 2>&1) || { echo "$out"; echo "FAIL  a cut leaves the module in no declared state"; exit 1; }
echo "$out" | grep '^  '
total=$(echo "$out" | sed -n 's/^  flash cuts: //p')
[ -n "$total" ] && echo "ok    every cut ends in a declared state: $total"
