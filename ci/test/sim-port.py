#!/usr/bin/python3
"""sim-port.py - `fotarig sim` as clients of all kinds meet it: rates, reopening, downloads, signals.

usage: sim-port.py [PROGRAM]
"""
import os
import signal
import subprocess
import sys
import termios
import time

from dialog import PATIENCE_S, Mismatch, Module, Program, Terminal, run_cases, program_under_test

QUICK = ['--timing', 'none', '--speed', '50']


class Client(Terminal):
    """Opens the port itself, so that it can change the rate at any moment."""

    def __init__(self, port):
        # cat gives the base class a child; its output is not used.
        Program.__init__(self, ['cat'])
        self.fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.selector.unregister(self.child.stdout)
        self.selector.register(self.fd, 1)

    def send(self, text):
        os.write(self.fd, text.encode() + b'\r')

    def read_more(self, end):
        left = end - time.monotonic()
        if left <= 0 or not self.selector.select(left):
            return False
        self.unread += os.read(self.fd, 65536)
        return True

    def set_rate(self, rate):
        settings = termios.tcgetattr(self.fd)
        settings[4] = settings[5] = rate
        termios.tcsetattr(self.fd, termios.TCSANOW, settings)

    def stop(self, number=signal.SIGTERM):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1
        return super().stop(number)


def want(condition, text):
    if not condition:
        raise Mismatch(text)


def package(program, folder, name, size):
    path = os.path.join(folder, name)
    subprocess.run([program, 'package', '--from', 'A', '--to', 'B', '--size', f'{size}B', '-o',
                    path], check=True, capture_output=True)
    return path


def a_warm_module_answers_at_once(program, folder):
    with Module(program, folder, *QUICK) as module, Client(module.link) as client:
        client.ask('AT', 'OK')


def a_cold_module_tells_its_boot(program, folder):
    options = ['--boot', 'cold', '--speed', '5', '--set', 'port-rate=115200']
    with Module(program, folder, *options) as module, Client(module.link) as client:
        for line in ('RDY', '+CFUN: 1', '+CPIN: READY', 'SMS Ready'):
            client.expect_line(line)


def each_command_may_open_the_port_anew(program, folder):
    with Module(program, folder) as module:
        for _ in range(10):
            with Client(module.link) as client:
                client.ask('AT', 'OK')


def an_answer_reaches_a_client_that_opened_again(program, folder):
    with Module(program, folder) as module:
        for _ in range(10):
            with Client(module.link) as client:
                client.send('AT+GMI')
                client.expect('AT+GMI\r')
            with Client(module.link) as client:
                client.read_match(rb'OK\r\n')


def a_change_of_rate_is_followed_at_once(program, folder):
    with Module(program, folder, *QUICK) as module, Client(module.link) as client:
        client.ask('AT', 'OK')
        for rate, number in ((9600, termios.B9600), (57600, termios.B57600),
                             (115200, termios.B115200)) * 3:
            client.ask(f'AT+IPR={rate}', 'OK')
            client.set_rate(number)
            client.ask('AT', 'OK')


def the_wrong_rate_is_not_understood(program, folder):
    options = [*QUICK, '--set', 'port-rate=115200']
    with Module(program, folder, *options) as module, Client(module.link) as client:
        client.set_rate(termios.B9600)
        client.send('AT')
        time_s = time.monotonic() + 0.3
        while client.read_more(time_s):
            pass
        want(b'OK' not in client.unread, f'an answer at the wrong rate: {client.unread!r}')
        client.set_rate(termios.B115200)
        client.send('')
        client.send('AT')
        client.read_match(rb'OK\r\n')


def the_model_serves_packages_by_name(program, folder):
    first, second = package(program, folder, 'a.zip', 2000), package(program, folder, 'b.zip', 3000)
    options = [*QUICK, '--package', first, '--package', second]
    with Module(program, folder, *options) as module, Client(module.link) as client:
        client.ask('AT+CNACT=1,"x"', 'OK', '+APP PDP: ACTIVE')
        for path, result in (('a.zip', '200,2000'), ('V/b.zip?x=/a.zip', '200,3000'),
                             ('c.zip', '404,0')):
            client.ask(f'AT+HTTPTOFS="http://x.example/{path}","/fota/update.zip"', 'OK',
                       f'+HTTPTOFS: {result}')


def read_back(program, folder, options):
    """A file of 10 KB through the port, raw; returns the seconds from the command to the last byte."""
    path = package(program, folder, 'update.zip', 12345)
    with open(path, 'rb') as file:
        wanted = file.read()[:10240]
    with Module(program, folder, *options, '--package', path) as module:
        with Client(module.link) as client:
            client.ask('AT+CNACT=1,"x"', 'OK', '+APP PDP: ACTIVE')
            client.ask('AT+HTTPTOFS="http://x.example/update.zip","/fota/update.zip"', 'OK',
                       '+HTTPTOFS: 200,12345')
            client.ask('AT+CFSINIT', 'OK')
            begin = time.monotonic()
            client.send('AT+CFSRFILE=1,"update.zip",0,10240,0')
            client.read_match(rb'\+CFSRFILE: 10240\r\n')
            while len(client.unread) < 10240 + 6:
                want(client.read_more(begin + PATIENCE_S), f'only {len(client.unread)} bytes came')
            want(client.unread[:10240] == wanted, 'the file came back changed')
            client.unread = client.unread[10240:]
            client.expect_line('OK')
            return time.monotonic() - begin


def bytes_of_a_file_come_back_unchanged(program, folder):
    read_back(program, folder, QUICK)


def paced_bytes_take_their_time_on_the_line(program, folder):
    # 10 kB at 115200 bit/s are 0.889 s. A machine that stalls makes them late, never early.
    for _ in range(5):
        took = read_back(program, folder, ['--set', 'http-rate=1000000B/s'])
        want(took > 0.889, f'10 kB took {took:.3f} s, want 0.889 s at least')
        if took < 1.2:
            return
    raise Mismatch(f'10 kB took {took:.3f} s in the last of 5 tries, want 0.889 s and some')


def signals_end_it_cleanly(program, folder):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with Module(program, folder, *QUICK) as module:
            status = module.stop(number)
            want(status == 0, f'signal {number}: want exit status 0, got {status}')
            want(not os.path.lexists(module.link), f'signal {number}: the link is still there')


def under_nohup_a_hangup_is_none(program, folder):
    with Module(program, folder, *QUICK,
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as module:
        module.child.send_signal(signal.SIGHUP)
        with Client(module.link) as client:
            client.ask('AT', 'OK')
        want(module.stop() == 0, 'it ended badly')


def a_link_taken_over_by_another_is_left_to_it(program, folder):
    with Module(program, folder, *QUICK) as first, Module(program, folder, *QUICK) as second:
        want(first.stop() == 0, 'the first module ended badly')
        want(os.path.lexists(second.link), 'the first module removed the link of the second')
        with Client(second.link) as client:
            client.ask('AT', 'OK')


CASES = [
    a_warm_module_answers_at_once,
    a_cold_module_tells_its_boot,
    each_command_may_open_the_port_anew,
    an_answer_reaches_a_client_that_opened_again,
    a_change_of_rate_is_followed_at_once,
    the_wrong_rate_is_not_understood,
    the_model_serves_packages_by_name,
    bytes_of_a_file_come_back_unchanged,
    paced_bytes_take_their_time_on_the_line,
    signals_end_it_cleanly,
    under_nohup_a_hangup_is_none,
    a_link_taken_over_by_another_is_left_to_it,
]


if __name__ == '__main__':
    sys.exit(run_cases('sim', CASES, program_under_test('sim')))
