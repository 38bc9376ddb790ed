#!/bin/sh
# Scenarios with faults between core and emulator on ptys in real time, both clocks ten times faster:
# recorded in the middle, lifted, and run with two seeds.
# usage: FOTARIG=path [SEED=N] ci/test-long/round-trip.sh    SEED: 40 drawn by it from the whole library
# whose host is the core, in place of those in round-trip.txt
set -u
FOTARIG=${FOTARIG:-build/release/fotarig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "${SEED:-}" ]; then
    echo "seed $SEED"
    scenarios=$(ci/test-long/round-trip-scenarios "$SEED" 40)
else
    scenarios=$(grep -v '^#' ci/test-long/round-trip.txt)
fi
# shellcheck disable=SC2086 # a word a scenario
/usr/bin/python3 ci/test-long/round_trip_real.py "$(realpath "$FOTARIG")" "$work" 10 $scenarios
