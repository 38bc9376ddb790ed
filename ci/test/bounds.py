#!/usr/bin/python3
"""bounds.py - work, memory and descriptors of a run and of `fotarig sim` are bounded: scenarios that
turn in circles, limits of steps and journal, clients that half-close, descriptors that run out.
usage: bounds.py [PROGRAM]
"""
import os
import re
import resource
import socket
import subprocess
import sys
import time

from dialog import program_under_test, run_cases

PATIENCE_S = 60
SCENARIO = """scenario: circles
why: It feeds itself.
update:
  from: 1351B03SIM7000C
  to: 1351B04SIM7000C
  package: {{url: 'http://fota.example/V1___V2/update.zip', size: 109285B}}
  delivery: http
events:
{}expect:
  outcome: updated
"""
CIRCLES = {
    'a reset that resets': ("""  - when: {boot: 1}
    do: [{reset: crash}]
  - when: {reset: any}
    times: always
    do: [{reset: crash}]
""", 'event 2 (line 11: {reset: any}, then {reset: crash})'),
    'a host that is restarted where it starts': ("""  - when: {core-state: synchronise}
    times: always
    do: [{host-reset: yes, for: 1ms}]
""", 'event 1 (line 9: {core-state: synchronise}'),
    'silence that breaks itself': ("""  - when: {time: 1ms, since: byte}
    times: always
    do: [{urc: 'X'}]
""", 'event 1 (line 9: {time: 1ms, since: byte}'),
}


def run_it(program, folder, events, *options):
    path = os.path.join(folder, 'circles.yaml')
    with open(path, 'w', encoding='ascii') as file:
        file.write(SCENARIO.format(events))
    done = subprocess.run([program, 'run', path, '--jobs', '1', *options], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S, check=False)
    return done.returncode, done.stdout


def circles_are_told_with_the_events_that_feed_each_other(program, folder):
    before_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    for name, (events, want) in CIRCLES.items():
        status, text = run_it(program, folder, events)
        assert status == 4 and 'the scenario turns in circles' in text and want in text, \
            f'{name}: status {status}: {text}'
    most_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # builds with a sanitizer need more for themselves
    assert most_kib < 100000 or most_kib <= before_kib or 'asan' in program, f'{most_kib} KiB'


def a_run_has_no_more_steps_and_journal_than_it_may(program, folder):
    quiet = """  - when: {time: 1s}
    do: [{urc: 'X'}]
"""
    for options, want in (('--max-steps 100', 'turns in circles: 100 steps'),
                          ('--max-journal 10KiB', 'the journal holds')):
        status, text = run_it(program, folder, quiet, *options.split())
        assert status == 4 and want in text, f'{options}: status {status}: {text}'


class Served:
    """`fotarig sim` on TCP."""

    def __init__(self, program, *options, files=0):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        self.process = subprocess.Popen([program, 'sim', '--tcp', '127.0.0.1:0', *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        preexec_fn=limit if files else None)

    def __enter__(self):
        line = self.process.stdout.readline()
        self.ports = [int(port) for port in re.findall(r'127\.0\.0\.1:(\d+)', line)]
        assert self.ports, line
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()

    def connect(self):
        client = socket.create_connection(('127.0.0.1', self.ports[0]))
        client.settimeout(PATIENCE_S)
        return client

    def processor_ticks(self):
        with open(f'/proc/{self.process.pid}/stat', encoding='ascii') as file:
            fields = file.read().rsplit(')', 1)[1].split()
        return int(fields[11]) + int(fields[12])


def read_until(client, wanted):
    got = b''
    while wanted not in got:
        piece = client.recv(4096)
        if not piece:
            break
        got += piece
    return got


def a_client_that_sends_no_more_gets_its_answers(program, _folder):
    with Served(program) as served:
        for command, answer in ((b'AT\r', b'\r\nOK\r\n'), (b'AT+CGMR\r', b'SIM7000C\r\n\r\nOK\r\n')):
            with served.connect() as client:
                client.sendall(command)
                client.shutdown(socket.SHUT_WR)
                got = read_until(client, answer)
                assert answer in got, got


def the_next_client_need_not_wait_for_one_that_sends_no_more(program, _folder):
    with Served(program) as served:
        with served.connect() as first:
            first.sendall(b'AT\r')
            first.shutdown(socket.SHUT_WR)
            read_until(first, b'OK')
            with served.connect() as second:
                second.sendall(b'AT\r')
                assert b'OK' in read_until(second, b'OK\r\n')
                assert first.recv(1) == b''


def descriptors_that_run_out_come_back(program, folder):
    control = os.path.join(folder, 'control')
    with Served(program, '--control', control, files=24) as served:
        hogs = []
        for _ in range(20):
            hog = socket.socket(socket.AF_UNIX)
            hog.connect(control)
            hogs.append(hog)
        with served.connect() as client:
            client.sendall(b'AT\r')
            before, until = served.processor_ticks(), time.monotonic() + 1
            while time.monotonic() < until:
                time.sleep(0.1)
            used = served.processor_ticks() - before
            assert used < 10, f'{used} ticks of the processor in a second of waiting'
            for hog in hogs:
                hog.close()
            assert b'OK' in read_until(client, b'OK\r\n')


STRANGER = """import os, socket, sys
os.setgid(65534), os.setuid(65534)
client = socket.socket(socket.AF_UNIX)
client.connect(sys.argv[1])
try:
    client.sendall(b'{"command": "state"}\\n')
    sys.exit(1 if client.recv(100) else 0)
except (BrokenPipeError, ConnectionResetError):
    sys.exit(0)
"""


def a_stranger_at_the_control_socket_is_not_heard(program, folder):
    if os.geteuid() != 0:
        return 'it takes root to be somebody else'
    control = os.path.join(folder, 'control')
    with Served(program, '--control', control):
        assert os.stat(control).st_mode & 0o777 == 0o600
        os.chmod(folder, 0o755)
        os.chmod(control, 0o666)
        done = subprocess.run([sys.executable, '-c', STRANGER, control], timeout=PATIENCE_S,
                              check=False)
        assert done.returncode == 0, 'the stranger was answered'
        heard = subprocess.run([program, 'ctl', '--socket', control, 'state'],
                               stdout=subprocess.DEVNULL, timeout=PATIENCE_S, check=False)
        assert heard.returncode == 0, 'we are not answered ourselves'
    return None


CASES = [
    a_stranger_at_the_control_socket_is_not_heard,
    circles_are_told_with_the_events_that_feed_each_other,
    a_run_has_no_more_steps_and_journal_than_it_may,
    a_client_that_sends_no_more_gets_its_answers,
    the_next_client_need_not_wait_for_one_that_sends_no_more,
    descriptors_that_run_out_come_back,
]

if __name__ == '__main__':
    sys.exit(run_cases('bounds', CASES, program_under_test('bounds'), (AssertionError,)))
