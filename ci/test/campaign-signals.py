"""campaign-signals.py - signals at random moments of campaigns: what the reports say is so.

usage: campaign-signals.py PROGRAM MOMENTS [SEED]      from the root of the repository; MOMENTS of
                                                       each signal and each command
       SIGNALS=HUP,PIPE    in the environment: these instead of TERM, INT and KILL
       COMMANDS=run,rack   in the environment: only these of the commands

A third of the moments lie in the first 50 ms. SIGTERM and SIGINT must leave whole reports, in which
what is told has happened and the rest is not run; SIGKILL may leave none, if it came before the
program could write, or one that says that the run is not finished. No process may stay.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
import xml.etree.ElementTree as ET

from lab import Lab, wait_for

program, moments = os.path.realpath(sys.argv[1]), int(sys.argv[2])
seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
folder = tempfile.mkdtemp()
reports = os.path.join(folder, "reports")
numbers = [signal.Signals["SIG" + name]
           for name in os.environ.get("SIGNALS", "TERM,INT,KILL").split(",")]
chosen = os.environ.get("COMMANDS", "").split(",")
UNFINISHED = "the run is not finished"
failed = 0
for ignored in (signal.SIGINT, signal.SIGHUP):
    signal.signal(ignored, signal.SIG_DFL)  # a shell's background, or nohup, ignores it, and a child would

# What takes a second or so each. In real time this machine may be too late for a case: an error.
COMMANDS = {
    "run": ["run", "scenarios", "--repeat", "2", "--quiet"],
    "run here": ["run", "scenarios", "--quiet", "--jobs", "1"],
    "run in real time": ["run", "scenarios/documented", "--speed", "40", "--jobs", "3"],
    "explore": ["explore", "scenarios/documented", "--at", "command"],
    "coverage": ["coverage", "scenarios"],
    "--vary-assumed": ["run", "--vary-assumed", "scenarios/documented"],
    "rack": ["run", "--rack", os.path.join(folder, "rack.yaml"), "scenarios/documented", "--quiet"],
}
REAL_TIME = ("run in real time", "rack")
SPEED = 200  # of the modules of the rack


def read_reports():
    """(verdicts by case, whole, counts) of both reports, which must agree; None: there are none."""
    paths = [os.path.join(reports, name) for name in ("junit.xml", "ctrf.json")]
    if not os.path.exists(paths[1]):
        return None
    root = ET.parse(paths[0]).getroot()
    with open(paths[1], encoding="utf-8") as file:
        results = json.load(file)["results"]
    tests, summary = results["tests"], results["summary"]
    by_status = {}
    for test in tests:
        by_status[test["status"]] = by_status.get(test["status"], 0) + 1
    cases = root.findall(".//testcase")
    assert len(tests) == summary["tests"], summary
    assert all(summary[status] == by_status.get(status, 0)
               for status in ("passed", "failed", "pending", "other", "skipped")), summary
    assert int(root.get("tests")) == len(cases), root.attrib
    verdicts = {test["testId"]: test["status"] for test in tests
                if test["name"] != UNFINISHED}
    whole = len(verdicts) == len(tests)
    return verdicts, whole, len(cases) == len(tests)


def processes_of(mark):
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if mark.encode() in file.read():
                    found.append(int(name))
        except OSError:
            pass
    return found


def start(arguments, mark):
    shutil.rmtree(reports, ignore_errors=True)
    return subprocess.Popen([program, *arguments, "--reports", reports], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            env={**os.environ, "MARK": mark})


def wrong_with(want, status, number, read, real_time, allowed):
    """What is not true, None = nothing."""
    if read is None:
        # Before the program could catch it, or write at all.
        return None if status == -number else f"no reports, status {status}"
    verdicts, whole, same = read
    if number == signal.SIGKILL and status == -number and not same:
        return None  # between the one report and the other, of which both were true
    if not same:
        return "JUnit and CTRF do not have the same number of cases"
    untrue = [case for case, verdict in verdicts.items()
              if verdict not in {"pending", want.get(case)} | allowed]
    if untrue:
        return f"not so: {untrue[:3]}, {verdicts[untrue[0]]}"
    if whole and (set(verdicts) != set(want) or "pending" in verdicts.values()):
        return "looks whole and is not"
    if status == 0 and not whole:
        return "ended well, and the report says that it did not"
    if status not in (0, -number, 128 + number) and not (real_time and status == 4):
        return f"status {status}"
    return None


def disturb(name, arguments, want, took, number, moment, lab):
    global failed
    mark = uuid.uuid4().hex
    process = start(arguments, mark)
    time.sleep(moment * took)
    process.send_signal(number)
    try:
        status = process.wait(timeout=120)
        # Amid an update the module goes on with it, and then the next case does not fit it.
        allowed = {"other", "skipped"} if lab else {"other"} if name in REAL_TIME else set()
        trouble = wrong_with(want, status, number, read_reports(), name in REAL_TIME, allowed)
    except (AssertionError, ET.ParseError, ValueError) as error:
        status, trouble = process.returncode, f"{type(error).__name__}: {error}"
    deadline = time.monotonic() + 60
    left = [True]
    while left and time.monotonic() < deadline:
        left = processes_of(mark) + (lab.left_behind() if lab else [])  # hooks have no mark
        time.sleep(0.02 if left else 0)
    if trouble or left:
        failed += 1
        print(f"FAIL  {name}: {signal.Signals(number).name} after {moment * took * 1000:.0f} ms of "
              f"{took * 1000:.0f}: {trouble or 'processes stay: %s' % left} (seed {seed})")
    return status


def try_command(name, arguments, generator, lab=None):
    begun = time.monotonic()
    start(arguments, "none").wait()
    took = min(time.monotonic() - begun, 3)
    want = {case: "passed" for case in read_reports()[0]}
    ends = {}
    for number in numbers:
        for n in range(moments):
            moment = generator.random() * (min(0.05 / took, 1) if n % 3 == 0 else 1)
            status = disturb(name, arguments, want, took, number, moment, lab)
            ends[status] = ends.get(status, 0) + 1
    print(f"{'ok   ' if not failed else '     '} {name}: {len(want)} cases in {took:.1f} s; "
          f"{len(numbers) * moments} signals, ended with {dict(sorted(ends.items()))}", flush=True)


for command_name, command in COMMANDS.items():
    random_moments = random.Random(f"{seed} {command_name}")
    if chosen != [""] and command_name not in chosen:
        continue
    if command_name == "rack":
        with Lab(program, folder, ["pty"] * 3, speed=SPEED, slowest_s=0.05) as modules:
            modules.file()
            try_command(command_name, command, random_moments, modules)
            wait_for(lambda: not any("held" in state for state in modules.holders().values()),
                     "all ports are free")
    else:
        try_command(command_name, command, random_moments)
shutil.rmtree(folder)
sys.exit(failed > 0)
