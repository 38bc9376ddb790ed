#!/bin/sh
# What the page of the first hour shows works: its commands on an emulated module, its hook of labgrid
# with a client that prints what labgrid's prints. usage: FOTARIG=path ci/test/first-hour.sh
. "$(dirname "$0")/../shell-tests"
page=harness/rack/FIRST-HOUR.md

# The block of the page that begins with this line.
block() {
    awk -v first="$1" '/^```/ { inside = !inside; text = ""; if (found) exit; next }
        inside { text = text $0 "\n"; if (index($0, first)) found = 1 }
        inside && found { if (!told) printf "%s", text; else print; told = 1 }' $page
}

write_client() {
    mkdir -p "$folder/bin"
    cat >"$folder/bin/labgrid-client" <<'END'
#!/bin/sh
echo "$LG_PLACE $*" >>"$LOG"
[ "$1" = show ] && cat <<'SHOW'
Place 'a1':
  tags: board=sim7000
  matches:
    rack1/a1/NetworkSerialPort
  acquired: rack1/tester
Acquired resource 'NetworkSerialPort' (rack1/a1/NetworkSerialPort/NetworkSerialPort):
  {'acquired': 'a1',
   'avail': True,
   'cls': 'NetworkSerialPort',
   'params': {'extra': {'path': '/dev/ttyUSB2',
                        'proxy': 'rack1',
                        'proxy_required': False},
              'host': 'rack1.lab',
              'port': 53111,
              'speed': 115200}}
SHOW
exit 0
END
    chmod +x "$folder/bin/labgrid-client"
}

labgrid_hook_prints_the_port() {
    write_client
    block 'of a labgrid place' >"$folder/hook"
    chmod +x "$folder/hook"
    export LOG="$folder/calls" PATH="$folder/bin:$PATH"
    got=$("$folder/hook" place a1) || return 1
    [ "$got" = rfc2217://rack1.lab:53111 ] || { echo "got '$got'"; return 1; }
    "$folder/hook" off a1 && "$folder/hook" release a1 || return 1
    printf '%s\n' 'a1 acquire' 'a1 show' 'a1 power off' 'a1 release' | diff - "$LOG"
}

the_first_commands_work() {
    "$fotarig" sim --link "$folder/m" --speed 20 >"$folder/sim.log" &
    sim=$!
    until grep -q 'stop with' "$folder/sim.log"; do kill -0 $sim || return 1; done
    (
        cd "$folder" && "$fotarig" rack generate "pty:$folder/m" >rack.yaml &&
            sed -i 's/^    transport:.*/&\n    far-end: emulator\n    speed: 20/' rack.yaml &&
            "$fotarig" rack probe rack.yaml
    ) && "$fotarig" run scenarios --rack "$folder/rack.yaml" --plan >"$folder/plan" &&
        grep -q '^  runs  ' "$folder/plan" &&
        "$fotarig" run scenarios/documented/already-current.yaml --rack "$folder/rack.yaml"
    status=$?
    kill $sim
    wait $sim
    return $status
}

test_that "first hour: the hook for labgrid prints the port of its place" labgrid_hook_prints_the_port
test_that "first hour: generate, probe, plan and a dialogue that writes nothing" the_first_commands_work
exit $failed
