"""check-arm.py - the core in a firmware for a Cortex-M0 (QEMU's microbit) at the emulated module.

usage: check-arm.py FOTARIG FIRMWARE EXAMPLE

Each case runs twice, each time against a `fotarig sim` of its own: with the firmware, and with the
native example program. Both must tell the same result. The module's durations are short by
settings; clocks are what they are. In cases of a power cut the firmware's machine is reset (the
example is killed) when it tells that it is in a phase, and starts anew with what it kept. The module
answers slowly then, so that the phase lasts; a cut that came too late all the same is tried again.
"""
import concurrent.futures
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'test'))
from dialog import Mismatch, Module, Program  # noqa: E402

PATIENCE_S = 180
TRIES = 3
JOB = ['1351B03SIM7000C', '1351B04SIM7000C', 'http://fota.example/update.zip', '20000']
SHORT = ['update-duration=3s', 'update-silence=1s', 'boot-time=1s', 'sms-ready-delay=1s',
         'cpin-delay=200ms', 'cfota-reset-delay=500ms', 'final-reset-delay=500ms',
         'http-rate=20kB/s']

# name, options of the module, phase of the power cut, seconds into it, how often CFOTA=1 is sent,
# what both must tell (expression). A checkpoint is written in no time: that cut may come behind it.
SLOW = ['--set', 'answer-delay=400ms']
LEFT_OVER = [*SLOW, '--set', 'left-over-status=7']  # clearing it makes `decide` last
CASES = [
    ('an update', [], None, 0, 1, 'updated none status=6'),
    ('an update without a word from the updater', ['--set', 'urcs-on-this-port=no'], None, 0, 1,
     'updated none status=6'),
    ('an update that fails', ['--set', 'update-result=fails'], None, 0, 1,
     'update-failed module-says-failed status=7'),
    ('an update that is not needed', ['--revision', '1351B04SIM7000C'], None, 0, 0,
     'already-current none status=8'),
    ('an update for another base', ['--revision', '1351B02SIM7000C'], None, 0, 0,
     'refused wrong-base status=8'),
    ('no server', ['--no-package'], None, 0, 0, 'download-failed http-status status=8'),
] + [(f'a power cut in {phase}', LEFT_OVER if phase == 'decide' else SLOW, phase, after_s, 1,
      'updated none status=6')
     for phase, after_s in (('synchronise', 0), ('identify', 0), ('decide', 0), ('preflight', 0),
                            ('network', 0), ('prepare', 0), ('download', 0.3), ('verify', 0),
                            ('checkpoint', 0), ('start', 0), ('await-updater', 0.2),
                            ('updating', 1), ('await-boot', 0.5), ('verdict', 0), ('health', 0),
                            ('clean-up', 0))]


class Missed(Exception):
    """The cut came after the phase."""


class Firmware(Program):
    """The board in QEMU; `cut` is a power cut of the board alone."""

    def __init__(self, words, folder, port):
        self.control = os.path.join(folder, 'qmp')
        super().__init__(['qemu-system-arm', '-M', 'microbit', '-display', 'none',
                          '-monitor', 'none', '-qmp', f'unix:{self.control},server=on,wait=off',
                          '-chardev', f'serial,path={port},id=module', '-serial', 'chardev:module',
                          '-chardev', 'stdio,id=console,signal=off',
                          '-semihosting-config', 'enable=on,target=native,chardev=console',
                          '-kernel', *words], stderr=subprocess.DEVNULL)

    def cut(self):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(self.control)
            for command in ('qmp_capabilities', 'system_reset'):
                control.sendall(json.dumps({'execute': command}).encode() + b'\n')
            end, got = time.monotonic() + PATIENCE_S, b''
            control.settimeout(PATIENCE_S)
            while got.count(b'"return"') < 2 and time.monotonic() < end:
                got += control.recv(4096)


class Native(Program):
    """The example program; `cut` kills it and starts it again with its checkpoint."""

    def __init__(self, words, folder, port):
        self.words = [*words, port, *JOB, os.path.join(folder, 'checkpoint')]
        super().__init__(self.words, stderr=subprocess.STDOUT)

    def cut(self):
        self.stop(signal.SIGKILL)
        Program.__init__(self, self.words, stderr=subprocess.STDOUT)


def short_settings():
    return [word for setting in SHORT for word in ('--set', setting)]


def count_starts(log):
    with open(log, encoding='utf-8', errors='replace') as file:
        return len(re.findall(r'command +\+CFOTA=1$', file.read(), re.M))


def run_tries(*words):
    """A machine that stalls may miss a phase; it is not always busy at the same place."""
    for left in reversed(range(TRIES)):
        try:
            return run_once(*words)
        except Missed as missed:
            if not left:
                raise Mismatch(f'{missed}, {TRIES} times') from missed


def run_once(kind, words, sim, case, package):
    """Returns what the host end told at its end."""
    name, options, phase, after_s, starts, want = case
    options = [*short_settings(), '--log', *options]
    if '--no-package' in options:
        options.remove('--no-package')
    else:
        options += ['--package', package]
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, 'log')
        with open(log, 'wb') as errors, Module(sim, folder, *options, stderr=errors) as module, \
                kind(words, folder, module.link) as host:
            if phase is not None:
                host.read_match(rf'{phase}\r?\n'.encode(), PATIENCE_S)
                time.sleep(after_s)
                host.cut()
                if kind is Firmware:
                    told = host.read_match(rb'(.*?)begin with', PATIENCE_S).group(1)
                    later = re.findall(rb'state (\S+)', told)
                    if later and phase != 'checkpoint':
                        raise Missed(f'the cut came in {later[-1].decode()}')
            told = host.read_match(rb'([a-z-]+ [a-z-]+ status=\d)[^\n]*revision=(\S*)\r?\n', PATIENCE_S)
            status = host.child.wait(PATIENCE_S)
        got = count_starts(log)
    result = told.group(1).decode() + ' revision=' + told.group(2).decode()
    if got != starts:
        raise Mismatch(f'want AT+CFOTA=1 {starts} times, got {got}; {result}')
    if not re.match(want + ' ', result):
        raise Mismatch(f'want {want}, got {result}')
    if kind is Firmware and status != 0:
        raise Mismatch(f'the machine ended with status {status}')
    return result


def check(programs, package, case):
    sim, firmware, example = programs
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            runs = {kind.__name__: pool.submit(run_tries, kind, [words], sim, case, package)
                    for kind, words in ((Firmware, firmware), (Native, example))}
            results = {name: run.result() for name, run in runs.items()}
    except (Mismatch, OSError, subprocess.TimeoutExpired) as problem:
        return f'FAIL  arm: {case[0]}: {problem}'
    if len(set(results.values())) != 1:
        return f'FAIL  arm: {case[0]}: {results}'
    return f'ok    arm: {case[0]}: {results["Firmware"]}'


def main():
    programs = [os.path.abspath(path) for path in sys.argv[1:4]]
    with tempfile.TemporaryDirectory() as folder:
        package = os.path.join(folder, 'update.zip')
        subprocess.run([programs[0], 'package', '--from', JOB[0], '--to', JOB[1], '--size',
                        JOB[3] + 'B', '-o', package], check=True, capture_output=True)
        # All at once: they wait nearly all of the time.
        with concurrent.futures.ThreadPoolExecutor(len(CASES)) as pool:
            lines = list(pool.map(lambda case: check(programs, package, case), CASES))
    print('\n'.join(lines))
    return any(line.startswith('FAIL') for line in lines)


sys.exit(main())
