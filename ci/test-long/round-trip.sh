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
    scenarios=$(python3 -c '
import random, re, sys
seed, *paths = sys.argv[1:]
# a far end plays the events, and neither sees the own state of a client nor restarts it
states = re.compile(r"replay:|when: *\{[^}]*core-state|host-reset")
core = [path for path in paths if not states.search(open(path, encoding="utf-8").read())]
print(*random.Random(int(seed)).sample(core, 40))' "$SEED" scenarios/contact/*.yaml \
        scenarios/delivery/*.yaml scenarios/download/*.yaml scenarios/health/*.yaml \
        scenarios/line/*.yaml scenarios/power/*.yaml scenarios/update/*.yaml)
else
    scenarios=$(grep -v '^#' ci/test-long/round-trip.txt)
fi
# shellcheck disable=SC2086 # a word a scenario
/usr/bin/python3 ci/test-long/round_trip_real.py "$(realpath "$FOTARIG")" "$work" 10 $scenarios
