#!/bin/sh
# Real time over a pty: the same verdicts three times, and a machine that was late is an error, never
# a failure. A run of which this machine was late is repeated by the program itself, at half the speed.
# usage: FOTARIG=path ci/test/real-time.sh
set -u
FOTARIG=${FOTARIG:-build/debug/fotarig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# Scenarios without sub-second timing.
subset="scenarios/documented/update-by-http.yaml scenarios/documented/already-current.yaml
        scenarios/status/status-7-left-over.yaml scenarios/update/update-fails.yaml
        scenarios/contact/no-sim-card.yaml scenarios/update/wrong-base-module.yaml"

# All three at once: each sleeps nearly all of its time.
for n in 1 2 3; do
    # shellcheck disable=SC2086
    "$FOTARIG" run $subset --wire pty --speed 20 --repeat-late 4 >"$work/out$n" 2>&1 &
    eval "pid$n=$!"
done
for n in 1 2 3; do
    eval "wait \$pid$n"
    status=$?
    grep -E '^(passed|FAILED|ERROR|error)' "$work/out$n" | sed 's/ *(.*//' | sort >"$work/verdicts$n"
    if [ $status -ne 0 ]; then
        echo "FAIL  real time over a pty, run $n: exit status $status"
        sed 's/^/      | /' "$work/out$n"
        failed=1
    fi
done
if [ "$(grep -c passed "$work/verdicts1")" -eq 6 ] && cmp -s "$work/verdicts1" "$work/verdicts2" &&
    cmp -s "$work/verdicts1" "$work/verdicts3"; then
    echo "ok    six scenarios over a pty at speed 20 have the same verdicts three times"
else
    echo "FAIL  verdicts over a pty differ"
    failed=1
fi

# A stopped process is a late machine: 2 s at speed 20 are 40 s of the module's time.
"$FOTARIG" run scenarios/documented/update-by-http.yaml --wire pty --speed 20 \
    --reports "$work/reports" >"$work/late" 2>&1 &
pid=$!
sleep 1 && kill -STOP $pid && sleep 2 && kill -CONT $pid
wait $pid
status=$?
if [ $status -eq 4 ] && grep -q 'this machine was late by [0-9.]* ms, which are [0-9]* ms of the module' "$work/late" &&
    ! grep -q '^FAILED' "$work/late"; then
    echo "ok    a machine that was late is an error with exit status 4, and nothing is judged"
else
    echo "FAIL  a late machine: exit status $status"
    sed 's/^/      | /' "$work/late"
    failed=1
fi

# The same with repeats: judged at the second attempt or a later one, and said so.
"$FOTARIG" run scenarios/documented/update-by-http.yaml --wire pty --speed 100 --repeat-late 6 \
    --reports "$work/reports" >"$work/repeated" 2>&1 &
pid=$!
sleep 0.5 && kill -STOP $pid && sleep 1 && kill -CONT $pid
wait $pid
status=$?
if [ $status -eq 0 ] && grep -q '^passed .*, attempt [2-7]; before: this machine was late by' \
    "$work/repeated" && grep -q 'attempt 1: error: this machine was late' "$work/reports/junit.xml"
then
    echo "ok    a case of which the machine was late is repeated, and the report says so"
else
    echo "FAIL  a repeated case: exit status $status"
    sed 's/^/      | /' "$work/repeated"
    failed=1
fi
exit $failed
