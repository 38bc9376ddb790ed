#!/bin/sh
# Logs to traces, scenarios and back, as a user types it; the whole way of a customer's log within
# ten seconds of machine time.
# usage: FOTARIG=path ci/test/traces.sh
set -u
FOTARIG=${FOTARIG:-build/debug/fotarig}
corpus=harness/trace/test/corpus
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

tell() {
    if [ "$1" -eq 0 ]; then echo "ok    $2"; else echo "FAIL  $2"; failed=1; fi
}

(
    ulimit -t 10
    "$FOTARIG" import -q "$corpus/customer.log" -o "$work/customer.jsonl" &&
        "$FOTARIG" lift -q "$work/customer.jsonl" -o "$work/customer.yaml" &&
        "$FOTARIG" run -q "$work/customer.yaml" >/dev/null &&
        "$FOTARIG" shrink -q "$work/customer.yaml" -o "$work/least.yaml" &&
        "$FOTARIG" run -q "$work/least.yaml" >/dev/null
)
[ $? -eq 0 ] && grep -q 'outcome: update-failed' "$work/least.yaml"
tell $? "a customer's log is imported, lifted, reproduced and shrunk within 10 s of machine time"

# The same log with 200 lines between its own: of the module and of the firmware, none of the update.
python3 - "$work/customer.jsonl" >"$work/padded.jsonl" <<'EOF'
import json, random, sys
random.seed(5)
head, *lines = open(sys.argv[1]).read().splitlines()
events = [json.loads(line) for line in lines]
places = [random.randrange(len(events) - 1) for _ in range(200)]
aside = ["DST: 0", '*PSUTTZ: 18,11,5,10,11,12,"+4",0', "+CREG: 1"]
print(head)
for index, event in enumerate(events):
    print(json.dumps(event))
    for number in range(places.count(index)):
        if random.random() < 0.5:
            between = {"kind": "to-host", "text": "\r\n%s\r\n" % random.choice(aside)}
        else:
            between = {"kind": "foreign", "text": "I (%d) main: battery low" % number}
        print(json.dumps({"us": event["us"], **between}))
EOF
(
    ulimit -t 10
    [ "$(wc -l <"$work/padded.jsonl")" -eq $(($(wc -l <"$work/customer.jsonl") + 200)) ] &&
        "$FOTARIG" lift -q "$work/padded.jsonl" -o "$work/padded.yaml" &&
        "$FOTARIG" shrink -q "$work/padded.yaml" -o "$work/padded-least.yaml" &&
        sed 's/padded/customer/' "$work/padded-least.yaml" | diff - "$work/least.yaml"
)
tell $? "200 lines that have nothing to do with it change nothing of what a log shrinks to"

"$FOTARIG" import "$corpus/socat-x.log" -o "$work/x.jsonl" 2>"$work/err" &&
    "$FOTARIG" import -q "$corpus/socat-xv.log" -o "$work/xv.jsonl" &&
    grep -q '^format    socat-x: ' "$work/err" &&
    "$FOTARIG" diff "$work/x.jsonl" "$work/xv.jsonl" >"$work/out" &&
    grep -q 'differ 0, first 0, second 0, unknown 0; score 100 %' "$work/out"
tell $? "two logs of the same session in two forms have no difference"

"$FOTARIG" import --format none "$corpus/tio.log" >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q "no format 'none'" "$work/out"
tell $? "a format that there is not is told"
head -c 3000 /bin/sh >"$work/noise"
"$FOTARIG" import "$work/noise" >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q 'looks like a log' "$work/out"
tell $? "what is no log is told"

"$FOTARIG" import -q "$corpus/script-timing.timing" "$corpus/script-timing.log" |
    grep -c '"to-module"' >"$work/out"
[ "$(cat "$work/out")" -ge 16 ]
tell $? "script's times and its log are put together"

one=scenarios/update/power-cut-at-the-result.yaml
"$FOTARIG" run -q "$one" --trace "$work/traces" >/dev/null &&
    for trace in "$work"/traces/*.jsonl; do
        "$FOTARIG" run -q "$one" --module "replay:$trace" >/dev/null || exit 1
    done
tell $? "a case runs against its own trace"
"$FOTARIG" run scenarios/update/update-fails.yaml --module "replay:$trace" >"$work/out" 2>&1
[ $? -eq 1 ]
tell $? "another case fails against it"
"$FOTARIG" run scenarios/delivery/push-over-the-port.yaml --module "replay:$trace" >"$work/out" 2>&1
[ $? -eq 1 ] && grep -q 'replay, exchange .*: want AT+CNACT=1 .*, got AT+CFSINIT' "$work/out"
tell $? "a client that does something else: both exchanges are named"
"$FOTARIG" run -q "$one" --host "replay:$trace" >"$work/out" 2>&1
[ $? -eq 1 ] && ! grep -q ERROR "$work/out"
tell $? "the host of a trace talks to the emulator"
exit $failed
