#!/usr/bin/python3
"""client-pyserial.py - pyserial as drivers written in Python use it.

usage: client-pyserial.py [PROGRAM]

Such drivers open the port for themselves, flush what is there, write a line with CR LF, read line
by line with a time limit, parse the ranges of test forms, change the rate on the open port, and
close and open it again when the module resets.
"""
import re
import sys
import time

import serial

from dialog import PATIENCE_S, Mismatch, run_with_module, program_under_test


def opened(link, **options):
    return serial.Serial(link, 115200, timeout=PATIENCE_S, exclusive=True, **options)


def ask(port, command):
    """The lines of the answer, echo and empty lines left out, up to the final result."""
    port.reset_input_buffer()
    port.write(command.encode() + b'\r\n')
    lines = []
    while True:
        line = port.readline()
        if not line.endswith(b'\n'):
            raise Mismatch(f'{command}: no end of the answer\n  got {lines} {line!r}')
        text = line.strip().decode()
        if text and text != command:
            lines.append(text)
        if text in ('OK', 'ERROR') or text.startswith('+CME ERROR:'):
            return lines


def want(got, wanted):
    if got != wanted:
        raise Mismatch(f'want {wanted}\n  got  {got}')


def a_driver_identifies_the_module(link):
    with opened(link) as port:
        want(ask(port, 'AT'), ['OK'])
        want(ask(port, 'ATE0'), ['OK'])
        want(ask(port, 'AT+CGMM'), ['SIMCOM_SIM7000C', 'OK'])
        want(ask(port, 'AT+CGSN')[0].isdigit(), True)
        want(ask(port, 'AT+NOSUCH'), ['ERROR'])


def ranges_of_test_forms_hold(link):
    with opened(link) as port:
        ask(port, 'ATE0')
        for name in ('CMEE', 'CFUN', 'CREG', 'CNETLIGHT', 'CSCLK'):
            lines = ask(port, f'AT+{name}=?')
            low, high = re.match(rf'\+{name}: \((\d)[,-].*?(\d)\)', lines[0]).groups()
            value = ask(port, f'AT+{name}?')[0].split(': ')[1].split(',')[0]
            want(low <= value <= high, True)
            want(ask(port, f'AT+{name}=99'), ['ERROR'])


def bytes_may_come_one_by_one(link):
    with opened(link, inter_byte_timeout=0.2) as port:
        for byte in b'AT+GMR\r':
            port.write(bytes([byte]))
            time.sleep(0.005)
        got, end = b'', time.monotonic() + PATIENCE_S
        while not got.endswith(b'OK\r\n') and time.monotonic() < end:
            got += port.read(200)  # what comes without a pause of 0.2 s
        want(b'Revision:1351B03SIM7000C' in got, True)


def the_number_of_waiting_bytes_grows(link):
    with opened(link) as port:
        port.write(b'ATI\r')
        end = time.monotonic() + PATIENCE_S
        while port.in_waiting < len('ATI\r\r\nSIM7000C R1351\r\n\r\nOK\r\n'):
            want(time.monotonic() < end, True)
            time.sleep(0.01)
        want(port.read(port.in_waiting), b'ATI\r\r\nSIM7000C R1351\r\n\r\nOK\r\n')


def the_rate_changes_on_the_open_port(link):
    with opened(link) as port:
        for rate in (9600, 57600, 115200):
            want(ask(port, f'AT+IPR={rate}'), ['OK'])
            port.baudrate = rate
            want(ask(port, f'AT+IPR?'), [f'+IPR: {rate}', 'OK'])


def a_file_is_pushed_after_its_prompt(link):
    with opened(link) as port:
        ask(port, 'ATE0')
        want(ask(port, 'AT+CFSINIT'), ['OK'])
        port.write(b'AT+CFSWFILE=3,"ca.crt",0,1000,5000\r')
        want(port.read_until(b'DOWNLOAD\r\n'), b'\r\nDOWNLOAD\r\n')
        port.write(bytes(range(250)) * 4)
        want(port.read_until(b'OK\r\n'), b'\r\nOK\r\n')
        want(ask(port, 'AT+CFSGFIS=3,"ca.crt"'), ['+CFSGFIS: 1000', 'OK'])


def a_second_client_is_kept_out(link):
    with opened(link):
        try:
            opened(link).close()
        except serial.SerialException:
            return
    raise Mismatch('two clients had the port for themselves')


def closing_and_opening_across_a_reset_goes_on(link):
    port = opened(link)
    want(ask(port, 'ATE0'), ['OK'])
    want(ask(port, 'AT+CFUN=1,1'), ['OK'])
    port.close()
    with opened(link) as port:  # pyserial throws away what came before: RDY may be among it
        await_the_first_answer(port)
        port.write(b'ATI\r')  # the echo that ATE0 had switched off is back: it has booted
        want(port.read_until(b'OK\r\n'), b'ATI\r\r\nSIM7000C R1351\r\n\r\nOK\r\n')
        want(ask(port, 'AT+GMR'), ['Revision:1351B03SIM7000C', 'OK'])


def await_the_first_answer(port):
    """Asks AT until the module has booted (its echo is on again) and its last boot line is out."""
    end = time.monotonic() + 3 * PATIENCE_S
    port.timeout = 1
    while not port.read_until(b'OK\r\n').endswith(b'AT\r\r\nOK\r\n'):
        want(time.monotonic() < end, True)
        port.write(b'AT\r')
    port.timeout = 3  # boot lines come within 10 s of the module's time, 2 s of ours
    while port.read(1):
        want(time.monotonic() < end, True)
    port.timeout = PATIENCE_S


CASES = [
    a_driver_identifies_the_module,
    ranges_of_test_forms_hold,
    bytes_may_come_one_by_one,
    the_number_of_waiting_bytes_grows,
    the_rate_changes_on_the_open_port,
    a_file_is_pushed_after_its_prompt,
    a_second_client_is_kept_out,
    closing_and_opening_across_a_reset_goes_on,
]


if __name__ == '__main__':
    sys.exit(run_with_module('pyserial', CASES, program_under_test('pyserial'), (serial.SerialException,)))
