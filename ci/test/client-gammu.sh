#!/bin/sh
# gammu against `fotarig sim`; see client-gammu.py. usage: FOTARIG=PROGRAM client-gammu.sh
set -u
command -v gammu >/dev/null || { echo 'FAIL  gammu: gammu is not installed'; exit 1; }
exec python3 "$(dirname "$0")/client-gammu.py" "${FOTARIG:-build/debug/fotarig}"
