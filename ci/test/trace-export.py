"""Exports of a trace that need no other program: lanes nest, text has all bytes, messages.

usage: trace-export.py PROGRAM TRACE FOLDER      prints "ok ..." or "FAIL ..." per test
"""
import json
import re
import subprocess
import sys

from dialog import tell, told_status

program, trace, folder = sys.argv[1:4]


def export(form, path=trace):
    return subprocess.run([program, "export", "--to", form, path], capture_output=True, check=False)


def bytes_of(event):
    return bytes.fromhex(event["hex"]) if "hex" in event else event.get("text", "").encode("latin-1")


def overlaps(slices):
    """The first two of a lane that overlap without one lying in the other."""
    stack = []
    for one in sorted(slices, key=lambda e: (e["ts"], -e["dur"])):
        while stack and one["ts"] >= stack[-1]["ts"] + stack[-1]["dur"]:
            stack.pop()
        if stack and one["ts"] + one["dur"] > stack[-1]["ts"] + stack[-1]["dur"]:
            return stack[-1], one
        stack.append(one)
    return None


with open(trace, encoding="ascii") as file:
    events = [json.loads(line) for line in file]

lanes = json.loads(export("trace-event").stdout)["traceEvents"]
slices = [e for e in lanes if e["ph"] == "X"]
bad = [found for tid in {e["tid"] for e in slices}
       if (found := overlaps([e for e in slices if e["tid"] == tid]))]
tell(len(slices) > 20 and not bad, "durations of a lane nest", bad[:1])
tell(overlaps([{"ts": 0, "dur": 5}, {"ts": 3, "dur": 5}]) is not None, "an overlap would be seen")
commands = [e["args"]["result"] for e in slices if e["name"] == "AT+CFOTA=1"]
tell(commands == ["OK"], "a command has its result", commands)
named = {e["args"]["name"] for e in lanes if e["name"] == "thread_name"}
tell(named >= {"commands", "module", "client", "unsolicited"}, "lanes have names", named)

text = export("text").stdout.decode("ascii")
for sign, kind in ((">", "to-module"), ("<", "to-host")):
    got = "".join(re.findall(rf"^ *\d+\.\d+ {sign}  (.*)$", text, re.M))
    want = b"".join(bytes_of(e) for e in events if e.get("kind") == kind)
    back = re.sub(r"\\(x..|.)", lambda m: {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}.get(m[1]) or
                  chr(int(m[1][1:], 16)), got).encode("latin-1")
    tell(want and back == want, f"the text has all bytes {kind}")

with open(folder + "/cut.jsonl", "wb") as file:
    file.write(open(trace, "rb").read()[:-7])
run = export("text", folder + "/cut.jsonl")
tell(run.returncode == 0 and b"the last line was cut" in run.stderr, "a cut trace is exported",
     run.stderr)
with open(folder + "/bad.jsonl", "w", encoding="ascii") as file:
    file.write(json.dumps(events[0]) + '\n{"us":1,"kind":"to-host","txt":"A"}\n')
run = export("pcapng", folder + "/bad.jsonl")
tell(run.returncode == 3 and b"bad.jsonl:2:" in run.stderr and b"unknown key \"txt\"" in run.stderr,
     "a broken trace is told with its place", run.stderr)
run = export("text", folder + "/none.jsonl")
tell(run.returncode == 3 and b"none.jsonl" in run.stderr, "a trace that is not there is told")
sys.exit(told_status())
