#!/bin/sh
# `fotarig sim` as clients meet it; see sim-port.py. usage: FOTARIG=PROGRAM ci/test/sim-port.sh
set -u
command -v python3 >/dev/null || { echo 'FAIL  sim: python3 is not installed'; exit 1; }
exec python3 "$(dirname "$0")/sim-port.py" "${FOTARIG:-build/debug/fotarig}"
