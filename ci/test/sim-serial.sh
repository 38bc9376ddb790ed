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
CC=${CC:-cc}
# The name under which the program looks for it.
library=$($CC -print-file-name=libserialport.so)
name=$(objdump -p "$library" | sed -n 's/^ *SONAME *//p')
# shellcheck disable=SC2046
$CC -std=c11 -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -Wall -Werror -shared -fPIC $(pkg-config --cflags libserialport) \
    -o "$folder/$name" "$here/../stand-in/serialport.c" ||
    { echo 'FAIL  serial: serialport.c does not build'; exit 1; }
LD_LIBRARY_PATH=$folder python3 "$here/sim-serial.py" "${FOTARIG:-build/debug/fotarig}"
