#!/bin/sh
# Whose a serial port is: see ports-locks.py. usage: FOTARIG=PROGRAM ci/test/ports-locks.sh
set -u
PATH=$PATH:/usr/sbin # ser2net is there
for tool in objdump pkg-config picocom ser2net; do
    command -v "$tool" >/dev/null || { echo "FAIL  locks: $tool is not installed"; exit 1; }
done
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
here=$(dirname "$0")
"$here/../stand-in/build" "$folder" || { echo 'FAIL  locks: serialport.c does not build'; exit 1; }
# Debian's python3: pyserial is of the distribution.
LD_LIBRARY_PATH=$folder /usr/bin/python3 "$here/ports-locks.py" "${FOTARIG:-build/debug/fotarig}"
