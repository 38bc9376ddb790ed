#!/bin/sh
# Any CI that runs a shell, and a person at a terminal: so many parts side by side on this machine,
# and one report of all.
#
# usage: shell.sh [PARTS [SCENARIO|DIR...]]     default: as many parts as processors, scenarios
#        OUT=DIR       where the reports go (default: out): parts in DIR/parts, all in DIR/whole
#        FOTARIG=PATH  the program (default: fotarig)
# Exit status: that of `fotarig report merge`: 0 whole and green, 1 a case failed, 4 something is
# missing or could not be judged.
set -u
parts=${1:-$(getconf _NPROCESSORS_ONLN)}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- scenarios
out=${OUT:-out}
program=${FOTARIG:-fotarig}

rm -rf "$out"
mkdir -p "$out/parts"
part=1
while [ "$part" -le "$parts" ]; do
    "$program" run "$@" --shard "$part/$parts" --jobs 1 --reports "$out/parts/$part" --quiet \
        --run-timeout 20min --timeout 5min >"$out/parts/$part.log" 2>&1 &
    part=$((part + 1))
done
wait
"$program" report merge "$out/parts" -o "$out/whole" --quiet
