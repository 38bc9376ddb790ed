#!/bin/sh
# Scenario files that `fotarig sim` plays to a client of its own; see sim-scenario.py.
# usage: FOTARIG=PROGRAM ci/test/sim-scenario.sh
set -u
for tool in python3 socat; do
    command -v "$tool" >/dev/null || { echo "FAIL  scenario: $tool is not installed"; exit 1; }
done
exec python3 "$(dirname "$0")/sim-scenario.py" "${FOTARIG:-build/debug/fotarig}"
