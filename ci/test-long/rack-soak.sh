#!/bin/sh
# 64 emulated modules over ptys in soak, ten minutes. usage: FOTARIG=path ci/test-long/rack-soak.sh
FOTARIG=${FOTARIG:-build/debug/fotarig} exec /usr/bin/python3 ci/test-long/rack-soak.py
