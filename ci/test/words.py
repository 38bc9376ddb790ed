#!/usr/bin/env python3
"""Help, manual pages and completion come from the same tables: every command and option is in all of
them, nothing is wider than 80 columns, and what is mistyped is guessed.

usage: ci/test/words.py [PROGRAM]      default: $FOTARIG
"""
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

from dialog import program_under_test, tell, told_status

DEADLINE_S = 120
program = program_under_test("words", "bash", "zsh", "fish")


def out(*words, status=0):
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == status, (words, done.returncode, done.stderr)
    return done.stdout if status == 0 else done.stderr


def on_terminal(*words):
    read, write = pty.openpty()
    with subprocess.Popen([program, *words], stdout=write, stdin=subprocess.DEVNULL) as done:
        os.close(write)
        text = b""
        try:
            while piece := os.read(read, 1 << 16):
                text += piece
        except OSError:
            pass
        done.wait()
    os.close(read)
    # What is wiped (the line of progress) is a line of its own.
    return re.sub("\x1b\\[[0-9;]*[mK]", "", text.decode().replace("\r\n", "\n").replace("\r", "\n"))


def wide(text):
    return [line for line in text.splitlines() if len(line) > 80]


def complete(*words):
    script = (f"source <({program} help --completion bash); "
              f"COMP_WORDS=(fotarig {' '.join(words)}); COMP_CWORD={len(words)}; _fotarig; "
              "echo ${COMPREPLY[@]}")
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True,
                          check=True).stdout.split()


overview = out("--help")
commands = re.findall(r"^  ([a-z]+) ", overview.split("Commands:")[1].split("\n\n")[0], re.M)
tell(len(commands) > 15 and not wide(overview), "the overview fits 80 columns", wide(overview))
scripts = {shell: out("help", "--completion", shell) for shell in ("bash", "zsh", "fish")}
page = out("help", "--man")
missing, too_wide = [], []
for command in commands:
    text, manual = out(command, "--help"), out("help", "--man", command)
    too_wide += wide(text)
    options = re.findall(r"^  (?:-\w, |    )--([a-z0-9-]+)", text.split("Options:")[1], re.M)
    if "help" not in options or f"fotarig\\-{command} " not in page:
        missing.append(command)
    fish = re.findall(rf"__fish_seen_subcommand_from {command}' -l ([a-z0-9-]+)", scripts["fish"])
    zsh = re.search(rf"^    {command}\)\n(.*?);;", scripts["zsh"], re.M | re.S).group(1)
    bash = re.search(rf"^    {command}\) options='(.*?)'", scripts["bash"], re.M).group(1)
    for option in options:
        roff = option.replace("-", "\\-")
        there = {"man": f"\\-\\-{roff}\\fR" in manual, "fish": option in fish,
                 "zsh": re.search(rf"--{option}[=\[}}]", zsh), "bash": f"--{option}" in bash}
        missing += [f"{command} --{option}: {where}" for where, found in there.items() if not found]
tell(not missing, "every option is in help, manual and completion", missing[:5])
tell(not too_wide, "help fits 80 columns", too_wide[:3])

tell(complete("exp") == ["explore", "explain", "export"], "bash completes commands", complete("exp"))
tell(complete("run", "--juni") == ["--junit-profile"], "bash completes options")
tell(complete("run", "--wire", '""') == ["memory", "pty"], "bash completes words of an option")


def in_fish(line):
    """What fish offers for a line, without the words that explain it."""
    with tempfile.NamedTemporaryFile("w", suffix=".fish") as file:
        file.write(scripts["fish"])
        file.flush()
        done = subprocess.run(["fish", "--no-config", "-c", f"source {file.name}; complete -C '{line}'"],
                              capture_output=True, text=True, check=True, timeout=DEADLINE_S)
    return [offered.split("\t")[0] for offered in done.stdout.splitlines()]


def in_zsh(line):
    """What a zsh with a terminal makes of a line when TAB is pressed behind it."""
    with tempfile.TemporaryDirectory() as home:
        said = os.path.join(home, "said")
        with open(os.path.join(home, "_fotarig"), "w", encoding="utf-8") as file:
            file.write(scripts["zsh"])
        with open(os.path.join(home, ".zshrc"), "w", encoding="utf-8") as file:
            file.write(f"fpath=({home} $fpath); autoload -U compinit; compinit -u -D; bindkey -e\n")
        process, terminal = pty.fork()
        if process == 0:
            os.execvpe("zsh", ["zsh", "-d", "-i"], {**os.environ, "ZDOTDIR": home, "TERM": "dumb"})
        drain_until(terminal, lambda text: b"[?2004h" in text)  # the line editor has begun
        # From the line's begin to its end: so that the shell says what it has made of it.
        os.write(terminal, f"{line}\t\x01print -r -- '\x05' >{said}.new; mv {said}.new {said}\n".encode())
        drain_until(terminal, lambda text: os.path.exists(said))
        os.kill(process, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(process, 0)
        if not os.path.exists(said):
            return "(nothing)"
        with open(said, encoding="utf-8") as file:
            return file.read().strip()


def drain_until(terminal, is_enough):
    text, end = b"", time.monotonic() + DEADLINE_S
    while not is_enough(text) and time.monotonic() < end:
        if select.select([terminal], [], [], 0.05)[0]:
            text += os.read(terminal, 1 << 16)


tell(in_fish("fotarig exp") == ["explain", "explore", "export"], "fish completes commands",
     in_fish("fotarig exp"))
tell(in_fish("fotarig run --juni") == ["--junit-profile"], "fish completes options",
     in_fish("fotarig run --juni"))
for line, wanted in (("fotarig cov", "fotarig coverage"),
                     ("fotarig run --juni", "fotarig run --junit-profile")):
    made = in_zsh(line)
    tell(made == wanted, f"zsh completes '{line}'", made)

for words in (("list", "scenarios"), ("facts",), ("run", "scenarios/documented")):
    tell(not wide(on_terminal(*words)), f"{words[0]} fits a terminal", wide(on_terminal(*words))[:3])
text = out("explain", "scenarios/documented/update-by-http.yaml")
tell(not wide(text) and "== updating" in text and ">>      AT+CFOTA=1" in text,
     "explain tells a case as a timeline", wide(text)[:2])
tell(out("explain", "@documented/update-by-http") == text, "a bundled scenario has a short name")
tell(out("explain", "documented/update-by-http") == text, "explain takes a case by its name in reports")
report = json.loads(out("run", "scenarios/documented", "--json"))
tell(report["reportFormat"] == "CTRF" and report["results"]["summary"]["passed"] > 3,
     "run --json prints the report and nothing else")
with tempfile.TemporaryDirectory() as folder:
    out("run", "scenarios/documented/update-by-http.yaml", "-q", "--trace", folder)
    text = out("explain", os.path.join(folder, os.listdir(folder)[0]))
    tell(not wide(text) and ">>      AT+CFOTA=1" in text and "module  == restarting" in text,
         "explain tells a trace as a timeline", text[:500])

for words, wanted in ((("rnu",), "did you mean 'run'"),
                      (("run", "--repots", "x"), "did you mean '--reports'"),
                      (("run", "scenarios", "--tag", "pover"), "did you mean 'power'"),
                      (("run", "scenarios", "--case", "update-by-htpp"), "did you mean 'update-by-http'")):
    tell(wanted in out(*words, status=2), f"{wanted}?", out(*words, status=2))
tell("did you mean 'scenarios/power'?" in out("run", "scenarios/powr", status=3),
     "did you mean a file")
tell("'fotarig list @library'" in out("run", "@powr", status=3), "an unknown bundled scenario")

listed = subprocess.run([sys.executable, "ci/reference", program, "--check"], capture_output=True,
                        text=True, check=False)
tell(listed.returncode == 0, "scenarios/README.md lists every key of the schema", listed.stdout)

drawn = subprocess.run([sys.executable, "ci/picture", program, "--check"], capture_output=True,
                       text=True, check=False)
tell(drawn.returncode == 0, "the README's picture is what report.html draws", drawn.stdout)

drawn = subprocess.run([sys.executable, "ci/states", "--check", program], capture_output=True, text=True,
                       check=False)
tell(drawn.returncode == 0, "the READMEs' states are those of the tables, and no run went another way",
     drawn.stdout)

sys.exit(told_status())
