"""`fotarig redact` over logs that real tools wrote of a dialogue with the emulator.

usage: redact.py PROGRAM FOLDER      prints "ok ..." or "FAIL ..." per test

What is looked for is what the module said when it was asked, not what a rule knows.
"""
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
import tty

from dialog import tell, told_status

program, folder = sys.argv[1:3]
PATIENCE_S = 60
SECRET = "Pa55w0rdOfMine"
COMMANDS = ["AT", "AT+CGSN", "AT+CIMI", "AT+CCID", "AT+CNUM", "AT+CEREG=2", "AT+CEREG?", "AT+CPSI?",
            f'AT+CSTT="web","me","{SECRET}"', "AT+CSTT?", f'AT+SAPBR=3,1,"PWD","{SECRET}"',
            'AT+CMGS="+4915112345678"', "AT+CGNSPWR=1", "AT+CGNSINF", "AT+CENG?",
            f'AT+HTTPINIT;+HTTPPARA="URL","http://fota.example/u?token={SECRET}"', "ATI"]


def wait_for(path):
    until = time.monotonic() + PATIENCE_S
    while not os.path.exists(path) and time.monotonic() < until:
        select.select([], [], [], 0.01)


def ask(fd, command):
    os.write(fd, command.encode() + b"\r")
    got = b""
    while not re.search(rb"\r\n(OK|ERROR|\+CM[ES] ERROR: [^\r]*)\r\n|> $", got):
        if not select.select([fd], [], [], 10)[0]:
            return got
        got += os.read(fd, 4096)
    if got.endswith(b"> "):
        os.write(fd, b"\x1b")
    return got


def dialogue(port):
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    said = b"".join(ask(fd, command) for command in COMMANDS)
    select.select([], [], [], 0.3)
    os.close(fd)
    return said


def identities(said):
    """What the module told of itself, and what the host told as secrets."""
    found = re.findall(rb"\r\n(?:\+CCID: )?\"?([0-9]{15,20}[0-9A-Fa-f]*)\"?\r\n", said)
    found += re.findall(rb'\+CNUM: "[^"]*","\+?([0-9]{7,})"', said)
    found += [cell for pair in re.findall(rb'\+CEREG: 2,\d,"([0-9A-F]+)","([0-9A-F]+)"', said)
              for cell in pair]
    found += [cell for cell in re.findall(rb"\+CPSI: [^,]*,[^,]*,[^,]*,(?:0x)?([0-9A-Fa-f]{3,}),", said)]
    found += re.findall(rb"\+CGNSINF: 1,1,[0-9.]*,([0-9.-]{6,}),", said)
    found += [b"15112345678", SECRET.encode()]
    return sorted(set(found))


def joined(path):
    """What an import makes of a log: both directions, each in one piece."""
    run = subprocess.run([program, "import", "-q", path], capture_output=True, check=False)
    sides = {"to-module": b"", "to-host": b"", "foreign": b""}
    for line in run.stdout.splitlines():
        event = json.loads(line)
        if event.get("kind") in sides:
            sides[event["kind"]] += (bytes.fromhex(event["hex"]) if "hex" in event
                                     else event.get("text", "").encode("latin-1"))
    return sides


def check(name, path, secrets):
    with open(path, "rb") as file:
        before = file.read()
    run = subprocess.run([program, "redact", path, "-o", path + ".redacted"], capture_output=True,
                         text=True, check=False)
    with open(path + ".redacted", "rb") as file:
        after = file.read()
    was, now = joined(path), joined(path + ".redacted")
    held = [s for s in secrets if any(s in side for side in was.values())]
    passed = [s for s in held if s in after or any(s in side for side in now.values())]
    tell(run.returncode == 0 and len(after) == len(before) and len(held) >= 6 and not passed,
         f"{name}: of {len(held)} identities none passes", (held, passed, run.stderr))
    tell({k: len(v) for k, v in was.items()} == {k: len(v) for k, v in now.items()},
         f"{name}: what is imported of it is as long as before")


def log_by_socat(name, options):
    link, port, log = f"{folder}/sim-{name}", f"{folder}/port-{name}", f"{folder}/{name}.log"
    sim = subprocess.Popen([program, "sim", "--link", link, "--timing", "none"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(link)
    with open(log, "wb") as file:
        socat = subprocess.Popen(["socat", *options, "pty,raw,echo=0,link=" + port,
                                  link + ",raw,echo=0"], stderr=file)
    wait_for(port)
    said = dialogue(port)
    for process in (socat, sim):
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
    return log, said


for name, options in (("socat-x-v", ["-x", "-v"]), ("socat-v", ["-v"]), ("socat-x", ["-x"])):
    log, said = log_by_socat(name, options)
    secrets = identities(said)
    check(name, log, secrets)

plain = folder + "/plain.log"
with open(plain, "wb") as file:
    file.write(said)
check("plain", plain, secrets)

with open(folder + "/stamped.log", "wb") as file:
    subprocess.run(["awk", '{ printf "[16:19:%02d.%03d] %s\\n", NR % 60, NR % 1000, $0 }', plain],
                   stdout=file, check=True)
check("stamped", folder + "/stamped.log", secrets)

run = subprocess.run([program, "redact", "--without", "imei", "-q", plain], capture_output=True,
                     check=False)
tell(any(s in run.stdout for s in secrets), "without a rule, something passes and is found")
run = subprocess.run([program, "redact", "--without", "colour", plain], capture_output=True,
                     text=True, check=False)
tell(run.returncode == 2 and "colour" in run.stderr, "a rule that is not there is told")
one, two = (subprocess.run([program, "redact", "--key", "k", "-q", plain], capture_output=True,
                           check=False).stdout for _ in range(2))
tell(one == two and one != said, "the same key gives the same stand-ins")
sys.exit(told_status())
