#!/bin/sh
# pyserial's rfc2217:// client and socat's bridges against `fotarig sim`; see client-rfc2217.py.
# usage: FOTARIG=PROGRAM client-rfc2217.sh
set -u
command -v socat >/dev/null || { echo 'FAIL  rfc2217: socat is not installed'; exit 1; }
for python in python3 /usr/bin/python3; do
    "$python" -c 'import serial' 2>/dev/null || continue
    exec "$python" "$(dirname "$0")/client-rfc2217.py" "${FOTARIG:-build/debug/fotarig}"
done
echo 'FAIL  rfc2217: python3-serial is not installed'
exit 1
