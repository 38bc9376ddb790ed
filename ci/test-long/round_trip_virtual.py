"""Runs in virtual time, their bytes lifted and run again: round_trip_real.py without its cable.

usage: round_trip_virtual.py PROGRAM FOLDER I/N SCENARIO[#N]...    (#N: the N-th case of the file)
A line per scenario; status 1 when one does not keep what the issue asks.
"""
import os
import subprocess
import sys

import round_trip
import round_trip_real


def take_down(program, folder, argument):
    """Runs one case; false: its client came to no outcome."""
    scenario, _, case = argument.partition("#")
    name = round_trip_real.case_names(program, scenario)[int(case or 1) - 1]
    subprocess.run([program, "run", "-q", scenario, "--case", name, "--trace", f"{folder}/core"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    traces = os.listdir(f"{folder}/core")
    if not traces or not round_trip.outcome(f"{folder}/core/{traces[0]}"):
        return False
    os.rename(f"{folder}/core/{traces[0]}", f"{folder}/core.jsonl")
    round_trip.bytes_only(f"{folder}/core.jsonl", f"{folder}/recorded.jsonl")
    round_trip_real.cut(f"{folder}/recorded.jsonl", f"{folder}/core.jsonl")
    return True


def main(program, folder, shard, *arguments):
    index, count = map(int, shard.split("/"))
    mine = arguments[index - 1::count]
    failed = unexplained = 0
    for number, argument in enumerate(mine):
        place = f"{folder}/{number:03}"
        os.makedirs(place)
        verdict, text = None, "it comes to no outcome"
        if take_down(program, place, argument):
            verdict, text = round_trip_real.judge(program, place, argument, at_host=False)
        good = bool(verdict and verdict[0])
        failed += not good
        unexplained += bool(verdict and verdict[1])
        print(f"{'ok   ' if good else 'FAIL '} {argument}: {text}", flush=True)
    print(f"{len(mine) - failed} of {len(mine)} as they ran; {unexplained} with events that only "
          "repeat the trace")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
