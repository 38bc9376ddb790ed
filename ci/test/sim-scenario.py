#!/usr/bin/python3
"""sim-scenario.py - `fotarig sim --scenario`: the module's side of a scenario, played to a client.

usage: sim-scenario.py [PROGRAM]
"""
import os
import subprocess
import sys
import time

from dialog import PATIENCE_S, Mismatch, Module, Terminal, run_cases, program_under_test

OLD, NEW = '1351B03SIM7000C', '1351B04SIM7000C'
URL = 'http://fota.example/V1___V2/update.zip'
HEAD = f"""scenario: a story for a client of its own
why: A client must be able to meet what the bench tries.
"""
UPDATE = f"""update:
  from: {OLD}
  to: {NEW}
  package: {{url: '{URL}', size: 20000B%s}}
  delivery: http
module:
  variant: SIM7000C
  settings: {{port-rate: 115200, cpin-delay: 0ms, sms-ready-delay: 0ms%s}}
"""
TAIL = 'expect:\n  outcome: updated\n'
QUICK = ['--speed', '20', '--timing', 'none']


def write_story(folder, events, vary='', package='', settings=''):
    path = os.path.join(folder, 'story.yaml')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(HEAD + vary + UPDATE % (package, settings) + ('events:' + events if events else '') + TAIL)
    return path


class Played(Module):
    """fotarig sim that plays events to a client, which is at its port once it is up."""

    def __init__(self, program, folder, events, *options, speed='20', timing='none', **story):
        path = write_story(folder, events, **story)
        super().__init__(program, folder, '--speed', speed, '--timing', timing, '--scenario', path,
                         *options)

    def fired(self, event, words):
        self.read_match(f'sim: event {event} \\([^)]*\\) fired at [0-9.]+ s: {words}\n'.encode())

    def end(self, status=0, said=''):
        got = self.stop_and_read()
        if got[0] != status or said not in got[1]:
            raise Mismatch(f'want status {status} and {said!r}\n  got {got}')

    def stop_and_read(self):
        """Its exit status, and what it said at last."""
        self.child.terminate()
        said = self.unread + self.child.stdout.read()
        return self.child.wait(PATIENCE_S), said.decode()


def ready(terminal):
    """Asks until the module is up, as clients do; what it said in its boot is dropped."""
    end = time.monotonic() + PATIENCE_S
    while True:
        terminal.send('AT')
        try:
            terminal.read_match(rb'\r\nOK\r\n', 0.3)
            break
        except Mismatch:
            if time.monotonic() > end:
                raise
    terminal.send('AT+GMI')
    terminal.read_match(rb'AT\+GMI\r\r\nSIMCOM[^\n]*\n\r\nOK\r\n')


def download(terminal, result):
    terminal.ask('AT+CNACT=1,"cmnet"', 'OK', '+APP PDP: ACTIVE')
    terminal.ask(f'AT+HTTPTOFS="{URL}","/fota/update.zip"', 'OK', f'+HTTPTOFS: {result}')


def power_is_cut_in_the_middle_of_an_update(program, folder):
    cut = """
  - when: {phase: restore-modem, percent: 37%}
    do: [{power: cut, for: 5s}]
"""
    with Played(program, folder, cut) as module, Terminal(module.link) as terminal:
        ready(terminal)
        download(terminal, '200,20000')
        terminal.ask('AT+CFOTA=1', 'OK', '+CFOTA: "Start to update"')
        module.fired(1, 'power')
        terminal.read_match(rb'\+CFOTA: "Update successfully, please wait for reset"\r\n')
        terminal.read_match(rb'SMS Ready\r\n')
        ready(terminal)
        terminal.ask('AT+GMR', f'Revision:{NEW}', 'OK')
        terminal.ask('AT+CFOTA?', '+CFOTA: 6', 'OK')
        module.end(0, '1 of 1 events fired')


def a_command_gets_another_answer(program, folder):
    events = """
  - when: {command: 'AT+CPIN?', nth: 2}
    do: [{reply: ['+CPIN: SIM PIN', 'OK']}]
  - when: {command: 'AT+CSQ'}
    do: [{swallow: yes}]
"""
    with Played(program, folder, events) as module, Terminal(module.link) as terminal:
        ready(terminal)
        terminal.ask('AT+CPIN?', '+CPIN: READY', 'OK')
        terminal.ask('AT+CPIN?', '+CPIN: SIM PIN', 'OK')
        terminal.ask('AT+CPIN?', '+CPIN: READY', 'OK')
        module.fired(1, 'reply')
        terminal.ask('AT+CSQ')
        module.fired(2, 'swallow')
        terminal.ask('AT', 'OK')
        module.end(0, '2 of 2 events fired')


def the_wire_loses_and_inserts(program, folder):
    events = """
  - when: {command: 'AT+GMR'}
    do: [{insert-to-host: "\\r\\nDST: 1\\r\\n"}]
  - when: {command: 'AT+CGMM'}
    do: [{lose-to-host: 4B}]
  - when: {command: 'AT+CREG?'}
    do: [{lose-to-module: 1B}]
"""
    with Played(program, folder, events) as module, Terminal(module.link) as terminal:
        ready(terminal)
        terminal.ask('ATE0', 'OK')
        terminal.send('AT+GMR')  # as in fotarig run, faults meet the answer
        terminal.expect(f'\r\nDST: 1\r\n\r\nRevision:{OLD}\r\n\r\nOK\r\n')
        terminal.send('AT+CGMM')
        terminal.expect('MCOM_SIM7000C\r\n\r\nOK\r\n')
        terminal.send('AT+CREG?')
        terminal.read_match(rb'\r\nOK\r\n')
        terminal.send('xAT')
        terminal.expect_line('OK')
        module.end(0, '3 of 3 events fired')


def a_byte_of_the_wire_is_a_trigger(program, folder):
    """The n-th byte from the client: power goes before the command is whole."""
    events = """
  - when: {to-module-byte: 500}
    do: [{power: cut, for: 1s}]
"""
    with Played(program, folder, events) as module, Terminal(module.link) as terminal:
        ready(terminal)
        for _ in range(100):
            terminal.send('AT+GMR')
        module.fired(1, 'power')
        ready(terminal)
        module.end(0, '1 of 1 events fired')


def a_text_longer_than_a_piece_of_the_line_is_a_trigger(program, folder):
    """At its own pace a module's line comes in pieces of 23 bytes, a client's as well."""
    events = f"""
  - when: {{to-host-text: 'Revision:{OLD}', nth: 2}}
    do: [{{lose-to-host: line}}]
  - when: {{to-host-text: 'Revision:{OLD}', nth: 3, at: 23B}}
    do: [{{lose-to-host: 1B}}]
  - when: {{to-module-text: 'AT+CGMR;+CGMM;+CGMI;+CSQ', at: 23B}}
    do: [{{lose-to-module: 1B}}]
"""
    with Played(program, folder, events, speed='1', timing='module') as module, \
            Terminal(module.link) as terminal:
        ready(terminal)
        terminal.ask('AT+GMR', f'Revision:{OLD}', 'OK')
        terminal.send('AT+GMR')
        terminal.expect('AT+GMR\r\r\n\r\nOK\r\n')
        module.fired(1, 'lose-to-host')
        terminal.ask('AT+GMR', f'Revision:{OLD[:-1]}', 'OK')
        module.fired(2, 'lose-to-host')
        terminal.send('AT+CGMR;+CGMM;+CGMI;+CSQ')
        terminal.expect('AT+CGMR;+CGMM;+CGMI;+CS\r')
        module.fired(3, 'lose-to-module')
        module.end(0, '3 of 3 events fired')


def time_brings_a_line(program, folder):
    events = """
  - when: {time: 20s}
    do: [{urc: '+STORY: 1'}]
"""
    with Played(program, folder, events) as module, Terminal(module.link) as terminal:
        module.fired(1, 'urc')
        terminal.read_match(rb'\r\n\+STORY: 1\r\n')


def the_server_is_that_of_the_scenario(program, folder):
    for package, result in ((', http: 404', '404,0'), (', http: 603', '603,0'),
                            (', sent: 5000B', '200,5000')):
        with Played(program, folder, '', package=package) as module, \
                Terminal(module.link) as terminal:
            ready(terminal)
            download(terminal, result)


def an_event_that_never_fired_is_a_failure(program, folder):
    never = "\n  - when: {command: 'AT+CFOTA=1'}\n    do: [{swallow: yes}]\n"
    with Played(program, folder, never) as module:
        module.end(1, 'event 1 (line 12, command: \'AT+CFOTA=1\') never fired; the fault was not tried\n'
                      'sim: 0 of 1 events fired\n')
    with Played(program, folder, never + '    may-not-fire: yes\n') as module:
        module.end(0, 'never fired, which it may\n')


def an_event_that_fired_too_seldom_is_a_failure(program, folder):
    twice = "\n  - when: {command: 'AT+GMR'}\n    times: 2\n    do: [{swallow: yes}]\n"
    with Played(program, folder, twice) as module, Terminal(module.link) as terminal:
        ready(terminal)
        terminal.ask('AT+GMR')
        module.fired(1, 'swallow')
        module.end(1, 'fired 1 of 2 times; the rest was not tried\nsim: 0 of 1 events fired')


def settings_of_the_command_line_win(program, folder):
    with Played(program, folder, '', '--set', 'boot-time=100ms', settings=', boot-time: 600s') \
            as module, Terminal(module.link) as terminal:
        ready(terminal)


def one_case_of_many_is_chosen(program, folder):
    vary = 'vary:\n  code: [404, 403]\n'
    for number, code in ((1, 404), (2, 403)):
        with Played(program, folder, '', '--case', str(number), vary=vary,
                    package=', http: $code') as module, Terminal(module.link) as terminal:
            ready(terminal)
            download(terminal, f'{code},0')
    refused(program, folder, 2, "has 2", '--scenario', write_story(folder, '', vary,
                                                                    ', http: $code'), '--case', '3')


def each_of_many_modules_plays_it(program, folder):
    path = write_story(folder, "\n  - when: {command: 'AT+GSN'}\n    do: [{swallow: yes}]\n")
    link = os.path.join(folder, 'sim7000')
    with Module(program, folder, *QUICK, '--scenario', path, '--count', '3') as module:
        for index in (1, 2):
            with Terminal(f'{link}{index}') as terminal:
                ready(terminal)
                terminal.ask('AT+GSN')
                module.read_match(f'sim: module {index}: event 1 '.encode())
        status, said = module.stop(), module.unread.decode()
        if status != 1:
            raise Mismatch(f'want status 1, since module 0 has not been asked: {status} {said}')


def refused(program, folder, status, what, *options):
    done = subprocess.run([program, 'sim', '--link', os.path.join(folder, 'none'), *options],
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if done.returncode != status or what not in done.stderr:
        raise Mismatch(f'want status {status} and {what!r}\n  got {done.returncode} {done.stderr}')


def what_needs_the_core_is_refused_with_its_place(program, folder):
    for events, what in (
            ('\n  - when: {core-state: download}\n    do: [{urc: "X"}]\n',
             "story.yaml:12:5: error: 'core-state' needs the core"),
            ('\n  - when: {request: power-cycle}\n    do: [{urc: "X"}]\n',
             "'request' needs the core"),
            ("\n  - when: {time: 1s}\n    do: [{host-reset: yes}]\n",
             "story.yaml:13:10: error: 'host-reset' needs the core"),
            ("\n  - when: {time: 1s}\n    do: [{cancel: yes}]\n", "'cancel' needs the core")):
        refused(program, folder, 3, what, '--scenario', write_story(folder, events))


def what_is_wrong_with_a_file_is_said(program, folder):
    refused(program, folder, 3, "unknown", '--scenario',
            write_story(folder, "\n  - when: {comand: 'AT'}\n    do: [{swallow: yes}]\n"))
    refused(program, folder, 3, 'nothing.yaml', '--scenario', os.path.join(folder, 'nothing.yaml'))
    path = write_story(folder, '')
    refused(program, folder, 2, "'--variant' is what the scenario says", '--scenario', path,
            '--variant', 'SIM7000G')
    refused(program, folder, 2, "needs '--scenario'", '--case', '2')


CASES = [
    power_is_cut_in_the_middle_of_an_update,
    a_command_gets_another_answer,
    the_wire_loses_and_inserts,
    a_byte_of_the_wire_is_a_trigger,
    a_text_longer_than_a_piece_of_the_line_is_a_trigger,
    time_brings_a_line,
    the_server_is_that_of_the_scenario,
    an_event_that_never_fired_is_a_failure,
    an_event_that_fired_too_seldom_is_a_failure,
    settings_of_the_command_line_win,
    one_case_of_many_is_chosen,
    each_of_many_modules_plays_it,
    what_needs_the_core_is_refused_with_its_place,
    what_is_wrong_with_a_file_is_said,
]

if __name__ == '__main__':
    sys.exit(run_cases('scenario', CASES, program_under_test('scenario', 'socat')))
