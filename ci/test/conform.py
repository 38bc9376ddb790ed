#!/usr/bin/python3
"""conform.py - an emulator of another process, with settings changed, is asked by its port alone.

usage: conform.py PROGRAM quick | whole [SEED]

quick: what only asks, five changes. whole: all dialogues, an update too, and twenty changes drawn by
the seed from all that a wire can show; what is not drawn from is listed with its reason. All are
found, and with the profile that was written nothing differs.
"""
import glob
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, '..', '..', 'scenarios', 'conform')
REVISION, TARGET, URL = '1529B04SIM7000G', '1529B08SIM7000G', 'http://probe.example/update.zip'
QUICK = ['line', 'radio', 'module', 'values-1', 'before-each']

# Beside one of these others have nothing to show: they are found alone (test_probes.c).
HIDING = {
    'sim-card': 'without a card there is no network', 'cfun-level': 'without radio there is none',
    'port-rate': 'another rate is another line', 'stack-lost': 'it hides the network',
    'access': 'other cells tell other things', 'registration': 'it decides the network',
    'pdp': 'without an app network no download', 'edrx': 'it hides the window',
    'sms-send': 'no report without a message', 'gnss-fix': 'it hides the position',
    'data-call': 'it hides the speed', 'rate-saving': 'no start is told then',
    'http-empty-networks': 'no download', 'http-progress': 'it belongs to old firmware',
    'urcs-on-this-port': 'it hides the updater', 'progress': 'it hides its steps',
    'progress-pattern': 'it hides the step', 'progress-step': 'it hides the pattern',
    'update-result': 'another end', 'final-reset': 'no end', 'final-urc': 'another end',
    'cfota-reset': 'no update', 'crashes-after-update': 'no end',
    'settings-after-update': 'the rate is lost', 'status-after': 'it hides the result',
    'cfun-after-update': 'no network then', 'http-existing': 'no second download',
    'reset-ok': 'it moves the start of times', 'peer': 'it hides the connection',
    'dns': 'it hides its time', 'sh-https': 'it depends on the revision',
    'sh-after-tofs': 'it depends on the revision', 'pdp-failure': 'only beside pdp',
    'edrx-window': 'CEDRXRDP belongs to later firmware',
    'factory-autobaud': 'it belongs to the rate', 'autobaud-tries': 'it belongs to the rate',
    'boot-garbage': 'seen by a count of lines', 'update-garbage': 'seen by a count of lines',
}


def fail(text):
    print('FAIL ', text)
    sys.exit(1)


def planted():
    """Settings that some probe settles, with the value that shows; those with `given` left out."""
    found = {}
    for path in sorted(glob.glob(os.path.join(FOLDER, '*.yaml'))):
        for block in open(path).read().split('  - probe: ')[1:]:
            match = re.search(r'settles: \{(.*)\}', block)
            if match and 'given:' not in block:
                for pair in match[1].split(', '):
                    name, value = pair.split(': ')
                    found.setdefault(name, value.strip("'"))
    return found


def milliseconds(text):
    match = re.fullmatch(r'([0-9.]+)(ms|s|min|h)', text)
    return match and float(match[1]) * {'ms': 1, 's': 1e3, 'min': 6e4, 'h': 3.6e6}[match[2]]


def draw(program, seed, slack_ms):
    facts = json.loads(subprocess.run([program, 'facts', '--json'], capture_output=True, text=True,
                                      check=True).stdout)['facts']
    default = {fact['name']: fact['default'] for fact in facts if fact['group'] == 'setting'}
    choice = random.Random(seed)
    rows, small = {}, []
    for name, value in sorted(planted().items()):
        number, usual = milliseconds(value), milliseconds(default[name]) or 0.0
        if number is not None:
            number = round(number * choice.uniform(1, 1.25))
            if abs(number - usual) < 2 * slack_ms + number / 8:
                small.append(name)
                continue
            value = f'{number}ms'
        if name not in HIDING:
            rows[name] = value
    drawn = {name: rows[name] for name in choice.sample(sorted(rows), 20)}
    print(f'seed {seed}, drawn from {len(rows)}:', ' '.join(f'{n}={v}' for n, v in drawn.items()))
    print('not drawn from:', '; '.join(f'{n} ({w})' for n, w in sorted(HIDING.items())))
    print(f'too small for a slack of {slack_ms} ms:', ' '.join(small))
    return drawn


class Emulator:
    """The other process."""

    def __init__(self, program, place, changes, speed, package):
        self.link = os.path.join(place, f'module{time.monotonic_ns()}')
        words = [program, 'sim', '--link', self.link, '--speed', str(speed), '--revision', REVISION,
                 '--package', package]
        for name, value in changes.items():
            words += ['--set', f'{name}={value}']
        self.child = subprocess.Popen(words, stdout=subprocess.DEVNULL)

    def __enter__(self):
        end = time.monotonic() + 60
        while not os.path.exists(self.link):
            if time.monotonic() > end or self.child.poll() is not None:
                fail('the emulator does not start')
            time.sleep(0.01)
        return self

    def __exit__(self, *unused):
        self.child.terminate()
        self.child.wait()


def ask(program, emulator, speed, slack_ms, package, files, options):
    words = [program, 'conform', '--module', 'pty:' + emulator.link, '--speed', str(speed),
             '--slack', f'{slack_ms}ms', '--allow', 'all', '--url', URL, '--package', package]
    done = subprocess.run(words + options + files, capture_output=True, text=True, timeout=3000,
                          check=False)
    if done.returncode not in (0, 1):
        fail(f'status {done.returncode}: {done.stdout}{done.stderr}')
    return done


def main():
    program, how = sys.argv[1], sys.argv[2]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    quick = how == 'quick'
    speed, slack_ms = (20, 4000) if quick else (8, 1200)
    with tempfile.TemporaryDirectory() as place:
        package = os.path.join(place, 'update.zip')
        subprocess.run([program, 'package', '--from', REVISION, '--to', TARGET, '--variant',
                        'SIM7000G', '--size', '20000B', '-o', package], check=True,
                       stdout=subprocess.DEVNULL)
        os.mkdir(os.path.join(place, 'profiles'))
        profile = os.path.join(place, 'profiles', 'found.yaml')
        sheet = os.path.join(place, 'sheet.md')
        if quick:
            changes = {'rssi': '11', 'unknown-command': '603', 's-register-width': 'bare',
                       'battery-level': '42%', 'band': '3'}
            files = [os.path.join(FOLDER, name + '.yaml') for name in QUICK]
        else:
            changes, files = draw(program, seed, slack_ms), [FOLDER]
        with Emulator(program, place, changes, speed, package) as emulator:
            done = ask(program, emulator, speed, slack_ms, package, files,
                       ['--profile', profile, '--sheet', sheet])
        found = dict(line.split()[1].split('=') for line in done.stdout.splitlines()
                     if line.startswith('setting '))
        missing = [name for name in changes if name not in found]
        print('found:', ' '.join(f'{n}={v}' for n, v in found.items()))
        if missing or ', 0 differ,' not in done.stdout:
            fail(f'not found: {missing}\n{done.stdout}')
        subprocess.run([program, 'check', profile], check=True, stdout=subprocess.DEVNULL)
        if f'[O:{REVISION}, ' not in open(sheet).read():
            fail('the sheet holds no evidence of the module')
        with Emulator(program, place, changes, speed, package) as emulator:
            done = ask(program, emulator, speed, slack_ms, package, files, ['--assume', profile])
        if done.returncode != 0:
            fail(f'with the profile something differs\n{done.stdout}')
        print('ok    ', done.stdout.splitlines()[-1])


main()
