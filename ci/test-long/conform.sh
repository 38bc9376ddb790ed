#!/bin/sh
# All dialogues of scenarios/conform, twenty changed settings drawn by SEED; see ci/test/conform.py.
# usage: FOTARIG=PROGRAM [SEED=N] ci/test-long/conform.sh
set -u
exec /usr/bin/python3 "$(dirname "$0")/../test/conform.py" "${FOTARIG:-build/debug/fotarig}" whole \
    "${SEED:-7}"
