#!/bin/sh
# Signals at 100 random moments of each kind of campaign; see ci/test/campaign-signals.py.
# usage: FOTARIG=PROGRAM ci/test-long/campaign-signals.sh
exec python3 "$(dirname "$0")/../test/campaign-signals.py" "${FOTARIG:-build/debug/fotarig}" 100
