#!/usr/bin/env python3
"""report-runs.py - reports of whole runs and what other people's readers say of them: a green run, a
red one, an empty one, one that a signal stopped, one that was killed, one whose module said every
byte 00-FF and a line of a megabyte. ci/test-long/report-runs.sh adds 10,000 cases and readers of
npm and of Debian.

usage: report-runs.py [PROGRAM [--long]]
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from dialog import program_under_test, tell, told_status

SCENARIO = 'scenarios/documented/update-by-http.yaml'
# What a recorded module says besides, behind its n-th bytes.
SAID = {3: b'\r\n' + bytes(range(128)) + b'\r\n', 4: b'\r\n' + bytes(range(128, 256)) + b'\r\n',
        5: b'\r\n<script>alert(1)</script>]]>\x1b[31m\r\n', 6: b'A' * 1_000_000 + b'\r\n'}
DEADLINE_S = 120


# ---- readers -------------------------------------------------------------------------------------

def refuses(*words, **more):
    """What the reader says against the file; '' when it takes it."""
    done = subprocess.run(words, capture_output=True, text=True, errors='replace', check=False,
                          timeout=DEADLINE_S, **more)
    return '' if done.returncode == 0 else (done.stdout + done.stderr)[:600] or 'no word'


def read_junit(path):
    """By junitparser: what GitHub actions and scripts in Python read with."""
    return refuses('/usr/bin/python3', '-c', 'import sys\nfrom junitparser import JUnitXml as J\n'
                   'x = J.fromfile(sys.argv[1])\nn = sum(1 for suite in x for case in suite)\n'
                   'sys.exit(None if n == x.tests else f"{n} cases, it says {x.tests}")', path)


def check(folder, name, npm=None, junitparser=False):
    """All readers over what a run left."""
    paths = {key: os.path.join(folder, key) for key in
             ('junit.xml', 'ctrf.json', 'report.html', 'results.tap')}
    said = {
        'XSD': refuses('xmllint', '--huge', '--noout', '--schema', 'ci/junit-portable.xsd',
                       paths['junit.xml']),
        'own checker of JUnit': refuses(sys.executable, 'ci/check-junit.py', paths['junit.xml']),
        'own checker of CTRF': refuses(sys.executable, 'ci/check-ctrf.py', paths['ctrf.json']),
        'own checker of HTML': refuses(sys.executable, 'ci/check-html.py', paths['report.html']),
        'prove': refuses_tap(paths['results.tap']),
    }
    if junitparser:
        said['junitparser'] = read_junit(paths['junit.xml'])
    if npm:
        said['ctrf of npm'] = refuses('node', os.path.abspath('ci/check-ctrf.mjs'),
                                      os.path.abspath(paths['ctrf.json']), cwd=npm)
    wrong = {reader: words for reader, words in said.items() if words}
    tell(not wrong, f'{name}: {", ".join(said)} take its reports', wrong)


def refuses_tap(path):
    """prove of Perl fails for a case that failed; only what it can't parse counts."""
    done = subprocess.run(['prove', '--exec', 'cat', path], capture_output=True, text=True,
                          errors='replace', check=False, timeout=DEADLINE_S)
    return ''.join(line for line in (done.stdout + done.stderr).splitlines(True)
                   if 'Parse errors' in line or 'Tests out of sequence' in line)


def counts(folder):
    with open(os.path.join(folder, 'ctrf.json'), encoding='utf-8') as file:
        return json.load(file)['results']['summary']


# ---- runs ----------------------------------------------------------------------------------------

def run(program, folder, *words, expected):
    done = subprocess.run([program, 'run', '-q', '--reports', folder, *words], capture_output=True,
                          text=True, errors='replace', check=False, timeout=DEADLINE_S)
    if done.returncode != expected:
        tell(False, f'run {" ".join(words)} ends with {expected}', (done.returncode, done.stderr[:300]))


def wrong_scenario(folder):
    """The scenario, with an outcome that nothing has."""
    path = os.path.join(folder, 'wrong.yaml')
    with open(SCENARIO, encoding='utf-8') as file:
        text = re.sub('outcome: updated', 'outcome: degraded', file.read())
    text = re.sub('^scenario: .*$', 'scenario: "hostile <script>alert(1)</script> ]]> & --"', text,
                  flags=re.M)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def interrupt(program, folder, how):
    """Ends a run in real time while it runs; what it left."""
    process = subprocess.Popen([program, 'run', '-q', 'scenarios/documented', '--speed', '1',
                                '--reports', folder], stdout=subprocess.DEVNULL)
    end = time.monotonic() + DEADLINE_S
    while not os.path.exists(os.path.join(folder, 'results.tap')) and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(how)
    process.wait(DEADLINE_S)


def hostile_trace(program, folder):
    """A recorded module that says every byte, a line of a megabyte, and what looks like markup."""
    traces = os.path.join(folder, 'traces')
    subprocess.run([program, 'run', '-q', SCENARIO, '--trace', traces], stdout=subprocess.DEVNULL,
                   check=True, timeout=DEADLINE_S)
    source = os.path.join(traces, sorted(os.listdir(traces))[0])
    path, seen = os.path.join(folder, 'hostile.jsonl'), 0
    with open(source, encoding='utf-8') as file, open(path, 'w', encoding='utf-8') as out:
        for line in file:
            out.write(line)
            event = json.loads(line)
            seen += event.get('kind') == 'to-host'
            said = SAID.get(seen, b'') if event.get('kind') == 'to-host' else b''
            for begin in range(0, len(said), 1024):
                out.write(json.dumps({'us': event['us'], 'kind': 'to-host', 'text':
                                      said[begin:begin + 1024].decode('latin-1')}) + '\n')
    return path


def every_byte_is_there(folder):
    """In the last exchanges or in the list of steps all of them can be read, as text."""
    with open(os.path.join(folder, 'report.html'), encoding='utf-8') as file:
        page = file.read()
    missing = [byte for byte in (0, 8, 0x0b, 0x1b, 0x1f, 0x7f, 0x80, 0x9f, 0xa0, 0xfe, 0xff)
               if f'\\x{byte:02X}' not in page]
    tell(not missing and '&lt;script&gt;' in page and page.count('<script') == 1,
         'every byte of the module is text of the page', missing)


def all_runs(program, folder, **readers):
    def place(name):
        return os.path.join(folder, name)

    wrong = wrong_scenario(folder)
    run(program, place('green'), 'scenarios/documented', expected=0)
    check(place('green'), 'a green run', **readers)
    run(program, place('red'), wrong, 'scenarios/documented', expected=1)
    check(place('red'), 'a red run', **readers)
    run(program, place('empty'), 'scenarios/documented', '--tag', 'no-such-tag', '--allow-empty',
        expected=0)
    check(place('empty'), 'an empty run', **readers)
    for how, name in ((signal.SIGTERM, 'a run that SIGTERM stopped'),
                      (signal.SIGKILL, 'a run that was killed')):
        interrupt(program, place(name), how)
        check(place(name), name, **readers)
        tell(counts(place(name))['other'] >= 1, f'{name} does not look whole', counts(place(name)))
    run(program, place('bytes'), wrong, '--module', 'replay:' + hostile_trace(program, folder),
        '--continue', expected=1)
    check(place('bytes'), 'a run whose module says every byte', **readers)
    every_byte_is_there(place('bytes'))


# ---- the long part -------------------------------------------------------------------------------

def fetch_npm(folder):
    """A folder in which node finds ctrf; None, and why, when npm has none of it."""
    place = os.path.join(folder, 'npm')
    os.mkdir(place)
    said = refuses('npm', 'install', '--prefer-offline', '--no-save', '--ignore-scripts', '--no-audit',
                   '--no-fund', 'ctrf@0.3.0', cwd=place)
    if said:
        print(f'      | ctrf of npm is left out: {said}', flush=True)
    return None if said else place


def hostile_fields(folder, **readers):
    """What the unit tests of reports/ leave: every text of a case holds every byte."""
    place = os.path.join(folder, 'fields')
    os.mkdir(place)
    tests = [f'build/debug/reports/test/test_{name}' for name in ('junit', 'ctrf', 'html', 'summary')]
    subprocess.run(['make', '--no-print-directory', *tests], stdout=subprocess.DEVNULL, check=True)
    for test in tests:
        subprocess.run([test], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env={**os.environ, 'REPORT_TEST_DIR': place})
    said = {}
    for name in sorted(os.listdir(place)):
        path = os.path.join(place, name)
        if name.endswith('.xml') and 'junit' in name and not name.startswith('rich'):
            said[name] = refuses('xmllint', '--noout', '--schema', 'ci/junit-portable.xsd', path) or \
                read_junit(path)
        elif name.endswith('.json') and readers['npm']:
            said[name] = refuses('node', os.path.abspath('ci/check-ctrf.mjs'), path,
                                 cwd=readers['npm'])
    wrong = {name: words for name, words in said.items() if words}
    tell(len(said) > 4 and not wrong, f'every byte in all fields: {len(said)} files are read', wrong)


def many_cases(program, folder, **readers):
    place = os.path.join(folder, 'many')
    run(program, place, 'scenarios', '--repeat', '7', expected=0)
    tell(counts(place)['tests'] > 10_000, f"{counts(place)['tests']} cases ran")
    check(place, 'more than 10,000 cases', **readers)


def main():
    program = program_under_test('report-runs', 'xmllint', 'prove')
    is_long = '--long' in sys.argv
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        readers = {'npm': fetch_npm(folder), 'junitparser': True} if is_long else {}
        all_runs(program, folder, **readers)
        if is_long:
            hostile_fields(folder, **readers)
            many_cases(program, folder, **readers)
    return told_status()


sys.exit(main())
