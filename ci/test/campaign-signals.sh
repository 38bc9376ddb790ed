#!/bin/sh
# Signals at random moments of each kind of campaign; see campaign-signals.py, and
# ci/test-long/campaign-signals.sh for many. usage: FOTARIG=PROGRAM ci/test/campaign-signals.sh
exec python3 "$(dirname "$0")/campaign-signals.py" "${FOTARIG:-build/debug/fotarig}" 2
