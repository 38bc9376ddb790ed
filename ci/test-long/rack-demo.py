#!/usr/bin/python3
"""rack-demo.py - a rack of sixteen emulated modules with everything that goes wrong in a lab.

usage: rack-demo.py [PROGRAM]        about eight minutes; SHARD=1/1: all scenarios that fit, a quarter
of an hour (default 1/4 of all cases); SPEED=N (default 20)
"""
import collections
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../test'))
from dialog import Mismatch, program_under_test, run_cases  # noqa: E402
from lab import Lab, wait_for  # noqa: E402

KINDS = ['ser2net'] * 8 + ['tcp'] * 4 + ['tty'] * 4
BROKEN = ('a7', 'a14')
# Errors that are the lab's: this machine had too much to do, or a power hook lied amid a case.
EXCUSED = ('this machine was late', 'no boot was seen', 'its supply is said to be off',
           'the power hook took', 'the far end runs at speed')  # that was measured on a late machine
UPDATE = 'scenarios/documented/update-by-http.yaml'
SPEED = int(os.environ.get('SPEED', 20))


def want(got, wanted, where=''):
    if got != wanted:
        raise Mismatch(f'want {wanted!r}\n  got  {got!r}\n{where[-3000:]}')


def tests(folder):
    with open(os.path.join(folder, 'out', 'ctrf.json'), encoding='utf-8') as file:
        return json.load(file)['results']['tests']


def expect_verdicts(found, allowed):
    """Each case passed, or is an error whose message has one of the allowed texts; skipped counts
    as such."""
    for test in found:
        good = test['status'] in ('passed', 'skipped') or (
            test['status'] == 'other' and any(text in test['message'] for text in allowed))
        if not good:
            raise Mismatch(f"{test['testId']} is {test['status']} on {test['extra'].get('slot')}: "
                           f"{test['message']}")


def held(lab):
    """Slots whose port somebody has who is not the lab's own; the far end of a pty is."""
    own = {str(child.pid) for child in lab.children}
    found = []
    for slot, state in lab.holders().items():
        holder = re.search(r'held by pid (\d+) \((\w+)\)', state)
        if holder and holder[1] not in own and holder[2] != 'socat':
            found.append(f'slot {slot}: {state}')
    return found


def expect_free(lab):
    """Nobody but the lab itself has a port, and no process is left."""
    wait_for(lambda: not lab.left_behind(), f'no process is left of the rack: {lab.left_behind()}')
    wait_for(lambda: not held(lab), f'all ports are free: {held(lab)}')


def stand_in(folder):
    """The environment with a stand-in for libserialport that takes ptys for serial ports."""
    subprocess.run(['sh', 'ci/stand-in/build', folder], check=True)
    return {**os.environ, 'LD_LIBRARY_PATH': folder}


def all_that_fits_runs_and_the_broken_are_the_labs(program, folder):
    what = ['scenarios', '--shard', os.environ.get('SHARD', '1/4')]
    with Lab(program, folder, KINDS, speed=SPEED) as lab:
        for slot in BROKEN:
            lab.break_for_good(slot)
        lab.file()
        began = time.monotonic()
        done = lab.run(*what, '--reports', os.path.join(folder, 'out'), '-q', patience_s=7200,
                       env=stand_in(folder))
        took = time.monotonic() - began
        found = tests(folder)
        counts = collections.Counter(test['status'] for test in found)
        print(f'      {len(found)} cases in {took:.0f} s: {dict(counts)}; hooks: {lab.hook_words()}')
        print('\n'.join(f"      {test['testId']} on {test['extra'].get('slot')}: {test['message'][:200]}"
                        for test in found if test['status'] not in ('passed', 'skipped')))
        print('\n'.join('      ' + line for line in done.stdout.splitlines() if '  a' in line[:4]))
        expect_verdicts(found, [*EXCUSED, 'after its power was switched on'])
        excused = sum(test['status'] == 'other' and any(text in test['message'] for text in EXCUSED)
                      for test in found)
        want(counts['other'] - excused <= 2 * len(BROKEN), True, done.stdout)
        for slot in BROKEN:
            want(f'  {slot:8} 1 case, 0 updates' in done.stdout, True, done.stdout)
        want(done.stdout.count('quarantined:'), len(BROKEN), done.stdout)
        want(done.returncode, 4, done.stdout)
        expect_free(lab)


def nothing_is_left_after_a_signal(program, folder):
    with Lab(program, folder, ['ser2net', 'tcp', 'tty', 'pty'], speed=SPEED) as lab:
        path, choice = lab.file(), random.Random(7)
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
            out = os.path.join(folder, 'out')
            with subprocess.Popen([program, 'run', '--rack', path, UPDATE, '--repeat', '40',
                                   '--reports', out], stdout=subprocess.DEVNULL) as child:
                wait_for(lambda: lab.hook_words()['does'] > 3, 'hooks are called')
                time.sleep(choice.uniform(0, 12))
                child.send_signal(number)
                want(child.wait(120), -number if number == signal.SIGKILL else 128 + number)
            expect_free(lab)
            last = tests(folder)[-1]
            want('is not finished' in last['name'], True)
        done = lab.run(UPDATE, '--repeat', '4', '--reports', os.path.join(folder, 'out'))
        expect_verdicts(tests(folder), ['this machine was late'])
        want('quarantined' in done.stdout, False, done.stdout)


def a_port_that_goes_and_comes_back_never_makes_a_failure(program, folder):
    choice, count = random.Random(11), collections.Counter()
    slots = [f'a{number}' for number in range(1, 5)]
    with Lab(program, folder, ['tty'] * 4, speed=SPEED, slowest_s=0.3) as lab:
        lab.file()
        over = threading.Event()

        def pull(slot, waits):
            for wait_s, away_s in waits:
                if over.wait(wait_s):
                    return
                count[slot] += lab.unplug(slot, away_s)
        hands = [threading.Thread(target=pull, args=(slot, [
            (choice.uniform(2, 25), choice.choice([0, 0.3, 1, 3])) for _ in range(500)]))
            for slot in slots]
        for hand in hands:
            hand.start()
        try:
            done = lab.run(UPDATE, '--repeat', '40', '--reports', os.path.join(folder, 'out'))
        finally:
            over.set()
            for hand in hands:
                hand.join()
        found = tests(folder)
        print(f'      {sum(count.values())} times unplugged, '
              f"{dict(collections.Counter(test['status'] for test in found))}")
        want(sum(count.values()) >= 20, True)
        want([(test['testId'], test['extra']['slot'], test['message']) for test in found
              if test['status'] == 'failed'], [])
        want('ended at' in done.stdout, False, done.stdout)  # what was asked over a loss
        expect_free(lab)


CASES = [
    nothing_is_left_after_a_signal,
    a_port_that_goes_and_comes_back_never_makes_a_failure,
    all_that_fits_runs_and_the_broken_are_the_labs,
]


if __name__ == '__main__':
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(run_cases('rack-demo', CASES, program_under_test('rack-demo', 'ser2net', 'socat')))
