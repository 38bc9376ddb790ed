#!/bin/sh
# Reports of whole runs, 10,000 cases among them, and what readers of Debian and of npm say of them.
# usage: FOTARIG=path ci/test-long/report-runs.sh
exec /usr/bin/python3 ci/test/report-runs.py "${FOTARIG:-build/debug/fotarig}" --long
