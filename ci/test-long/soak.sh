#!/bin/sh
# A thousand emulated modules in one process, updates all the time, clients that come and go: an hour.
# usage: FOTARIG=path ci/test-long/soak.sh      SECONDS_LONG=N: that many seconds
FOTARIG=${FOTARIG:-build/debug/fotarig} exec /usr/bin/python3 ci/test-long/soak.py
