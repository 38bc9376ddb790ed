"""Ten bad days as logs of real tools, imported: which bytes are there again, and what was lost.

usage: bad-days.py PROGRAM FOLDER [TOOL...]
A day is a scenario's run; its bytes are played through the tool, one end after the other.
"""
import collections
import difflib
import importlib.util
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
import tty
import types

DAYS = ["update/update-fails", "update/final-urc-lost", "download/result-urc-lost",
        "line/dtr-falls-in-the-update", "power/power-cut-at-the-result",
        "power/housekeeping-cut-kills-the-module", "download/module-resets-during-download",
        "update/sim-card-lost", "download/network-error-601-once", "status/status-6-left-over"]
PATIENCE_S = 30


def day(program, folder, name):
    """[(direction, bytes)] of a run."""
    out = f"{folder}/{name.replace('/', '-')}"
    path = f"scenarios/{name}.yaml"
    if not os.path.exists(path):
        path = f"scenarios/update/{name.split('/')[1]}.yaml"
    subprocess.run([program, "run", "-q", path, "--trace", out], stdout=subprocess.DEVNULL)
    said = []
    with open(f"{out}/{sorted(os.listdir(out))[0]}", encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            if event.get("kind") in ("to-module", "to-host"):
                said.append((event["kind"], bytes_of(event)))
    return said


def bytes_of(event):
    return bytes.fromhex(event["hex"]) if "hex" in event else event.get("text", "").encode("latin-1")


def raw_pty():
    master, slave = pty.openpty()
    tty.setraw(slave)
    return master, slave


def until_read(fd, size, others=()):
    """Reads so many bytes; what others have is read and thrown away."""
    got, end = 0, time.monotonic() + PATIENCE_S
    while got < size and time.monotonic() < end:
        for ready in select.select([fd, *others], [], [], 0.2)[0]:
            count = len(os.read(ready, 65536))
            got += count if ready == fd else 0
    return got == size


def drain(fd, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.05)[0]:
            try:
                os.read(fd, 65536)
            except OSError:
                return


def between(command, folder, log, said):
    module, module_slave = raw_pty()
    with open(log, "wb") as file:
        tool = subprocess.Popen(command.format(m=os.ttyname(module_slave), f=folder), shell=True,
                                stderr=file, stdout=subprocess.DEVNULL, preexec_fn=os.setsid)
    while not os.path.exists(folder + "/host"):
        time.sleep(0.02)
    host = os.open(folder + "/host", os.O_RDWR | os.O_NOCTTY)
    tty.setraw(host)
    for kind, data in said:
        one, other = (host, module) if kind == "to-module" else (module, host)
        os.write(one, data)
        until_read(other, len(data))
    time.sleep(0.3)
    os.killpg(tool.pid, signal.SIGTERM)
    tool.wait()
    for fd in (host, module, module_slave):
        os.close(fd)


def terminal(command, folder, log, said, leave=b""):
    module, module_slave = raw_pty()
    attributes = termios.tcgetattr(module_slave)
    attributes[4] = attributes[5] = termios.B115200
    termios.tcsetattr(module_slave, termios.TCSANOW, attributes)
    pid, screen = pty.fork()
    if pid == 0:
        os.environ.update(TERM="vt100", HOME=folder)
        with open(folder + "/.minirc.dfl", "w", encoding="utf-8") as file:
            file.write(f"pu port {os.ttyname(module_slave)}\npu minit\npu mreset\npu rtscts No\n")
        os.execvp("sh", ["sh", "-c", command.format(m=os.ttyname(module_slave), f=folder, o=log)])
    drain(screen, 1.5)
    for kind, data in said:
        if kind == "to-module":
            os.write(screen, data)
            until_read(module, len(data), (screen,))
        else:
            os.write(module, data)
            drain(screen, 0.03)
    drain(screen, 1.0)
    if leave:
        os.write(screen, leave)
        drain(screen, 1.5)
    os.kill(pid, signal.SIGTERM)
    drain(screen, 0.5)
    os.close(screen)
    os.waitpid(pid, 0)
    os.close(module)
    os.close(module_slave)


SAMPLES_A_BIT = 8


def analyser(command, folder, log, said):
    """What a logic analyser samples at 115200 bit/s, decoded: bit 0 to the module, bit 1 to the host."""
    with open(folder + "/samples", "wb") as file:
        for kind, data in said:
            line = 1 if kind == "to-module" else 2
            file.write(b"\x03" * 20 * SAMPLES_A_BIT)
            for byte in data:
                levels = [0, *(byte >> bit & 1 for bit in range(8)), 1]
                file.write(b"".join(bytes([3 - line + line * level]) * SAMPLES_A_BIT
                                    for level in levels))
        file.write(b"\x03" * 20 * SAMPLES_A_BIT)
    with open(log, "wb") as file:
        subprocess.run(command.format(f=folder), shell=True, stdout=file, check=True)


# What goes wrong while ModemManager looks for a module and enables it.
MODEM_MANAGER_DAYS = [
    "{command: 'AT+CGMM'}, do: [{lose-to-host: 4B}]",
    "{command: 'AT+CPIN?'}, do: [{reset: crash}]",
    "{command: 'AT+CGSN'}, do: [{insert-to-host: \"\\x00\\xff\\x12\\x909\"}]",
    "{command: 'AT+CGMI'}, do: [{delay: 4s}]",
    "{command: 'AT+CGMR'}, do: [{duplicate-to-host: 12B}]",
    "{command: 'AT+CGMM'}, do: [{reply: ['+CME ERROR: 100']}]",
    "{command: 'AT+CMEE=1'}, do: [{network: down}]",
    "{command: 'AT+CGMI'}, do: [{urc: '+CMTI: \"SM\",9'}]",
    "{command: 'AT+GCAP'}, do: [{lose-to-module: 3B}]",
    "{command: 'AT+CPIN?'}, do: [{urc: 'UNDER-VOLTAGE WARNNING'}]",
]
SCENARIO = """scenario: a module that ModemManager finds
why: it is a bad day
update:
  from: 1529B08SIM7000G
  to: 1529B09SIM7000G
  package: {{url: 'http://fota.example/update.zip', size: 1KiB}}
module: {{variant: SIM7000G}}
events: [{{when: {}, may-not-fire: yes}}]
expect: {{within: 1h}}
"""


def wait_for(path):
    end = time.monotonic() + PATIENCE_S
    while not os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.02)


def size_at_rest(path, quiet_s=3, patience_s=60):
    """What a trace holds when nothing more comes: what comes while a program ends it may not read."""
    size, since = -1, time.monotonic()
    end = since + patience_s
    while time.monotonic() < min(end, since + quiet_s):
        if os.path.getsize(path) != size:
            size, since = os.path.getsize(path), time.monotonic()
        time.sleep(0.05)
    return size


def modem_manager(program, folder, log, number):
    """ModemManager at a module that has a bad day; what went over the line, recorded between."""
    spec = importlib.util.spec_from_file_location("client", "ci/test/client-modemmanager.py")
    client = importlib.util.module_from_spec(spec)
    sys.path.insert(0, "ci/test")
    spec.loader.exec_module(client)
    client.PORTS = client.PORTS[:1]
    with open(folder + "/day.yaml", "w", encoding="utf-8") as file:
        file.write(SCENARIO.format(MODEM_MANAGER_DAYS[number]))
    children = [subprocess.Popen([program, "sim", "--scenario", folder + "/day.yaml", "--link",
                                  folder + "/module"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]
    wait_for(folder + "/module")
    children.append(subprocess.Popen(
        [program, "record", "--module", f"pty:{folder}/module", "--host", f"pty:{folder}/host.usb-at",
         "-o", folder + "/recorded.jsonl"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    wait_for(folder + "/host.usb-at")
    with client.Daemons(folder, types.SimpleNamespace(link=folder + "/host")) as daemons:
        client.PATIENCE_S = PATIENCE_S
        try:
            daemons.wait_for(["-m", "any"], r"state: .*(disabled|registered)")
            daemons.mmcli("-m", "any", "--enable")
        except client.Mismatch:
            pass  # on some days it finds none
        heard = size_at_rest(folder + "/recorded.jsonl")
    for child in reversed(children):
        child.send_signal(signal.SIGTERM)
        child.wait()
    os.rename(daemons.log, log)
    with open(folder + "/recorded.jsonl", encoding="utf-8") as file:
        events = [event for event in map(json.loads, file.read(heard).splitlines())
                  if event.get("kind") in ("to-module", "to-host")]
    first = next((index for index, event in enumerate(events) if event["kind"] == "to-module"), 0)
    return [(event["kind"], bytes_of(event)) for event in events[first:]]


# name: how, command, what the log holds whole
TOOLS = {
    "socat-x": (between, "socat -x pty,raw,echo=0,link={f}/host {m},raw,echo=0", ("to-module", "to-host")),
    "socat-xv": (between, "socat -x -v pty,raw,echo=0,link={f}/host {m},raw,echo=0",
                 ("to-module", "to-host")),
    "socat-v": (between, "socat -v pty,raw,echo=0,link={f}/host {m},raw,echo=0",
                ("to-module", "to-host")),
    "tio": (terminal, "tio -b 115200 -l --log-file {o} {m}", ("to-host",)),
    "picocom": (terminal, "picocom -q -b 115200 -g {o} {m}", ("to-host",)),
    "script": (terminal, "script -q -c 'picocom -q -b 115200 {m}' {o}", ("to-host",)),
    "minicom": (terminal, "minicom -b 115200 -D {m} -o -C {o}", ()),
    "sigrok-cli": (analyser, "sigrok-cli -i {f}/samples -I binary:numchannels=2:samplerate=921600 "
                   "-P uart:tx=0:rx=1:baudrate=115200:format=hex -A uart=rx-data:tx-data "
                   "--protocol-decoder-samplenum -l 4 2>/dev/null", ("to-module", "to-host")),
    "ModemManager": (modem_manager, None, ("to-module", "to-host")),
}


# What ends a tool so that it writes out its log.
LEAVE = {"script": (b"\x01\x11",), "minicom": (b"\x01x\r",), "picocom": (b"\x01\x11",)}


def imported(program, log, folder):
    """({direction: bytes}, what the import tells)"""
    done = subprocess.run([program, "import", log, "-o", folder + "/imported.jsonl"],
                          stderr=subprocess.PIPE, text=True, timeout=60)
    got = {"to-module": b"", "to-host": b""}
    if done.returncode == 0:
        with open(folder + "/imported.jsonl", encoding="utf-8") as file:
            for line in file:
                event = json.loads(line)
                if event.get("kind") in got:
                    got[event["kind"]] += bytes_of(event)
    return got, done.stderr.splitlines()[:1]


def lost(want, got):
    """The bytes of `want` that are not in `got`, in their order."""
    matcher = difflib.SequenceMatcher(None, want, got, autojunk=False)
    kept = set()
    for block in matcher.get_matching_blocks():
        kept.update(range(block.a, block.a + block.size))
    return bytes(byte for index, byte in enumerate(want) if index not in kept)


def kinds_of(data):
    """How many line ends, other control characters and characters of text."""
    ends = sum(byte in b"\r\n" for byte in data)
    control = sum(byte < 32 or byte > 126 for byte in data) - ends
    return collections.OrderedDict(ends=ends, control=control, text=len(data) - ends - control)


def main(program, folder, *tools):
    failed = 0
    days = [(name, day(program, folder, name)) for name in DAYS]
    for tool in tools or TOOLS:
        how, command, whole = TOOLS[tool]
        missing = {"to-module": b"", "to-host": b""}
        size = collections.Counter()
        for number, (name, said) in enumerate(days):
            place = f"{folder}/{tool}-{number}"
            os.makedirs(place)
            if how is modem_manager:
                said = how(program, place, place + "/log", number)
            else:
                how(command, place, place + "/log", said, *LEAVE.get(tool, ()))
            got, _ = imported(program, place + "/log", place)
            for kind in missing:
                want = b"".join(data for one, data in said if one == kind)
                size[kind] += len(want)
                missing[kind] += lost(want, got[kind])
        good = not any(missing[kind] for kind in whole) and kinds_of(missing["to-host"])["text"] == 0
        failed += not good
        told = "; ".join(
            f"{kind} {len(missing[kind])} of {size[kind]} bytes lost"
            + (" (" + ", ".join(f"{count} {what}" for what, count in
                                kinds_of(missing[kind]).items() if count) + ")" if missing[kind]
               else "") for kind in missing)
        print(f"{'ok   ' if good else 'FAIL '} {tool}: {told}", flush=True)
        for kind in whole if not good else ():
            print(f"      lost {kind}: {missing[kind]!r:.600}", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
