#!/bin/sh
# `fotarig run --module URL`: the core on a module behind a port of this machine; see port-matrix.py for
# the same verdicts and AT lines on every kind of port (all 20 scenarios: ci/test-long/port-matrix.sh).
. "$(dirname "$0")/../shell-tests"
modules=

stop_modules() {
    for module in $modules; do kill "$module" 2>/dev/null; wait "$module" 2>/dev/null; done
    modules=
}
trap 'stop_modules; rm -rf "$folder"' EXIT

# usage: serve NAME ARGUMENTS...      a `fotarig sim` on the link $folder/NAME, ready when it returns
serve() {
    name=$1
    shift
    : >"$folder/$name.log"
    "$fotarig" sim --link "$folder/$name" "$@" >"$folder/$name.log" 2>&1 &
    modules="$modules $!"
    tries=0
    until grep -q 'stop with' "$folder/$name.log" || [ $tries -ge 100 ]; do
        tries=$((tries + 1))
        python3 -c 'import select; select.select([], [], [], 0.1)'
    done
}

# usage: ends STATUS PATTERN COMMAND...      the exit status, and a line of the output
ends() {
    wanted=$1 pattern=$2
    shift 2
    "$@" >"$folder/out" 2>&1 </dev/null
    got=$?
    cat "$folder/out"
    echo "exit $got, expected $wanted and a line like: $pattern"
    [ $got -eq "$wanted" ] && grep -q -- "$pattern" "$folder/out"
}

update=scenarios/documented/update-by-http.yaml

python3 ci/port-matrix.py "$fotarig" 20 pty,tty,tcp,rfc2217,ser2net \
    download/network-error-601 contact/no-bearer >"$folder/matrix" || failed=1
grep -E '^(ok|FAIL)' "$folder/matrix"

test_that "a real module knows one speed" ends 2 'a real module knows one speed' \
    "$fotarig" run $update --module "pty:$folder/none" --speed 20
test_that "a port that is not there is the lab's" ends 4 "$folder/none" \
    "$fotarig" run scenarios/documented/already-current.yaml --module "pty:$folder/none"
test_that "a text that is no URL is wrong usage" ends 2 'neither .emulator. nor the URL' \
    "$fotarig" run $update --module ttyUSB2
for option in '--set rssi=3' --vary-assumed '--wire pty --far-end emulator --speed 20'; do
    # shellcheck disable=SC2086
    test_that "${option%% *} is of the emulator in this process" ends 2 'goes with --module emulator' \
        "$fotarig" run $update --module "pty:$folder/none" $option
done
test_that "the plan touches no port" ends 0 'skipped  documented/update-by-http' \
    "$fotarig" run $update --module "pty:$folder/none" --plan
test_that "the plan says what an update leaves" ends 0 'leaves the module at 1351B04SIM7000C' \
    "$fotarig" run $update --module "pty:$folder/none" --plan --allow-update \
    --package-url http://rack.example/update.zip
test_that "the plan follows the module from one case to the next" \
    ends 0 'begins at 1351B03SIM7000C, and the module runs 1351B04SIM7000C then' \
    "$fotarig" run $update $update --module "pty:$folder/none" --plan --allow-update \
    --package-url http://rack.example/update.zip

# A module that really is there, looked at as a real one: in real time.
serve real
test_that "an update needs leave" ends 0 'allow-update lets it' \
    "$fotarig" run $update --module "pty:$folder/real" --package-url http://rack.example/a.zip
test_that "what changes nothing may run on a real module" ends 0 '1 passed' \
    "$fotarig" run scenarios/documented/already-current.yaml --module "pty:$folder/real" \
    --from 1351B02SIM7000C --to 1351B03SIM7000C
test_that "a module of another revision is skipped" \
    ends 0 'begins at 1351B04SIM7000C, and the module runs 1351B03SIM7000C' \
    "$fotarig" run scenarios/documented/already-current.yaml --module "pty:$folder/real"
test_that "a module of another variant is skipped" ends 0 'for a SIM7000E, and the module says' \
    "$fotarig" run scenarios/documented/already-current.yaml --module "pty:$folder/real" \
    --from 1351B02SIM7000C --to 1351B03SIM7000C --variant SIM7000E
# A story in which no update starts, on a module on which one would.
cat >"$folder/held.yaml" <<'END'
scenario: the module is already there
why: The client must see it.
update:
  from: 1351B03SIM7000C
  to: 1351B04SIM7000C
  package: {url: 'http://fota.example/update.zip', size: 2KiB}
  delivery: http
expect:
  outcome: already-current
END
"$fotarig" package --from 1351B03SIM7000C --to 1351B04SIM7000C --size 2KiB -o "$folder/update.zip" \
    >/dev/null
serve held --package "$folder/update.zip" --log="$folder/held.traffic"
test_that "an update that nobody has allowed is held back" ends 4 'it was held back' \
    "$fotarig" run "$folder/held.yaml" --module "pty:$folder/held" --reports "$folder/reports"
test_that "the module has not heard of it" sh -c '! grep -q "CFOTA=1" "$1"' - "$folder/held.traffic"
cat >"$folder/boot.yaml" <<'END'
scenario: something happens at the second boot
why: It must be seen.
update:
  from: 1351B02SIM7000C
  to: 1351B03SIM7000C
  package: {url: 'http://fota.example/update.zip', size: 2KiB}
  delivery: http
module:
  revision: 1351B03SIM7000C
events:
  - when: {boot: 2}
    do: [{lose-to-host: line}]
expect:
  outcome: already-current
END
test_that "a boot that does not show is no trigger" ends 0 "this module's is 0 (+IPR)" \
    "$fotarig" run "$folder/boot.yaml" --module "pty:$folder/held"
serve weak --set supply=3300mV
test_that "a weak supply is the lab's error" ends 4 "supply is at 3300 mV" \
    "$fotarig" run scenarios/documented/already-current.yaml --module "pty:$folder/weak" \
    --from 1351B02SIM7000C --to 1351B03SIM7000C --reports "$folder/reports"
test_that "what went wrong on a port leaves its journal" \
    grep -q 'to-host' "$folder/reports/documented-already-current.journal"
stop_modules

serve slow --speed 5 --scenario scenarios/update/wrong-base-module.yaml --hold
test_that "a far end of another speed is the lab's error" ends 4 'the far end runs at speed' \
    "$fotarig" run scenarios/update/wrong-base-module.yaml --module "pty:$folder/slow" \
    --far-end scenario --speed 20 --reports "$folder/reports"
test_that "the journal lies with the reports" \
    grep -q 'to-host' "$folder/reports/update-wrong-base-module.journal"
leads_to_the_journal() {
    grep -q 'href="update-wrong-base-module.journal"' "$folder/reports/report.html" &&
        grep -q 'update-wrong-base-module.journal' "$folder/reports/junit.xml" &&
        grep -q '"path":.*"update-wrong-base-module.journal"' "$folder/reports/ctrf.json"
}
test_that "the reports lead to it" leads_to_the_journal
stop_modules

# A port with nobody behind it: the other side of a pty pair that only swallows.
socat -u "PTY,link=$folder/mute,raw,echo=0,ignoreeof" OPEN:/dev/null 2>"$folder/socat.log" &
modules=$!
tries=0
until [ -e "$folder/mute" ] || [ $tries -ge 100 ]; do
    tries=$((tries + 1))
    python3 -c 'import select; select.select([], [], [], 0.05)'
done
test_that "nobody behind the port is the lab's error" ends 4 'no module answers' \
    "$fotarig" run scenarios/documented/already-current.yaml --module "pty:$folder/mute" \
    --far-end emulator --speed 50 --from 1351B02SIM7000C --to 1351B03SIM7000C \
    --reports "$folder/reports"
exit $failed
