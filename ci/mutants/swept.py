"""Planted mistakes against the sweep: which does `fotarig explore` catch, by which oracle, when?

Each mistake of the table is built into a program of its own, and that explores the small updates
until it finds something that no fact excuses: stage by stage, few points first. An undisturbed run
that fails, and a crash, count as caught as well, under their own names. No unit test and no other
scenario has a say.

With --lost, of rows that say in which state of the client their code runs: does the point of no return
of what was found (`explore --token`) lie in that state?
"""
import concurrent.futures
import re
import tempfile

import build
import planted

SECONDS_MAX = 1200
FEW = ("command", "to-host-line", "to-module-line", "nv-write", "request", "http-request", "http-block", "boot")
# Points and scenarios of each stage; what was caught is not tried further.
STAGES = (
    (FEW, ("small-update",)),
    (FEW, ("small-update-left-over", "small-update-resumed")),
    (("deadline", "flash-step", "phase"), ("small-update", "small-update-resumed")),
    ((), ("small-update", "small-update-left-over", "small-update-resumed")),
)


def explore(program, points, names):
    """(who caught it, None = nobody; runs until then)."""
    files = [f"scenarios/explore/{name}.yaml" for name in names]
    at = [word for point in points for word in ("--at", point)]
    status, output = build.run([program, "explore", "--first-finding", "-j1", *at, *files],
                               SECONDS_MAX)
    runs = sum(int(number) for number in re.findall(r"^  explored (\d+)", output, re.M))
    found = re.search(r"^  finding  \S+ +(\w+): (.*?):", output, re.M)
    if found:
        rule = found.group(2)
        return f"{found.group(1)} ({rule.removeprefix('rule ')})", runs, output
    if "the undisturbed run does not pass" in output:
        return "undisturbed", runs, output
    return (None if status in (0, 3) else "crash, or no end"), runs, output


def lost_in(program, output):
    """The state in which the first finding is lost; why none is named otherwise."""
    found = re.search(r"repeat: fotarig run (\S+) --token (\S+)", output)
    if not found:
        return "no token"
    _, said = build.run([program, "explore", found.group(1), "--token", found.group(2)], SECONDS_MAX)
    state = re.search(r"^lost .*in state ([a-z-]+)", said, re.M)
    return state.group(1) if state else f"no state: {said.strip()[-200:]}"


def attempt(how, row, stages, lost):
    with tempfile.TemporaryDirectory() as folder:
        try:
            path, text = planted.mutate(row)
            program = build.link_program(how, build.compile_changed(how, path, text, folder), folder)
        except build.MutantError as error:
            return row, f"error: {error}", 0, ""
        total = 0
        for points, names in STAGES[:stages]:
            by, runs, output = explore(program, points, names)
            total += runs
            if by:
                return row, by, total, lost_in(program, output) if lost else ""
    return row, None, total, ""


def tell_lost(rows):
    """`rows` are (row, state named); returns the exit status."""
    right = 0
    for row, state in rows:
        good = state in re.split(", *", row["state"])
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
    build.make("all")
    how = build.commands()
    caught, oracles, lost = 0, {}, []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for row, by, runs, state in pool.map(
                lambda row: attempt(how, row, options.stages, options.lost), rows):
            print(f"{'ok   ' if by else 'FAIL '} {row['name']:60} {by or 'survives'} after {runs} runs", flush=True)
            caught += bool(by)
            lost += [(row, state)] if state else []
            if by:
                word = by.split(" ")[0]
                oracles[word] = oracles.get(word, 0) + 1
    print(f"{caught} of {len(rows)} planted mistakes are caught ({100 * caught / max(len(rows), 1):.1f} %): "
          + ", ".join(f"{number} {word}" for word, number in sorted(oracles.items())))
    if options.lost:
        return tell_lost(lost)
    return 0 if caught == len(rows) else 1
