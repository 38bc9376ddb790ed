#!/usr/bin/python3
"""client-ppp.py - wvdial dials, and what dials speaks LCP with slirp behind --data-call.

usage: client-ppp.py [PROGRAM]

pppd needs /dev/ppp, which no test may count on, so the LCP of the host's side is spoken here:
frames of RFC 1662 with their check sequence, a Configure-Request each way (RFC 1661 6).
"""
import os
import re
import subprocess
import sys
import termios
import time
import tty

from dialog import Mismatch, Module, run_cases, program_under_test

SLIRP = 'exec:slirp-fullbolt ppp'
LCP, REQUEST, ACKNOWLEDGE = b'\xc0\x21', 1, 2


def check_sequence(octets):
    value = 0xffff
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return value ^ 0xffff


def frame(protocol, packet):
    octets = b'\xff\x03' + protocol + packet
    octets += check_sequence(octets).to_bytes(2, 'little')
    return b'~' + b''.join(bytes([0x7d, o ^ 0x20]) if o < 0x20 or o in b'}~' else bytes([o])
                           for o in octets) + b'~'


def packets(heard):
    """LCP packets in what was heard, those with a right check sequence."""
    for raw in heard.split(b'~'):
        octets = re.sub(rb'\x7d(.)', lambda escaped: bytes([escaped[1][0] ^ 0x20]), raw,
                        flags=re.DOTALL)
        if (octets.startswith(b'\xff\x03' + LCP) and
                check_sequence(octets[:-2]) == int.from_bytes(octets[-2:], 'little')):
            yield octets[4:-2]


class Port:
    """The port as a host has it: raw, at 115200."""

    def __init__(self, link):
        self.fd = os.open(link, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)
        settings = termios.tcgetattr(self.fd)
        settings[4] = settings[5] = termios.B115200
        settings[6][termios.VMIN], settings[6][termios.VTIME] = 0, 1
        termios.tcsetattr(self.fd, termios.TCSANOW, settings)
        self.heard = b''

    def send(self, octets):
        os.write(self.fd, octets)

    def until(self, is_there, what):
        end = time.monotonic() + 20
        while not is_there(self.heard):
            if time.monotonic() > end:
                raise Mismatch(f'want {what}\n  got {self.heard!r}')
            self.heard += os.read(self.fd, 4096)

    def ask(self, line, answer):
        self.heard = b''
        self.send(line + b'\r')
        self.until(lambda heard: answer in heard, answer)

    def close(self):
        os.close(self.fd)


def runs(name):
    """Processes of that name that are ours."""
    found = subprocess.run(['pgrep', '-x', '-u', str(os.getuid()), name], capture_output=True,
                           check=False).stdout.split()
    return {int(number) for number in found}


def a_host_speaks_lcp_with_slirp_and_hangs_up(program, folder):
    before = runs('slirp-fullbolt')
    with Module(program, folder, '--data-call', SLIRP, stderr=subprocess.DEVNULL) as module:
        port = Port(module.link)
        port.ask(b'ATE0', b'OK')
        port.ask(b'ATDT*99#', b'CONNECT 150000000\r\n')
        port.heard = b''
        port.send(frame(LCP, bytes([REQUEST, 1, 0, 4])))
        port.until(lambda heard: bytes([ACKNOWLEDGE, 1, 0, 4]) in packets(heard),
                   'an acknowledgement of an empty request')
        port.until(lambda heard: any(p[0] == REQUEST for p in packets(heard)),
                   "slirp's own request")
        if not runs('slirp-fullbolt') - before:
            raise Mismatch('want slirp to run during the call')
        time.sleep(1.1)
        port.heard = b''
        port.send(b'+++')
        port.until(lambda heard: b'\r\nOK\r\n' in heard, 'OK for +++')
        port.ask(b'ATH', b'OK')
        end = time.monotonic() + 10
        while runs('slirp-fullbolt') - before:
            if time.monotonic() > end:
                raise Mismatch('want slirp to end with the call')
            time.sleep(0.05)
        port.ask(b'AT', b'OK')
        port.close()


def a_program_that_ends_is_no_carrier(program, folder):
    with Module(program, folder, '--data-call', 'exec:head -c 3') as module:
        port = Port(module.link)
        port.ask(b'ATD*99#', b'CONNECT 150000000\r\n')
        port.send(b'abcd')
        port.until(lambda heard: b'abc\r\nNO CARRIER\r\n' in heard, 'abc and NO CARRIER')
        port.ask(b'AT', b'OK')
        port.close()


def a_program_that_is_not_there_is_no_carrier(program, folder):
    with Module(program, folder, '--data-call', 'exec:/nonexistent/program',
                stderr=subprocess.DEVNULL) as module:
        port = Port(module.link)
        port.ask(b'ATD*99#', b'NO CARRIER\r\n')
        port.ask(b'AT', b'OK')
        port.close()


def wvdial_gets_a_carrier_with_its_default_dial_line(program, folder):
    with Module(program, folder, '--data-call', SLIRP, stderr=subprocess.DEVNULL) as module:
        config = os.path.join(folder, 'wvdial.conf')
        with open(config, 'w', encoding='ascii') as file:
            file.write(f'[Dialer Defaults]\nModem = {module.link}\nBaud = 115200\n'
                       'Phone = *99#\nUsername = x\nPassword = y\nStupid Mode = 1\n')
        with subprocess.Popen(['wvdial', '-C', config], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as child:
            said = b''
            end = time.monotonic() + 30
            while b'Carrier detected' not in said and time.monotonic() < end:
                piece = os.read(child.stdout.fileno(), 4096)
                if not piece:
                    break
                said += piece
            child.terminate()
            child.wait()
        for part in b'Sending: ATDT*99#', b'CONNECT 150000000', b'Carrier detected':
            if part not in said:
                raise Mismatch(f'want {part!r}\n  got {said!r}')


CASES = [
    a_host_speaks_lcp_with_slirp_and_hangs_up,
    a_program_that_ends_is_no_carrier,
    a_program_that_is_not_there_is_no_carrier,
    wvdial_gets_a_carrier_with_its_default_dial_line,
]


if __name__ == '__main__':
    sys.exit(run_cases('ppp', CASES, program_under_test('ppp', 'slirp-fullbolt', 'wvdial')))
