#!/bin/sh
# Scenarios with faults between core and emulator on ptys in real time, both clocks ten times faster:
# recorded in the middle, lifted, and run with two seeds. usage: FOTARIG=path ci/test-long/round-trip.sh
set -u
FOTARIG=${FOTARIG:-build/release/fotarig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2046 # a word a scenario
/usr/bin/python3 ci/test-long/round_trip_real.py "$(realpath "$FOTARIG")" "$work" 10 \
    $(grep -v '^#' ci/test-long/round-trip.txt)
