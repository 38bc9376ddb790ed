"""sim-serial.py - `fotarig sim --serial` on a port that libserialport knows: how it is set up, rate,
lines, errors, unplugging and coming back. ci/stand-in/serialport.c stands in for libserialport.

usage: sim-serial.py PROGRAM      with the stand-in in LD_LIBRARY_PATH
"""
import contextlib
import errno
import fcntl
import json
import os
import pty
import re
import selectors
import subprocess
import sys
import time
import tty

from dialog import PATIENCE_S, Mismatch, Program, run_cases

# enum values of libserialport
FLOW_NONE, PARITY_NONE, READ_WRITE = 0, 0, 3


class Cable:
    """A port of the machine, `folder`/ttyFAKE, and the device at the other end of the cable."""

    def __init__(self, folder, signals='dsr cts'):
        self.folder = folder
        self.port = os.path.join(folder, 'ttyFAKE')
        self.master = self.slave = -1
        self.got = b''
        self.signals(signals)
        self.plug()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.unplug()

    def plug(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.symlink(os.ttyname(self.slave), self.port + '.new')
        os.rename(self.port + '.new', self.port)

    def unplug(self):
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)
        self.master = self.slave = -1
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.port)

    def write(self, name, text):
        with open(os.path.join(self.folder, name + '.new'), 'w', encoding='ascii') as file:
            file.write(text)
        os.rename(file.name, os.path.join(self.folder, name))

    def signals(self, text):
        self.write('signals', text + '\n')

    def calls(self):
        try:
            with open(os.path.join(self.folder, 'calls'), encoding='ascii') as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def until_called(self, *calls):
        """Waits until these calls came last, each of its kind."""
        end = time.monotonic() + PATIENCE_S
        while True:
            last = {call.split()[0]: call for call in self.calls()}
            if all(last.get(call.split()[0]) == call for call in calls):
                return
            if time.monotonic() > end:
                raise Mismatch(f'want {calls} as the last calls\n  got {self.calls()}')
            time.sleep(0.005)

    def send(self, data):
        os.write(self.master, data)

    def read_match(self, pattern, patience_s=PATIENCE_S):
        end = time.monotonic() + patience_s
        with selectors.DefaultSelector() as selector:
            selector.register(self.master, selectors.EVENT_READ)
            while not re.search(pattern, self.got, re.DOTALL):
                if not selector.select(max(0, end - time.monotonic())):
                    raise Mismatch(f'want /{pattern.decode()}/\n  got {self.got!r}')
                self.got += os.read(self.master, 65536)
        got, self.got = self.got, b''
        return got

    def is_silent(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.master, selectors.EVENT_READ)
            return not selector.select(0)

    def ask(self, text):
        self.send(text.encode() + b'\r')
        return self.read_match(rb'(OK|ERROR|NO CARRIER)\r\n')


class Served(Program):
    """fotarig sim on the cable."""

    def __init__(self, program, cable, *options, port=None):
        os.environ['FAKE_SERIALPORT'] = cable.folder
        self.control = os.path.join(cable.folder, 'control')
        self.program = program
        super().__init__([program, 'sim', '--serial', port or cable.port, '--control', self.control,
                          '--timing', 'none', '--set', 'port-rate=115200', *options],
                         stderr=subprocess.STDOUT)
        self.read_match(rb'sim: [^\n]*\n')

    def until_read(self):
        """What was sent before has been read: these requests come after it in the loop."""
        self.ctl('state')
        self.ctl('state')

    def ctl(self, *words):
        return subprocess.run([self.program, 'ctl', '--socket', self.control, *words], check=True,
                              capture_output=True, text=True, timeout=PATIENCE_S).stdout


def refused(program, cable, *reasons):
    os.environ['FAKE_SERIALPORT'] = cable.folder
    done = subprocess.run([program, 'sim', '--serial', cable.port], capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)
    if done.returncode != 4 or any(reason not in done.stderr for reason in reasons):
        raise Mismatch(f'want status 4 and {reasons}\n  got {done.returncode} {done.stderr!r}')
    opened = [call for call in cable.calls() if call.split()[0] in ('open', 'free', 'close')]
    if opened and opened[-1] != 'free':
        raise Mismatch(f'the port is not given back: {opened}')


def it_is_opened_as_8n1_without_flow_control(program, folder):
    with Cable(folder) as cable, Served(program, cable) as served:
        got = cable.calls()
        for call in (f'open {READ_WRITE}', 'baudrate 115200', 'bits 8', f'parity {PARITY_NONE}',
                     'stopbits 1', f'flowcontrol {FLOW_NONE}'):
            if call not in got:
                raise Mismatch(f'want the call {call!r}\n  got {got}')
        cable.ask('AT')
        served.stop()
        if cable.calls()[-2:] != ['close', 'free']:
            raise Mismatch(f'want it closed and freed\n  got {cable.calls()}')


def a_link_to_the_device_will_do(program, folder):
    link = os.path.join(folder, 'by-path')
    with Cable(folder) as cable:
        os.symlink('ttyFAKE', link)
        with Served(program, cable, port=link):
            cable.ask('AT')
            cable.until_called('baudrate 115200')


def the_rate_follows_the_module(program, folder):
    with Cable(folder) as cable, Served(program, cable):
        for rate in (9600, 921600, 115200):
            cable.ask(f'AT+IPR={rate}')
            cable.until_called(f'baudrate {rate}')
            cable.ask('AT')


def the_lines_say_whether_the_module_is_there(program, folder):
    with Cable(folder) as cable, Served(program, cable) as served:
        cable.until_called('dtr 1', 'rts 1')
        served.ctl('power', 'cut')
        cable.until_called('dtr 0', 'rts 0')
        served.ctl('power', 'on')
        cable.until_called('dtr 1', 'rts 1')


def dropped_dtr_hangs_up(program, folder):
    with Cable(folder) as cable, Served(program, cable):
        cable.ask('AT&D2')
        cable.send(b'ATD123;\r')
        cable.read_match(rb'ATD123;\r')
        cable.signals('cts')
        cable.read_match(rb'NO CARRIER\r\n')
        cable.signals('dsr cts')
        cable.ask('AT')


def dropped_dtr_lets_it_sleep(program, folder):
    """With CSCLK=1 bytes that follow a change of DTR at once already meet the new state."""
    with Cable(folder) as cable, Served(program, cable) as served:
        cable.ask('AT+CSCLK=1')
        cable.signals('cts')
        cable.send(b'AT\r')
        served.until_read()
        served.ctl('urc', '+X: 1')
        if cable.read_match(rb'\+X: 1\r\n') != b'\r\n+X: 1\r\n':
            raise Mismatch('the sleeping module has heard AT')
        cable.signals('dsr cts')


def rts_stops_the_module_with_ifc_2(program, folder):
    with Cable(folder) as cable, Served(program, cable) as served:
        cable.ask('AT+IFC=2,2')
        cable.signals('dsr')
        events = json.loads(served.ctl('state'))['events']
        cable.send(b'AT\r')
        served.ctl('wait-for', 'result', 'OK', '--after', str(events))
        served.until_read()
        if not cable.is_silent():
            raise Mismatch('it talks without RTS')
        cable.signals('dsr cts')
        cable.read_match(rb'OK\r\n')


def without_lines_it_works_too(program, folder):
    with Cable(folder) as cable:
        os.unlink(os.path.join(folder, 'signals'))
        with Served(program, cable):
            cable.ask('AT')


def a_port_that_cannot_be_opened_is_said(program, folder):
    with Cable(folder) as cable:
        cable.write('fail', f'open {errno.EACCES}\n')
        refused(program, cable, 'ttyFAKE', os.strerror(errno.EACCES))
        cable.write('fail', f'baudrate {errno.EINVAL}\n')
        refused(program, cable, 'ttyFAKE', os.strerror(errno.EINVAL))
        cable.write('fail', f'parity {errno.EIO}\n')
        refused(program, cable, 'ttyFAKE', os.strerror(errno.EIO))
        os.unlink(os.path.join(folder, 'fail'))
        with Served(program, cable):
            cable.ask('AT')


def a_port_that_another_program_has_is_said(program, folder):
    with Cable(folder) as cable:
        fcntl.flock(cable.slave, fcntl.LOCK_EX)
        refused(program, cable, f'it is held by pid {os.getpid()} (python3', 'ttyFAKE')


def an_unplugged_port_is_waited_for(program, folder):
    with Cable(folder) as cable, Served(program, cable) as served:
        cable.ask('AT+IPR=9600')
        cable.until_called('baudrate 9600')
        for _ in range(3):
            before = len(cable.calls())
            cable.unplug()
            served.read_match(rb'ttyFAKE is gone; waiting for it to come back\n')
            served.ctl('urc', '+LOST: 1')  # nobody hears it, nobody stops
            cable.plug()
            served.read_match(rb'ttyFAKE is back\n')
            cable.until_called('baudrate 9600', 'rts 1', 'dtr 1')
            if 'close' not in cable.calls()[before:]:
                raise Mismatch('the port that was gone has not been given back')
            answer = cable.ask('AT')
            if b'LOST' in answer:
                raise Mismatch(f'what nobody heard came later: {answer!r}')
        if served.stop() != 0:
            raise Mismatch('it did not end well')


CASES = [
    it_is_opened_as_8n1_without_flow_control,
    a_link_to_the_device_will_do,
    the_rate_follows_the_module,
    the_lines_say_whether_the_module_is_there,
    dropped_dtr_hangs_up,
    dropped_dtr_lets_it_sleep,
    rts_stops_the_module_with_ifc_2,
    without_lines_it_works_too,
    a_port_that_cannot_be_opened_is_said,
    a_port_that_another_program_has_is_said,
    an_unplugged_port_is_waited_for,
]

if __name__ == '__main__':
    sys.exit(run_cases('serial', CASES, sys.argv[1]))
