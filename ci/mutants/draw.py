#!/usr/bin/env python3
"""One-token mutants of a folder, drawn by a seed, against any command: rate and survivors by line.

usage: ci/mutants/draw.py [--seed N] [--count N] [--equal FILE] [--folder core] [-- COMMAND...]

Draws COUNT mutants (default 300, seed 1) of the C files of a room whose objects `make all` has built:
a constant one more or less, a comparison or a junction turned, true for false, a statement removed.
Each is built as ci/mutants/mutants.py does and COMMAND is run, with {program} for the mutated
fotarig (default: {program} run -q scenarios); a status other than 0, or more than a minute, kills it.
FILE lists equal mutants, a line "file.c: old => new: reason" each; they do not count. Prints every
survivor with its line and the rate; exit status 1: a mutant could not be built at all, 2 usage.
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mutants  # noqa: E402  the folder is known only now

SECONDS_MAX = 60
SKIPPED = ("names.c", "comparable.c")  # words for people, and what only a bench calls
TURNED = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&"}
TOKEN = re.compile(r"(?<![<>=!&|\-+])(==|!=|<=|>=|&&|\|\||<|>)(?![<>=&|])|\b(\d+)u?\b|\b(true|false)\b")
STATEMENT = re.compile(r"^\s+[a-z_]\w*(->|\.|\(|\[|\+\+| [-+|&^]?= )[^{}]*;$")


def without_texts(line):
    """The line with strings, characters and comments blanked, of the same length."""
    blank = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'|/\*.*?\*/|//.*',
                   lambda found: " " * len(found.group(0)), line)
    return "" if re.match(r"\s*(\*|/\*|#include|#if|#endif|#undef|X\()", line) else blank


def turned(token):
    """What may stand in place of a token."""
    if token in TURNED:
        return [TURNED[token]]
    if token in ("true", "false"):
        return ["false" if token == "true" else "true"]
    number = int(token)
    return [str(number + 1)] + ([str(number - 1)] if number > 0 else [])


def places(path):
    """(line number, begin, end, new text) of each mutant of a file."""
    inside = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        plain = "" if inside else without_texts(line)
        inside = inside and "*/" not in line or "/*" in line and "*/" not in line
        for found in TOKEN.finditer(plain):
            token = next(group for group in found.groups() if group)
            begin = found.start(next(i for i in (1, 2, 3) if found.group(i)))
            for new in turned(token):
                yield number, begin, begin + len(token), new
        if STATEMENT.match(plain) and not re.match(r"\s*(return|static|const|struct|uint)", plain):
            yield number, len(line) - len(line.lstrip()), len(line), ";"


def draw(folder, count, seed):
    found = [(path, *place) for path in mutants.sources(folder)
             if not path.name.endswith(SKIPPED) for place in places(path)]
    return random.Random(seed).sample(found, min(count, len(found)))


def build(path, source, folder, how, room):
    folder = pathlib.Path(folder)
    changed, object_file, program = folder / path.name, folder / "mutant.o", folder / "fotarig"
    changed.write_text(source, encoding="utf-8")
    for words in (how[room] + ["-w", "-c", "-o", str(object_file), str(changed)],
                  how["link"] + ["-o", str(program), str(object_file)] + how["with"]):
        if subprocess.run(words, cwd=mutants.ROOT, capture_output=True, check=False).returncode:
            return None
    return program


def outcome(mutant, how, room, command):
    """(killed, survived or unbuilt; what it is)"""
    path, number, begin, end, new = mutant
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    line = lines[number]
    lines[number] = line[:begin] + new + line[end:]
    what = f"{path.name}:{number + 1}: {line.strip()} => {lines[number].strip()}"
    with tempfile.TemporaryDirectory() as folder:
        program = build(path, "".join(lines), folder, how, room)
        if program is None:
            return "unbuilt", what
        words = [word.replace("{program}", str(program)) for word in command]
        try:
            status = subprocess.run(words, cwd=mutants.ROOT, capture_output=True, check=False,
                                    timeout=SECONDS_MAX).returncode
        except subprocess.TimeoutExpired:
            status = 1
    return ("survived" if status == 0 else "killed"), what


def equal_ones(path):
    """{"file.c: old => new": reason}"""
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    rows = [line.rpartition(": ") for line in lines if line and not line.startswith("#")]
    return {left: reason for left, _, reason in rows}


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--folder", default="core")
    parser.add_argument("--equal", type=pathlib.Path)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("command", nargs="*")
    options = parser.parse_args()
    if options.help:
        print(__doc__)
        return 0
    command = options.command or ["{program}", "run", "-q", "scenarios"]
    how = mutants.commands("build/debug/fotarig")
    equal = equal_ones(options.equal)
    drawn = draw(options.folder, options.count, options.seed)
    counts = {"killed": 0, "survived": 0, "unbuilt": 0, "equal": 0}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for end, what in pool.map(lambda mutant: outcome(mutant, how, options.folder, command),
                                  drawn):
            key = re.sub(r":\d+:", ":", what, count=1)
            end = "equal" if end == "survived" and key in equal else end
            counts[end] += 1
            if end == "survived":
                print(f"survived  {what}", flush=True)
    judged = counts["killed"] + counts["survived"]
    print(f"seed {options.seed}: {judged} mutants of {options.folder}, {counts['killed']} killed: "
          f"{100 * counts['killed'] / max(judged, 1):.1f} %; {counts['equal']} equal, "
          f"{counts['unbuilt']} do not compile")
    return 0 if judged else 1


if __name__ == "__main__":
    sys.exit(main())
