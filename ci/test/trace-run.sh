#!/bin/sh
# `fotarig run --trace`: a file a case, as the schema says, with the bytes of the timeline.
# usage: FOTARIG=path ci/test/trace-run.sh
set -u
FOTARIG=${FOTARIG:-build/debug/fotarig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

tell() {
    if [ "$1" -eq 0 ]; then echo "ok    $2"; else echo "FAIL  $2"; failed=1; fi
}

/usr/bin/python3 ci/test/trace-run.py "$FOTARIG" "$work/traces" \
    scenarios/documented/update-by-http.yaml scenarios/delivery/push-damaged-package.yaml || failed=1

"$FOTARIG" run scenarios/contact --repeat 2 --trace "$work/many/deep" >"$work/out"
cases=$(sed -n 's/^\([0-9]*\) cases.*/\1/p' "$work/out")
[ "$cases" -gt 20 ] && [ "$(find "$work/many/deep" -name '*.jsonl' | wc -l)" -eq "$cases" ]
tell $? "each case has its file, and so has each repetition"

"$FOTARIG" run scenarios/documented/update-by-http.yaml --trace /proc/none >"$work/out" 2>&1
[ $? -eq 4 ] && grep -q '/proc/none: .*name a folder' "$work/out"
tell $? "a folder that cannot be made is told before anything runs"
"$FOTARIG" run scenarios/documented/update-by-http.yaml --trace /proc/self >"$work/out" 2>&1
[ $? -eq 4 ] && grep -q 'the trace /proc/self/documented-update-by-http.jsonl could not be' "$work/out"
tell $? "a case whose trace cannot be written is an error"
exit $failed
