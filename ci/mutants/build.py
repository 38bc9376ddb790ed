"""Builds the program, or test programs, with one source file changed.

A mutant costs the compilation of one file and a link: its object stands before the archives of
build/debug, so that the original stays in its archive. `make mutant-commands` tells the words.
"""
import os
import pathlib
import resource
import signal
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path("build/debug")
PROGRAM = BUILD / "fotarig"


class MutantError(Exception):
    """A row of the table is wrong, or does not apply or build any more."""


# A machine that is busy with other things stretches time; the limit is one of processor time.
BUSY_FACTOR = 20


def limit_to(seconds):
    """What a child does before it begins."""
    return lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def fails(test, seconds):
    """Whether a test program fails: at its first test that does, which is all that is asked."""
    with subprocess.Popen([str(test)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, preexec_fn=limit_to(seconds),
                          env=dict(os.environ, LC_ALL="C")) as process:
        late = threading.Timer(seconds * BUSY_FACTOR, process.kill)
        late.start()
        failed = any(line.startswith(b"[  FAILED  ]") for line in process.stderr)
        late.cancel()
        if failed:
            process.kill()
        return failed or process.wait() != 0


def run(words, seconds=None):
    """(exit status, output); None as status: it took more processor time, or did not end at all."""
    try:
        done = subprocess.run([str(word) for word in words], cwd=ROOT, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              stdin=subprocess.DEVNULL,
                              preexec_fn=limit_to(seconds) if seconds else None,
                              timeout=seconds and seconds * BUSY_FACTOR,
                              env=dict(os.environ, LC_ALL="C"))
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace")
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return None, done.stdout
    return done.returncode, done.stdout


def make(*targets):
    """Brings targets up to date; the variables that mutants are built by are those of debug."""
    status, output = run(["make", "-s", "--no-print-directory", f"-j{os.cpu_count()}",
                          "VARIANT=debug", *targets])
    if status != 0:
        raise MutantError(f"make {' '.join(map(str, targets))} fails:\n{output}")
    return output


def commands():
    """How make compiles the rooms and links programs: {name: list of words}."""
    lines = make("mutant-commands").splitlines()
    return {name: words.split() for name, words in (line.split(" ", 1) for line in lines)}


def sources(place):
    """The C files of a room, of a folder in one, or one file, without tests and examples."""
    path = ROOT / place
    found = [path] if path.is_file() else path.rglob("*.c")
    outside = {"test", "example", "port"} if pathlib.Path(place).parts[0] == "core" else {"test"}
    return sorted(source for source in found
                  if not outside & set(source.relative_to(ROOT).parts))


def tests_of(place):
    """Test programs of a folder and of those in it, below ROOT."""
    found = sorted((ROOT / place).rglob("test/test_*.c"))
    return [BUILD / source.relative_to(ROOT).with_suffix("") for source in found]


def compile_changed(how, path, text, folder, options=()):
    """The object of the changed file; MutantError when it does not compile."""
    # Under the name of the original, so that __FILE__ and quoted includes stay what they are.
    source, made = pathlib.Path(folder) / path.name, pathlib.Path(folder) / "mutant.o"
    source.write_text(text, encoding="utf-8")
    room = path.relative_to(ROOT).parts[0]
    status, output = run([*how[room], "-w", "-iquote", path.parent, *options, "-c", "-o", made, source])
    if status != 0:
        raise MutantError(f"does not compile:\n{output}")
    return made


def link_program(how, made, folder):
    """fotarig with the changed object."""
    return link(how, [made, *how["with"]], pathlib.Path(folder) / "fotarig")


def link_test(how, made, test, folder):
    """A test program with the changed object."""
    below = test.relative_to(BUILD)
    objects = BUILD / "obj"
    support = sorted((ROOT / objects / below.parent).glob("support*.o"))
    words = [made, objects / below.with_suffix(".o"), *support, *how[f"test-{below.parts[0]}"]]
    return link(how, words, pathlib.Path(folder) / test.name)


def link(how, words, program):
    # Nobody debugs a mutant; without what debuggers need it links in half the time.
    status, output = run([*how["link"], "-Wl,-S", "-o", program, *words])
    if status != 0:
        raise MutantError(f"does not link:\n{output}")
    return program
