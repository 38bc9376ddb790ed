"""The traces of `fotarig run --trace` against its timeline, read by Python's own JSON.

usage: trace-run.py PROGRAM FOLDER SCENARIO...      one case each; prints "ok ..." or "FAIL ..." per test

What stands in a timeline line of bytes is in the trace: time, direction and each byte. Every line
of the trace is as the published schema demands, and the schema is the program's.
"""
import glob
import json
import os
import re
import subprocess
import sys

import jsonschema

from dialog import tell, told_status

program, folder, scenarios = sys.argv[1], sys.argv[2], sys.argv[3:]


def unescape(text):
    """Bytes of a timeline's text."""
    def one(match):
        code = match[1]
        return {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}.get(code) or chr(int(code[1:], 16))
    return re.sub(r"\\(x[0-9A-F]{2}|.)", one, text).encode("latin-1")


def bytes_of(event):
    return bytes.fromhex(event["hex"]) if "hex" in event else event.get("text", "").encode("latin-1")


def timeline(text):
    for line in text.splitlines():
        found = re.match(r" *(\d+)\.(\d{6})  (to-module |to-host   ) (.*)$", line)
        if found:
            yield int(found[1] + found[2]), found[3].strip(), unescape(found[4])


schema_text = subprocess.run([program, "check", "--trace-schema"], check=True,
                             capture_output=True).stdout
with open("harness/trace/trace.schema.json", "rb") as file:
    tell(file.read() == schema_text, "trace.schema.json is the program's ('make schema' writes it)")
validator = jsonschema.Draft7Validator(json.loads(schema_text))

for scenario in scenarios:
    run = subprocess.run([program, "run", scenario, "--timeline", "--trace", folder],
                         check=True, capture_output=True, text=True)
    traces = glob.glob(folder + "/*.jsonl")
    with open(traces[0], encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    want = list(timeline(run.stdout))
    got = [(e["us"], e["kind"], bytes_of(e)) for e in events[1:] if e["kind"].startswith("to-")]
    differing = [pair for pair in zip(want, got) if pair[0] != pair[1]]
    tell(len(traces) == 1 and want and len(want) == len(got) and not differing,
         f"{scenario}: the trace has the bytes of the timeline",
         f"{len(traces)} traces, want {len(want)} pieces, got {len(got)}: {differing[:1]}")
    wrong = [error.message for event in events for error in validator.iter_errors(event)]
    tell(not wrong, f"{scenario}: each line is as the schema says", wrong[:1])
    os.remove(traces[0])

for bad in ({"us": 1}, {"us": -1, "kind": "note"}, {"us": 1, "kind": "note", "colour": 1},
            {"us": 1, "kind": "to-host", "text": "\u20ac"}, {"us": 1, "kind": "none"},
            {"us": 1, "kind": "note", "marks": ["sure"]}, {"us": 1, "kind": "note", "hex": "0"}):
    tell(list(validator.iter_errors(bad)), f"the schema refuses {bad}")
sys.exit(told_status())
