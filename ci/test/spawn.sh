#!/bin/sh
# Clients outside of the bench's process, in real time: started by it (spawn:, exec:) or coming to a
# port. Verdicts, claims, the environment, a board that restarts, and nothing left running.
# usage: FOTARIG=PROGRAM ci/test/spawn.sh
. "$(dirname "$0")/../host-tests"
day=scenarios/documented/update-by-http.yaml

run_options="--reports $folder/reports"

# A client in shell: asks whether the module is there, notes its environment, and claims.
cat >"$folder/client" <<'END'
#!/bin/sh
env | sort >"$FOTA_FOLDER/../seen-environment"
echo start >>starts
exec 3<>"$FOTA_PORT"
until printf 'AT\r' >&3 && IFS= read -r answer <&3 && case $answer in *OK* | AT*) true ;; *) false ;; esac; do
    :
done
eval "${THEN:-:}"
echo "heard $answer"
echo 'outcome refused'
END
chmod +x "$folder/client"
export TMPDIR="$folder"

want 1 'expect.outcome: want updated, got refused' 'a claim by a line' $day --speed 50 --host "spawn:$folder/client"
for name in FOTA_PORT=/dev/pts/ FOTA_URL=http FOTA_FROM= FOTA_TO= FOTA_SIZE= FOTA_DELIVERY=http \
    FOTA_DEADLINE= FOTA_SPEED=50 FOTA_BAUD=115200 'FOTA_JOB={"port":' FOTA_FOLDER="$folder"; do
    test_that "spawn: the environment has $name" grep -qF "$name" "$folder/seen-environment"
done
test_that "spawn: the environment is a list" sh -c "! grep -v '^\(FOTA_\|PATH=\|HOME=\|TMPDIR=\|LANG=\|TZ=\|PYTHON\|PWD=\|OLDPWD=\|SHLVL=\|_=\)' '$folder/seen-environment'"
want 1 'got refused' 'a claim by status' $day --speed 50 --claims 3=refused \
    --host "spawn:sh -c 'printf AT >\$FOTA_PORT; exit 3'"
want 1 'got refused' 'standard input and output as the wire' $day --speed 50 --claims 3=refused --timeline \
    --host "exec:sh -c 'printf \"AT\\r\"; read -r answer; exit 3'"
test_that "spawn: the module has heard it" grep -qF 'to-module  AT\r' "$folder/out"
want 1 'got refused' 'a port of a name of its own' $day --speed 50 --port-name "$folder/modem" --claims 3=refused \
    --host "spawn:sh -c 'printf AT >$folder/modem; exit 3'"
want 1 'got refused' 'the same in virtual time' $day --port-name "$folder/modem" --claims 3=refused \
    --host "warp:sh -c 'printf AT >$folder/modem; exit 3'"
test_that "spawn: the name is gone" sh -c "! ls '$folder/modem' 2>/dev/null"

# The module's clock stands until the port is opened: this client is slow to start, and finds it booting.
want 1 'got refused' 'a client that is slow to start' $day --speed 100 --timeline --claims 3=refused \
    --host "spawn:sh -c 'sleep 2; exec 3<>\$FOTA_PORT; printf AT >&3; exit 3'"
test_that "spawn: no time has passed meanwhile" grep -q '^ *[0-3]\.[0-9]*  \(to-module  AT\|host  *ended\)' "$folder/out"

want 1 'got the client still runs' 'a program that never ends' $day --speed 5000 \
    --host "spawn:sh -c 'exec 3<>\$FOTA_PORT; sleep 100000'"
want 1 'got signal 11 (Segmentation fault) ended the program' 'one that crashes' $day --speed 50 \
    --host "spawn:sh -c 'exec 3<>\$FOTA_PORT; kill -SEGV \$\$'"
want 1 'written more than 8 MiB' 'one that floods its output' $day --speed 50 --host "spawn:sh -c 'exec 3<>\$FOTA_PORT; exec yes'"
want 1 'sent 8 MiB more than the line can take' 'one that floods the wire' $day --speed 50 --host exec:yes
want 1 'got refused' 'one that ends before it opens its port' $day --claims 3=refused --host "spawn:sh -c 'exit 3'"
want 4 'cannot be run' 'a program that is not there' $day --host spawn:/nonexistent/client
want 2 'goes with --host warp:' 'claims of a port' $day --host pty:x --claims 0=updated
want 1 "token .* --host spawn:.* --speed 50   (real time" 'how to repeat it' $day --speed 50 --host "spawn:$folder/client"

# Its board restarts: the folder is what it remembers.
cat >"$folder/restart.yaml" <<'END'
scenario: the board restarts while the client waits
why: A program that is killed and started again finds what it kept.
update:
  from: 1351B03SIM7000C
  to: 1351B04SIM7000C
  package: {url: 'http://fota.example/update.zip', size: 100000B}
events:
  - when: {time: 10s}
    do: [{host-reset: yes, for: 2s}]
expect: {outcome: refused}
END
cat >"$folder/remembers" <<'END'
#!/bin/sh
echo start >>starts
exec 3<>"$FOTA_PORT"
[ "$(wc -l <starts)" -gt 1 ] && echo outcome refused && exit
sleep 100000
END
chmod +x "$folder/remembers"
want 0 '1 passed' 'a restart of the board' "$folder/restart.yaml" --speed 20 --host "spawn:$folder/remembers"
want 0 '1 passed' 'the same in virtual time' "$folder/restart.yaml" --host "warp:$folder/remembers"

# Nothing is left: of a program that has ended, and when the bench is killed.
"$fotarig" run $day --speed 50 --host "spawn:bash -c 'exec -a left-by-spawn sleep 100000 & exit 0'" >/dev/null 2>&1
test_that "spawn: nothing is left of a program that has ended" sh -c '! pgrep -f [l]eft-by-spawn'
"$fotarig" run $day --speed 1 --jobs 1 \
    --host "spawn:bash -c 'exec 3<>\$FOTA_PORT; exec -a left-by-spawn sleep 100000'" >/dev/null 2>&1 &
bench=$!
tries=0
until pgrep -f left-by-spawn >/dev/null || [ $tries -ge 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
kill -KILL $bench
wait $bench 2>/dev/null
tries=0
while pgrep -f left-by-spawn >/dev/null && [ $tries -lt 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
test_that "spawn: nothing runs on after the bench was killed" sh -c '! pgrep -f [l]eft-by-spawn'

# Who comes to a port: his day begins when he is there, and ends when he leaves. Where it is, is told.
for port in wait "pty:$folder/module" "unix:$folder/socket" tcp://127.0.0.1:0; do
    : >"$folder/told"
    "$fotarig" run $day --reports "$folder/reports" --speed 50 --jobs 1 --timeline --host "$port" >"$folder/out" \
        2>"$folder/told" &
    bench=$!
    /usr/bin/python3 - "$folder/told" <<'END'
import os, re, socket, sys, time
said = None
while not said:
    time.sleep(0.05)
    with open(sys.argv[1]) as told:
        said = re.search(r"^waits for a client at (?:(tcp|unix) )?(\S+).*\n", told.read(), re.M)
kind, place = said.groups()
if kind:
    address = place if kind == "unix" else (place.split(":")[0], int(place.split(":")[1]))
    wire = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
    wire.connect(address)
    fd = wire.fileno()
else:
    fd = os.open(place, os.O_RDWR | os.O_NOCTTY)
heard = b""
while b"OK" not in heard:
    os.write(fd, b"AT\r")
    time.sleep(0.1)
    os.set_blocking(fd, False)
    try:
        heard += os.read(fd, 1000)
    except BlockingIOError:
        pass
END
    wait $bench
    got=$?
    test_that "spawn: who comes to ${port%%:*} is judged: status 1 (got $got)" \
        sh -c "cat '$folder/out'; [ $got = 1 ] && grep -q 'the client has left the port' '$folder/out' &&
            grep -q 'revision: want' '$folder/out'"
done
exit $failed
