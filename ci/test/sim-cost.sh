#!/bin/sh
# System calls and pages that `fotarig sim` costs; see sim-cost.py.
# usage: FOTARIG=PROGRAM ci/test/sim-cost.sh
set -u
command -v python3 >/dev/null || { echo "FAIL  sim-cost: python3 is not installed"; exit 1; }
exec python3 "$(dirname "$0")/sim-cost.py" "${FOTARIG:-build/debug/fotarig}"
