#!/bin/sh
# Two jobs are worth 1.7 of one, on a machine that does nothing else; see campaign-jobs.py.
# usage: FOTARIG=PROGRAM ci/test-long/campaign-jobs.sh
exec python3 "$(dirname "$0")/campaign-jobs.py" "${FOTARIG:-build/debug/fotarig}"
