"""Planted mistakes: each row of table.txt must be caught, each scenario must catch one.

The table has a block per mistake, blocks are separated by an empty line:

    name: the-start-is-sent-twice
    in:   core, a folder or a file: where `old` is looked for
    old:  the text that is replaced; it must occur once there, line breaks do not count; <...> is
          any text
    new:  what stands there instead, each <...> being what it was
    fact: where it is from (optional): `field N` is a number of field-failures.md
    by:   who must catch it, a scenario file or `program: name of a test` (any number; `*`: any test)
    state: of the client, in which the faulty code runs (optional; several with commas between)

A row without `by` must turn some scenario red.
"""
import concurrent.futures
import os
import pathlib
import re
import tempfile

import build

ONE = ("name", "in", "old", "new")
ANY = "<...>"
SECONDS_MAX = 120
# A mistake that turns more of the scenarios red than this says nothing of a single one. What an
# update costs is told by nearly all: where only that is wrong, it counts if few of them notice.
BLUNT_PERCENT = 50


def read_block(lines, where):
    row = {"by": [], "fact": ""}
    for line in lines:
        key, colon, value = line.partition(":")
        if key == "by" and colon:
            row["by"].append(value.strip())
        elif not colon or key not in (*ONE, "fact", "state") or row.get(key):
            raise build.MutantError(f"{where}: not 'key: value' of a known key, or again: {line}")
        else:
            row[key] = value.strip()
    missing = [key for key in ONE if key not in row]
    if missing:
        raise build.MutantError(f"{where}: {row.get('name', lines[0])} lacks {', '.join(missing)}")
    return row


def read_table(path):
    """The rows of a table as dictionaries."""
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
    blocks = [[line for line in block.splitlines() if line and line[0] != "#"] for block in blocks]
    rows = [read_block(lines, path.name) for lines in blocks if lines]
    names = [row["name"] for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise build.MutantError(f"{path.name}: two mistakes are called {', '.join(twice)}")
    return rows


def put_back(new, kept):
    """The new text with what stood between the parts of the old one."""
    parts = new.split(ANY)
    if len(parts) != len(kept) + 1:
        raise build.MutantError(f"its old text has {len(kept)} {ANY}, its new one {len(parts) - 1}")
    return "".join(part for pair in zip(parts, [*kept, ""]) for part in pair)


def mutate(row):
    """(path of the changed file, its text with the change)."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in row["old"].split())
                         .replace(rf"\s+{re.escape(ANY)}\s+", "(.*?)"), re.S)
    found = []
    for path in build.sources(row["in"]):
        text = path.read_text(encoding="utf-8")
        found += [(path, text)] * len(pattern.findall(text))
    if len(found) != 1:
        raise build.MutantError(f"its old text occurs {len(found)} times in {row['in']}, want once")
    path, text = found[0]
    return path, pattern.sub(lambda match: put_back(row["new"], match.groups()), text)


def red_scenarios(program, scenarios):
    """Scenarios that fail, as files below ROOT, and those of them that fail by more than their
    costs; None: the run did not come to its end."""
    status, output = build.run([program, "run", "-q", scenarios], SECONDS_MAX)
    if status not in (0, 1):
        return None
    red, own = set(), set()
    form = r"^FAILED  (\S+): (\S+)[^\n]*\n((?:    [^\n]*\n)*)"
    for theme, name, told in re.findall(form, output, re.M):
        red.add(name := f"{theme.replace('.', '/')}/{name}")
        lines = told.splitlines()[:1] + re.findall(r"^    expectation, .*", told, re.M)
        if any("expect.costs" not in line for line in lines):
            own.add(name)
    return red, own


def red_tests(program):
    """Names of the tests that fail; a crash or a loop counts for the one that ran."""
    status, output = build.run([program], SECONDS_MAX)
    failed = set(re.findall(r"^\[  FAILED  \] (.*)$", output, re.M))
    if status is None or status != 0 and not failed:
        failed |= set(re.findall(r"^\[ RUN      \] (.*)$", output, re.M)[-1:])
    return failed


class Row:
    """A mistake, and what it turned red."""

    def __init__(self, row):
        self.name, self.row, self.problems = row["name"], row, []
        self.red, self.own = set(), set()
        self.scenarios = {"/".join(pathlib.Path(by).with_suffix("").parts[-2:])
                          for by in row["by"] if by.endswith(".yaml")}
        self.tests = [by.split(": ", 1) for by in row["by"] if not by.endswith(".yaml")]

    def try_scenarios(self, how, made, folder, scenarios):
        if self.tests and not self.scenarios:
            return
        red = red_scenarios(build.link_program(how, made, folder), scenarios)
        if red is None:
            self.problems.append("crashes or does not end")
        elif not red[0]:
            self.problems.append("no scenario catches it")
        else:
            self.red, self.own = red
            self.problems += [f"{name} does not catch it"
                              for name in sorted(self.scenarios - self.red)]

    def sharp(self, most):
        """The scenarios that catch it and are few."""
        return self.red if len(self.red) <= most else self.own if len(self.own) <= most else set()

    def try_tests(self, how, made, folder):
        for name in sorted({name for name, _ in self.tests}):
            red = red_tests(build.link_test(how, made, test_program(name), folder))
            wanted = [test for program, test in self.tests if program == name]
            self.problems += [f"{name}: {test} does not catch it" for test in wanted
                              if not (red if test == "*" else test in red)]

    def attempt(self, how, scenarios):
        with tempfile.TemporaryDirectory() as folder:
            try:
                path, text = mutate(self.row)
                made = build.compile_changed(how, path, text, folder)
                self.try_scenarios(how, made, folder, scenarios)
                self.try_tests(how, made, folder)
            except build.MutantError as error:
                self.problems.append(str(error))
        return self


def test_program(name):
    """The program of a test, by its name: they are unique."""
    found = [test for room in ("core", "sim", "reports", "harness")
             for test in build.tests_of(room) if test.name == name]
    if len(found) != 1:
        raise build.MutantError(f"there are {len(found)} test programs {name}")
    return found[0]


def all_scenarios(place):
    root = build.ROOT / place
    paths = [root] if root.is_file() else sorted(root.rglob("*.yaml"))
    return ["/".join(path.with_suffix("").parts[-2:]) for path in paths
            if not {"profiles", "conform"} & set(path.parts)]  # probes are tried by conform


def blame(names, rows):
    """Prints what each scenario catches, of several the mistake that fewest others catch; returns
    those that catch nothing."""
    most, missing = len(names) * BLUNT_PERCENT // 100, []
    for name in names:
        by = [(len(sharp), row.name) for row in rows if name in (sharp := row.sharp(most))]
        print(f"ok    {name:50} {min(by)[1]}  (one of {len(by)})" if by else
              f"FAIL  {name:50} catches nothing")
        missing += [] if by else [name]
    return missing


def check_unchanged(rows, scenarios):
    """Without a mistake all pass; otherwise nothing is shown. Also brings all programs up to date."""
    tests = sorted({test_program(name) for row in rows for name, _ in row.tests})
    build.make("all", *tests)
    red = red_scenarios(build.PROGRAM, scenarios)
    red = {"no end"} if red is None else red[0]
    red |= {f"{test.name}: {name}" for test in tests for name in red_tests(test)}
    if red:
        raise build.MutantError(f"red without any mistake: {', '.join(sorted(red))}")


def choose(options):
    rows = read_table(build.ROOT / options.table)
    only = options.only.split(",") if options.only else []
    unknown = set(only) - {row["name"] for row in rows}
    if unknown:
        raise build.MutantError(f"no mistake is called {', '.join(sorted(unknown))}")
    return [Row(row) for row in rows if not only or row["name"] in only]


def main(options):
    """Returns the exit status."""
    rows = choose(options)
    names = all_scenarios(options.scenarios)
    check_unchanged(rows, options.scenarios)
    how = build.commands()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda row: row.attempt(how, options.scenarios), rows))
    for row in rows if options.matrix or options.only else []:
        if not row.problems:
            tests = f"{len(row.tests)} tests and " if row.tests else ""
            print(f"ok    {row.name} turns {tests}{len(row.red)} scenarios red "
                  f"({len(row.own)} by more than costs): "
                  f"{', '.join(sorted(row.red)) or '-'}")
    missing = [] if options.only else blame(names, rows)
    wrong = [row for row in rows if row.problems]
    for row in wrong:
        print("\n".join(f"FAIL  {row.name}: {problem}" for problem in row.problems))
    print(f"{len(rows)} mistakes, {len(wrong)} wrong; {len(names)} scenarios, {len(missing)} catch "
          f"nothing")
    return 1 if wrong or missing else 0
