#!/usr/bin/python3
"""rack.py - `fotarig rack` over modules that other processes serve.

usage: rack.py [PROGRAM]
"""
import json
import os
import re
import subprocess
import sys

import jsonschema
import yaml

from dialog import Mismatch, Module, Server, Terminal, program_under_test, run_cases
from lab import Lab, Spoiler

IMEI = '869951030000017'  # of the emulator


def rack(program, *words):
    """The finished process of `fotarig rack`."""
    return subprocess.run([program, 'rack', *words], capture_output=True, text=True, timeout=120,
                          check=False)


def write(folder, *slots):
    path = os.path.join(folder, 'rack.yaml')
    with open(path, 'w', encoding='utf-8') as file:
        file.write('rack: cellar\nslots:\n')
        for slot in slots:
            file.write('  - {' + ', '.join(f'{key}: {value}' for key, value in slot.items()) + '}\n')
    return path


def want(got, wanted):
    if got != wanted:
        raise Mismatch(f'want {wanted!r}\n  got  {got!r}')


def served(folder, **more):
    return {'slot': 'a1', 'transport': f"'pty:{folder}/sim7000'", 'far-end': 'emulator',
            'speed': 20, **more}


def probe_finds_a_module_as_written(program, folder):
    path = write(folder, served(folder, variant='SIM7000C', imei=f"'{IMEI}'"))
    with Module(program, folder, '--speed', '20'):
        done = rack(program, 'probe', '--json', path)
    slot = json.loads(done.stdout)['slots'][0]
    want((done.returncode, slot['found'], slot['imei']), (0, 'as written', IMEI))


def probe_finds_another_module(program, folder):
    path = write(folder, served(folder, imei="'869951030000012'"))
    with Module(program, folder, '--speed', '20'):
        done = rack(program, 'probe', path)
    want(done.returncode, 4)
    want(f'IMEI 869951030000012 is expected, and the module says {IMEI}' in done.stdout, True)


def probe_asks_all_and_tells_who_is_not_there(program, folder):
    path = write(folder, served(folder),
                 {'slot': 'a2', 'transport': f"'pty:{folder}/nothing'"},
                 {'slot': 'a3', 'transport': "'tcp://127.0.0.1:1'"},
                 {'slot': 'a4', 'transport': f"'pty:{folder}/x'", 'out-of-service': 'antenna'})
    with Module(program, folder, '--speed', '20'):
        done = rack(program, 'probe', '--json', path)
    found = [slot['found'] for slot in json.loads(done.stdout)['slots']]
    want((done.returncode, found), (4, ['as written', 'nothing', 'nothing', 'out of service']))


def generate_prints_a_file_that_probe_takes(program, folder):
    with Module(program, folder, '--speed', '20'):
        made = rack(program, 'generate', f'pty:{folder}/sim7000', f'pty:{folder}/nothing')
        path = os.path.join(folder, 'made.yaml')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(made.stdout)
        done = rack(program, 'probe', path)
    want((made.returncode, done.returncode), (0, 0))
    want(f"imei: '{IMEI}'" in made.stdout, True)


def a_wrong_file_is_told_with_its_line(program, folder):
    path = write(folder, {'slot': 'a1', 'transprt': "'pty:x'"})
    done = rack(program, 'check', path)
    want(done.returncode, 3)
    want(f"{path}:3:16: error: unknown key 'transprt' in 'slots'" in done.stderr, True)


def a_slot_that_the_file_has_not_is_told(program, folder):
    done = rack(program, 'list', '--slot', 'b7', write(folder, served(folder)))
    want((done.returncode, "has no slot 'b7'" in done.stderr), (3, True))


OLD, NEW = '1351B03SIM7000C', '1351B04SIM7000C'
UPDATE = 'scenarios/documented/update-by-http.yaml'
CURRENT = 'scenarios/documented/already-current.yaml'


def power_hook(program, folder):
    """A hook that cycles the module's power; it tells each call in calls.log."""
    path = os.path.join(folder, 'power')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f'#!/bin/sh\necho "$1 $2" >>{folder}/calls.log\n'
                   f'for what in cut on; do {program} ctl --socket {folder}/control power $what '
                   '|| exit 1; done\n')
    os.chmod(path, 0o755)
    return path


def packages(program, folder, port):
    """YAML of the packages there and back, which the server has."""
    rows = []
    for old, new, name in ((OLD, NEW, 'on'), (NEW, OLD, 'back')):
        subprocess.run([program, 'package', '--from', old, '--to', new, '--size', '20000B', '-o',
                        os.path.join(folder, name)], check=True, stdout=subprocess.DEVNULL)
        rows.append(f"{{from: {old}, to: {new}, url: 'http://127.0.0.1:{port}/{name}'}}")
    return '[' + ', '.join(rows) + ']'


def run(program, path, *words):
    return subprocess.run([program, 'run', '--rack', path, *words], capture_output=True, text=True,
                          timeout=300, check=False)


def a_module_that_took_an_update_takes_the_one_back(program, folder):
    hook = power_hook(program, folder)
    with Server(folder) as server:
        path = write(folder, served(folder, packages=packages(program, folder, server.port),
                                    hooks=f"{{cycle: ['{hook}']}}"),
                     {'slot': 'a2', 'transport': f"'pty:{folder}/nothing'"})
        with Module(program, folder, '--speed', '20', '--http', 'real', '--control',
                    os.path.join(folder, 'control')):
            done = run(program, path, UPDATE, '--repeat', '2')
    with open(os.path.join(folder, 'calls.log'), encoding='utf-8') as file:
        want(file.read().splitlines(), ['cycle a1'] * 2)
    if '2 cases: 2 passed' not in done.stdout:
        raise Mismatch(f'want two cases that passed\n  got  {done.stdout[-2000:]}')
    want(f'a1       2 cases, 2 updates, at {OLD}' in done.stdout, True)
    want('a2       0 cases, 0 updates; quarantined: cannot open' in done.stdout, True)
    want(done.returncode, 4)


def tests(folder):
    with open(os.path.join(folder, 'out', 'ctrf.json'), encoding='utf-8') as file:
        return json.load(file)['results']['tests']


def hooks_that_fail_and_lie_are_called_again(program, folder):
    with Lab(program, folder, ['ser2net', 'tcp', 'tty', 'pty'], slowest_s=0.2, seed=11) as lab:
        lab.break_for_good('a4')
        lab.file()
        done = lab.run(CURRENT, '--repeat', '16', '--reports', os.path.join(folder, 'out'))
        want(lab.left_behind(), [])
        words = lab.hook_words()
        if not words['fails'] or not words['lies']:
            raise Mismatch(f'want hooks that fail and lie\n  got  {words}')
    found = tests(folder)
    wrong = [test['message'] for test in found if test['status'] != 'passed'
             and 'this machine was late' not in test['message']]
    if len(wrong) != 1 or 'after its power was switched on' not in wrong[0]:
        raise Mismatch(f'want one that says so\n  got  {wrong}')
    want('a4       1 case, 0 updates' in done.stdout, True)
    want(done.stdout.count('quarantined: '), 1)
    want({test['extra']['slot'] for test in found}, {'a1', 'a2', 'a3', 'a4'})
    want(done.returncode, 4)


def a_module_that_ends_at_a_third_revision_is_quarantined(program, folder):
    with Lab(program, folder, ['pty'], slowest_s=0) as lab:
        subprocess.run([program, 'package', '--from', OLD, '--to', '1351B05SIM7000C', '--size',
                        '20000B', '-o', os.path.join(folder, 'forth')], check=True,
                       stdout=subprocess.DEVNULL)
        lab.file()
        done = lab.run(UPDATE, '--repeat', '2', '--reports', os.path.join(folder, 'out'))
    evidence = f'it ran {OLD}, and ended at 1351B05SIM7000C in place of {NEW}'
    if f'quarantined: {evidence}' not in done.stdout:
        raise Mismatch(f'want {evidence}\n  got  {done.stdout[-2000:]}')
    want([test['status'] for test in tests(folder)], ['failed', 'other'])
    want(done.returncode, 1)


def new_rounds_come_while_slots_still_run(program, folder):
    """The list of cases moves when it has no room for one more round, and a slot goes on."""
    with Lab(program, folder, ['pty', 'tcp', 'pty'], speed=40, slowest_s=0) as lab:
        lab.file()
        # What was freed becomes rubbish: a look at it is a crash, not a thing of luck.
        done = lab.run(CURRENT, '--repeat', '9', '--for', '7s', '--reports',
                       os.path.join(folder, 'out'), env={**os.environ, 'MALLOC_PERTURB_': '165'})
    found = tests(folder)
    wrong = [test for test in found if test['status'] != 'passed'
             and 'this machine was late' not in test.get('message', '')]
    if wrong or len(found) < 18:
        raise Mismatch(f'want 18 cases that passed, or more\n  got  {len(found)}, status '
                       f'{done.returncode}: {done.stdout[-1500:]} {done.stderr[-1000:]}')
    want({test['extra']['slot'] for test in found}, {'a1', 'a2', 'a3'})


def what_a_case_left_is_gone_without_a_power_hook_too(program, folder):
    """The app network that the first update leaves up is not of the second one."""
    with Lab(program, folder, ['pty'], speed=40, slowest_s=0) as lab:
        lab.file(power=False)
        done = lab.run(UPDATE, '--repeat', '2', '--reports', os.path.join(folder, 'out'))
    wrong = [test['message'] for test in tests(folder) if test['status'] != 'passed'
             and 'this machine was late' not in test['message']]
    if wrong or '2 updates' not in done.stdout:
        raise Mismatch(f'want two updates\n  got  {wrong} {done.stdout[-1000:]}')


def a_port_that_goes_with_that_restart_is_waited_for(program, folder):
    """A port of USB is lost when the module restarts; asking for the restart anew would lose it anew."""
    with Server(folder) as server, Module(program, folder, '--speed', '20', '--usb') as module:
        with Terminal(module.link) as terminal:
            terminal.ask('AT+CNACT=1', 'OK', '+APP PDP: ACTIVE')
        path = write(folder, {'slot': 'a1', 'transport': f"'pty:{module.link}.usb-at'",
                              'far-end': 'emulator', 'speed': 20,
                              'packages': packages(program, folder, server.port)})
        done = run(program, path, CURRENT)
    if '1 cases: 1 passed' not in done.stdout:
        raise Mismatch(f'want a case that passed\n  got  {done.stdout[-1500:]}')


def one_damaged_answer_takes_no_slot_out(program, folder):
    """One answer of the probe, of the look before a case, of the one behind it is another one."""
    with Lab(program, folder, ['tcp'], slowest_s=0) as lab:
        inner = lab.rows[0]['url']
        for damaged in (2, 6, 11):
            with Spoiler(inner, b'SIM7000C', b'SIM7777C', damaged) as spoiler:
                lab.rows[0]['url'] = spoiler.url
                lab.file()
                done = lab.run(UPDATE, '--reports', os.path.join(folder, 'out'))
            found = [test['status'] for test in tests(folder)]
            if found != ['passed'] or 'quarantined' in done.stdout or not spoiler.spoilt:
                raise Mismatch(f'want a case that passed, with answer {damaged} damaged '
                               f'({spoiler.spoilt})\n  got  {done.stdout[-2000:]}')


def a_slot_serves_good_and_bad_downloads(program, folder):
    with Lab(program, folder, ['pty'], slowest_s=0) as lab:
        lab.file(serves=True)
        done = lab.run('scenarios/update/damaged-package.yaml',
                       'scenarios/download/damaged-on-the-server.yaml',
                       'scenarios/download/server-refuses.yaml', '--reports',
                       os.path.join(folder, 'out'), '--case', '*damaged*', '--case', '*=404*')
    found = [(test['status'], test['message']) for test in tests(folder)
             if test['status'] != 'passed' and 'was late' not in test['message']]
    want(found, [])
    want('a1       3 cases' in done.stdout, True)


CUT = '''scenario: the supply is cut behind the start line
why: a test
update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, package: {url: 'http://a/b', size: 20000B}}
events:
  - when: {urc: '+CFOTA: "Start to update"'}
    after: 2s
    do: [{power: cut, for: 5s}]
expect: {attempts: 1}
'''


def cut(program, folder, action):
    """The case, with a power hook that does `action` at its second `off`: the one amid the case."""
    path, hook = os.path.join(folder, 'cut.yaml'), os.path.join(folder, 'hook')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(CUT)
    with Lab(program, folder, ['pty'], slowest_s=0, seed=6) as lab:
        with open(hook, 'w', encoding='utf-8') as file:
            file.write(f'#!/bin/sh\necho $1 >>{folder}/calls.log\n'
                       f'[ "$1 $(grep -c off {folder}/calls.log)" = "off 2" ] && {action}\n'
                       f'exec {lab.hook} "$@"\n')
        os.chmod(hook, 0o755)
        lab.file(a1=f"    hooks: {{'off': ['{hook}'], 'on': ['{hook}']}}\n")
        lab.run(path, '--reports', os.path.join(folder, 'out'))
    with open(os.path.join(folder, 'calls.log'), encoding='utf-8') as file:
        return tests(folder)[0], file.read().split()


def a_power_hook_cuts_the_supply_amid_a_case(program, folder):
    test, calls = cut(program, folder, ':')
    want(calls, ['off', 'on', 'off', 'on'])
    if test['status'] != 'passed' and 'was late' not in test['message']:
        raise Mismatch(f"want a case that passed\n  got  {test['message']}")


def a_power_hook_that_lies_amid_a_case_is_the_labs_error(program, folder):
    test, _ = cut(program, folder, 'exit 0')
    if test['status'] != 'other':
        raise Mismatch(f"want an error\n  got  {test['status']}: {test['message']}")
    want('no boot was seen' in test['message'] or 'was late' in test['message'] or
         'the module speaks, and its supply is said to be off' in test['message'], True)


def a_power_hook_that_fails_amid_a_case_is_called_again(program, folder):
    test, calls = cut(program, folder, 'exit 1')
    want(calls, ['off', 'on', 'off', 'off', 'on'])
    if test['status'] != 'passed' and 'was late' not in test['message']:
        raise Mismatch(f"want a case that passed\n  got  {test['message']}")


def a_terminal_gets_a_table_of_slots_that_goes_again(program, folder):
    back = f"[{{from: {NEW}, to: {OLD}, url: 'http://rack.example/back'}}]"
    path = write(folder, served(folder, packages=back), {'slot': 'a2', 'transport': f"'pty:{folder}/nothing'"})
    with Module(program, folder, '--speed', '20'):
        plain = run(program, path, CURRENT)
        master, slave = os.openpty()
        with subprocess.Popen([program, 'run', '--rack', path, CURRENT, '--repeat', '2'], stdout=slave,
                              stderr=slave, stdin=subprocess.DEVNULL) as child:
            os.close(slave)
            shown = b''
            try:
                while piece := os.read(master, 4096):
                    shown += piece
            except OSError:  # the other end is closed
                pass
            child.wait(60)
        os.close(master)
    want('\x1b' in plain.stdout, False)
    for text in (b'quarantined: cannot open', b'a1', b'\x1b[3A\x1b[J'):
        if text not in shown:
            raise Mismatch(f'want {text!r}\n  got  {shown[-3000:]!r}')
    want(b'rack cellar:' in shown.rsplit(b'\x1b[J', 1)[-1], True)  # it was wiped


def a_flash_hook_brings_the_module_back_to_where_a_case_begins(program, folder):
    hook, control = os.path.join(folder, 'flash'), os.path.join(folder, 'control')
    saved = os.path.join(folder, 'saved')
    with open(hook, 'w', encoding='utf-8') as file:
        file.write(f'#!/bin/sh\necho "$*" >>{folder}/calls.log\n'
                   f'exec {program} ctl --socket {control} load {saved}\n')
    os.chmod(hook, 0o755)
    with Server(folder) as server:
        packages(program, folder, server.port)
        there = f"[{{from: {OLD}, to: {NEW}, url: 'http://127.0.0.1:{server.port}/on'}}]"
        path = write(folder, served(folder, packages=there, hooks=f"{{flash: ['{hook}']}}"))
        with Module(program, folder, '--speed', '20', '--http', 'real', '--control', control):
            subprocess.run([program, 'ctl', '--socket', control, 'save', saved], check=True,
                           stdout=subprocess.DEVNULL)
            done = run(program, path, UPDATE, '--repeat', '2')
    with open(os.path.join(folder, 'calls.log'), encoding='utf-8') as file:
        want(file.read(), f'flash a1 {OLD}\n')
    if f'a1       2 cases, 3 updates, at {NEW}' not in done.stdout:  # the flash is one
        raise Mismatch(f'want three updates\n  got  {done.stdout[-2000:]}')


def the_plan_says_where_and_touches_nothing(program, folder):
    back = f"[{{from: {NEW}, to: {OLD}, url: 'http://rack.example/back'}}]"
    path = write(folder, served(folder, packages=back))
    with Module(program, folder, '--speed', '20'):
        done = run(program, path, '--plan', UPDATE, CURRENT)
    for text in (f'slot a1 has no package that leads on from {OLD}', 'at first on slot a1'):
        if text not in done.stdout:
            raise Mismatch(f'want {text}\n  got  {done.stdout}')
    want(done.returncode, 0)


def a_hook_that_fails_is_the_labs_error(program, folder):
    back = f"[{{from: {NEW}, to: {OLD}, url: 'http://rack.example/back'}}]"
    path = write(folder, served(folder, packages=back, hooks="{pre: ['/bin/false']}"))
    with Module(program, folder, '--speed', '20'):
        done = run(program, path, CURRENT)
    if "hook 'pre' of slot a1 (/bin/false): exit status 1" not in done.stdout:
        raise Mismatch(f'want the hook\n  got  {done.stdout}')
    want(done.returncode, 4)


def a_case_goes_where_its_fixtures_are(program, folder):
    """By names that nobody knows but the rack file and the scenario; also of a single port."""
    scenario = os.path.join(folder, 'roams.yaml')
    with open(CURRENT, encoding='utf-8') as file:
        text = file.read().replace(OLD, '1351B02SIM7000C').replace(NEW, OLD)  # which it runs
    with open(scenario, 'w', encoding='utf-8') as file:
        file.write(re.sub(r'^update:', 'fixtures: [sim-roaming, relay]\nupdate:', text, flags=re.M))
    url, link = f'pty:{folder}/sim7000', served(folder)['transport']
    with Module(program, folder, '--speed', '20'):
        for fixtures, lacks in (('[relay, sim-roaming, x]', None), ('[relay]', 'sim-roaming'),
                                ('[sim-roaming]', 'relay')):
            path = write(folder, {'slot': 'a0', 'transport': link, 'far-end': 'emulator', 'speed': 20,
                                  'fixtures': fixtures})
            done = run(program, path, scenario)
            want((lacks, done.returncode, f"needs the fixture '{lacks}'" in done.stdout,
                  ' 1 passed' in done.stdout), (lacks, 0, bool(lacks), not lacks))
        for words, passes in (([], False), (['--fixture', 'relay', '--fixture', 'sim-roaming'], True)):
            done = subprocess.run([program, 'run', scenario, '--module', url, '--far-end', 'emulator',
                                   '--speed', '20', *words], capture_output=True, text=True,
                                  timeout=120, check=False)
            want((words, ' 1 passed' in done.stdout), (words, passes))
    done = subprocess.run([program, 'run', scenario], capture_output=True, text=True, timeout=120,
                          check=False)
    want(' 1 passed' in done.stdout, True)  # the emulator is what the file says


def the_schema_takes_what_the_reader_takes(program, folder):
    schema = json.loads(rack(program, 'schema').stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    good = {'slot': 'a1', 'transport': "'pty:x'"}
    for slot in (good, {**good, 'fixtures': '[relay]'}, {**good, 'speed': '20', 'far-end': 'emulator'},
                 {**good, 'limits': '{pre: 5s}', 'hooks': "{pre: ['/bin/true']}"},
                 {**good, 'imei': "'12'", 'bad': 1}, {**good, 'speed': 'fast'}, {'transport': "'pty:x'"},
                 {**good, 'limits': '{pre: 5}'}, {**good, 'hooks': '{pre: true}'}):
        path = write(folder, slot)
        with open(path, encoding='utf-8') as file:
            errors = list(validator.iter_errors(yaml.safe_load(file)))
        want((slot, not errors), (slot, rack(program, 'check', path).returncode == 0))


CASES = [
    the_schema_takes_what_the_reader_takes,
    a_case_goes_where_its_fixtures_are,
    a_module_that_took_an_update_takes_the_one_back,
    hooks_that_fail_and_lie_are_called_again,
    a_module_that_ends_at_a_third_revision_is_quarantined,
    new_rounds_come_while_slots_still_run,
    what_a_case_left_is_gone_without_a_power_hook_too,
    a_port_that_goes_with_that_restart_is_waited_for,
    one_damaged_answer_takes_no_slot_out,
    a_terminal_gets_a_table_of_slots_that_goes_again,
    a_slot_serves_good_and_bad_downloads,
    a_power_hook_cuts_the_supply_amid_a_case,
    a_power_hook_that_lies_amid_a_case_is_the_labs_error,
    a_power_hook_that_fails_amid_a_case_is_called_again,
    a_flash_hook_brings_the_module_back_to_where_a_case_begins,
    the_plan_says_where_and_touches_nothing,
    a_hook_that_fails_is_the_labs_error,
    probe_finds_a_module_as_written,
    probe_finds_another_module,
    probe_asks_all_and_tells_who_is_not_there,
    generate_prints_a_file_that_probe_takes,
    a_wrong_file_is_told_with_its_line,
    a_slot_that_the_file_has_not_is_told,
]


if __name__ == '__main__':
    sys.exit(run_cases('rack', CASES, program_under_test('rack')))
