#!/bin/sh
# fotarig ctl against fotarig sim: every command, wrong usage, hostile clients, images and snapshots
# over a restart, the log, and that nothing is left behind.
set -u
cd "$(dirname "$0")/../.." || exit 2
fotarig=${FOTARIG:-$PWD/build/debug/fotarig}
folder=$(mktemp -d) || exit 2
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$folder"' EXIT
failed=0
cd "$folder" || exit 2

# usage: start OPTION...      serves a module at twenty times its speed
start() {
    rm -f out
    "$fotarig" sim --link ./port --control ./ctl --speed 20 "$@" >out 2>errors &
    pid=$!
    while [ ! -s out ] && kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
}

stop() {
    kill "$pid"
    wait "$pid"
    status=$?
    pid=
    return $status
}

ctl() {
    "$fotarig" ctl --socket ./ctl "$@"
}

# usage: expect STATUS WHAT COMMAND...
expect() {
    want=$1 what=$2
    shift 2
    "$@" >answer 2>&1
    got=$?
    if [ "$got" -eq "$want" ]; then
        echo "ok    $what"
    else
        echo "FAIL  $what: status $got, expected $want: $*"
        sed 's/^/      /' answer
        failed=1
    fi
}

# usage: state_is MEMBER VALUE      of `ctl state`, as Python prints it
state_is() {
    ctl state | python3 -c '
import json, sys
got = json.load(sys.stdin)[sys.argv[1]]
if isinstance(got, dict):
    got = sorted(got.items())
sys.exit(0 if str(got) == sys.argv[2] else f"{sys.argv[1]} is {got}, expected {sys.argv[2]}")
' "$1" "$2"
}

start --image ./flash --log=log
expect 0 "the socket is for its owner alone" test "$(stat -c %a,%F ctl)" = 600,socket
expect 0 "state tells a module that answers" state_is answering True
expect 0 "power is cut" ctl power cut
expect 0 "state tells that it is off" state_is powered False
expect 4 "what makes no sense is refused" ctl power cut
expect 0 "power comes back" ctl power on
expect 0 "wait-for boot comes when it has booted" ctl wait-for boot
expect 0 "and then it answers" state_is answering True
expect 0 "power cycle cuts now" ctl power cycle --for 2s
expect 0 "and gives it back" ctl wait-for boot
after=$(ctl --json state | sed 's/.*"events":\([0-9]*\).*/\1/')
expect 0 "a line is printed" ctl urc '+HELLO: 1'
expect 0 "an event since then counts" ctl wait-for urc HELLO --after "$after" --timeout 1s
expect 1 "what does not happen times out" ctl wait-for urc NEVER --timeout 100ms
expect 0 "network down" ctl network down
expect 0 "is seen" ctl wait-for network down --timeout 20s
expect 0 "network up" ctl network up
expect 0 "is seen when it has registered again" ctl wait-for network up --timeout 20s
expect 0 "a short message" ctl sms +4915112345678 'hello there'
expect 0 "voltage" ctl voltage 3.4V
expect 0 "a setting" ctl set http-rate=5KiB/s
expect 0 "settings that differ are told" sh -c "$fotarig ctl --socket ./ctl state | grep -q '\"http-rate\":.*\"5KiB/s\"'"
expect 0 "hang" ctl hang deaf
expect 0 "is told" state_is hang deaf
expect 0 "and ends" ctl hang none
expect 0 "http-result" ctl http-result 601
expect 0 "http-short" ctl http-short 5000B
expect 0 "freeze stops the time" ctl freeze
frozen=$(ctl --json state | sed 's/.*"time_us":\([0-9]*\).*/\1/')
expect 0 "of the module" state_is time_us "$frozen"
expect 0 "thaw lets it go on" ctl thaw
expect 0 "a snapshot is saved" ctl save snapshot
expect 0 "a reset" ctl reset cfun
expect 0 "is over in time" ctl wait-for boot --timeout 20s
expect 0 "the snapshot is loaded" ctl load snapshot
expect 0 "and its settings are back" state_is settings "[('http-rate', '5KiB/s'), ('supply', '3400mV')]"
head -c 5000 snapshot >short
expect 3 "a snapshot that is cut short is refused" ctl load short
expect 3 "a file that is none is refused" ctl load /etc/passwd
expect 3 "one that is not there, too" ctl load nothing
expect 0 "pwrkey switches it off" ctl pwrkey 1500ms
expect 0 "after a while" ctl wait-for power off --timeout 20s
expect 2 "an unknown command" ctl pover cut
expect 2 "a line that is neither on nor off" ctl dtr up
expect 2 "a missing argument" ctl power
expect 2 "a wrong argument" ctl reset everything
expect 2 "a wrong unit" ctl voltage 3400
expect 2 "a module that is not there" ctl state --module 7
expect 4 "no simulator" "$fotarig" ctl --socket ./nowhere state
expect 4 "a socket that is served is not taken over" "$fotarig" sim --link ./other --control ./ctl

cat >hostile.py <<'END'
import json, os, socket

def client():
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(20)
    link.connect("ctl")
    return link

def ask(link, data):
    link.sendall(data)
    got = b""
    while not got.endswith(b"\n"):
        piece = link.recv(65536)
        assert piece, "closed"
        got += piece
    return json.loads(got)

state = b'{"command":["state"]}\n'
rubbish = [b"\n", b"{}\n", b"[]\n", b"null\n", b"\0\n", b'{"command":[]}\n', b'{"command":[1]}\n',
           b'{"command":"state"}\n', b'{"command":["urc","\\u0001"]}\n', b"\xff\xfe\n",
           b'{"command":["state"],"module":-1}\n', b'{"command":["state"],"module":1e300}\n',
           b'{"command":["state"],"module":"0"}\n', b'{"command":["state","--x"]}\n',
           b'{"command":["wait-for","urc","a","--timeout"]}\n',
           b'{"command":[' + b'"a",' * 100 + b'"a"]}\n', b"[" * 5000 + b"\n"]
link = client()
for line in rubbish:
    assert ask(link, line)["ok"] is False, line
assert ask(link, b"x" * 100000 + b"\n")["error"]["kind"] == "usage"
assert ask(link, state)["ok"]
for piece in state[:-1]:
    link.sendall(bytes([piece]))
assert ask(link, b"\n")["ok"]
print("ok    rubbish is answered, and the client goes on")

link.sendall(state * 50)
got = b""
while got.count(b"\n") < 50:
    got += link.recv(65536)
print("ok    requests that come together are answered one after the other")

clients = [client() for _ in range(12)]
for one in clients:
    one.sendall(b'{"command":["wait-for","urc","TOGETHER"]}\n')
assert ask(link, b'{"command":["power","on"]}\n')["ok"]
assert ask(link, b'{"command":["wait-for","boot"]}\n')["ok"]
clients.pop().close()
assert ask(link, b'{"command":["urc","TOGETHER"]}\n')["ok"]
for one in clients:
    assert json.loads(one.recv(65536))["ok"]
print("ok    several clients wait for one event, and one may leave")

deaf = client()
for _ in range(3000):
    try:
        deaf.send(state * 20, socket.MSG_DONTWAIT)
    except (BlockingIOError, BrokenPipeError, ConnectionResetError):
        break
assert ask(link, state)["ok"]
print("ok    a client that does not read harms nobody")
many = []
for _ in range(40):
    many.append(client())
assert ask(link, state)["ok"]
print("ok    too many clients harm nobody")
END
python3 hostile.py || { echo "FAIL  hostile clients"; failed=1; }

cat >talk.py <<'END'
import os, select, sys, termios, time, tty
port = os.open("port", os.O_RDWR | os.O_NOCTTY)
tty.setraw(port)
def say(line, patience):
    os.write(port, line + b"\r")
    got, end = b"", time.time() + patience
    while b"OK\r\n" not in got and time.time() < end:
        if select.select([port], [], [], 0.05)[0]:
            got += os.read(port, 4096)
    return got
for _ in range(3 if sys.argv[2:] else 20): # autobaud
    if b"OK" in say(b"AT", 0.2):
        break
got = say(sys.argv[1].encode(), float(sys.argv[2]) if sys.argv[2:] else 20)
print(got.decode(errors="replace"))
sys.exit(0 if b"OK\r\n" in got else 1)
END
expect 0 "power on if it is off" sh -c "$fotarig ctl --socket ./ctl power on; $fotarig ctl --socket ./ctl wait-for boot"
expect 0 "the module answers on its port" python3 talk.py 'AT+CMNB=1'
expect 0 "its lines tell so" state_is lines "[('cts', True), ('dcd', False), ('dsr', True), ('ri', False)]"
expect 0 "it may sleep" python3 talk.py 'AT+CSCLK=1'
expect 0 "without DTR" ctl dtr off
expect 1 "it is deaf" python3 talk.py 'AT' 0.5
expect 0 "with DTR" ctl dtr on
expect 0 "and RTS" ctl rts on
expect 0 "it hears again" python3 talk.py 'AT+CSCLK=0'
expect 0 "SIGTERM ends it well" stop
expect 1 "the socket is gone" test -e ctl
expect 0 "nothing of the dialog is missing in the log" grep -q '>  AT+CMNB=1\\r$' log
expect 0 "in both directions" grep -q '<  .*OK\\r\\n' log
expect 0 "with events" grep -q '\*  command +CMNB=1$' log
expect 1 "nothing is on stderr" test -s errors

python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("ctl")'
start --image ./flash
expect 0 "a stale socket is replaced" state_is answering True
expect 0 "the image has kept what was saved" sh -c "python3 talk.py 'AT+CMNB?' | grep -q 'CMNB: 1'"
expect 0 "it ends" stop
touch ctl
expect 4 "a file in the place of the socket is left alone" "$fotarig" sim --link ./port --control ./ctl
expect 0 "as it was" test -f ctl
rm ctl
printf 'x' | dd of=flash bs=1 seek=200 conv=notrunc 2>/dev/null
expect 3 "a damaged image is refused" "$fotarig" sim --link ./port --image ./flash

start --image ./many --count 3
expect 0 "with several modules, one of them" ctl --module 2 power cut
expect 0 "and only that" state_is powered True
expect 0 "is meant" stop
expect 0 "each has its image" test -s many.0 -a -s many.1 -a -s many.2
exit $failed
