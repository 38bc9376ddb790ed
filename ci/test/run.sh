#!/bin/sh
# `fotarig run` as a user meets it: a failure explained, exit statuses, reports after SIGTERM, replay,
# real time. usage: FOTARIG=path ci/test/run.sh
set -u
FOTARIG=${FOTARIG:-build/debug/fotarig}
good=scenarios/documented/update-by-http.yaml
work=$(mktemp -d)
# Commands to repeat name the program `fotarig`, as it is installed.
mkdir "$work/bin"
ln -s "$(realpath "$FOTARIG")" "$work/bin/fotarig"
PATH=$work/bin:$PATH
trap 'rm -rf "$work"' EXIT
failed=0

ok() { echo "ok    $1"; }
fail() { echo "FAIL  $1"; failed=1; sed 's/^/      | /' "$work/out" | tail -30; }

# expect STATUS NAME COMMAND...: runs the command, its output goes to $work/out
expect() {
    want=$1 name=$2
    shift 2
    "$@" >"$work/out" 2>&1 </dev/null
    got=$?
    if [ "$got" -eq "$want" ]; then ok "$name"; else fail "$name: exit status: want $want, got $got"; fi
}

# shows TEXT NAME: the last output holds the text
shows() {
    if grep -qF -- "$1" "$work/out"; then ok "$2"; else fail "$2: '$1' is not in the output"; fi
}

# ---- a scenario made wrong on purpose ------------------------------------------------------------
sed 's/^  status: 6$/  status: 7/' "$good" >"$work/wrong.yaml"
line=$(grep -n '^  status: 7$' "$work/wrong.yaml" | cut -d: -f1)
expect 1 "a wrong expectation fails the run" "$FOTARIG" run "$work/wrong.yaml" --reports "$work/reports"
shows "expect.status: want 7, got 6" "the failure says what was wanted and what came"
shows "kind     : Expectation" "the failure says of what kind it is"
if grep -q 'at step\|byte . differs' "$work/out"; then fail "no step failed and prose has no bytes"; else ok "no step is blamed for a client that ended well, no byte of prose is marked"; fi
shows "$work/wrong.yaml:$line:" "the failure names the line of the scenario"
shows 'AT+CFOTA=0' "the failure shows the last exchanges"
repeat=$(sed -n 's/^ *repeat *: //p' "$work/out" | head -1)
if [ -n "$repeat" ]; then ok "the failure names the command that repeats it"; else fail "no command to repeat"; fi
cp "$work/out" "$work/first"
case $repeat in "fotarig run "*) ok "it names the program, not where it lies" ;; *) fail "it names the program: $repeat" ;; esac
expect 1 "the command repeats the failure" sh -c "$repeat"
shows "expect.status: want 7, got 6" "the repeated failure is the same"
python3 - "$work/reports/junit.xml" <<'PY' && ok "JUnit shows it as a failure, with the command to repeat" || { failed=1; echo "FAIL  JUnit"; }
import sys, xml.etree.ElementTree as E
root = E.parse(sys.argv[1]).getroot()
failure = root.find('.//failure')
assert root.get('failures') == '1' and root.get('errors') == '0', root.attrib
assert 'want 7, got 6' in failure.text and '--token' in failure.text, failure.text
PY
xmllint --noout --schema ci/junit-portable.xsd "$work/reports/junit.xml" 2>/dev/null || { failed=1; echo "FAIL  schema"; }
python3 ci/check-junit.py "$work/reports/junit.xml" || failed=1
python3 ci/check-ctrf.py "$work/reports/ctrf.json" || failed=1

# ---- an armed event that never fires --------------------------------------------------------------
sed 's/^expect:$/events:\n  - when: {command: "AT+CIPSTART"}\n    do: [{swallow: yes}]\nexpect:/' "$good" >"$work/unfired.yaml"
expect 1 "an event that never fires fails the run" "$FOTARIG" run "$work/unfired.yaml"
shows "it never happened" "the failure says that the fault was not tried"
shows "kind     : Event" "an event that never fired is no expectation"

# ---- what went wrong, where, on which line ----------------------------------------------------------
sed "s/^  package: {/  package: {http: 404, /" "$good" >"$work/gone.yaml"
expect 1 "a package that is gone fails the run" "$FOTARIG" run "$work/gone.yaml"
shows "at step download, on '+HTTPTOFS: 404,0'" "the headline has the step that failed and the line that decided"
sed 's/^expect:$/events:\n  - when: {phase: restore-modem}\n    do: [{power: cut, for: 5s}]\nexpect:/' "$work/gone.yaml" >"$work/order.yaml"
expect 1 "an event that a bad end left no time for" "$FOTARIG" run "$work/order.yaml"
if sed -n 2p "$work/out" | grep -q expect.outcome; then ok "the cause stands before its consequence"; else fail "the cause stands before its consequence"; fi
sed -e 's/^  outcome: updated$/  outcome: update-failed/' "$work/unfired.yaml" >"$work/tried.yaml"
expect 1 "a fault that was not tried" "$FOTARIG" run "$work/tried.yaml"
if sed -n 2p "$work/out" | grep -q 'event 1'; then ok "a fault that was not tried stands before what it was to bring"; else fail "event first"; fi

# ---- exit statuses --------------------------------------------------------------------------------
expect 0 "a right scenario passes" "$FOTARIG" run "$good"
sed 's/^expect:$/expct:/' "$good" >"$work/key.yaml"
line=$(grep -n '^expct:$' "$work/key.yaml" | cut -d: -f1)
expect 3 "an unknown key is refused before anything runs" "$FOTARIG" run "$work/key.yaml" "$good"
shows "$work/key.yaml:$line:1: error: unknown key 'expct'" "the error names file, line and column"
shows "did you mean 'expect'" "the error says what was meant"
expect 3 "a missing file" "$FOTARIG" run "$work/missing.yaml"
shows "missing.yaml" "the message names the missing file"
expect 2 "an unknown option" "$FOTARIG" run --no-such-option "$good"
expect 2 "a pty without a speed" "$FOTARIG" run --wire pty "$good"
expect 2 "no operand" "$FOTARIG" run
expect 3 "a token of another file" "$FOTARIG" run "$good" --token 00000000.0.1.-
expect 2 "a malformed token" "$FOTARIG" run "$good" --token nonsense
expect 2 "--replay is the old name of --token" "$FOTARIG" run "$good" --replay nonsense
expect 2 "one of them at a time" "$FOTARIG" run "$good" --replay 00000000.0.1.- --token 00000000.0.1.-
expect 4 "a port that cannot be made" "$FOTARIG" sim --link "$work/no/such/folder/modem"
expect 4 "reports that cannot be written" "$FOTARIG" run "$good" --reports /proc/no-such-folder
expect 0 "help" "$FOTARIG" run --help
shows "--token" "help lists the options"

# ---- the command that repeats a failure -------------------------------------------------------------
here=$PWD
folder="$work/it's a folder/below"
mkdir -p "$folder"
cp "$work/wrong.yaml" "$folder/wrong.yaml"
FOTARIG=$(realpath "$FOTARIG")
cd "$folder" || exit 2
expect 1 "a scenario given by its whole path" "$FOTARIG" run "$folder/wrong.yaml"
shows "repeat   : fotarig run wrong.yaml --token" "the path is what one types in that folder"
cd .. || exit 2
expect 1 "from the folder above" "$FOTARIG" run "$folder/wrong.yaml"
shows "repeat   : fotarig run below/wrong.yaml --token" "the path is relative to it"
mkdir beside && cd beside || exit 2
expect 1 "from a folder beside it" "$FOTARIG" run "$folder/wrong.yaml"
shows "repeat   : fotarig run ../below/wrong.yaml --token" "the path goes up"
cd / || exit 2
expect 1 "from the root" "$FOTARIG" run "$folder/wrong.yaml"
shows "repeat   : fotarig run '$(echo "$folder" | sed "s/'/'\\\\''/")/wrong.yaml' --token" "what a shell would take apart is quoted"
repeat=$(sed -n 's/^ *repeat *: //p' "$work/out" | head -1)
expect 1 "and the shell takes it" sh -c "$repeat"
cd "$here" || exit 2

# ---- a token follows what the case means ------------------------------------------------------------
token() { "$FOTARIG" run "$1" 2>/dev/null | sed -n 's/.*--token \([^ ]*\)$/\1/p' | head -1; }
before=$(token "$work/wrong.yaml")
sed -e '1i # a comment' -e 's/^why: .*/why: in other words/' -e 's/109285B}$/109285B}   # the size/' "$work/wrong.yaml" >"$work/same.yaml"
if [ -n "$before" ] && [ "$(token "$work/same.yaml")" = "$before" ]; then ok "comments and words leave the token"; else fail "token: $before, $(token "$work/same.yaml")"; fi
expect 1 "a token finds its case in the file as it is now" "$FOTARIG" run "$work/same.yaml" --token "$before"
sed 's/109285B/109286B/' "$work/wrong.yaml" >"$work/other.yaml"
expect 3 "a token of a case that means something else now" "$FOTARIG" run "$work/other.yaml" --token "$before"

# ---- SIGTERM leaves complete reports ---------------------------------------------------------------
rm -rf "$work/reports"
"$FOTARIG" run "$good" scenarios/update --speed 30 --repeat-late 8 --reports "$work/reports" \
    >"$work/out" 2>&1 &
pid=$!
# the first case takes about eight seconds at this speed, more when the machine stalls: wait for its end
tries=0
until grep -q '^passed' "$work/out" || [ $tries -ge 3000 ]; do tries=$((tries + 1)); sleep 0.1; done
kill -TERM $pid
wait $pid
[ $? -eq 143 ] && ok "SIGTERM ends a run with 143" || fail "SIGTERM: exit status"
python3 - "$work/reports" <<'PY' && ok "SIGTERM leaves complete reports: what was done, and the rest as not run" || { failed=1; echo "FAIL  reports after SIGTERM"; }
import json, sys, xml.etree.ElementTree as E
tests = json.load(open(sys.argv[1] + '/ctrf.json'))['results']['summary']
assert tests['passed'] >= 1 and tests['pending'] >= 1 and tests['failed'] == 0, tests
root = E.parse(sys.argv[1] + '/junit.xml').getroot()
assert int(root.get('tests')) == tests['tests'], root.attrib
PY
xmllint --noout --schema ci/junit-portable.xsd "$work/reports/junit.xml" 2>/dev/null || { failed=1; echo "FAIL  schema after SIGTERM"; }
python3 ci/check-junit.py "$work/reports/junit.xml" || failed=1
python3 ci/check-ctrf.py "$work/reports/ctrf.json" || failed=1

exit $failed
