#!/bin/sh
# The dialog of the FOTA note against `fotarig sim`; see sim-dialog.py. usage: FOTARIG=PROGRAM sim-dialog.sh
set -u
for tool in python3 socat; do
    command -v "$tool" >/dev/null || { echo "FAIL  sim: $tool is not installed"; exit 1; }
done
exec python3 "$(dirname "$0")/sim-dialog.py" "${FOTARIG:-build/debug/fotarig}"
