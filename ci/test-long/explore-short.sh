#!/bin/sh
# Pairs of faults at every line of five jobs whose time of 10 to 60 s is over in the midst of them: each run
# ends as it does when none takes over a rest, or a walk, that is known. Where deadlines come due early, what
# is wrongly taken for the same shows.
# usage: FOTARIG=path ci/test-long/explore-short.sh
. "$(dirname "$0")/../shell-tests"

# usage: job NAME TIMES OUTCOME
job() {
    cat >"$folder/$1.yaml" <<EOF
scenario: a job with little time
why: its time is over in the midst of it
tags: [explore]
vary:
  time: [$2]
update:
  from: 1351B03SIM7000C
  to: 1351B04SIM7000C
  package: {url: 'http://fota.example/update.zip', size: 2KiB}
  total-timeout: \$time
expect: {outcome: $3}
EOF
}
# usage: explore FOLDER OPTION...      certificates of the pairs; findings are not the matter here
explore() {
    into=$folder/$1
    shift
    nice -n 19 "$fotarig" explore -q -j2 --faults 2 --at to-host-line --at to-module-line --only lose-line \
        --only double-line --only late --only too-late --only silence --only collide "$@" \
        --certificates "$into" "$folder/early.yaml" "$folder/late.yaml" >"$into.out" 2>&1
    case $? in 0 | 1) ;; *) cat "$into.out"; return 1 ;; esac
}
# All but how many steps were really done.
pairs() {
    job early 10s refused && job late '23s, 30s, 45s, 60s' needs-service || return 1
    explore apart --apart && explore merged || return 1
    grep explored "$folder/merged.out"
    [ "$(grep -c explored "$folder/merged.out")" -eq 5 ] || return 1
    for certificate in "$folder/apart/"*.json "$folder/merged/"*.json; do
        sed '/^  "steps": /d' "$certificate" >"$certificate.new" && mv "$certificate.new" "$certificate"
    done
    diff -r "$folder/apart" "$folder/merged"
}
test_that "pairs at the lines of five short jobs end the same, merged and apart" pairs
exit $failed
