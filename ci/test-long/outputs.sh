#!/bin/sh
# Every command that writes a file x what may stand at its path. usage: FOTARIG=path ci/test-long/outputs.sh
exec python3 "$(dirname "$0")/outputs.py" "${FOTARIG:-build/debug/fotarig}"
