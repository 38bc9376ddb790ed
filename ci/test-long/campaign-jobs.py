"""campaign-jobs.py - two jobs are worth 1.7 of one: `run` and `explore` of the whole library.

usage: campaign-jobs.py PROGRAM [LEAST]      from the root of the repository; LEAST 1.7. Exit 1 when it
                                             is less, 2 when this machine has one processor

The best of three each, one after the other, so that what else the machine does disturbs both alike.
"""
import os
import subprocess
import sys
import time

program = os.path.realpath(sys.argv[1])
least = float(sys.argv[2]) if len(sys.argv) > 2 else 1.7
COMMANDS = {
    "run": ["run", "scenarios", "--repeat", "8", "--quiet"],
    "explore": ["explore", "scenarios/documented", "scenarios/update", "--at", "command"],
}


def seconds(arguments, jobs):
    begun = time.monotonic()
    subprocess.run([program, *arguments, "--jobs", str(jobs)], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


if len(os.sched_getaffinity(0)) < 2:
    print("campaign-jobs: one processor: nothing to be seen")
    sys.exit(2)
failed = False
for name, arguments in COMMANDS.items():
    times = {1: [], 2: []}
    for _ in range(3):
        for jobs, taken in times.items():
            taken.append(seconds(arguments, jobs))
    one, two = min(times[1]), min(times[2])
    failed |= one / two < least
    print(f"{'ok   ' if one / two >= least else 'FAIL '} {name}: {one:.2f} s with one job, {two:.2f} s "
          f"with two: {one / two:.2f} times as fast, want {least}")
sys.exit(failed)
