#!/bin/sh
# The page of a rack in Chromium, while a campaign runs over 16 modules; see rack-page.py.
# usage: FOTARIG=path ci/test-long/rack-page.sh [FOLDER]      FOLDER: pictures are left there
exec /usr/bin/python3 ci/test-long/rack-page.py "${FOTARIG:-build/debug/fotarig}" "$@"
