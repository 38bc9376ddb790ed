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
SPEED = int(os.environ.get('SPEED', 2))
LONG_S = int(os.environ.get('SECONDS_LONG', 600))
SCENARIOS = ['scenarios/documented']
EACH_S = int(os.environ.get('EACH_S', 0))
# From half of the time, when all have had a case, to the end. A page that is touched late makes memory
# grow, a leak makes what was asked for grow, too.
GROWTH_MOST = 1.15
ASKED_GROWTH_MOST = 1.05


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
    """(processor seconds, KiB that are nobody else's, processes, KiB of the first, KiB that were
    asked for) of a process and its children."""
    seconds, memory, count, own, asked = 0, 0, 0, 0, 0
    for pid in children(parent):
        try:
            with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
                fields = file.read().rsplit(')', 1)[1].split()
            with open(f'/proc/{pid}/smaps_rollup', encoding='utf-8') as file:
                memory += sum(int(size) for size in
                              re.findall(r'^Private_\w+: +(\d+) kB', file.read(), re.M))
            with open(f'/proc/{pid}/status', encoding='utf-8') as file:
                asked += int(re.search(r'^VmData:\s+(\d+) kB', file.read(), re.M)[1])
        except OSError:
            continue
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
        count += 1
        own = own or memory
    return seconds, memory, count, own, asked


def virtual_verdicts(program, folder):
    out = os.path.join(folder, 'virtual')
    subprocess.run([program, 'run', *SCENARIOS, '--reports', out, '-q'], check=False,
                   stdout=subprocess.DEVNULL)
    with open(os.path.join(out, 'ctrf.json'), encoding='utf-8') as file:
        return {test['testId']: test['status'] for test in json.load(file)['results']['tests']}


def tell_memory(after_s, run, served):
    print(f'      {after_s:5.0f} s: rack {run[1]} KiB in {run[2]} processes, {run[3]} in the first, '
          f'{run[4]} asked for; emulators {served[1]}, {served[4]} asked for')


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


def tell_costs(seen):
    for name, which in (('rack', 1), ('emulators', 2)):
        first = next(row for row in seen if row[0] >= LONG_S / 2)
        last = [row for row in seen if row[0] < LONG_S][-1]
        took = last[0] - first[0]
        growth, asked = (last[which][i] / first[which][i] for i in (1, 4))
        print(f'      {name}: {100 * (last[which][0] - first[which][0]) / took:.1f} % of a processor, '
              f'{last[which][1] / 1024:.1f} MiB in {last[which][2]} processes '
              f'({first[which][1] / 1024:.1f} MiB after half of the time); asked for: '
              f'{last[which][4] / 1024:.1f} ({first[which][4] / 1024:.1f})')
        if growth > GROWTH_MOST or asked > ASKED_GROWTH_MOST:
            raise Mismatch(f'memory of the {name} grew by {growth:.2f}, what was asked for by {asked:.2f}')


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
