"""Scenarios between core and emulator on ptys in real time, recorded, lifted and run again.

usage: round_trip_real.py PROGRAM FOLDER SPEED SCENARIO[#N]...    (#N: the N-th case of the file)
A line per scenario; status 1 when one does not keep what the issue asks.
"""
import concurrent.futures
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import round_trip

PATIENCE_S = 120
RECORDED_AT_ONCE = 4


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


class Cable:
    """The emulator, the recorder behind it, and the link that the host opens."""

    def __init__(self, program, folder, scenario, case, speed):
        self.trace = f"{folder}/recorded.jsonl"
        self.host, far = f"{folder}/host", f"{folder}/module"
        self.children = []
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL,
                 "preexec_fn": in_time}
        self.children.append(subprocess.Popen(
            [program, "sim", "--scenario", scenario, "--case", str(case), "--hold", "--speed",
             speed, "--link", far], **quiet))
        until(lambda: os.path.exists(far))
        self.children.append(subprocess.Popen(
            [program, "record", "--module", "pty:" + far, "--host", "pty:" + self.host,
             "--speed", speed, "-o", self.trace], **quiet))
        until(lambda: os.path.exists(self.host))

    def close(self):
        for child in reversed(self.children):
            child.send_signal(signal.SIGTERM)
            child.wait(PATIENCE_S)


def case_names(program, scenario):
    listed = subprocess.run([program, "run", "--list", scenario], stdout=subprocess.PIPE, text=True)
    return listed.stdout.splitlines()


def record(program, folder, scenario, case, speed):
    """(trace of the cable, the core's own trace)"""
    name = case_names(program, scenario)[case - 1]
    cable = Cable(program, folder, scenario, case, speed)
    core = f"{folder}/core"
    subprocess.run([program, "run", scenario, "--case", name, "--module", "pty:" + cable.host,
                    "--far-end", "scenario", "--speed", speed, "--trace", core],
                   stdout=open(f"{folder}/run.out", "w"), stderr=subprocess.STDOUT,
                   preexec_fn=in_time)
    cable.close()
    traces = os.listdir(core) if os.path.isdir(core) else []
    return cable.trace, f"{core}/{traces[0]}" if traces else None


def sent_bytes(path, until_outcome):
    """How many bytes went to the module; those behind the core's outcome are the lab's."""
    count = 0
    for event in round_trip.lines_of(path):
        if until_outcome and event["kind"] == "core" and event.get("event") == "outcome":
            break
        if event["kind"] == "to-module":
            count += len(round_trip.text_of(event))
    return count


def cut(trace, core):
    """Leaves out what the lab asked the module when the core was done."""
    left = sent_bytes(core, True)
    with open(trace, encoding="utf-8") as file:
        lines = file.readlines()
    for number, line in enumerate(lines):
        event = json.loads(line)
        if event.get("kind") == "to-module":
            if left <= 0:
                del lines[number:]
                break
            left -= len(round_trip.text_of(event))
    with open(trace, "w", encoding="utf-8") as file:
        file.writelines(lines)


def was_late(program, folder, scenario, case, core):
    """Whether this machine was: the run tells it, or the core said more than it does in virtual time."""
    with open(f"{folder}/run.out", encoding="utf-8") as file:
        if "this machine was late" in file.read():
            return True
    name = case_names(program, scenario)[case - 1]
    virtual = f"{folder}/virtual"
    subprocess.run([program, "run", "-q", scenario, "--case", name, "--trace", virtual],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    traces = [f"{virtual}/{trace}" for trace in os.listdir(virtual)]
    return bool(core and traces) and (round_trip.commands(core, until_outcome=True) !=
                                      round_trip.commands(traces[0], until_outcome=True,
                                                          at_host=True))


def record_in_time(program, folder, scenario, case, speed):
    """The same, slower where this machine was too busy for that speed."""
    for slower in (1, 2, 4):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        trace, core = record(program, folder, scenario, case, str(int(speed) // slower))
        if not was_late(program, folder, scenario, case, core):
            break
    return trace, core


def folder_of(folder, number):
    return f"{folder}/{number:02}"


def take_down(program, folder, argument, speed):
    """Records one scenario; None: all is well."""
    scenario, _, case = argument.partition("#")
    trace, core = record_in_time(program, folder, scenario, int(case or 1), speed)
    if not core or not round_trip.outcome(core):
        with open(f"{folder}/run.out", encoding="utf-8") as file:
            return "no outcome: " + file.read()[-300:]
    cut(trace, core)
    os.rename(core, f"{folder}/core.jsonl")
    return None


def judge(program, folder, argument, at_host=True):
    """((is it as recorded, how many events only repeat the trace), what there is to tell)"""
    trace, core, lifted = (f"{folder}/{name}" for name in
                           ("recorded.jsonl", "core.jsonl", "lifted.yaml"))
    explained = round_trip.lift(program, trace, lifted)
    wanted = round_trip.outcome(core), round_trip.commands(trace)
    if not explained and not wanted[1]:
        return (True, 0), f"outcome {wanted[0]}, no command was sent: no update is invented"
    if not explained:
        return None, "it could not be lifted"
    same = []
    for seed in (1, 7):
        again = f"{folder}/seed-{seed}"
        shutil.rmtree(again, ignore_errors=True)
        os.makedirs(again)
        got = round_trip.run(program, lifted, again, seed)
        same += [round_trip.outcome(got) == wanted[0],
                 round_trip.commands(got, at_host=at_host) == wanted[1]]
    ratio = round_trip.size_of(lifted) / round_trip.size_of(argument.partition("#")[0])
    good = all(same) and ratio <= 2 and explained[2] <= 2
    return (good, explained[2]), (
        f"{explained[0]}/{explained[1]} explained, {explained[2]} only repeat, outcome "
        f"{wanted[0]} {'same' if same[0] and same[2] else 'OTHER'}, commands "
        f"{'same' if same[1] and same[3] else 'OTHER'}, {ratio:.2f} times as long")


def in_time():
    """For those that keep time: before what only computes, where that is allowed."""
    try:
        os.nice(-10)
    except OSError:
        pass


def main(program, folder, speed, *arguments):
    numbers = range(len(arguments))
    with concurrent.futures.ThreadPoolExecutor(RECORDED_AT_ONCE) as pool:
        wrong = list(pool.map(lambda n: take_down(program, folder_of(folder, n), arguments[n], speed),
                              numbers))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = pool.map(lambda n: (None, wrong[n]) if wrong[n] else
                            judge(program, folder_of(folder, n), arguments[n]), numbers)
        failed = unexplained = 0
        for argument, (verdict, text) in zip(arguments, verdicts):
            good = verdict is not None and verdict[0]
            failed += not good
            unexplained += bool(verdict and verdict[1])
            print(f"{'ok   ' if good else 'FAIL '} {argument}: {text}", flush=True)
    print(f"{len(arguments) - failed} of {len(arguments)} as recorded; {unexplained} with events "
          "that only repeat the trace")
    return failed > 0 or unexplained * 4 > len(arguments)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
