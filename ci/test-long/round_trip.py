"""What a lifted scenario is worth: is its run the one that the trace holds?"""
import json
import os
import re
import subprocess

REPEATS = re.compile(r"# (\d+) of the events only repeat")
EXPLAINED = re.compile(r"# lifted from .*: (\d+) of (\d+) exchanges")


def lines_of(path):
    """The events of a trace without its header."""
    with open(path, encoding="utf-8") as file:
        next(file)
        for line in file:
            yield json.loads(line)


def text_of(event):
    """What went over the line, a character a byte."""
    return event["text"] if "text" in event else bytes.fromhex(event.get("hex", "")).decode("latin-1")


def commands(path, until_outcome=False, at_host=False):
    """The AT lines in their order, what is said again at once folded. At the host's end those are
    not seen that a scenario puts in; they go before what sets them off."""
    said, held, put_in = [], "", False
    for event in lines_of(path):
        put_in |= at_host and event["kind"] == "fault" and event.get("text") == "insert-to-module"
        if until_outcome and event["kind"] == "core" and event.get("event") == "outcome":
            break
        if event["kind"] != "to-module":
            continue
        if put_in:
            put_in = False
            continue
        held += text_of(event)
        *whole, held = held.split("\r")
        for line in whole:
            line = line.strip("\n")
            if line[:2].upper() == "AT" and (not said or said[-1] != line):
                said.append(line)
    return said


def outcome(path):
    """What the core said at the end; None: nothing."""
    for event in lines_of(path):
        if event["kind"] == "core" and event.get("event") == "outcome":
            return event["detail"].split(",")[0]
    return None


def bytes_only(path, copy):
    """The same trace as a listener in the middle of a cable would have it."""
    hidden = ("revision", "subject", "repeat", "model")
    with open(path, encoding="utf-8") as file, open(copy, "w", encoding="utf-8") as out:
        head = json.loads(next(file))
        for key in hidden:
            head.pop(key, None)
        out.write(json.dumps(head, separators=(",", ":")) + "\n")
        for line in file:
            if json.loads(line)["kind"] in ("to-module", "to-host", "rate"):
                out.write(line)


def size_of(path):
    """Bytes of a scenario without its comments."""
    with open(path, encoding="utf-8") as file:
        return sum(len(line) for line in file if line.strip() and not line.startswith("#"))


def lift(fotarig, trace, scenario, limit_s=600):
    """(explained, of, events that only repeat); None: it could not be lifted."""
    try:
        subprocess.run([fotarig, "lift", "-q", trace, "-o", scenario], timeout=limit_s,
                       stderr=subprocess.DEVNULL)
        with open(scenario, encoding="utf-8") as file:
            text = file.read()
    except (OSError, subprocess.TimeoutExpired):
        return None
    explained, repeats = EXPLAINED.search(text), REPEATS.search(text)
    if not explained:
        return None
    return int(explained[1]), int(explained[2]), int(repeats[1]) if repeats else 0


def run(fotarig, scenario, folder, seed):
    """The trace of the scenario's one case; its verdict is not asked."""
    subprocess.run([fotarig, "run", "-q", scenario, "--trace", folder, "--seed", str(seed)],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stem = scenario.rsplit("/", 1)[-1].removesuffix(".yaml")
    found = [f"{folder}/{name}" for name in os.listdir(folder)
             if name.startswith(stem) or name.endswith(stem + ".jsonl")]
    return found[0] if found else None
