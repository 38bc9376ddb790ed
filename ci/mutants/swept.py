"""Planted mistakes against the sweep: which does `fotarig explore` catch, by which oracle, when?

Each mistake of the table is built into a program of its own, and that explores until it finds
something that no fact excuses: stage by stage, first the small updates at few points, then days of
the library (days.txt) with one fault at each command, then the small updates at every point. An
undisturbed run that fails, and a crash, count as caught as well, under their own names. No unit test
has a say. What the sound program finds in the same bases would catch nothing: it must find nothing.

With --lost, of rows that say in which state of the client their code runs: does the point of no return
of what was found (`explore --token`) lie in that state? An undisturbed run that only costs more or less
than its author wrote down is no finding then: it says nothing of where.
"""
import concurrent.futures
import re
import tempfile

import build
import planted

SECONDS_MAX = 1200
FEW = ("command", "to-host-line", "to-module-line", "nv-write", "request", "http-request", "http-block", "boot")
SMALL = ("small-update", "small-update-left-over", "small-update-resumed")


def small(points, *names):
    return [word for point in points for word in ("--at", point)], [f"scenarios/explore/{name}.yaml" for name in names]


def days():
    """Each is (options, files): those that need neither a case nor a point of their own at once."""
    lines = (build.ROOT / "ci/mutants/days.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    refused = ["--at", "command", "--only", "error"]
    yield refused, [f"scenarios/{line}.yaml" for line in lines if " " not in line]
    for line in lines:
        name, _, case = line.partition(" ")
        if case.startswith("at "):
            yield ["--at", case.removeprefix("at ")], [f"scenarios/{name}.yaml"]
        elif case:
            yield refused + ["--case", f"{name.split('/')[1]} {case}"], [f"scenarios/{name}.yaml"]


def stages():
    """What is explored, one behind the other; what was caught is not tried further."""
    return [[small(FEW, SMALL[0])], [small(FEW, *SMALL[1:])], list(days()),
            [small(("deadline", "flash-step", "phase"), SMALL[0], SMALL[2])], [small((), *SMALL)]]


def failing(output):
    """What a run printed of the first case that fails by more than its costs, "" = there is none."""
    for told in re.split(r"^(?=FAILED  )", output, flags=re.M)[1:]:
        what = re.search(r"^    (\S.*?): want", told, re.M)
        if what and not what.group(1).startswith("expect.costs"):
            return told
    return ""


def try_bases(program, options, files, lost):
    """The same of the bases alone, without a fault."""
    cases = [word for word in options if word == "--case" or options[options.index(word) - 1] == "--case"]
    fast = [] if lost else ["--fail-fast"]
    status, output = build.run([program, "run", "-q", *fast, *cases, *files], SECONDS_MAX)
    if status == 1 and lost:
        output = failing(output)
        status = 1 if output else 0
    if status != 0:
        return "undisturbed" if status == 1 else "crash, or no end", 1, output
    return None, 1, output


def explore(program, options, files, lost=False):
    """(who caught it, None = nobody; runs until then; what was printed). The bases alone go first."""
    by, runs, output = try_bases(program, options, files, lost)
    if by:
        return by, runs, output
    status, output = build.run([program, "explore", "--first-finding", "-j1", *options, *files],
                               SECONDS_MAX)
    runs = sum(int(number) for number in re.findall(r"^  explored (\d+)", output, re.M))
    found = re.search(r"^  finding  \S+ +(\w+): (.*?):", output, re.M)
    if found:
        rule = found.group(2)
        return f"{found.group(1)} ({rule.removeprefix('rule ')})", runs, output
    if re.search(r"^  failed   the undisturbed run", output, re.M):
        return "undisturbed", runs, output
    errors = re.findall(r"^  error +(\S+: .*)", output, re.M)
    empty = status == 4 and errors and all("nothing was tried" in error for error in errors)
    return (None if status in (0, 3) or empty else "crash, or no end"), runs, output


def lost_in(program, output):
    """The states of the step at which the first finding is lost; why none is named otherwise."""
    found = re.search(r"repeat *: fotarig run (\S+) --token (\S+)", output)
    if not found:
        return "no token"
    _, said = build.run([program, "explore", found.group(1), "--token", found.group(2)], SECONDS_MAX)
    state = re.search(r"^lost .* s, in state ([a-z -]+):", said, re.M)
    return state.group(1) if state else f"no state: {said.strip()[-200:]}"


def attempt(how, row, count, lost):
    with tempfile.TemporaryDirectory() as folder:
        try:
            path, text = planted.mutate(row)
            program = build.link_program(how, build.compile_changed(how, path, text, folder), folder)
        except build.MutantError as error:
            return row, f"error: {error}", 0, ""
        total = 0
        for options, files in sum(stages()[:count], []):
            by, runs, output = explore(program, options, files, lost)
            total += runs
            if by:
                return row, by, total, lost_in(program, output) if lost else ""
    return row, None, total, ""


def tell_lost(rows):
    """`rows` are (row, state named); returns the exit status."""
    right = 0
    for row, state in rows:
        good = bool(set(state.split(" and ")) & set(re.split(", *", row["state"])))
        right += good
        print(f"{'ok   ' if good else 'FAIL '} {row['name']:60} lost in {state}, its code runs in {row['state']}")
    print(f"{right} of {len(rows)} points of no return lie in the state of the faulty code")
    return 0 if rows and right * 60 >= len(rows) * 54 else 1


def main(options):
    """Returns the exit status."""
    rows = planted.read_table(build.ROOT / options.table)
    if options.only:
        rows = [row for row in rows if row["name"] in options.only.split(",")]
    if options.lost:
        rows = [row for row in rows if row.get("state")]
    rows = rows[options.offset::options.every]
    if not rows:
        print("FAIL  no mistake of the table is meant: --only, --every or --lost leave none")
        return 1
    build.make("all")
    how = build.commands()
    for what, files in sum(stages()[:options.stages], []):
        by, _, output = explore(build.ROOT / build.PROGRAM, what, files)
        if by:
            print(f"FAIL  the sound program: {by}\n{output[-2000:]}")
            return 1
    caught, oracles, lost = 0, {}, []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for row, by, runs, state in pool.map(
                lambda row: attempt(how, row, options.stages, options.lost), rows):
            print(f"{'ok   ' if by else 'FAIL '} {row['name']:60} {by or 'survives'} after {runs} runs"
                  + (f", lost in {state}" if state else ""), flush=True)
            caught += bool(by)
            lost += [(row, state)] if state else []
            if by:
                word = by.split(" ")[0].rstrip(",")
                oracles[word] = oracles.get(word, 0) + 1
    print(f"{caught} of {len(rows)} planted mistakes are caught ({100 * caught / max(len(rows), 1):.1f} %): "
          + ", ".join(f"{number} {word}" for word, number in sorted(oracles.items())))
    if options.lost:
        return tell_lost(lost)
    return 0 if caught == len(rows) else 1
