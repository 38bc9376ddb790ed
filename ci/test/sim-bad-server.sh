#!/bin/sh
# Servers that never end, in ten ways, against `fotarig sim --http real`; see sim-bad-server.py.
# usage: FOTARIG=PROGRAM sim-bad-server.sh
set -u
command -v python3 >/dev/null || { echo 'FAIL  sim: python3 is not installed'; exit 1; }
exec python3 "$(dirname "$0")/sim-bad-server.py" "${FOTARIG:-build/debug/fotarig}"
