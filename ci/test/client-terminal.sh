#!/bin/sh
# picocom against `fotarig sim`; see client-terminal.py. usage: FOTARIG=PROGRAM client-terminal.sh
set -u
for tool in python3 picocom; do
    command -v "$tool" >/dev/null || { echo "FAIL  picocom: $tool is not installed"; exit 1; }
done
exec python3 "$(dirname "$0")/client-terminal.py" "${FOTARIG:-build/debug/fotarig}"
