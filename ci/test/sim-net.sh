#!/bin/sh
# Real connections, HTTP and FTP of `fotarig sim` on loopback; see sim-net.py.
# usage: FOTARIG=PROGRAM sim-net.sh
set -u
for tool in python3 socat; do
    command -v "$tool" >/dev/null || { echo "FAIL  sim: $tool is not installed"; exit 1; }
done
exec python3 "$(dirname "$0")/sim-net.py" "${FOTARIG:-build/debug/fotarig}"
