#!/usr/bin/python3
"""customer.py - a log as customers send it: minicom's capture of a board whose update failed.

usage: customer.py TRACE >customer.log      TRACE: of `run --trace`, power-cut-in-update [50%]

What the module sent, as minicom keeps it: no CR, no times, lines broken at 80 columns; the board's
own messages between; a megabyte lost in the middle. After ATE0 no command is in it.
"""
import json
import sys

WIDTH = 80
events = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")][1:]
text = "".join(event.get("text", "") for event in events if event["kind"] == "to-host")
lines = []
for number, line in enumerate(text.replace("\r", "").split("\n")):
    lines.append(line)
    if number % 9 == 8:
        lines.append(f"[app] battery {3700 + number} mV, heap {20000 - number} of 32768 bytes free, "
                     "uplink pending, next report in 840 s")
text = "\n".join(lines)
begin = text.index("\n", text.index('"Updating",10'))
end = text.index('+CFOTA: "Updating"', begin + 60)
text = text[:begin] + "\n[... 1048576 bytes lost ...]\n" + text[end:]
for line in text.split("\n"):
    while len(line) > WIDTH:
        print(line[:WIDTH])
        line = line[WIDTH:]
    print(line)
