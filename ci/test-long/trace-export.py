"""Exports read back by the programs that they are for: tshark, sigrok-cli, umockdev-run.

usage: trace-export.py PROGRAM TRACE FOLDER      prints "ok ..." or "FAIL ..." per test
"""
import json
import re
import subprocess
import sys
import os

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../test'))
from dialog import tell, told_status  # noqa: E402

program, trace, folder = sys.argv[1:4]


def bytes_of(event):
    return bytes.fromhex(event["hex"]) if "hex" in event else event.get("text", "").encode("latin-1")


def traffic(events, kind):
    return b"".join(bytes_of(e) for e in events if e.get("kind") == kind)


def export(form, source, name):
    subprocess.run([program, "export", "--to", form, source, "-o", f"{folder}/{name}"], check=True)
    return f"{folder}/{name}"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


with open(trace, encoding="ascii") as file:
    lines = file.read().splitlines()
events = [json.loads(line) for line in lines]

# ---- Wireshark ----
pcapng = export("pcapng", trace, "x.pcapng")
info = run("tshark", "-r", pcapng, "-T", "fields", "-e", "frame.p2p_dir", "-e", "_ws.col.Protocol",
           "-e", "_ws.col.Info").stdout.splitlines()
sent = [line for line in info if line.startswith("0\tAT\tSent AT Command: AT")]
received = [line for line in info if line.startswith("1\tAT\tRcvd AT Command")]
tell(len(sent) > 30 and any("AT+CFOTA=1" in line for line in sent),
     f"tshark says 'Sent AT Command' of {len(sent)} packets", info[:5])
tell(len(received) > 60, f"and 'Rcvd AT Command' of {len(received)}", info[:5])
tell(any("\tevent\t" in line for line in info), "events are packets of text")
packets = json.loads(run("tshark", "-r", pcapng, "-T", "json", "-x").stdout)
layers = [p["_source"]["layers"] for p in packets]
for direction, kind in ((0, "to-module"), (1, "to-host")):
    got = b"".join(bytes.fromhex(layer["at_raw"][0]) for layer in layers
                   if "at_raw" in layer and layer["frame"].get("frame.p2p_dir") == str(direction))
    tell(got == traffic(events, kind), f"tshark has all bytes {kind}",
         f"{len(got)} of {len(traffic(events, kind))}")

# ---- sigrok: the first seconds, because its decoder is slow ----
short = [lines[0]] + [line for line, event in zip(lines[1:], events[1:]) if event["us"] < 13000000]
with open(folder + "/short.jsonl", "w", encoding="ascii") as file:
    file.write("\n".join(short) + "\n")
short_events = [json.loads(line) for line in short]
for rate in (115200, 921600):
    with open(folder + "/rate.jsonl", "w", encoding="ascii") as file:
        file.write("\n".join(line.replace('"rate":115200', f'"rate":{rate}') for line in short) + "\n")
    vcd = export("vcd", folder + "/rate.jsonl", f"{rate}.vcd")
    decoded = run("sigrok-cli", "-i", vcd, "-P",
                  f"uart:rx=to_host:tx=to_module:baudrate={rate}:format=hex", "-A",
                  "uart=rx-data:tx-data", "-l", "4").stdout
    for name, kind in (("tx", "to-module"), ("rx", "to-host")):
        got = bytes(int(byte, 16) for byte in re.findall(rf'{name}-data: "([0-9A-F]+)"', decoded))
        want = traffic(short_events, kind)
        tell(want and got == want, f"sigrok-cli decodes all bytes {kind} at {rate} bit/s",
             f"{len(got)} of {len(want)}")

# ---- umockdev: a host that sends what was recorded gets what was recorded ----
PLAYER = """
import os, select, sys, termios, tty
steps = eval(open(sys.argv[1]).read())
fd = os.open("/dev/ttyS9", os.O_RDWR | os.O_NOCTTY)
tty.setraw(fd)
got = b""
want = b""
for kind, data in steps:
    if kind == "to-module":
        os.write(fd, data)
        continue
    want += data
    while len(got) < len(want) and select.select([fd], [], [], 60)[0]:
        got += os.read(fd, 4096)
print("same" if got == want else (got, want))
"""
script = export("umockdev", folder + "/short.jsonl", "x.umockdev")
for name, text in (("player.py", PLAYER), ("steps", repr([(e["kind"], bytes_of(e)) for e in
                    short_events if e.get("kind") in ("to-module", "to-host")])),
                   ("tty", "P: /devices/platform/serial8250/tty/ttyS9\nN: ttyS9\n"
                    "E: DEVNAME=/dev/ttyS9\nE: SUBSYSTEM=tty\nA: dev=4:73\\n\n")):
    with open(f"{folder}/{name}", "w", encoding="ascii") as file:
        file.write(text)
played = run("umockdev-run", "--device", folder + "/tty", "--script", f"/dev/ttyS9={script}", "--",
             "/usr/bin/python3", folder + "/player.py", folder + "/steps")
tell(played.stdout.strip() == "same",
     "umockdev-run takes what the host sent and gives what the module said",
     (played.stdout + played.stderr)[-300:])
sys.exit(told_status())
