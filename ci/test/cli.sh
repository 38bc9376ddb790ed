#!/bin/sh
# The frame of the command line: help, version, wrong usage, exit statuses.
# usage: FOTARIG=PROGRAM ci/test/cli.sh
set -u
program=${FOTARIG:-build/debug/fotarig}
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failed=0

fail() {
    failed=1
    printf 'FAIL  cli: %s\n' "$1"
    sed 's/^/        stdout: /' "$folder/out"
    sed 's/^/        stderr: /' "$folder/err"
}

# expect NAME STATUS STDOUT-PATTERN STDERR-PATTERN ARGUMENT...: grep patterns; '' = nothing at all
expect() {
    name=$1 want=$2 out=$3 err=$4
    shift 4
    "$program" "$@" >"$folder/out" 2>"$folder/err" </dev/null
    got=$?
    if [ "$got" -ne "$want" ]; then
        fail "$name: want status $want, got $got"
    elif ! matches "$out" "$folder/out" || ! matches "$err" "$folder/err"; then
        fail "$name: want stdout '$out', stderr '$err'"
    else
        printf 'ok    cli: %s\n' "$name"
    fi
}

matches() {
    if [ -z "$1" ]; then [ ! -s "$2" ]; else grep -q -e "$1" "$2"; fi
}

expect 'help that was asked for goes to stdout' 0 '^usage: fotarig ' '' --help
expect 'help on a command' 0 '^usage: fotarig sim ' '' sim --help
expect 'help as a command' 0 '^usage: fotarig package ' '' help package
expect 'the version' 0 '^fotarig [0-9][0-9.]*$' '' --version
expect 'no command' 2 '' "^fotarig: a command is missing; try 'fotarig --help'\$"
expect 'a mistyped command' 2 '' "^fotarig: unknown command 'pakcage'; did you mean 'package'?\$" pakcage
expect 'a strange command' 2 '' "^fotarig: unknown command 'zzzzzzz'; try 'fotarig --help'\$" zzzzzzz
expect 'a strange option' 2 '' "^fotarig: unknown option '--foo'; try 'fotarig --help'\$" --foo
expect 'a strange option of a command' 2 '' \
    "^fotarig sim: unknown option '--foo'; try 'fotarig sim --help'\$" sim --foo

expect 'facts as a table' 0 '^O  answer-delay ' '' facts
expect 'facts as JSON' 0 '"version":' '' facts --json
python3 -c '
import json, sys
facts = json.load(open(sys.argv[1]))["facts"]
assert any(f["name"] == "answer-delay" and f["default"] == "20ms" for f in facts), "answer-delay"
assert all(f["tag"] in "DOSI" and f["source"] and f["meaning"] for f in facts), "a bare fact"
' "$folder/out" 2>>"$folder/err" || fail 'facts as JSON are complete'

expect 'the commands of the manual' 0 ' unknown: 0$' '' facts --manual
expect 'the same as JSON' 0 '"counts":' '' facts --manual --json
expect 'what is assumed' 0 '^I  unknown-command ' '' facts --assumed
grep -q '^[DOS]  ' "$folder/out" && fail 'nothing else is told as assumed'

expect 'a package' 0 ": 109285 bytes, CRC-32 86a202ca\$" '' package --from 1351B03SIM7000C \
    --to 1351B04SIM7000C --size 109285B -o "$folder/update.zip"
python3 -m zipfile -t "$folder/update.zip" >"$folder/out" 2>&1 || fail 'the package is a good zip'
expect 'a package without a target' 2 '' "option '--to' is missing" package --from X -o x
expect 'a package that cannot be written' 4 '' 'cannot write .*No such file' package --from A \
    --to B -o "$folder/none/update.zip"
expect 'a package that is too small' 2 '' 'the smallest has' package --from A --to B --size 5B \
    -o "$folder/x.zip"

printf 'scenario: x\nnonsense: 1\n' >"$folder/bad.yaml"
expect 'a bad scenario' 3 '^1 file, [1-9][0-9]* errors*$' 'bad.yaml:2:1: error: ' check \
    "$folder/bad.yaml"
expect 'a missing scenario' 3 '^0 files, 1 error$' 'none.yaml' check "$folder/none.yaml"
expect 'nothing to check' 2 '' 'name a file or a folder to check' check

expect 'an unknown setting' 2 '' "unknown setting 'answer-dealy'; did you mean 'answer-delay'?" \
    sim --link "$folder/port" --set answer-dealy=1ms
expect 'a setting without its unit' 2 '' "setting 'answer-delay': '5' is not a duration" \
    sim --link "$folder/port" --set answer-delay=5
expect 'a setting out of range' 2 '' "is not within 0ms to 1min" \
    sim --link "$folder/port" --set answer-delay=2h
expect 'an unknown variant' 2 '' "unknown variant 'SIM7000Q'" sim --variant SIM7000Q
expect 'a package that is not there' 3 '' 'cannot read package' sim --link "$folder/port" \
    --package "$folder/none.zip"
: >"$folder/file"
expect 'a link that is a file' 4 '' 'not a link to a pseudo' sim --link "$folder/file"
ln -s file "$folder/planted"
expect 'a link to something else' 4 '' 'not a link to a pseudo' sim --link "$folder/planted"
expect 'a link in no folder' 4 '' 'cannot link' sim --link "$folder/none/port"
expect 'options that contradict each other' 2 '' "needs '--http real'" sim --http-allow a.example
exit $failed
