"""Planted mistakes as somebody sees them who knows neither code nor mistake: the page of the run.

For each mistake that a seed draws out of table.txt a folder N is left with report.html (the run of
the program without the mistake is its former run) and what lies beside it, and junit.txt: what a reader of junit.xml shows who takes the text of the first failures.
What was planted stands in answers.txt beside the folders.
"""
import pathlib
import random
import shutil
import tempfile
import xml.etree.ElementTree as tree

import build
import planted

SECONDS_MAX = 240
FAILURES_SHOWN = 5


def junit_text(path):
    """The headlines of a run, and the first failures as GitLab shows them: name and text, no message."""
    suites = tree.parse(path).getroot()
    lines = [" ".join(f"{key} {suites.get(key)}" for key in ("tests", "failures", "errors"))]
    found = [(case, problem) for case in suites.iter("testcase")
             for problem in case if problem.tag in ("failure", "error")]
    for case, problem in found[:FAILURES_SHOWN]:
        lines += ["", f"{case.get('classname')}: {case.get('name')}  ({case.get('time')} s)",
                  problem.text.rstrip()]
    rest = found[FAILURES_SHOWN:]
    lines += [f"\nand {len(rest)} more failures:"] if rest else []
    lines += [f"  {case.get('classname')}: {case.get('name')}" for case, _ in rest]
    return "\n".join(lines) + "\n"


def show(row, how, scenarios, former, place):
    """Runs the mistake's program; what is left in `place`, and the line of the answer, or None when
    all scenarios pass."""
    with tempfile.TemporaryDirectory() as folder:
        path, text = planted.mutate(row)
        made = build.compile_changed(how, path, text, folder)
        reports = pathlib.Path(folder) / "reports"
        status, _ = build.run([build.link_program(how, made, folder), "run", "-q", scenarios,
                               "--reports", reports, *former], SECONDS_MAX)
        if status != 1:
            return None
        place.mkdir(parents=True)
        for name in ("report.html", "report.css", "report.js"):
            shutil.copy(reports / name, place / name)
        (place / "junit.txt").write_text(junit_text(reports / "junit.xml"), encoding="utf-8")
    old = path.read_text(encoding="utf-8")
    same = next(at for at in range(len(old)) if text[at:at + 1] != old[at])
    return (f"{row['name']}\n  {path.relative_to(build.ROOT)}:{old.count(chr(10), 0, same) + 1}\n"
            f"  old: {row['old']}\n  new: {row['new']}\n")


def draw(rows, options, how, out, former, answers):
    while len(answers) < options.count and rows:
        place, row = out / str(len(answers) + 1), rows.pop(0)
        answer = show(row, how, options.scenarios, former, place)
        print(f"{place if answer else 'all pass'}: {row['name']}")
        answers += [f"{len(answers) + 1}: {answer}"] if answer else []


def main(options):
    rows = planted.read_table(build.ROOT / options.table)
    random.Random(options.seed).shuffle(rows)
    print(f"seed {options.seed}: the first {options.count} of the shuffled table that turn a scenario red")
    build.make("all")
    how, out, answers = build.commands(), pathlib.Path(options.out), []
    with tempfile.TemporaryDirectory() as traces:
        status, _ = build.run([build.PROGRAM, "run", "-q", options.scenarios, "--trace", traces])
        if status != 0:
            raise build.MutantError("red without any mistake")
        draw(rows, options, how, out, ["--former", traces], answers)
    (out / "answers.txt").write_text(f"seed {options.seed}\n\n" + "\n".join(answers), encoding="utf-8")
    return 0 if len(answers) == options.count else 1
