#!/usr/bin/python3
"""sim-cost.py - what `fotarig sim` costs, in counts that do not depend on the machine's speed: system
calls of an exchange, pages touched by a start.

usage: sim-cost.py [PROGRAM]
"""
import os
import re
import select
import shutil
import subprocess
import sys
import termios

from dialog import PATIENCE_S, Mismatch, Module, Program, run_cases, program_under_test

EXCHANGES = 200
# The C floor (ci/bench/floor/atpty.c) needs three: epoll_wait, read, write. Here the client's rate is
# asked as well.
CALLS_PER_EXCHANGE = 4
# Opening and closing of the port, and what a stall of the machine splits.
FURTHER_CALLS = 60
# A start touches about 20 beyond those of `fotarig --version`; 4 KiB each on most machines.
START_PAGES = 64


def ask(fd, command, times):
    """Asks the same again and again; the port is blocking and raw."""
    for _ in range(times):
        os.write(fd, command + b'\r')
        answer = b''
        while not answer.endswith(b'\nOK\r\n'):
            if not select.select([fd], [], [], PATIENCE_S)[0]:
                raise Mismatch(f'no OK within {PATIENCE_S} s; got {answer!r}')
            answer += os.read(fd, 4096)


def open_port(path):
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    settings = termios.tcgetattr(fd)
    settings[4] = settings[5] = termios.B115200
    settings[6][termios.VMIN], settings[6][termios.VTIME] = 1, 0
    termios.tcsetattr(fd, termios.TCSANOW, settings)
    return fd


def calls_so_far(process):
    """Read and write calls that a process has made, or None where the system does not count them."""
    try:
        with open(f'/proc/{process}/io', encoding='ascii') as file:
            counts = dict(line.split(': ') for line in file)
    except OSError:
        return None
    return int(counts['syscr']), int(counts['syscw'])


def want_at_most(what, got, limit):
    if got > limit:
        raise Mismatch(f'{what}\n  want at most {limit}\n  got {got}')


def an_exchange_is_one_read_and_one_write(program, folder):
    with Module(program, folder, '--timing', 'none') as module:
        fd = open_port(module.link)
        ask(fd, b'AT', 1)
        before = calls_so_far(module.child.pid)
        if not before:
            return 'the system does not count calls'
        ask(fd, b'AT+CIMI', EXCHANGES)
        after = calls_so_far(module.child.pid)
        os.close(fd)
    want_at_most(f'reads of {EXCHANGES} exchanges', after[0] - before[0], EXCHANGES + FURTHER_CALLS)
    want_at_most(f'writes of {EXCHANGES} exchanges', after[1] - before[1], EXCHANGES)
    return None


def an_exchange_is_four_system_calls(program, folder):
    if not shutil.which('strace'):
        return 'strace is not installed'
    log, link = os.path.join(folder, 'calls'), os.path.join(folder, 'port')
    if subprocess.run(['strace', '-o', log, 'true'], capture_output=True, check=False).returncode:
        return 'strace may not trace here'
    words = ['strace', '-f', '-o', log, program, 'sim', '--link', link, '--timing', 'none']
    with Program(words) as traced:
        traced.read_match(rb'^sim: [^\n]*\n')
        fd = open_port(link)
        ask(fd, b'AT+CIMI', EXCHANGES)
        os.close(fd)
        with open(log, encoding='ascii') as file:
            process = int(file.readline().split()[0])
        os.kill(process, 15)
        traced.child.wait()
    with open(log, encoding='ascii') as file:
        calls = file.read()
    begin = re.search(r'^.*read\(\d+, "AT\+CIMI', calls, re.MULTILINE)
    if not begin:
        raise Mismatch(f'the trace shows no exchange:\n{calls[-500:]}')
    names = re.findall(r'^\d+ +(\w+)\(', calls[begin.start():calls.rindex('AT+CIMI')], re.MULTILINE)
    want_at_most(f'system calls of {EXCHANGES} exchanges', len(names),
                 CALLS_PER_EXCHANGE * EXCHANGES + FURTHER_CALLS)
    return None


def pages_of(process):
    with open(f'/proc/{process}/stat', encoding='ascii') as file:
        return int(file.read().rpartition(')')[2].split()[7])


def pages_of_an_empty_run(program):
    process = os.posix_spawn(program, [program, '--version'], os.environ,
                             file_actions=[(os.POSIX_SPAWN_OPEN, 1, '/dev/null', os.O_WRONLY, 0)])
    return os.wait4(process, 0)[2].ru_minflt


def a_start_touches_few_pages(program, folder):
    if not os.path.exists('/proc/self/stat'):
        return 'the system does not count pages'
    with Module(program, folder, '--timing', 'none') as module:
        fd = open_port(module.link)
        ask(fd, b'AT', 1)
        os.close(fd)
        got = pages_of(module.child.pid) - pages_of_an_empty_run(program)
    want_at_most('pages touched from the start to the first OK', got, START_PAGES)
    return None


CASES = (an_exchange_is_one_read_and_one_write, an_exchange_is_four_system_calls,
         a_start_touches_few_pages)

if __name__ == '__main__':
    sys.exit(run_cases('sim-cost', CASES, program_under_test('sim-cost')))
