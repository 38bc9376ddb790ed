#!/usr/bin/env python3
"""A figure of `make bench` beside its bound: printed, and a line of JSON in the file $BENCH_JSON.

usage: figure.py NAME VALUE UNIT [at-least|at-most BOUND [NOTE]]
       figure.py --whole FILE      all lines of $BENCH_JSON as one document, with what was missed
"""
import json
import os
import subprocess
import sys


def record(name, value, unit, relation=None, bound=None, note=None, **more):
    """Prints the figure and keeps it; returns whether its bound is met (no bound: True)."""
    met = relation is None or (value >= bound if relation == "at-least" else value <= bound)
    row = dict(name=name, value=value, unit=unit, relation=relation, bound=bound,
               met=met, note=note, **more)
    row = {key: field for key, field in row.items() if field is not None}
    words = "   %s: %.5g %s" % (name, value, unit)
    if relation:
        words += ", %s %.5g: %s" % (relation.replace("-", " "), bound, "met" if met else "MISSED")
    print(words + (" (%s)" % note if note else ""))
    if os.environ.get("BENCH_JSON"):
        with open(os.environ["BENCH_JSON"], "a") as lines:
            lines.write(json.dumps(row) + "\n")
    return met


def said(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def write_whole(path):
    with open(os.environ["BENCH_JSON"]) as lines:
        figures = [json.loads(line) for line in lines]
    missed = [row["name"] for row in figures if not row["met"]]
    with open(path, "w") as out:
        json.dump(dict(format="fotarig-bench-1", commit=said("git", "rev-parse", "HEAD"),
                       compiler=said(os.environ.get("CC", "cc"), "--version").split("\n")[0],
                       processors=os.cpu_count(), load=os.getloadavg(), figures=figures,
                       missed=missed), out, indent=1)
        out.write("\n")
    print("== %d figures, %d with a bound, missed: %s; %s" %
          (len(figures), sum("bound" in row for row in figures), ", ".join(missed) or "none", path))


def main():
    words = sys.argv[1:]
    if len(words) == 2 and words[0] == "--whole":
        write_whole(words[1])
    elif len(words) == 3:
        record(words[0], float(words[1]), words[2])
    elif len(words) in (5, 6) and words[3] in ("at-least", "at-most"):
        record(words[0], float(words[1]), words[2], words[3], float(words[4]), *words[5:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
