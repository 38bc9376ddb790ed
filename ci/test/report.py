#!/usr/bin/python3
"""report.py - `fotarig report` over what runs really left behind.

usage: report.py [PROGRAM]
"""
import json
import os
import signal
import subprocess
import sys

from dialog import Mismatch, program_under_test, run_cases

GOOD = 'scenarios/documented'
BAD = '''scenario: an update that is expected to fail
why: For a report that has something to say.
vary: {'size': [50000B, 60000B, 70000B]}
update:
  from: 1351B03SIM7000C
  to: 1351B04SIM7000C
  package: {url: 'http://fota.example/a.zip', size: $size}
  delivery: http
expect: {outcome: update-failed}
'''


def fotarig(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=120,
                          check=False)


def report(program, *words):
    return fotarig(program, 'report', *words)


def want(got, wanted):
    if got != wanted:
        raise Mismatch(f'want {wanted!r}\n  got  {got!r}')


def tests(folder):
    """The tests of a report without what differs from run to run, by id."""
    with open(os.path.join(folder, 'ctrf.json'), encoding='utf-8') as file:
        found = json.load(file)['results']['tests']
    for test in found:
        for key in ('start', 'stop', 'duration'):
            test.pop(key, None)
        test['extra'].pop('wall_us', None)
        if 'repeat' in test['extra']:
            test['trace'] = test['trace'].replace(test['extra']['repeat'], '')
            test['extra'].pop('repeat')
    return {test['testId']: test for test in found}


def run_shards(program, folder, count, *left_out):
    bad = os.path.join(folder, 'bad.yaml')
    with open(bad, 'w', encoding='utf-8') as file:
        file.write(BAD)
    for number in range(1, count + 1):
        if number not in left_out:
            fotarig(program, 'run', GOOD, bad, '--shard', f'{number}/{count}', '--reports',
                    os.path.join(folder, 'parts', str(number)))
    fotarig(program, 'run', GOOD, bad, '--reports', os.path.join(folder, 'whole'))
    return os.path.join(folder, 'parts')


def the_merged_report_is_that_of_the_whole(program, folder):
    parts = run_shards(program, folder, 3)
    merged = os.path.join(folder, 'merged')
    done = report(program, 'merge', parts, '-o', merged)
    want(done.returncode, 1)
    want(tests(merged), tests(os.path.join(folder, 'whole')))
    want(any(test['extra'].get('exchanges') for test in tests(merged).values()), True)
    same = report(program, 'compare', os.path.join(folder, 'whole'), merged)
    want((same.returncode, '0 newly failed, 0 no longer run' in same.stdout), (0, True))


def a_missing_shard_is_named_and_no_old_report_stays(program, folder):
    parts = run_shards(program, folder, 3, 2)
    merged = os.path.join(folder, 'merged')
    os.makedirs(merged)
    with open(os.path.join(merged, 'ctrf.json'), 'w', encoding='utf-8') as file:
        file.write('yesterday')
    done = report(program, 'merge', parts, '-o', merged)
    want('fotarig/shard 2 of 3 is missing' in tests(merged), True)
    want(done.returncode, 1)
    back = report(program, 'compare', os.path.join(folder, 'whole'), merged)
    want((back.returncode, 'no longer run' in back.stdout), (1, True))


def a_killed_shard_is_not_taken_for_a_whole_one(program, folder):
    parts = os.path.join(folder, 'parts')
    with subprocess.Popen([program, 'run', 'scenarios', '--shard', '1/2', '--reports',
                           os.path.join(parts, '1'), '-q', '--speed', '1'],
                          stdout=subprocess.DEVNULL) as child:
        while not os.path.exists(os.path.join(parts, '1', 'ctrf.json')):
            if child.poll() is not None:
                raise Mismatch('the run ended before it could be killed')
        child.send_signal(signal.SIGKILL)
    done = report(program, 'merge', parts, '-o', os.path.join(folder, 'merged'))
    want(done.returncode, 4)
    want('is not finished' in done.stdout, True)


def a_known_failure_does_not_count_until_its_day(program, folder):
    parts = run_shards(program, folder, 2)
    merged = os.path.join(folder, 'merged')
    path = os.path.join(folder, 'known.yaml')
    for until, status in (('2999-12-31', 0), ('2020-01-01', 1)):
        with open(path, 'w', encoding='utf-8') as file:
            file.write("quarantine:\n  - {case: '*bad*', reason: LAB-12, "
                       f"until: '{until}'}}\n")
        done = report(program, 'merge', parts, '-o', merged, '--quarantine', path)
        want((until, done.returncode), (until, status))
    verdicts = [test['status'] for test in tests(merged).values()]
    want(verdicts.count('failed'), 3)


def the_folder_that_is_read_is_not_written(program, folder):
    parts = run_shards(program, folder, 1)
    done = report(program, 'merge', parts, '-o', os.path.join(parts, '1'))
    want(done.returncode, 2)


def a_history_tells_what_failed_and_what_is_no_report(program, folder):
    run_shards(program, folder, 1)
    with open(os.path.join(folder, 'other.json'), 'w', encoding='utf-8') as file:
        file.write('{}')
    done = report(program, 'history', folder, '--json')
    cases = json.loads(done.stdout)['cases']
    want((len(cases), cases[0]['failed'], cases[0]['greenSince']), (3, 2, 0))
    want('other.json: no report of CTRF' in done.stderr, True)
    want(report(program, 'history', folder).stdout.splitlines()[-1].startswith('2 reports'), True)


def a_failure_stands_beside_its_last_pass(program, folder):
    good = BAD.replace('outcome: update-failed', 'outcome: updated')
    cut = "events: [{when: {command: 'AT+CFSGFIS'}, times: always, do: [{reply: ['ERROR']}]}]\n"
    path = os.path.join(folder, 'bad.yaml')
    reports = os.path.join(folder, 'reports')
    for text, words in ((good, ['--trace', os.path.join(folder, 'traces')]),
                        (good.replace('expect:', cut + 'expect:'), ['--former', os.path.join(folder, 'traces'),
                                                 '--reports', reports])):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        done = fotarig(program, 'run', '-q', path, *words)
    with open(os.path.join(reports, 'report.html'), encoding='utf-8') as file:
        page = file.read()
    want((done.returncode, page.count('<h4>Beside its last pass</h4>')), (1, 3))
    want(page.count('here they part'), 3)
    want(f'<pre>fotarig run -q {path} --former ' in page, True)


CASES = [
    the_merged_report_is_that_of_the_whole,
    a_missing_shard_is_named_and_no_old_report_stays,
    a_killed_shard_is_not_taken_for_a_whole_one,
    a_known_failure_does_not_count_until_its_day,
    the_folder_that_is_read_is_not_written,
    a_history_tells_what_failed_and_what_is_no_report,
    a_failure_stands_beside_its_last_pass,
]


if __name__ == '__main__':
    sys.exit(run_cases('report', CASES, program_under_test('report')))
