"""Mutants: the program with one line of its source changed.

The table (table.txt) has a block per mutant, blocks are separated by an empty line:

    name: the-start-is-sent-twice
    room: core, or sim
    old:  the text that is replaced; it must occur once in the room, line breaks do not count
    new:  what stands there instead

A mutant costs the compilation of one file and a link: the other objects are those of build/debug.
"""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KEYS = ("name", "room", "old", "new")


class MutantError(Exception):
    """The table is wrong, or a row of it does not apply any more."""


def read_table(path):
    """The rows of a table as dictionaries."""
    rows = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if not lines:
            continue
        row = {}
        for line in lines:
            key, colon, value = line.partition(":")
            if not colon or key in row:
                raise MutantError(f"{path.name}: not 'key: value', or a second one: {line}")
            row[key] = value.strip()
        if sorted(row) != sorted(KEYS):
            raise MutantError(f"{path.name}: want the keys {', '.join(KEYS)}, got {', '.join(row)}")
        rows.append(row)
    names = [row["name"] for row in rows]
    for name in names:
        if names.count(name) > 1:
            raise MutantError(f"{path.name}: two mutants are called {name}")
    return rows


def sources(room):
    """The C files of a room that stand in its archive: the core's own, the emulator's rooms too."""
    found = (ROOT / room).glob("*.c") if room == "core" else (ROOT / room).rglob("*.c")
    return sorted(path for path in found
                  if not {"test", "example"} & set(path.relative_to(ROOT).parts))


def mutate(row):
    """(path of the changed file below ROOT, its source with the change)."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in row["old"].split()))
    found = []
    for path in sources(row["room"]):
        source = path.read_text(encoding="utf-8")
        found += [(path, source)] * len(pattern.findall(source))
    if len(found) != 1:
        raise MutantError(f"{row['name']}: its old text occurs {len(found)} times in {row['room']}")
    path, source = found[0]
    return path, pattern.sub(lambda _: row["new"], source)


def commands(program):
    """How make compiles the rooms and links the program: {name: list of words}."""
    out = subprocess.run(["make", "-s", "--no-print-directory", "VARIANT=debug", "mutant-commands"],
                         cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = dict(line.split(" ", 1) for line in out.splitlines())
    if not (ROOT / program).exists():
        raise MutantError(f"{program} is not there; run make first")
    return {name: words.split() for name, words in found.items()}


def build(row, folder, how):
    """Compiles and links the mutant in `folder`; returns the path of the program."""
    folder = pathlib.Path(folder)
    path, changed = mutate(row)
    # Under the name of the original, so that __FILE__ and quoted includes stay what they are.
    source, object_file, program = folder / path.name, folder / "mutant.o", folder / "fotarig"
    source.write_text(changed, encoding="utf-8")
    for words in (how[row["room"]] + ["-c", "-o", str(object_file), str(source)],
                  how["link"] + ["-o", str(program), str(object_file)] + how["with"]):
        result = subprocess.run(words, cwd=ROOT, capture_output=True, text=True,
                                env=dict(os.environ, LC_ALL="C"), check=False)
        if result.returncode != 0:
            raise MutantError(f"{row['name']}: does not build:\n{result.stderr}")
    return program
