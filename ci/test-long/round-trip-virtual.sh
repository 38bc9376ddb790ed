#!/bin/sh
# The bytes of the first case of each scenario whose host is the core, in virtual time, lifted and run
# with two seeds: what round-trip.sh draws from, without the time that it takes.
# usage: FOTARIG=path ci/test-long/round-trip-virtual.sh [SCENARIO[#N]...]
#        SHARD=I/N: the I-th of N parts
set -u
FOTARIG=${FOTARIG:-build/release/fotarig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2046 # a word a scenario
[ $# -gt 0 ] || set -- $(ci/test-long/round-trip-scenarios)
/usr/bin/python3 ci/test-long/round_trip_virtual.py "$(realpath "$FOTARIG")" "$work" \
    "${SHARD:-1/1}" "$@"
