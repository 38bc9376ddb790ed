#!/bin/sh
# A push of 100 kB at 9600 baud takes the line's time, 107 s; see ci/test/line-pace.py.
# usage: FOTARIG=PROGRAM ci/test-long/line-pace.sh
set -u
exec /usr/bin/python3 "$(dirname "$0")/../test/line-pace.py" "${FOTARIG:-build/debug/fotarig}" 102400
