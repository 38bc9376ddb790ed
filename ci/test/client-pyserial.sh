#!/bin/sh
# pyserial against `fotarig sim`; see client-pyserial.py. usage: FOTARIG=PROGRAM client-pyserial.sh
#
# Debian's python3 has Debian's modules; another python3 in the PATH may lack them.
set -u
python=/usr/bin/python3
$python -c 'import serial' 2>/dev/null || { echo 'FAIL  pyserial: python3-serial is not installed'; exit 1; }
exec $python "$(dirname "$0")/client-pyserial.py" "${FOTARIG:-build/debug/fotarig}"
