#!/bin/sh
# An emulator of another process is asked by its port, and its changed settings are found.
set -u
exec /usr/bin/python3 "$(dirname "$0")/conform.py" "${FOTARIG:-build/debug/fotarig}" quick
