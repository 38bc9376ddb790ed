#!/usr/bin/env python3
"""What one scenario costs as a process, in pairs with an empty one (/bin/true): without reports and
with them. Time on a clock, from the start to the end, and processor time, which a busy machine
disturbs less. The bounds are of processor time with reports in memory (/dev/shm): how long a disk
takes until each file is safe on it is told besides.

usage: ci/bench/start.py PROGRAM [ROUNDS]
"""
import os
import shutil
import statistics
import sys
import tempfile
import time

import figure

SCENARIO = "scenarios/documented/update-by-http.yaml"
BOUNDS = {"run": 4.0, "run with reports": 8.0, "run with reports on disk": None}
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None


def once(command):
    """(ms on a clock, ms of processor time, page faults) of one process."""
    to = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    started_s = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=to)
    _, status, usage = os.wait4(pid, 0)
    wall_s = time.perf_counter() - started_s
    if status != 0:
        sys.exit("start: %s ends with %d" % (" ".join(command), status))
    return wall_s * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_minflt


def main():
    program = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 21
    folder, disk = tempfile.mkdtemp(dir=MEMORY), tempfile.mkdtemp(dir="build")
    kinds = {"empty": lambda i: ["/bin/true"],
             "run": lambda i: [program, "run", SCENARIO],
             "run with reports": lambda i: [program, "run", SCENARIO, "--reports",
                                            os.path.join(folder, "r%d" % i)],
             "run with reports on disk": lambda i: [program, "run", SCENARIO, "--reports",
                                                    os.path.join(disk, "r%d" % i)]}
    samples = {name: [] for name in kinds}
    for i in range(-2, rounds):
        for name in kinds:
            sample = once(kinds[name](i))
            if i >= 0:
                samples[name].append(sample)
    shutil.rmtree(folder)
    shutil.rmtree(disk)
    for name, bound in BOUNDS.items():
        for at, what in enumerate(("clock", "processor")):
            mine = [sample[at] for sample in samples[name]]
            empty = [sample[at] for sample in samples["empty"]]
            ratio = statistics.median(a / max(b, 1e-3) for a, b in zip(mine, empty))
            # The least disturbed of either side.
            least = min(mine) / max(min(empty), 1e-3)
            bounded = bound is not None and what == "processor"
            figure.record("process: %s, %s" % (name, what), ratio, "of an empty one",
                          "at-most" if bounded else None, bound if bounded else None, "%.2f ms against %.2f; least disturbed %.1f; pages %d against %d" % (
                              statistics.median(mine), statistics.median(empty), least,
                              samples[name][0][2], samples["empty"][0][2]), least=least)


if __name__ == "__main__":
    main()
