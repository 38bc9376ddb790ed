#!/bin/sh
# gsm-utils against `fotarig sim`; see client-gsm-utils.py.
# usage: FOTARIG=PROGRAM client-gsm-utils.sh
set -u
command -v gsmctl >/dev/null || { echo 'FAIL  gsm-utils: gsmctl is not installed'; exit 1; }
exec python3 "$(dirname "$0")/client-gsm-utils.py" "${FOTARIG:-build/debug/fotarig}"
