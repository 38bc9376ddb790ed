#!/usr/bin/python3
"""client-terminal.py - picocom as people use it, with a terminal that stands for screen and keys.

usage: client-terminal.py [PROGRAM]

picocom wants a terminal for itself, leaves the echo to the module, locks the port for exclusive
use, sets rate and flow control by termios, and changes the rate on a key.
"""
import os
import pty
import signal
import subprocess
import sys
import time

from dialog import Mismatch, Program, run_with_module, program_under_test

KEY = b'\x01'  # C-a begins a command to picocom
LEAVE = KEY + b'\x18'
FASTER, SLOWER = KEY + b'\x15', KEY + b'\x04'


class Picocom(Program):
    """Reads the screen as the base class reads an output."""

    def __init__(self, port, *options):
        super().__init__(['cat'])  # gives the base class a child; its output is not used
        self.name = 'picocom'
        self.screen, keys = pty.openpty()
        self.picocom = subprocess.Popen(['picocom', '--baud', '115200', *options, port],
                                        stdin=keys, stdout=keys, stderr=keys,
                                        start_new_session=True)
        os.close(keys)
        self.selector.unregister(self.child.stdout)
        self.selector.register(self.screen, 1)
        self.read_match(rb'Terminal ready\r\n')

    def read_more(self, end):
        try:
            return self.read_screen(end)
        except OSError:  # picocom has left
            return False

    def read_screen(self, end):
        left = end - time.monotonic()
        if left <= 0 or not self.selector.select(left):
            return False
        piece = os.read(self.screen, 65536)
        self.unread += piece
        return bool(piece)

    def type(self, text):
        os.write(self.screen, text)

    def ask(self, command, answer):
        self.type(command.encode() + b'\r')
        self.read_match(rb'\r\n' + answer + rb'\r\n')

    def leave(self):
        self.type(LEAVE)
        status = self.picocom.wait(10)
        if status != 0:
            raise Mismatch(f'picocom ended with {status}')

    def stop(self, number=signal.SIGTERM):
        if self.picocom.poll() is None:
            self.picocom.kill()
        self.picocom.wait()
        os.close(self.screen)
        return super().stop(number)


def typed_commands_are_answered(link):
    with Picocom(link) as terminal:
        terminal.type(b'AT\r')
        terminal.read_match(rb'^AT\r\r\nOK\r\n')
        terminal.ask('ATI', rb'SIM7000C R1351\r\n\r\nOK')
        terminal.ask('AT+CMEE=?', rb'\+CMEE: \(0,1,2\)\r\n\r\nOK')
        terminal.type(b'AT+GMX\x08R\r')  # the key of a mistake
        terminal.read_match(rb'\r\nRevision:1351B03SIM7000C\r\n\r\nOK\r\n')
        terminal.leave()


def line_ends_may_be_cr_lf(link):
    with Picocom(link, '--omap', 'crcrlf') as terminal:
        for _ in range(3):
            terminal.ask('AT', rb'OK')
        terminal.leave()


def hardware_flow_control_does_no_harm(link):
    with Picocom(link, '--flow', 'h') as terminal:
        terminal.ask('AT+CSQ', rb'\+CSQ: \d+,99\r\n\r\nOK')
        terminal.leave()


def the_rate_can_be_changed_with_a_key(link):
    with Picocom(link) as terminal:
        for key, rate in ((SLOWER, 57600), (SLOWER, 38400), (FASTER, 57600), (FASTER, 115200)):
            terminal.ask(f'AT+IPR={rate}', rb'OK')
            terminal.type(key)
            terminal.read_match(rb'\*\*\* baud: ' + str(rate).encode() + rb'[^\n]*\n')
            terminal.ask('AT', rb'OK')
        terminal.leave()


def leaving_and_coming_back_across_a_reset_goes_on(link):
    with Picocom(link) as terminal:
        terminal.ask('ATE0', rb'OK')
        terminal.ask('AT+CFUN=1,1', rb'OK')
        terminal.leave()
    with Picocom(link) as terminal:
        terminal.read_match(rb'\r\nRDY\r\n')
        terminal.type(b'AT\r')
        terminal.read_match(rb'AT\r\r\nOK\r\n')  # echo is on again
        terminal.leave()


CASES = [
    typed_commands_are_answered,
    line_ends_may_be_cr_lf,
    hardware_flow_control_does_no_harm,
    the_rate_can_be_changed_with_a_key,
    leaving_and_coming_back_across_a_reset_goes_on,
]


if __name__ == '__main__':
    sys.exit(run_with_module('picocom', CASES, program_under_test('picocom', 'picocom')))
