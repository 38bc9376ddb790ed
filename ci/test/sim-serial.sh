#!/bin/sh
# `fotarig sim --serial` through libserialport, with a library in its place that is told what the
# port does; see sim-serial.py and ci/stand-in/serialport.c. usage: FOTARIG=PROGRAM ci/test/sim-serial.sh
set -u
for tool in python3 objdump pkg-config; do
    command -v "$tool" >/dev/null || { echo "FAIL  serial: $tool is not installed"; exit 1; }
done
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
here=$(dirname "$0")
"$here/../stand-in/build" "$folder" || { echo 'FAIL  serial: serialport.c does not build'; exit 1; }
LD_LIBRARY_PATH=$folder python3 "$here/sim-serial.py" "${FOTARIG:-build/debug/fotarig}"
