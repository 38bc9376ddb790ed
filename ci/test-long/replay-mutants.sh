#!/bin/sh
# A client with a harmless change passes against the trace of the one as it is; of one with a mistake
# the first wrong exchange is told. usage: ci/test-long/replay-mutants.sh
set -u
/usr/bin/python3 ci/test-long/replay-mutants.py
