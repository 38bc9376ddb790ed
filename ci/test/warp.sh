#!/bin/sh
# Programs that nobody here wrote the bench for, unmodified, in virtual time: verdicts, claims, the same
# journals twice, and nothing left running. Where the machine can't supervise, it says so and passes.
# usage: FOTARIG=PROGRAM ci/test/warp.sh
. "$(dirname "$0")/../host-tests"

"$fotarig" run scenarios/documented/already-current.yaml --host warp:true >"$folder/out" 2>&1
if [ $? = 4 ] && grep -q 'warp:' "$folder/out"; then
    echo "ok    warp: skipped, for this machine can't supervise: $(head -n 1 "$folder/out")"
    exit 0
fi

for client in poll threads; do
    ${CC:-cc} -std=gnu11 -O1 -pthread -o "$folder/$client" "ci/clients/$client.c" || exit 2
    want 0 '4 passed' "$client on documented days" scenarios/documented --host "warp:$folder/$client"
done

# The same journals, twice, whatever the program is made of.
for client in "$folder/poll" "$folder/threads"; do
    for pass in 1 2; do
        "$fotarig" run scenarios/status scenarios/documented --host "warp:$client" --digests |
            grep '^digest' >"$folder/digests.$pass"
    done
    cmp -s "$folder/digests.1" "$folder/digests.2" && [ -s "$folder/digests.1" ]
    report "${client##*/}: the same journals twice" $?
done

for client in 'bash ci/clients/client.bash' 'node ci/clients/client.js'; do
    command -v "${client%% *}" >/dev/null || continue
    want 0 '1 passed' "$client" scenarios/documented/update-by-http.yaml --host "warp:$client" --digests
    grep '^digest' "$folder/out" >"$folder/digests.1"
    want 0 '1 passed' "$client" scenarios/documented/update-by-http.yaml --host "warp:$client" --digests
    grep '^digest' "$folder/out" | cmp -s - "$folder/digests.1"
    report "$client: the same journal twice" $?
done

# A client as one writes it, and the same after its verdicts were read: where the first breaks a rule
# the second passes, and the core breaks none anywhere.
days='update/power-cut-in-update:status-read
update/refused-and-begun-all-the-same:one-start
update/commands-while-updating:no-restart-while-updating
update/success-claimed-but-unchanged:honest-updated
update/third-revision:honest-updated
update/final-urc-lost:honest-failed
status/failure-line-and-no-status:package-removed
status/status-6-left-over:flag-cleared
status/status-3-modem-restore-failed:no-restart-while-updating
download/leaves-nothing-in-flash:package-complete
documented/update-without-progress:no-restart-while-updating
line/silent-after-the-success:no-clear-while-updating
update/no-urcs-on-this-port:honest-failed'
files=
for day in $days; do
    file=scenarios/${day%:*}.yaml
    files="$files $file"
    want 1 "rule ${day#*:}" "the naive client on ${day%:*}" "$file" \
        --host 'warp:/usr/bin/python3 harness/example/naive.py'
done
# shellcheck disable=SC2086
want 0 ' 0 failed, 0 error' 'the better client' $files --host 'warp:/usr/bin/python3 harness/example/better.py'
want 0 ' 0 failed, 0 error' 'the core by the rules for any client' scenarios --quiet --rules fota
want 0 ' 0 failed' 'a rule left out' scenarios/documented/update-without-progress.yaml \
    --host 'warp:/usr/bin/python3 harness/example/naive.py' \
    --leave-out 'no-restart-while-updating=ours has a watchdog'
want 2 'expected RULE=REASON' 'a rule that is none' scenarios/documented --leave-out speed=no

# What the core is refused by its board a program never asks for; what the core refuses it may do.
want 0 'the day did not happen: the board refuses' 'a day of the board' scenarios/host/checkpoint-refused.yaml \
    --host "warp:$folder/poll"
want 0 '3 cases: 3 passed' "the core's own consent" scenarios/host/downgrade-without-consent.yaml \
    --host "warp:$folder/poll"

day=scenarios/documented/update-by-http.yaml
want 1 'rule ends' 'a program that never ends' $day --host 'warp:sleep 1000000'
want 1 'signal 11' 'a program that crashes' $day --host "warp:sh -c 'kill -SEGV \$\$'" --timeline
want 1 'written more than' 'a program that floods' $day --host warp:yes --timeline
want 1 'expect.outcome: want updated, got refused' 'a claim by status' $day \
    --host "warp:sh -c 'exit 3'" --claims 0=updated,3=refused
want 1 'rule honest-updated' 'a false claim by a line' $day --host "warp:echo outcome updated"
want 2 'is no claim' 'a claim that is none' $day --host warp:true --claims 0=wonderful
want 2 'goes with --host warp' 'claims of the core' $day --claims 0=updated
want 4 'cannot be run' 'a program that is not there' $day --host warp:/nonexistent/client
want 1 "token [^ ]* --host 'warp:sh -c .*--claims 0=updated,3=refused" 'how to repeat it names the client' \
    $day --host "warp:sh -c 'exit 3'" --claims 0=updated,3=refused
want 4 'quote of the command is not closed' 'a command that is none' $day --host "warp:sh 'x"

# What its author should know, once each, with the bytes; and what the client has written.
hint() {
    text=$1 what=$2 script=$3
    want 1 "$text" "$what" $day --claims 3=refused --reports "$folder/reports" \
        --host "warp:sh -c 'exec 3<>\$FOTA_PORT; sleep 20; $script; echo I am lost >&2; sleep 3; exit 3'"
}
hint 'hint no-cr: the client sent AT.nAT+CFOTA' 'commands without a CR' 'printf "AT\nAT+CFOTA?\nAT+GMR\n" >&3'
hint 'hint other-url: the client asked for http://my.example/u.zip, and' 'a URL that nobody serves' \
    'printf "AT+HTTPTOFS=\"http://my.example/u.zip\",\"/fota/update.zip\"\r" >&3'
hint 'hint unanswered: .* sent AT+GMR, 0 ms after AT+CSQ' 'two commands at once' 'printf "AT+CSQ\rAT+GMR\r" >&3'
cat >"$folder/echo.py" <<'END'
import os, sys, time
port = os.open(os.environ["FOTA_PORT"], os.O_RDWR | os.O_NOCTTY)
time.sleep(20)
for _ in range(3): # the first is lost: the module finds its rate by it
    os.write(port, b"AT\r")
    time.sleep(1)
for command in b"AT+COPS=?\r", b"AT+GMR\r":
    os.write(port, command)
    heard = b""
    while command not in heard:
        heard += os.read(port, 100)
sys.exit(3)
END
want 1 'hint nothing-sent: ' 'a client that does not start' $day --host "warp:/usr/bin/python3 -c 'import nothing_here'"
want 1 'hint echo-taken: .* sent AT+GMR, .* after AT+COPS' 'an echo taken for an answer' $day --claims 3=refused \
    --host "warp:/usr/bin/python3 $folder/echo.py"
hint 'stderr   : I am lost' 'the last words of a client' 'printf "AT\r" >&3'
grep -q 'ATTACHMENT|.*documented-update-by-http.stderr.txt' "$folder/reports/junit.xml" &&
    grep -q 'documented-update-by-http.stderr.txt' "$folder/reports/ctrf.json" &&
    grep -q 'I am lost' "$folder/reports/documented-update-by-http.stderr.txt"
report 'its outputs are attached to the reports' $?
grep -q '<system-err><!.CDATA.I am lost$' "$folder/reports/junit.xml" &&
    tr -d ' \n\t' <"$folder/reports/ctrf.json" | grep -q '"stderr":\["Iamlost"\]'
report 'what it has written at last stands in the reports' $?
! "$fotarig" run scenarios/status --quiet --host "warp:$folder/poll" | grep hint >"$folder/out"
report 'no hint for a client that waits for its answers' $?

# The naive client in C, as its head says.
${CC:-cc} -std=c11 -Wall -Wextra -Werror -o "$folder/naive" harness/example/naive.c || exit 2
want 0 '1 passed' 'the naive client in C on the good day' $day --host "warp:$folder/naive"
want 1 'rule no-restart-while-updating' 'and without progress' scenarios/documented/update-without-progress.yaml \
    --host "warp:$folder/naive"

# Every single fault at lines of a run, from the start each time; the command that is printed repeats it.
"$fotarig" explore $day --host "warp:$folder/poll" --at to-module-line --only lose-line --only silence \
    >"$folder/out" 2>&1
[ $? = 1 ] && [ "$(grep -c '^  finding' "$folder/out")" -ge 5 ] && grep -q 'explored 44 of 44' "$folder/out"
report 'a client of somebody else is explored' $?
token=$(sed -n 's/.*--token \([^ ]*honest\|[^ ]*silence@to-module-line:16\) .*/\1/p' "$folder/out" | head -n 1)
want 1 'rule honest-failed' 'a finding is repeated by its token' $day --host "warp:$folder/poll" --token "$token"
"$fotarig" explore $day --host tcp://127.0.0.1:1 >"$folder/out" 2>&1
[ $? = 2 ] && grep -q 'only clients in virtual time' "$folder/out"
report 'a client in real time is not explored' $?

# A program that leaves something behind, and a bench that is killed.
"$fotarig" run $day --host "warp:bash -c 'exec -a left-by-warp sleep 100000 & exit 0'" >"$folder/out" 2>&1
! pgrep -f left-by-warp >/dev/null
report 'nothing is left of a program that has ended' $?
"$fotarig" run $day --jobs 1 --host "warp:bash -c 'exec -a left-by-warp sh -c \"while :; do :; done\"'" \
    >"$folder/out" 2>&1 &
bench=$!
tries=0
until pgrep -f left-by-warp >/dev/null || [ $tries -ge 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
kill -KILL $bench
wait $bench 2>/dev/null
tries=0
while pgrep -f left-by-warp >/dev/null && [ $tries -lt 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
! pgrep -f left-by-warp >/dev/null
report 'nothing runs on after the bench was killed' $?
exit $failed
