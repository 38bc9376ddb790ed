"""Runs what scenarios/README.md shows: saves its yaml blocks, types its console blocks.

A yaml block of a scenario is saved under the last `NAME.yaml` in the text before it. In a console block a line
after "$ " is typed, the lines below it must be printed, in that order; a line "..." stands for any
lines, "..." within a line for anything. Prints a line per block.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

GUIDE = pathlib.Path("scenarios/README.md")
LOGS = pathlib.Path("harness/trace/test/corpus")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
TIMEOUT_S = 60


def as_pattern(line):
    return ".*".join(re.escape(part) for part in line.split("..."))


def difference(wanted, got):
    """What is wrong with the output, '' if nothing is."""
    at, free = 0, False
    for line in wanted:
        if line.strip() == "...":
            free = True
            continue
        end = len(got) if free else min(at + 1, len(got))
        found = next((i for i in range(at, end) if re.fullmatch(as_pattern(line), got[i])), None)
        if found is None:
            return f"want {line!r}\n      got  " + "\n           ".join(got[at:at + 12])
        at, free = found + 1, False
    return "" if free or at == len(got) else f"want the end\n      got  {got[at]!r}"


def commands(block):
    """(command, lines below it) of a console block."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, *wanted = part.rstrip("\n").split("\n")
        yield command, wanted


def try_block(block, folder, path):
    """The first thing that is not as the block says, or ''."""
    for command, wanted in commands(block):
        result = subprocess.run(["sh", "-c", command], cwd=folder, stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.STDOUT, env=dict(os.environ, PATH=path),
                                timeout=TIMEOUT_S, check=False)
        got = result.stdout.splitlines()
        wrong = difference([line.rstrip() for line in wanted], [line.rstrip() for line in got])
        if wrong:
            return f"$ {command}\n      {wrong}"
    return ""


def main(program, guide):
    text = guide.read_text(encoding="utf-8")
    failed, count = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        tools = pathlib.Path(folder) / "bin"
        tools.mkdir()
        (tools / "fotarig").symlink_to(pathlib.Path(program).resolve())
        path = f"{tools}:{os.environ['PATH']}"
        # Logs that the text names by their path lie in the folder.
        for log in set(re.findall(rf"{LOGS}/([a-z-]+\.log)", text)):
            (pathlib.Path(folder) / log).write_bytes((LOGS / log).read_bytes())
        for block in FENCE.finditer(text):
            kind, content = block.groups()
            line = text.count("\n", 0, block.start()) + 1
            if kind == "yaml" and content.startswith("dialogue:"):
                continue  # of `fotarig conform`, whose own test reads such files
            if kind == "yaml":
                name = re.findall(r"`([a-z-]+\.yaml)`", text[:block.start()])[-1]
                (pathlib.Path(folder) / name).write_text(content, encoding="utf-8")
                what, wrong = f"line {line}: {name} is valid", try_block(
                    f"$ fotarig check {name}\n1 file, 0 errors\n", folder, path)
            elif kind == "console":
                first = next(commands(content))[0]
                what, wrong = f"line {line}: {first}", try_block(content, folder, path)
            else:
                continue
            count += 1
            failed += bool(wrong)
            print(f"FAIL  {what}\n      {wrong}" if wrong else f"ok    {what}")
    if count == 0:
        sys.exit(f"guide: {guide} shows nothing")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else GUIDE))
