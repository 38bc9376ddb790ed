#!/bin/sh
# A push of 10 kB at 9600 baud takes the line's time; see line-pace.py.
# usage: FOTARIG=PROGRAM ci/test/line-pace.sh
set -u
command -v python3 >/dev/null || { echo 'FAIL  line: python3 is not installed'; exit 1; }
exec python3 "$(dirname "$0")/line-pace.py" "${FOTARIG:-build/debug/fotarig}" 10000
