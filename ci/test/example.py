#!/usr/bin/python3
"""example.py - core/example/update as its user meets it, at `fotarig sim` with short durations.

usage: example.py [FOTARIG]
"""
import concurrent.futures
import os
import signal
import subprocess
import sys
import tempfile

from dialog import Mismatch, Module, Program, program_under_test

JOB = ['1351B03SIM7000C', '1351B04SIM7000C', 'http://fota.example/update.zip', '20000']
SHORT = ['port-rate=115200', 'update-duration=3s', 'update-silence=500ms', 'boot-time=500ms',
         'sms-ready-delay=500ms', 'cpin-delay=200ms', 'cfota-reset-delay=200ms',
         'final-reset-delay=200ms', 'http-rate=200kB/s']
UPDATED = rb'^updated none status=6 attempts=1 revision=1351B04SIM7000C\n'


class Bench:
    """A module, its package and a checkpoint file."""

    def __init__(self, fotarig, example, folder, *options):
        self.words, self.folder = [example], folder
        self.control = [fotarig, 'ctl', '--socket', os.path.join(folder, 'control')]
        package = os.path.join(folder, 'update.zip')
        subprocess.run([fotarig, 'package', '--from', JOB[0], '--to', JOB[1], '--size',
                        JOB[3] + 'B', '-o', package], check=True, capture_output=True)
        settings = [word for setting in SHORT for word in ('--set', setting)]
        self.module = Module(fotarig, folder, *settings, '--package', package,
                             '--control', self.control[-1], *options)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.module.stop()

    def tell(self, *words):
        """Does something to the module; fails when it is refused."""
        subprocess.run([*self.control, *words], check=True, capture_output=True, timeout=20)

    def update(self, *options):
        return Program([*self.words, *options, self.module.link, *JOB,
                        os.path.join(self.folder, 'checkpoint')], stderr=subprocess.STDOUT)


def expect_end(program, pattern, status):
    program.read_match(pattern.replace(rb'^', rb'(?:^|\n)'), 60)
    got = program.child.wait(10)
    if got != status:
        raise Mismatch(f'want exit status {status}, got {got}')


def it_updates_the_module_once(bench):
    with bench.update() as program:
        expect_end(program, UPDATED, 0)
    with bench.update() as program:
        # The checkpoint is still there: a host that never heard the verdict hears it again.
        expect_end(program, rb'^updated none status=\d+ attempts=0 ', 0)
    os.remove(os.path.join(bench.folder, 'checkpoint'))
    with bench.update() as program:
        expect_end(program, rb'^already-current none ', 0)


def it_goes_on_after_it_was_killed(bench):
    with bench.update() as program:
        program.read_match(rb' updating\n', 60)
        program.stop(signal.SIGKILL)
    with bench.update() as program:
        expect_end(program, UPDATED, 0)


def another_outcome_is_exit_status_1(bench):
    with bench.update() as program:
        expect_end(program, rb'^update-failed module-says-failed status=7 ', 1)


def it_waits_for_a_message(bench):
    with bench.update('--on-sms', 'update now') as program:
        bench.tell('sms', '+491701234567', 'update later')
        bench.tell('sms', '+491701234567', 'update now')
        expect_end(program, UPDATED, 0)


def expect_usage(words, status, message):
    done = subprocess.run(words, capture_output=True, timeout=60, check=False)
    if done.returncode != status or message not in done.stderr:
        raise Mismatch(f'want exit status {status} and {message!r}, got {done}')


def wrong_usage_is_exit_status_2(bench):
    for words in ([], ['--on-sms'], ['--on-sms', 'text', bench.module.link, *JOB], [*JOB]):
        expect_usage([*bench.words, *words], 2, b'usage: update [--on-sms TEXT] PORT')


def no_port_is_exit_status_4(bench):
    expect_usage([*bench.words, '/no/such/port', *JOB, 'checkpoint'], 4, b'update: /no/such/port: ')


def a_checkpoint_that_cannot_be_saved_begins_no_update(bench):
    with Program([*bench.words, bench.module.link, *JOB, '/no/such/folder/checkpoint'],
                 stderr=subprocess.STDOUT) as program:
        expect_end(program, rb'^refused checkpoint-refused ', 1)


CASES = [(it_updates_the_module_once, []), (it_goes_on_after_it_was_killed, []),
         (it_waits_for_a_message, []), (wrong_usage_is_exit_status_2, []),
         (no_port_is_exit_status_4, []), (a_checkpoint_that_cannot_be_saved_begins_no_update, []),
         (another_outcome_is_exit_status_1, ['--set', 'update-result=fails'])]


def check(fotarig, example, case, options):
    name = case.__name__.replace('_', ' ')
    with tempfile.TemporaryDirectory() as folder:
        try:
            with Bench(fotarig, example, folder, *options) as bench:
                case(bench)
            return f'ok    example: {name}'
        except (Mismatch, OSError, subprocess.TimeoutExpired) as problem:
            return f'FAIL  example: {name}: {problem}'


def main():
    fotarig = program_under_test('example')
    programs = [fotarig, os.path.join(os.path.dirname(fotarig), 'core/example/update')]
    with concurrent.futures.ThreadPoolExecutor(len(CASES)) as pool:
        lines = list(pool.map(lambda case: check(*programs, *case), CASES))
    print('\n'.join(lines))
    return any(line.startswith('FAIL') for line in lines)


sys.exit(main())
