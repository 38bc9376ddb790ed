"""Drawn mutants: one token changed, at places that a seed draws; rate, and survivors by line.

A constant one more or less, a comparison or a junction turned, true for false, a statement removed.
What the optimiser makes the same code of as of the original is none, and another is drawn. equal.txt
lists mutants of which only a reader sees that nothing can tell them from the original, a line each:

    file.c: old line => new line: the reason
"""
import collections
import concurrent.futures
import pathlib
import random
import re
import tempfile
import time

import build
import swept

SECONDS_MAX = 30
EQUAL_PERCENT_MAX = 5
# The library's journals against their reference: a line "CASE DIGEST" each.
BY_JOURNALS = ["sh", "-c", "{program} run scenarios --seed 5 --digests --quiet | "
               r"sed -n 's/^digest \([0-9a-f]*\) \(.*\)$/\2 \1/p' | "
               "cmp -s - ci/test/digests.txt"]
SKIPPED = ("names.c", "comparable.c", "holds.c")  # words for people, and what only a bench calls
TURNED = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||",
          "||": "&&", "true": "false", "false": "true"}
TOKEN = re.compile(r"(?<![<>=!&|\-+])(==|!=|<=|>=|&&|\|\||<|>)(?![<>=&|])|\b(\d+)u?\b|"
                   r"\b(true|false)\b")
STATEMENT = re.compile(r"^\s+[a-z_]\w*(->|\.|\(|\[|\+\+| [-+|&^]?= )[^{}]*;$")
SURVIVED = re.compile(r"survived\s+(?:\S*/)?([^/\s]+\.c):(\d+): (.*)$")
DECLARATION = re.compile(r"\s*(return|static|const|struct|uint)")


def without_texts(line):
    """The line with strings, characters and comments blanked, of the same length."""
    blank = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'|/\*.*?\*/|//.*',
                   lambda found: " " * len(found.group(0)), line)
    return "" if re.match(r"\s*(\*|/\*|#include|#if|#endif|#undef|X\()", line) else blank


def turned(token):
    """What may stand in place of a token."""
    if token in TURNED:
        return [TURNED[token]]
    number = int(token)
    return [str(number + 1)] + ([str(number - 1)] if number > 0 else [])


class Mutant:
    """A place of a file and what stands there instead."""

    def __init__(self, path, number, begin, end, new):
        self.path, self.number, self.new = path, number, new
        self.begin, self.end = begin, end

    def texts(self):
        """(the line, the changed line, the whole changed text)"""
        lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        old = lines[self.number]
        lines[self.number] = old[:self.begin] + self.new + old[self.end:]
        return old.strip(), lines[self.number].strip(), "".join(lines)

    def key(self):
        old, new, _ = self.texts()
        return f"{self.path.name}: {old} => {new}"

    def describe(self):
        old, new, _ = self.texts()
        return f"{self.path.relative_to(build.ROOT)}:{self.number + 1}: {old} => {new}"


def places(path):
    """Every mutant of a file."""
    inside = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        plain = "" if inside else without_texts(line)
        inside = inside and "*/" not in line or "/*" in line and "*/" not in line
        for found in TOKEN.finditer(plain):
            group = found.lastindex
            for new in turned(found.group(group)):
                yield Mutant(path, number, found.start(group), found.end(group), new)
        if STATEMENT.match(plain) and not DECLARATION.match(plain):
            yield Mutant(path, number, len(line) - len(line.lstrip()), len(line), ";")


def draw(place, count, seed):
    """The mutants that the seed draws, and behind them, in their order, those that may stand in for one."""
    found = [mutant for path in build.sources(place) if not path.name.endswith(SKIPPED)
             for mutant in places(path)]
    drawn = random.Random(seed).sample(found, min(count or len(found), len(found)))
    taken = {id(mutant) for mutant in drawn}
    return drawn, [mutant for mutant in random.Random(seed).sample(found, len(found)) if id(mutant) not in taken]


def optimised(how, path, text):
    """The code that the optimiser makes of a text; None when it does not compile."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return build.compile_changed(how, path, text, folder, ("-O2", "-g0")).read_bytes()
        except build.MutantError:
            return None


def differing(how, drawn, spare, jobs):
    """(as many as were drawn, of other code than the original; how many had the same)"""
    originals = {}

    def differs(mutant):
        if mutant.path not in originals:
            originals[mutant.path] = optimised(how, mutant.path, mutant.path.read_text(encoding="utf-8"))
        return optimised(how, mutant.path, mutant.texts()[2]) != originals[mutant.path]

    kept, tried = [], 0
    queue = drawn + spare
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        while len(kept) < len(drawn) and tried < len(queue):
            more = queue[tried:tried + len(drawn) - len(kept)]
            kept += [mutant for mutant, other in zip(more, pool.map(differs, more)) if other]
            tried += len(more)
    return kept, tried - len(kept)


def draw_again(place, path):
    """What survived in a former output, as far as the lines are still there."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise build.MutantError(f"{path}: {error.strerror}; --again wants what a former run printed")
    found = [SURVIVED.match(line) for line in lines]
    wanted = sorted({(one[1] + ": " + one[3], int(one[2])) for one in found if one})
    every = collections.defaultdict(list)
    for mutant in draw(place, 0, 0)[0]:
        every[mutant.key()].append(mutant)
    for key, _ in wanted:
        if key not in every:
            print(f"gone      {key}")
    # A line may stand in a file more than once, and elsewhere than it did.
    return [min(every[key], key=lambda mutant: abs(mutant.number + 1 - number))
            for key, number in wanted if key in every]


def read_equal(path):
    """{"file.c: old => new": reason}"""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [line.rpartition(": ") for line in lines if line and line[0] != "#"]
    return {left: reason for left, _, reason in rows}


def check_equal(place, equal):
    """Each row is a mutant that there is: a line that was changed since says nothing any more."""
    paths = [path for path in build.sources(place) if not path.name.endswith(SKIPPED)]
    there = {mutant.key() for path in paths for mutant in places(path)}
    names = {path.name for path in paths}
    gone = [row for row in equal if row.split(": ")[0] in names and row not in there]
    if gone:
        raise build.MutantError("equal.txt: no such mutant any more:\n" + "\n".join(gone))


def called_equal(place, equal):
    """Percent of all mutants of a place: of those that a seed draws it is more or less by chance."""
    every = draw(place, 0, 0)[0]
    return 100 * sum(mutant.key() in equal for mutant in every) / max(len(every), 1)


def tests_timed(place):
    """The test programs of a folder, each with the seconds that it takes."""
    folder = place if (build.ROOT / place).is_dir() else str(pathlib.Path(place).parent)
    tests = build.tests_of(folder)
    if not tests:
        raise build.MutantError(f"{folder} has no tests")
    build.make(*tests)
    return {test: seconds_of(test) for test in tests}


def seconds_of(test):
    begun = time.monotonic()
    status, output = build.run([test])
    if status != 0:
        raise build.MutantError(f"{test} fails without any mutant:\n{output}")
    return time.monotonic() - begun


KILLS = collections.Counter()  # by (file, test)
LINK_SECONDS = 0.2
TEST_SECONDS_MAX = 12  # the slowest test takes a quarter of it


def worth(path, test, seconds):
    """Mutants of the file that it kills in a second: what is worth most is asked first."""
    return (1 + KILLS[path, test]) / (LINK_SECONDS + seconds)


def killed_by_tests(how, made, folder, tests, path):
    """`tests`: {test: its seconds}"""
    for test in sorted(tests, key=lambda test: -worth(path, test, tests[test])):
        if build.fails(build.link_test(how, made, test, folder), TEST_SECONDS_MAX):
            KILLS[path, test] += 1
            return True
    return False


def killed_by_command(how, made, folder, command):
    program = str(build.link_program(how, made, folder))
    words = [word.replace("{program}", program) for word in command]
    return build.run(words, SECONDS_MAX)[0] != 0


SWEPT = []  # those that the library let pass and the sweep caught: (mutant, oracle)


def killed_by_sweep(folder, mutant):
    """Of the program that the command was run with."""
    for what, files in sum(swept.stages(), []):
        by, _, _ = swept.explore(pathlib.Path(folder) / "fotarig", what, files)
        if by:
            SWEPT.append((mutant, by))
            return True
    return False


def outcome(mutant, how, options, tests):
    """killed, survived or unbuilt"""
    with tempfile.TemporaryDirectory() as folder:
        try:
            made = build.compile_changed(how, mutant.path, mutant.texts()[2], folder)
            dead = (killed_by_tests(how, made, folder, tests, mutant.path) if options.by == "tests" else
                    killed_by_command(how, made, folder, options.command))
            if not dead and options.by == "sweep":
                dead = killed_by_sweep(folder, mutant)
        except build.MutantError:
            return "unbuilt"
    return "killed" if dead else "survived"


def judge(drawn, how, options, tests, equal):
    counts = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        ends = pool.map(lambda mutant: outcome(mutant, how, options, tests), drawn)
        for mutant, end in zip(drawn, ends):
            end = "equal" if end == "survived" and mutant.key() in equal else end
            counts[end] += 1
            if end == "survived":
                print(f"survived  {mutant.describe()}", flush=True)
            elif any(one is mutant for one, _ in SWEPT):
                by = next(by for one, by in SWEPT if one is mutant)
                print(f"swept     {mutant.describe()}: {by}", flush=True)
            elif end == "equal" and options.matrix:
                print(f"equal     {mutant.describe()}: {equal[mutant.key()]}", flush=True)
    return counts


def check_clean(options):
    """Without a mutant the command passes; otherwise everything would be killed."""
    build.make("all")
    status, output = build.run([word.replace("{program}", str(build.PROGRAM))
                                for word in options.command])
    if status != 0:
        raise build.MutantError(f"{' '.join(options.command)} fails without any mutant:\n{output}")


def main(options):
    """Returns the exit status."""
    tests = {}
    if options.by == "journals":
        options.command = BY_JOURNALS
    if options.by == "tests":
        tests = tests_timed(options.folder)
    else:
        check_clean(options)
    equal = read_equal(build.ROOT / options.equal)
    check_equal(options.folder, equal)
    how = build.commands()
    drawn, spare = ((draw_again(options.folder, pathlib.Path(options.again)), []) if options.again else
                    draw(options.folder, options.count, options.seed))
    drawn, same = differing(how, drawn, spare, options.jobs)
    counts = judge(drawn, how, options, tests, equal)
    judged = counts["killed"] + counts["survived"]
    rate = 100 * counts["killed"] / max(judged, 1)
    what = {"tests": f"tests of {options.folder}", "journals": "the journals of all scenarios",
            "sweep": f"all scenarios and the sweep ({len(SWEPT)} by the sweep alone)",
            "command": " ".join(options.command)}[options.by]
    print(f"{options.again or f'seed {options.seed}'}: {judged} mutants of {options.folder}, {counts['killed']} killed by "
          f"{what}: {rate:.1f} %; {counts['equal']} equal, {counts['unbuilt']} do not compile"
          + (f"; {same} drawn were the same code" if same else ""))
    if called_equal(options.folder, equal) > EQUAL_PERCENT_MAX:
        print(f"FAIL  more than {EQUAL_PERCENT_MAX} % are called equal")
        return 1
    return 0 if judged and rate >= options.at_least else 1
