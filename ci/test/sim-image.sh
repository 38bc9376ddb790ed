#!/bin/sh
# Images of `fotarig sim` when it is killed, and when two want one; see sim-image.py.
# usage: FOTARIG=PROGRAM ci/test/sim-image.sh
set -u
for tool in python3 socat; do
    command -v "$tool" >/dev/null || { echo "FAIL  image: $tool is not installed"; exit 1; }
done
exec python3 "$(dirname "$0")/sim-image.py" "${FOTARIG:-build/debug/fotarig}"
