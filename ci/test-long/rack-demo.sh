#!/bin/sh
# A rack of sixteen emulated modules with everything that goes wrong in a lab; about fifteen minutes.
# usage: FOTARIG=path ci/test-long/rack-demo.sh
FOTARIG=${FOTARIG:-build/debug/fotarig} exec /usr/bin/python3 ci/test-long/rack-demo.py
