#!/bin/sh
# The matrix of harness/warp/README.md, each row by its probe: a program runs as it is in virtual time,
# ends as it should, and gives the same journal again, byte and microsecond; also while the machine is
# busy, and as a user without rights.
# usage: ci/test-long/warp-programs.sh [FOTARIG]
set -u
cd "$(dirname "$0")/../.." || exit 2
fotarig=${1:-build/debug/fotarig}
place=$(mktemp -d) || exit 2
chmod 755 "$place"
trap 'rm -rf "$place"' EXIT
failed=0
update=scenarios/documented/update-by-http.yaml

"$fotarig" run $update --host warp:true >"$place/out" 2>&1
if [ $? = 4 ]; then
    echo "ok   nothing can be tried here: $(cat "$place/out")"
    exit 0
fi

# usage: once DAY COMMAND [PREFIX...]: the run's digest and end, "" when it went wrong.
once() {
    day=$1 command=$2
    shift 2
    "$@" "$fotarig" run "$day" --rules none --timeline --digests --host "warp:$command" \
        >"$place/out" 2>&1
    sed -n 's/^digest \([0-9a-f]*\).*/\1/p; s/.*ended:\(.*\)/\1/p' "$place/out" | sort -u
}

# usage: row NAME DAY WANTED COMMAND [PREFIX...]: three times the same, and the text in the timeline.
row() {
    name=$1 day=$2 wanted=$3 command=$4
    shift 4
    program=${command%% *}
    if ! command -v "$program" >/dev/null; then
        echo "skip $name: no $program here"
        return
    fi
    first=$(once "$day" "$command" "$@")
    if ! grep -q -- "$wanted" "$place/out"; then
        echo "FAIL $name: '$wanted' is not in its timeline"
        tail -n 12 "$place/out" | sed 's/^/     /'
        failed=1
        return
    fi
    for _ in 1 2; do
        if [ "$(once "$day" "$command" "$@")" != "$first" ]; then
            echo "FAIL $name: another journal than the first time"
            failed=1
            return
        fi
    done
    echo "ok   $name"
}

cc=${CC:-cc}
$cc -O1 -D_GNU_SOURCE -o "$place/poll" ci/clients/poll.c || exit 2
$cc -O1 -D_GNU_SOURCE -pthread -o "$place/threads" ci/clients/threads.c || exit 2
$cc -O1 -D_GNU_SOURCE -static -o "$place/poll-static" ci/clients/poll.c || exit 2
$cc -O1 -D_GNU_SOURCE -static -pthread -o "$place/threads-static" ci/clients/threads.c || exit 2
$cc -O1 -D_GNU_SOURCE -fsanitize=address,undefined -o "$place/poll-asan" ci/clients/poll.c || exit 2
cp ci/clients/client.bash ci/clients/client.js ci/clients/talk.ksc harness/example/better.py "$place"
# Its cache is in $HOME; without a compiler of it the row is skipped.
! command -v go >/dev/null ||
    HOME=$place GOCACHE=$place/cache go build -o "$place/go" ci/clients/client.go || exit 2
rm -rf "$place/cache"
cat >"$place/gammurc" <<'END'
[gammu]
connection = at115200
END

good='1 cases: 1 passed'
row 'C, termios and poll' $update "$good" "$place/poll"
row 'C, threads and a condition' $update "$good" "$place/threads"
row 'static, no libc to load' $update "$good" "$place/poll-static"
row 'static, with threads' $update "$good" "$place/threads-static"
row 'AddressSanitizer, UBSan' $update "$good" "$place/poll-asan"
row 'under valgrind' $update "$good" "valgrind -q $place/poll"
row 'Python, pyserial' $update "$good" "/usr/bin/python3 $place/better.py"
row 'bash, read -t and children' $update "$good" "bash $place/client.bash"
row 'Node, streams and timers' $update "$good" "node $place/client.js"
row 'Go, goroutines and channels' $update "$good" "$place/go"

# Programs that nobody here wrote talk to the module, on three days each; the days judge clients, these
# are none, so what they say is looked at and no verdict.
for talk in scenarios/documented/already-current.yaml scenarios/status/status-6-left-over.yaml \
    scenarios/documented/update-by-http.yaml; do
    day=$(basename "$talk" .yaml)
    row "chat, Debian's, on $day" "$talk" 'command [0-9]* +CGMM' \
        "sh -c 'sleep 15; chat -t 5 \"\" AT OK-AT-OK-AT-OK ATE0 OK AT+CGMM OK <\$FOTA_PORT >\$FOTA_PORT'"
    row "picocom, Debian's, on $day" "$talk" 'command [0-9]* +CGMM' \
        "sh -c 'sleep 15; for try in AT AT AT AT+CGMM; do printf \"\$try\\\\r\"; sleep 1; done | picocom -q -b 115200 -x 3000 \$FOTA_PORT'"
    row "gammu, Debian's, on $day" "$talk" 'command [0-9]* +CGMM' \
        "sh -c 'sleep 15; printf \"AT\\\\r\" >\$FOTA_PORT; sleep 1; echo device = \$FOTA_PORT >>rc; cat $place/gammurc rc >both; gammu -c both identify'"
    row "kermit, a script, on $day" "$talk" 'command [0-9]* +CGMM' "kermit $place/talk.ksc"
done

# All of them, and the same twice more: as somebody without rights, and where nothing is on time.
# usage: everyone PREFIX-OF-NAME [PREFIX...]
everyone() {
    how=$1
    shift
    row "$how: C" $update "$good" "$place/poll" "$@"
    row "$how: C, threads" $update "$good" "$place/threads" "$@"
    row "$how: Python" $update "$good" "/usr/bin/python3 $place/better.py" "$@"
    row "$how: bash" $update "$good" "bash $place/client.bash" "$@"
    row "$how: Node" $update "$good" "node $place/client.js" "$@"
    row "$how: Go" $update "$good" "$place/go" "$@"
}

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    everyone 'as a user without rights' setpriv --reuid 65534 --regid 65534 --clear-groups env TMPDIR=/tmp
fi

# Twice as many loops as processors, so that nothing is on time.
busy=
for _ in 1 2 3 4; do
    nice -n 5 sh -c 'while :; do :; done' &
    busy="$busy $!"
done
everyone 'on a busy machine'
# shellcheck disable=SC2086
kill $busy
wait 2>/dev/null

exit $failed
