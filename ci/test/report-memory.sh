#!/bin/sh
# Reports are written while a run goes on: what stays of a passed case is less than 1 KB, whatever its
# report says. usage: FOTARIG=path ci/test/report-memory.sh [FEW MANY]   repetitions of the library;
# 10 42 are 10,000 and 41,000 cases
. "$(dirname "$0")/../shell-tests"

few=${1:-1}
many=${2:-5}
limit_kb=200000

# Prints "CASES KILOBYTES SECONDS" of a run of the library with reports.
measure() {
    python3 - "$fotarig" "$1" "$folder/reports" <<'PY'
import re, resource, subprocess, sys, time
started = time.monotonic()
run = subprocess.run([sys.argv[1], "run", "scenarios", "--quiet", "--repeat", sys.argv[2], "--reports",
                      sys.argv[3]], stdout=subprocess.PIPE, text=True)
cases = re.search(r"^(\d+) cases: \1 passed", run.stdout, re.M)
peak_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(cases.group(1), peak_kb, "%.1f" % (time.monotonic() - started))
PY
}

# usage: less_than_a_kilobyte_stays CASES KB S CASES KB S
less_than_a_kilobyte_stays() {
    awk -v a="$1" -v ka="$2" -v b="$4" -v kb="$5" -v limit=$limit_kb 'BEGIN {
        printf "%.3f kB a case\n", (kb - ka) / (b - a)
        exit !((kb - ka) / (b - a) < 1 && kb < limit) }'
}

checkers_agree() {
    xmllint --noout --schema ci/junit-portable.xsd "$folder/reports/junit.xml" &&
        python3 ci/check-junit.py "$folder/reports/junit.xml" &&
        python3 ci/check-ctrf.py "$folder/reports/ctrf.json"
}

a=$(measure "$few") && b=$(measure "$many") || { echo "FAIL  the library does not pass"; exit 1; }
# shellcheck disable=SC2086
test_that "less than 1 KB stays of a passed case ($a and $b: cases, kB, s)" \
    less_than_a_kilobyte_stays $a $b
test_that "the reports of so many are what readers take" checkers_agree
exit $failed
