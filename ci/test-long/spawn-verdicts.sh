#!/bin/sh
# The same client in virtual and in real time, twenty times as fast as the module: a sample of days has
# the same verdicts. A day on which they may differ is named here, with the race that decides it.
# usage: ci/test-long/spawn-verdicts.sh [FOTARIG]
set -u
cd "$(dirname "$0")/../.." || exit 2
fotarig=${1:-build/debug/fotarig}
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
days='documented/update-by-http documented/already-current documented/update-without-progress
status/status-6-left-over status/status-7-left-over update/update-fails update/third-revision
update/no-urcs-on-this-port line/silent-after-the-success update/power-cut-in-update'
# DAY, and why: both verdicts are right there.
races=

"$fotarig" run scenarios/documented/already-current.yaml --host warp:true >"$folder/out" 2>&1
if [ $? = 4 ]; then
    echo "ok   nothing can be compared here: $(cat "$folder/out")"
    exit 0
fi

# usage: verdicts HOST OPTIONS...: a line a case, sorted, without its time
verdicts() {
    host=$1
    shift
    # shellcheck disable=SC2046
    "$fotarig" run $(for day in $days; do echo "scenarios/$day.yaml"; done) "$@" \
        --host "$host:/usr/bin/python3 harness/example/better.py" |
        sed -n 's/^\(passed\|FAILED\|skipped\|error\) *\([^(]*[^ (]\) *(.*s on the bench).*/\1 \2/p
            s/^\(skipped\) \([^:]*: [^:]*\):.*/\1 \2/p' | sort
}

verdicts warp >"$folder/warp"
verdicts spawn --speed 20 --jobs 4 >"$folder/spawn"
failed=0
[ "$(wc -l <"$folder/warp")" -ge 10 ] || failed=1
diff "$folder/warp" "$folder/spawn" | grep '^[<>]' | while read -r side verdict day; do
    case $races in
    *"$day"*) echo "ok   a race on $day: $side $verdict" ;;
    *) echo "FAIL $day: $side $verdict" ;;
    esac
done >"$folder/differ"
cat "$folder/differ"
! grep -q '^FAIL' "$folder/differ" || failed=1
[ $failed = 1 ] || echo "ok   $(wc -l <"$folder/warp") days have the same verdicts in virtual and in real time"
exit $failed
