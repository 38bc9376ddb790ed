#!/bin/sh
# The checkers of report files find what they are there for: each row spoils a good file with sed,
# and the named checker must refuse it with these words.
set -u
cd "$(dirname "$0")/../.." || exit 2
place=$(mktemp -d) || exit 2
trap 'rm -rf "$place"' EXIT
failed=0

cat >"$place/good.xml" <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="n" tests="3" failures="1" errors="0" time="2.000">
 <testsuite name="s" tests="3" failures="1" errors="0" skipped="1" time="1.500" timestamp="2026-11-22T13:05:01" hostname="h">
  <properties><property name="seed" value="1"/></properties>
  <testcase classname="s" name="a" time="1.000"/>
  <testcase classname="s" name="b" time="0.500">
   <failure type="Failed" message="want 6"><![CDATA[want 6
more]]></failure>
   <system-out><![CDATA[[[ATTACHMENT|b/trace]]
]]></system-out>
  </testcase>
  <testcase classname="s" name="c" time="0.000"><skipped message="no rack"/></testcase>
 </testsuite>
</testsuites>
END
cat >"$place/good.json" <<'END'
{"reportFormat": "CTRF", "specVersion": "0.0.0", "results": {"tool": {"name": "fotarig"},
 "summary": {"tests": 2, "passed": 1, "failed": 1, "skipped": 0, "pending": 0, "other": 0,
             "start": 5, "stop": 9},
 "tests": [
  {"testId": "s/a", "name": "a", "status": "passed", "duration": 1, "suite": ["s"]},
  {"testId": "s/b", "name": "b", "status": "failed", "duration": 2, "start": 5, "stop": 7,
   "steps": [{"name": "x", "status": "failed", "extra": {"t_us": 1}}],
   "attachments": [{"name": "t", "contentType": "text/plain", "path": "b/trace"}]}]}}
END

# Called by name from row().
# shellcheck disable=SC2317
schema() {
    xmllint --noout --schema ci/junit-portable.xsd "$1"
}
junit() {
    python3 ci/check-junit.py "$1"
}
ctrf() {
    python3 ci/check-ctrf.py "$1"
}
files() {
    python3 ci/check-ctrf.py --files "$1"
}

# usage: row CHECKER SED-SCRIPT WORDS      WORDS "" = the checker takes the file
row() {
    case $1 in
    schema | junit) good=$place/good.xml ;;
    *) good=$place/good.json ;;
    esac
    sed "$2" "$good" >"$place/spoiled"
    output=$("$1" "$place/spoiled" 2>&1)
    status=$?
    if [ -z "$3" ] && [ $status -eq 0 ]; then
        echo "ok    $1 takes a good file"
    elif [ -n "$3" ] && [ $status -ne 0 ] && echo "$output" | grep -qF -- "$3"; then
        echo "ok    $1 refuses: $3"
    else
        failed=1
        printf 'FAIL  %s after %s\n  want: %s\n  got (exit %s): %s\n' \
            "$1" "$2" "${3:-exit 0}" $status "$output"
    fi
}

escape=$(printf '\033')
row schema '' ''
row schema 's/time="1.000"/time="1.0"/' "'1.0' is not accepted by the pattern"
row schema 's/time="1.000"/time="1,000"/' "'1,000' is not accepted by the pattern"
row schema 's/T13:05:01/T13:05:01Z/' "is not accepted by the pattern"
row schema 's/type="Failed"/type="symbol"/' "'symbol' is not accepted by the pattern"
row schema 's/ hostname="h"//' "The attribute 'hostname' is required but missing"
row schema 's/ classname="s" name="a"/ classname="s" name="a" file="x"/' "'file' is not allowed"
row schema 's/<system-out>/<error type="E" message="m"\/><system-out>/' 'error'
row schema "s/more/$escape/" 'PCDATA invalid Char value 27'
row junit '' ''
row junit 's/name="n" tests="3"/name="n" tests="4"/' 'testsuites: tests=4, the suites say 3'
row junit 's/skipped="1"/skipped="0"/' 'suite s: skipped=0, there are 1'
row junit 's/time="1.500"/time="1.499"/' 'its cases took 1.500 s, itself only 1.499'
row junit 's/time="2.000"/time="1.499"/' 'testsuites: time=1.499, the suites took 1.500'
row junit 's/name="c"/name="a"/' "('s', 'a'): twice"
row junit 's/\[want 6/[other words/' 'the text does not begin with the message'
row junit 's/no rack/no \&amp; rack/' 'the message holds one of'
row junit 's/|b/|\/b/' 'attachment /b/trace is absolute'
row junit "s/more/$(printf '\177')/" 'a raw control character'
row junit 's/more]]>/more]]>\&#27;/' 'a character reference to a control character'
row junit "s/more/more$(printf '\r')/" 'a raw CR'
row junit 's/more]]>/more/' 'not well-formed'
row junit '1s/$/<!DOCTYPE x>/' 'has a DOCTYPE'
row ctrf '' ''
row ctrf 's/"passed": 1/"passed": 2/' 'summary.passed is 2, the tests say 1'
row ctrf 's/"tests": 2/"tests": 3/' 'summary.tests is 3, there are 2'
row ctrf 's/"stop": 9/"stop": 4/' 'summary.stop is before start'
row ctrf 's/"stop": 7/"stop": 4/' 'b: stop is before start'
row ctrf 's/"duration": 1/"duration": 1.5/' 'tests[0].duration: is 1.5, expected an integer'
row ctrf 's/"status": "passed"/"status": "error"/' "tests[0].status: is 'error', expected one of"
row ctrf 's/, "suite": \["s"\]/, "suite": []/' 'tests[0].suite: must not be empty'
row ctrf 's/"duration": 1, /"why": 1, "duration": 1, /' 'tests[0]: why is not a key of CTRF'
row ctrf 's/"duration": 1, //' 'tests[0]: duration is missing'
row ctrf 's/"testId": "s\/b"/"testId": "s\/a"/' 'testId s/a is not unique'
row ctrf 's/"b\/trace"/"\/b"/' 'attachment /b is absolute'
row ctrf 's/"0.0.0"/"0"/' "specVersion: is '0', expected x.y.z"
row ctrf 's/"name": "b"/"name": "b\\u001b"/' 'a string holds a control character'
row ctrf '1s/{/[/' 'spoiled: '
row files 's/x/x/' 'attachment b/trace is not there'
mkdir "$place/b" && : >"$place/b/trace"
row files '' ''
exit $failed
