#!/bin/sh
# The page of reports in Chromium. usage: FOTARIG=path ci/test-long/report-page.sh [FOLDER-FOR-PICTURES]
exec /usr/bin/python3 ci/test-long/report-page.py "${FOTARIG:-build/debug/fotarig}" "$@"
