#!/usr/bin/python3
"""rack-soak.py - 64 emulated modules over ptys in soak: processor time and memory of both sides, and no
verdict that differs from that in virtual time.

usage: rack-soak.py [PROGRAM]      ten minutes of real time; SECONDS_LONG=N: that many seconds;
EACH_S=N: tell the memory of both every N seconds, of the process that made the others and of all
"""
import collections
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../test'))
from dialog import Mismatch, Server, program_under_test, run_cases  # noqa: E402
from lab import NEW, OLD, wait_for  # noqa: E402

MODULES = int(os.environ.get('MODULES', 64))
SPEED = int(os.environ.get('SPEED', 4))
LONG_S = int(os.environ.get('SECONDS_LONG', 600))
SCENARIOS = ['scenarios/documented']
EACH_S = int(os.environ.get('EACH_S', 0))
# Of the most memory in the middle fifth of the time, when all have had several cases, to the most in the
# last one: at one moment it says little, for modules in step have their journals at the same time.
GROWTH_MOST = 1.15
SLACK_KIB = 4096  # that a process may grow by all the same: 64 downloads at once


def write_rack(program, folder, port):
    power, path = os.path.join(folder, 'power'), os.path.join(folder, 'rack.yaml')
    with open(power, 'w', encoding='utf-8') as file:
        file.write('#!/bin/sh\ncase $1 in off) what=cut ;; *) what=on ;; esac\n'
                   f'{program} ctl --socket {folder}/control --module "${{2#m}}" power $what || :\n')
    os.chmod(power, 0o755)
    for old, new, name in ((OLD, NEW, 'forth'), (NEW, OLD, 'back')):
        subprocess.run([program, 'package', '--from', old, '--to', new, '--size', '20000B', '-o',
                        os.path.join(folder, name)], check=True, stdout=subprocess.DEVNULL)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f"rack: soak\nhooks: {{'on': ['{power}'], 'off': ['{power}']}}\nslots:\n")
        for module in range(MODULES):
            file.write(f"  - slot: m{module}\n    transport: 'pty:{folder}/line{module}'\n"
                       f"    far-end: emulator\n    speed: {SPEED}\n    packages:\n"
                       f"    - {{from: {OLD}, to: {NEW}, url: 'http://127.0.0.1:{port}/forth'}}\n"
                       f"    - {{from: {NEW}, to: {OLD}, url: 'http://127.0.0.1:{port}/back'}}\n")
    return path


def children(parent):
    """The process and those that it made."""
    found = [parent]
    for name in os.listdir('/proc'):
        try:
            with open(f'/proc/{name}/stat', encoding='utf-8') as file:
                fields = file.read().rsplit(')', 1)[1].split()
            if name.isdigit() and int(fields[1]) == parent:
                found.append(int(name))
        except OSError:
            continue
    return found


def cost(parent):
    """(processor seconds, KiB that are nobody else's, processes, KiB of the first) of a process and
    its children."""
    seconds, memory, count, own = 0, 0, 0, 0
    for pid in children(parent):
        try:
            with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
                fields = file.read().rsplit(')', 1)[1].split()
            with open(f'/proc/{pid}/smaps_rollup', encoding='utf-8') as file:
                memory += sum(int(size) for size in
                              re.findall(r'^Private_\w+: +(\d+) kB', file.read(), re.M))
        except OSError:
            continue
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
        count += 1
        own = own or memory
    return seconds, memory, count, own


def virtual_verdicts(program, folder):
    out = os.path.join(folder, 'virtual')
    subprocess.run([program, 'run', *SCENARIOS, '--reports', out, '-q'], check=False,
                   stdout=subprocess.DEVNULL)
    with open(os.path.join(out, 'ctrf.json'), encoding='utf-8') as file:
        return {test['testId']: test['status'] for test in json.load(file)['results']['tests']}


def tell_memory(after_s, run, served):
    print(f'      {after_s:5.0f} s: rack {run[1]} KiB in {run[2]} processes, {run[3]} in the first; '
          f'emulators {served[1]}')


def watch(run, served):
    """Costs of both, every few seconds until the run ends: (time, run, served)."""
    seen, began = [], time.monotonic()
    while run.poll() is None:
        seen.append((time.monotonic() - began, cost(run.pid), cost(served.pid)))
        if EACH_S and int(seen[-1][0] / EACH_S) != int(seen[-2][0] / EACH_S if len(seen) > 1 else -1):
            tell_memory(*seen[-1])
        if seen[-1][0] > LONG_S + 1200:
            raise Mismatch('the soak does not end')
        time.sleep(5)
    return seen


def most_in(seen, which, first, last):
    """The most KiB between two parts of the time."""
    return max(row[which][1] for row in seen if first <= row[0] / LONG_S <= last)


def tell_costs(seen):
    for name, which in (('rack', 1), ('emulators', 2)):
        first = next(row for row in seen if row[0] >= LONG_S / 2)
        last = [row for row in seen if row[0] < LONG_S][-1]
        before, after = most_in(seen, which, 0.4, 0.6), most_in(seen, which, 0.8, 1)
        took = last[0] - first[0]
        print(f'      {name}: {100 * (last[which][0] - first[which][0]) / took:.1f} % of a processor, at '
              f'most {after / 1024:.1f} MiB in {last[which][2]} processes in the last fifth of the time, '
              f'{before / 1024:.1f} in the middle one: {after / before:.3f}')
        if after > before * GROWTH_MOST and after - before > SLACK_KIB:
            raise Mismatch(f'memory of the {name} grew by {after / before:.2f}')


def is_late(test):
    """This machine had too much to do: it says so, as an error."""
    return any(text in test.get('message', '') for text in ('was late', 'the far end runs at speed'))


def modules_in_soak(program, folder):
    expected = virtual_verdicts(program, folder)
    with Server(folder) as server:
        path = write_rack(program, folder, server.port)
        with open(os.path.join(folder, 'sim.log'), 'w', encoding='utf-8') as log:
            served = subprocess.Popen([program, 'sim', '--count', str(MODULES), '--link',
                                       os.path.join(folder, 'line'), '--speed', str(SPEED), '--http',
                                       'real', '--control', os.path.join(folder, 'control')],
                                      stdout=log, stderr=log)
        try:
            wait_for(lambda: os.path.exists(os.path.join(folder, f'line{MODULES - 1}')),
                     'the modules are served')
            with open(os.path.join(folder, 'run.log'), 'w', encoding='utf-8') as log:
                run = subprocess.Popen([program, 'run', '--rack', path, *SCENARIOS, '-q', '--for',
                                        f'{LONG_S}s', '--reports', os.path.join(folder, 'out')],
                                       stdout=log, stderr=log)
            seen = watch(run, served)
        finally:
            served.terminate()
            served.wait(60)
    with open(os.path.join(folder, 'out', 'ctrf.json'), encoding='utf-8') as file:
        found = json.load(file)['results']['tests']
    counts = collections.Counter(test['status'] for test in found)
    late = sum(is_late(test) for test in found)
    print(f'      {len(found)} runs on {len({test["extra"].get("slot") for test in found})} modules: '
          f'{dict(counts)}, {late} of them late')
    others = collections.Counter(test['message'][:60] for test in found if test['status'] == 'other'
                                 and not is_late(test))
    print(f'      errors but for lateness: {dict(others)}')
    tell_costs(seen)
    for test in found:
        plain = re.sub(r' \(\d+\)$', '', test['testId'])
        if test['status'] not in ('skipped', expected[plain]) and not is_late(test):
            raise Mismatch(f"{test['testId']}: {test['status']} on {test['extra'].get('slot')}, in virtual "
                           f"time {expected[plain]}: {test.get('message')}")


if __name__ == '__main__':
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(run_cases('rack-soak', [modules_in_soak], program_under_test('rack-soak')))
