"""client-rfc2217.py - the network ports of `fotarig sim` with programs that people use: pyserial's
rfc2217:// client, and socat that makes a local port of a raw TCP one and the other way round.

usage: client-rfc2217.py PROGRAM
"""
import json
import os
import re
import socket
import subprocess
import sys
import time

import serial

from dialog import PATIENCE_S, Mismatch, Program, Terminal, run_cases

QUICK = ('--timing', 'none', '--set', 'port-rate=115200')


class Served(Program):
    """fotarig sim on a port of the network only, which has no pty beside it."""

    def __init__(self, program, folder, kind, *options):
        self.program, self.control = program, os.path.join(folder, 'control')
        super().__init__([program, 'sim', f'--{kind}', '127.0.0.1:0', '--control', self.control,
                          *options], cwd=folder)
        banner = self.read_match(rb'sim: [^\n]*\n').group().decode()
        self.address = re.search(r'127\.0\.0\.1:\d+', banner).group()

    def open(self, rate=115200):
        return serial.serial_for_url(f'rfc2217://{self.address}', baudrate=rate, timeout=PATIENCE_S)

    def state(self, name):
        return json.loads(self.ctl('state'))[name]

    def ctl(self, *words):
        return subprocess.run([self.program, 'ctl', '--socket', self.control, *words], check=True,
                              capture_output=True, text=True, timeout=PATIENCE_S).stdout


def read(port, end):
    got = port.read_until(end)
    if not got.endswith(end):
        raise Mismatch(f'want ... {end!r}\n  got {got!r}')
    return got


def ask(port, command, end=b'OK\r\n'):
    port.write(command.encode() + b'\r')
    return read(port, end)


def until(what, true):
    """Lines are told in the background: waits for it."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > end:
            raise Mismatch(f'{what}: not within {PATIENCE_S} s')
        time.sleep(0.01)


def the_rate_is_set_and_counts(program, folder):
    with Served(program, folder, 'rfc2217', *QUICK) as module:
        with module.open(9600) as port:
            port.write(b'AT\rAT\r')  # heard at another rate
            port.baudrate = 115200  # answered only when all before it has arrived
            heard = ask(port, 'ATE0')
            if b'AT\r' in heard or heard.count(b'OK') != 1:
                raise Mismatch(f'bytes at the wrong rate were understood: {heard!r}')
            for rate in (9600, 921600, 57600):
                ask(port, f'AT+IPR={rate}')
                port.baudrate = rate
                if ask(port, 'AT') != b'\r\nOK\r\n':
                    raise Mismatch(f'at {rate} there is more than the answer')


def autobaud_finds_the_rate(program, folder):
    options = ('--timing', 'none', '--boot', 'cold', '--speed', '20')
    with Served(program, folder, 'rfc2217', *options) as module, module.open(38400) as port:
        port.timeout = 0.2
        end = time.monotonic() + PATIENCE_S
        while not port.read_until(b'OK\r\n').endswith(b'OK\r\n'):
            if time.monotonic() > end:
                raise Mismatch('no OK to any AT')
            port.write(b'AT\r')
        if module.state('rate_bps') != 38400:
            raise Mismatch(f'want the rate found\n  got {module.state("rate_bps")}')


def every_byte_passes(program, folder):
    data = bytes(range(256)) * 8 + b'\xff' * 100
    with Served(program, folder, 'rfc2217', *QUICK) as module, module.open() as port:
        ask(port, 'ATE0')
        ask(port, 'AT+CFSINIT')
        ask(port, f'AT+CFSWFILE=3,"a",0,{len(data)},9000', b'DOWNLOAD\r\n')
        port.write(data)
        read(port, b'OK\r\n')
        got = ask(port, f'AT+CFSRFILE=3,"a",0,{len(data)},0', data[-50:] + b'\r\nOK\r\n')
        if data not in got:
            raise Mismatch('the file came back changed')


def dtr_hangs_up(program, folder):
    with Served(program, folder, 'rfc2217', *QUICK) as module, module.open() as port:
        ask(port, 'AT&D2')
        port.write(b'ATD123;\r')
        read(port, b'ATD123;\r')
        port.dtr = False
        read(port, b'NO CARRIER\r\n')
        port.dtr = True
        ask(port, 'AT')


def dcd_and_dtr_go_with_a_data_call(program, folder):
    with Served(program, folder, 'rfc2217', *QUICK) as module, module.open() as port:
        ask(port, 'AT&D2')
        for _ in range(2):
            ask(port, 'ATD*99#', b'CONNECT')
            until('DCD', lambda: port.cd)
            port.dtr = False
            read(port, b'NO CARRIER\r\n')
            until('DCD gone', lambda: not port.cd)
            port.dtr = True
            ask(port, 'AT')
        ask(port, 'AT&D1')
        ask(port, 'ATD*99#', b'CONNECT')
        port.dtr = False  # command mode, but the call stays
        read(port, b'OK\r\n')
        port.dtr = True
        ask(port, 'ATO', b'CONNECT')
        until('DCD still', lambda: port.cd)


def rts_stops_the_module(program, folder):
    with Served(program, folder, 'rfc2217', *QUICK) as module, module.open() as port:
        ask(port, 'AT+IFC=2,2')
        port.rts = False  # answered only when the module knows it
        events = module.state('events')
        port.write(b'AT\r')
        module.ctl('wait-for', 'result', 'OK', '--after', str(events))
        port.dtr = True  # its answer comes behind whatever the module has said
        if port.in_waiting:
            raise Mismatch(f'it talks without RTS: {port.read(port.in_waiting)!r}')
        port.rts = True
        read(port, b'OK\r\n')


def the_module_s_lines_are_seen(program, folder):
    with Served(program, folder, 'rfc2217', *QUICK) as module, module.open() as port:
        ask(port, 'AT')
        until('CTS and DSR', lambda: port.cts and port.dsr and not port.cd and not port.ri)
        ask(port, 'AT+CFSINIT')
        ask(port, 'AT+CFSWFILE=3,"a",0,4,9000', b'DOWNLOAD\r\n')
        until('DCD in a transfer', lambda: port.cd)
        port.write(b'abcd')
        read(port, b'OK\r\n')
        until('DCD gone', lambda: not port.cd)
        ask(port, 'AT&C0')
        until('DCD with &C0', lambda: port.cd)
        module.ctl('set', 'ring-pulse=60s')
        ask(port, 'AT+CFGRI=1')
        module.ctl('urc', 'RING')
        until('RI', lambda: port.ri)
        module.ctl('power', 'cut')
        until('no line', lambda: not (port.cts or port.dsr or port.cd or port.ri))


def purge_drops_what_was_not_read(program, folder):
    with Served(program, folder, 'rfc2217', *QUICK) as module, module.open() as port:
        for number in range(5):
            module.ctl('urc', f'+OLD: {number}')
            until('the line', lambda: port.in_waiting)
            port.reset_input_buffer()
            port.reset_output_buffer()
            if b'OLD' in ask(port, 'AT'):
                raise Mismatch('a line came that was purged')


def a_client_that_leaves_drops_dtr(program, folder):
    with Served(program, folder, 'rfc2217', *QUICK) as module:
        with module.open() as port:
            ask(port, 'AT&D2')
            port.write(b'ATD123;\r')
            read(port, b'ATD123;\r')
            events = module.state('events')
        module.ctl('wait-for', 'result', 'NO CARRIER', '--after', str(events))
        with module.open() as port:
            ask(port, 'AT')


def break_and_format_do_no_harm(program, folder):
    with Served(program, folder, 'rfc2217', *QUICK) as module, module.open() as port:
        port.break_condition = True
        port.break_condition = False
        port.bytesize, port.parity, port.stopbits = 7, 'E', 2
        port.bytesize, port.parity, port.stopbits = 8, 'N', 1
        ask(port, 'AT')


def a_client_across_a_reset_goes_on(program, folder):
    options = (*QUICK, '--speed', '20')
    with Served(program, folder, 'rfc2217', *options) as module:
        with module.open() as port:
            ask(port, 'AT+CFUN=1,1')
            read(port, b'\r\nRDY\r\n')
            ask(port, 'AT')
            ask(port, 'AT+CFUN=1,1')
        with module.open() as port:
            port.timeout = 0.2
            end = time.monotonic() + PATIENCE_S
            while not port.read_until(b'OK\r\n').endswith(b'OK\r\n'):
                if time.monotonic() > end:
                    raise Mismatch('no OK to any AT')
                port.write(b'AT\r')


# ---- socat ----------------------------------------------------------------------------------------


def socat_makes_a_local_port_of_tcp(program, folder):
    link = os.path.join(folder, 'modem')
    with Served(program, folder, 'tcp', *QUICK) as module, \
            Program(['socat', f'PTY,link={link},rawer', f'TCP:{module.address},nodelay']):
        until('the link', lambda: os.path.exists(link))
        with Terminal(link) as terminal:
            terminal.ask('AT', 'OK')
            terminal.ask('AT+CPIN?', '+CPIN: READY', 'OK')
        with serial.Serial(link, 115200, timeout=PATIENCE_S) as port:
            ask(port, 'AT+CSQ')


def socat_serves_a_local_port_to_the_network(program, folder):
    link = os.path.join(folder, 'sim7000')
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        number = probe.getsockname()[1]
    with Program([program, 'sim', '--link', link, *QUICK]) as module:
        module.read_match(rb'sim: [^\n]*\n')
        with Program(['socat', f'TCP-LISTEN:{number},bind=127.0.0.1,reuseaddr,fork,max-children=1',
                      f'FILE:{link},rawer,b115200']):
            for _ in range(3):
                with connected(number) as port:
                    ask(port, 'AT+CPIN?')


def connected(number):
    """pyserial's raw client, as soon as socat listens."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return serial.serial_for_url(f'socket://127.0.0.1:{number}', timeout=PATIENCE_S)
        except serial.SerialException:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


CASES = [
    the_rate_is_set_and_counts,
    autobaud_finds_the_rate,
    every_byte_passes,
    dtr_hangs_up,
    dcd_and_dtr_go_with_a_data_call,
    rts_stops_the_module,
    the_module_s_lines_are_seen,
    purge_drops_what_was_not_read,
    a_client_that_leaves_drops_dtr,
    break_and_format_do_no_harm,
    a_client_across_a_reset_goes_on,
    socat_makes_a_local_port_of_tcp,
    socat_serves_a_local_port_to_the_network,
]

if __name__ == '__main__':
    sys.exit(run_cases('rfc2217', CASES, sys.argv[1], (serial.SerialException,)))
