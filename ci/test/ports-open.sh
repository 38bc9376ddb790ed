#!/bin/sh
# Ports that the bench opens as a host: see ports-open.py. usage: FOTARIG=PROGRAM ci/test/ports-open.sh
set -u
PATH=$PATH:/usr/sbin # ser2net is there
for tool in python3 objdump pkg-config ser2net socat; do
    command -v "$tool" >/dev/null || { echo "FAIL  open: $tool is not installed"; exit 1; }
done
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
here=$(dirname "$0")
program=${FOTARIG:-build/debug/fotarig}
"$here/../stand-in/build" "$folder" && "$here/../stand-in/build-host" "$program" "$folder/host" ||
    { echo 'FAIL  open: the stand-ins do not build'; exit 1; }
LD_LIBRARY_PATH=$folder python3 "$here/ports-open.py" "$program" "$folder/host"
