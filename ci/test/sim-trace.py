#!/usr/bin/python3
"""sim-trace.py - `fotarig sim --trace`: what a client and the module said is there, whatever ends it.

usage: sim-trace.py [PROGRAM]
"""
import json
import os
import signal
import subprocess
import sys
import time

from dialog import Mismatch, Module, Terminal, program_under_test, run_cases


def said(path, kind):
    """The bytes of one direction; a last line that was cut is left out."""
    with open(path, encoding='utf-8') as file:
        lines = [json.loads(line) for line in file if line.endswith('\n')]
    if lines[0].get('fotarig-trace') != 1:
        raise Mismatch(f'no header: {lines[0]}')
    return ''.join(line['text'] for line in lines[1:] if line['kind'] == kind)


def wait_for(what, deadline_s=60):
    """What a killed program has not written yet is not there: the client hears the answer first."""
    until = time.monotonic() + deadline_s
    while not what() and time.monotonic() < until:
        time.sleep(0.01)


def ended_by(program, folder, number):
    trace = os.path.join(folder, 'sim.jsonl')
    options = ['--speed', '5', '--set', 'port-rate=115200', '--trace', trace]
    with Module(program, folder, *options) as module:
        with Terminal(module.link) as terminal:
            terminal.ask('AT+CMEE=2', 'OK')
            terminal.ask('ATI', 'SIM7000C R1351', 'OK')
        if number == signal.SIGKILL:
            wait_for(lambda: 'SIM7000C R1351\r\n\r\nOK\r\n' in said(trace, 'to-host'))
        module.stop(number)
    want = 'AT+CMEE=2\rATI\r'
    if said(trace, 'to-module') != want or 'SIM7000C R1351\r\n\r\nOK\r\n' not in said(trace, 'to-host'):
        raise Mismatch(f'want {want!r} and its answers, got {open(trace).read()}')
    done = subprocess.run([program, 'diff', trace, trace], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0 or 'score 100 %' not in done.stdout:
        raise Mismatch(f'diff of the trace with itself: {done.stdout}')


def all_is_there_after_sigterm(program, folder):
    ended_by(program, folder, signal.SIGTERM)


def all_is_there_after_sigkill(program, folder):
    ended_by(program, folder, signal.SIGKILL)


def several_modules_are_refused(program, folder):
    done = subprocess.run([program, 'sim', '--count', '2', '--link', folder + '/l', '--trace',
                           folder + '/t'], stderr=subprocess.PIPE, text=True)
    if done.returncode != 2 or "'--trace' is for one module" not in done.stderr:
        raise Mismatch(f'{done.returncode}: {done.stderr}')


if __name__ == '__main__':
    sys.exit(run_cases('sim --trace', [all_is_there_after_sigterm, all_is_there_after_sigkill,
                                       several_modules_are_refused], program_under_test('sim --trace', 'socat')))
