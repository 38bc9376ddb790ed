#!/bin/sh
# Signals at 100 random moments of each kind of campaign; see ci/test/campaign-signals.py, and of what
# serves, see serve-signals.py. usage: FOTARIG=PROGRAM ci/test-long/campaign-signals.sh
program=${FOTARIG:-build/debug/fotarig}
status=0
SIGNALS=TERM,INT,HUP,PIPE,KILL python3 "$(dirname "$0")/../test/campaign-signals.py" "$program" 100 || status=1
python3 "$(dirname "$0")/serve-signals.py" "$program" 100 || status=1
exit $status
