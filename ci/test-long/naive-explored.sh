#!/bin/sh
# Every fault at every line of a naive client's update: what it does wrong is found and named, with the
# command that repeats it.
# usage: ci/test-long/naive-explored.sh [FOTARIG]
set -u
cd "$(dirname "$0")/../.." || exit 2
fotarig=${1:-build/debug/fotarig}
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT

"$fotarig" run scenarios/documented/already-current.yaml --host warp:true >"$folder/out" 2>&1
if [ $? = 4 ]; then
    echo "ok   nothing can be tried here: $(cat "$folder/out")"
    exit 0
fi
${CC:-cc} -O1 -o "$folder/naive" harness/example/naive.c || exit 2
"$fotarig" explore scenarios/documented/update-by-http.yaml --host "warp:$folder/naive" \
    --at to-module-line --at to-host-line >"$folder/out" 2>&1
found=$(grep -c '^  finding' "$folder/out")
grep '^  finding\|^  explored' "$folder/out"
if [ "$found" -lt 8 ] || ! grep -q '  explored \([0-9]*\) of \1;' "$folder/out"; then
    echo "FAIL want all explored and at least 8 findings, got $found"
    exit 1
fi
echo "ok   all lines explored, $found findings"
