#!/bin/sh
# The ports of `fotarig sim`; see sim-ports.py. usage: FOTARIG=PROGRAM ci/test/sim-ports.sh
set -u
for tool in python3 socat objdump; do
    command -v "$tool" >/dev/null || { echo "FAIL  ports: $tool is not installed"; exit 1; }
done
exec python3 "$(dirname "$0")/sim-ports.py" "${FOTARIG:-build/debug/fotarig}"
