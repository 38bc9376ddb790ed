#!/usr/bin/env python3
"""A client that is changed, against the trace of the one as it is.

Harmless changes pass: the same is asked in another order, later or with other blanks. Mistakes are
told by the first wrong exchange, what the trace has and what was said in its place.
"""
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "mutants"))
import build  # noqa: E402  the folder is known only now

STEPS, COMMANDS = "core/fota_steps.c", "core/fota_command.c"
HEADER = "core/fota_command.h"
SCENARIO = "scenarios/delivery/existing-package-deleted.yaml"
CASE = ["--case", "*delivery=http*"]

# name, file, changes
HARMLESS = [
    ("model before serial number", STEPS, [
        ("FUNCTION, 10, 3, HEALTH_IDENTITY, HEALTH_RADIO_ON,",
         "FUNCTION, 10, 3, HEALTH_MODEL, HEALTH_RADIO_ON,"),
        ("SEND(HEALTH, IDENTITY, 5, 3, HEALTH_MODEL, END,",
         "SEND(HEALTH, IDENTITY, 5, 3, HEALTH_SIM, END,"),
        ("SEND(HEALTH, MODEL, 5, 3, HEALTH_SIM, END,",
         "SEND(HEALTH, MODEL, 5, 3, HEALTH_IDENTITY, END,")]),
    ("the supply is not asked", STEPS, [
        ("SEND(PREFLIGHT, SUPPLY, 5, 3, FUNCTION, END, LOW_SUPPLY)",
         "SEND(PREFLIGHT, FUNCTION, 5, 3, SIM, RADIO_ON, RADIO_OFF)"), ("BY(supply)", "BY(function)")]),
    ("longer pauses of a download", STEPS, [
        ("PAUSE(DOWNLOAD, 5, PROGRESS,", "PAUSE(DOWNLOAD, 8, PROGRESS,")]),
    ("other time limits", STEPS, [
        ("SEND(PREFLIGHT, SUPPLY, 5,", "SEND(PREFLIGHT, SUPPLY, 9,"),
        ("SEND(DOWNLOAD, FETCH, 20,", "SEND(DOWNLOAD, FETCH, 40,")]),
    ("blanks around =", COMMANDS, [('"CMEE=1"', '"CMEE = 1"'), ('"CFOTA=1"', '"CFOTA = 1"')]),
    ("a blank behind commas", COMMANDS, [('"HTTPTOFS=\\"u\\",\\"k\\""', '"HTTPTOFS=\\"u\\", \\"k\\""')]),
]

# name, file, changes, what the trace has there, what is said
MISTAKES = [
    ("another start", COMMANDS, [('"CFOTA=1"', '"CFOTA=2"')], "AT+CFOTA=1", "AT+CFOTA=2"),
    ("another form of errors", COMMANDS, [('"CMEE=1"', '"CMEE=2"')], "AT+CMEE=1", "AT+CMEE=2"),
    ("the echo stays on", COMMANDS, [('"E0V1Q0"', '"E1V1Q0"')], "ATE0V1Q0", "ATE1V1Q0"),
    ("the bearer is switched off", COMMANDS, [('"CNACT=1x,\\"a\\""', '"CNACT=0"')],
     "AT+CNACT=1", "AT+CNACT=0"),
    ("another file", COMMANDS, [('"CFSDFILE=z"', '"CFSDFILE=2,\\"f\\""')], "AT+CFSDFILE=1,",
     "AT+CFSDFILE=2,"),
    ("no second name in the download", COMMANDS, [('"HTTPTOFS=\\"u\\",\\"k\\""', '"HTTPTOFS=\\"u\\""')],
     "AT+HTTPTOFS=", "AT+HTTPTOFS="),
    ("the file system is not closed", STEPS, [
        ("SEND(PREPARE, SPACE, 10, 2, CLOSE, CLOSE,", "SEND(PREPARE, SPACE, 10, 2, FETCH, FETCH,")],
     "AT+CFSTERM", "AT+HTTPTOFS="),
    ("the file system is not opened", STEPS, [
        ("SEND(PREPARE, OPEN, 10, 1, FIND, FIND,", "SEND(PREPARE, SIZE, 10, 1, REMOVE, SPACE,")],
     "AT+CFSINIT", "AT+CFSGFIS=1,"),
    ("the package that is there stays", STEPS, [
        ("SEND(PREPARE, SIZE, 10, 1, REMOVE, SPACE,", "SEND(PREPARE, SIZE, 10, 1, SPACE, SPACE,")],
     "AT+CFSDFILE=1,", "AT+CFSGFRS?"),
    ("the radio is switched on again", STEPS, [
        ("SEND(PREFLIGHT, FUNCTION, 10, 3, SIM, RADIO_ON,",
         "SEND(PREFLIGHT, RADIO_ON, 10, 3, SIM, RADIO_ON,")], "AT+CNACT=1", "AT+CFUN=1"),
]


def changed(path, changes):
    text = (build.ROOT / path).read_text(encoding="utf-8")
    if path == COMMANDS:
        include = f'#include "{HEADER}"\n'
        if include not in text:
            raise build.MutantError(f"{path} does not include {HEADER}")
        text = text.replace(include, (build.ROOT / HEADER).read_text(encoding="utf-8"))
    for old, new in changes:
        if text.count(old) != 1:
            raise build.MutantError(f"{old!r} is {text.count(old)} times in {path}, want once")
        text = text.replace(old, new)
    return text


def without_costs(scenario, folder):
    """A copy that does not count the bytes: a blank more is no mistake."""
    copy = f"{folder}/{scenario.rsplit('/', 1)[-1]}"
    text = (build.ROOT / scenario).read_text(encoding="utf-8")
    pathlib.Path(copy).write_text(re.sub(r"\n  costs:[^\n]*(\n    [^\n]*)*", "", text), encoding="utf-8")
    return [copy, *CASE]


def replayed(how, path, changes, scenario, trace):
    """(status, output) of the changed client against the trace."""
    with tempfile.TemporaryDirectory() as folder:
        made = build.compile_changed(how, build.ROOT / path, changed(path, changes), folder)
        program = build.link_program(how, made, folder)
        return build.run([program, "run", *scenario, "--module", f"replay:{trace}"], 120)


def judge(name, good, text):
    print(f"{'ok   ' if good else 'FAIL '} {name}: {text}", flush=True)
    return not good


def main():
    failed = 0
    build.make("build/debug/fotarig")
    how = build.commands()
    with tempfile.TemporaryDirectory() as traces:
        scenario = without_costs(SCENARIO, traces)
        build.run(["build/debug/fotarig", "run", "-q", *scenario, "--trace", traces])
        trace = next(pathlib.Path(traces).glob("*.jsonl"))
        for name, path, changes in HARMLESS:
            status, output = replayed(how, path, changes, scenario, trace)
            apart = re.search(r"replay, exchange .*", output)
            failed += judge(name, status == 0, apart[0] if apart else "passes")
        for name, path, changes, want, got in MISTAKES:
            status, output = replayed(how, path, changes, scenario, trace)
            apart = re.search(r"replay, exchange .*: want (\S+).*, got (\S+)", output)
            good = status == 1 and apart and apart[1].startswith(want) and apart[2].startswith(got)
            failed += judge(name, good, apart[0] if apart else f"status {status}, nothing is named")
    print(f"{len(HARMLESS) + len(MISTAKES) - failed} of {len(HARMLESS) + len(MISTAKES)}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
