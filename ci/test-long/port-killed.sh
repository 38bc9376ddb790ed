#!/bin/sh
# The program behind the port is killed at 20 random moments of an update and started again, or not; see
# ci/port-killed.py. 4 minutes. usage: FOTARIG=PROGRAM ci/test-long/port-killed.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
python3 ci/port-killed.py "${FOTARIG:-$PWD/build/debug/fotarig}" 20 20
