#!/bin/sh
# The core's example program at `fotarig sim`; see example.py. usage: FOTARIG=PROGRAM ci/test/example.sh
set -u
command -v python3 >/dev/null || { echo 'FAIL  example: python3 is not installed'; exit 1; }
fotarig=${FOTARIG:-build/debug/fotarig}
exec python3 "$(dirname "$0")/example.py" "$fotarig" "$(dirname "$fotarig")/core/example/update"
