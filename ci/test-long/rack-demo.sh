#!/bin/sh
# A rack of sixteen emulated modules with everything that goes wrong in a lab; about eight minutes, a quarter of an hour with SHARD=1/1.
# usage: FOTARIG=path ci/test-long/rack-demo.sh
FOTARIG=${FOTARIG:-build/debug/fotarig} exec /usr/bin/python3 ci/test-long/rack-demo.py
