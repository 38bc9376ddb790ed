#!/usr/bin/python3
"""client-chat.py - chat of the ppp package, with scripts as peers files have them.

usage: client-chat.py [PROGRAM]

chat types a line with a CR, waits for a text anywhere in what comes (echo included), ends at once
on a text it was told to fear, and repeats a question when time is up.
"""
import os
import subprocess
import sys
import termios
import tty

from dialog import Mismatch, run_with_module, program_under_test

CHAT = '/usr/sbin/chat'


def chat(link, *script):
    """Runs chat on the port as pppd does: port opened raw, as its input and output."""
    port = os.open(link, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(port)
        settings = termios.tcgetattr(port)
        settings[4] = settings[5] = termios.B115200
        termios.tcsetattr(port, termios.TCSANOW, settings)
        done = subprocess.run([CHAT, '-E', '-V', '-t', '20', *script], stdin=port, stdout=port,
                              stderr=subprocess.PIPE, timeout=60, check=False)
        return done.returncode, done.stderr.decode(errors='replace')
    finally:
        os.close(port)


def want(result, status, text=''):
    if result[0] != status or text not in result[1]:
        raise Mismatch(f'want status {status} and {text!r}\n  got {result[0]} and {result[1]!r}')


def the_usual_script_goes_through(link):
    want(chat(link, 'ABORT', 'BUSY', 'ABORT', 'NO CARRIER', 'ABORT', 'ERROR', '', 'AT', 'OK',
              'ATZ', 'OK', 'ATE1Q0V1', 'OK', 'AT+CGDCONT=1,"IP","iot.example"', 'OK',
              'AT+CGATT?', 'CGATT: 1', '\\c', 'OK', '\\c'), 0, 'CGATT: 1')


def a_feared_answer_ends_it_with_its_number(link):
    want(chat(link, 'ABORT', 'BUSY', 'ABORT', 'ERROR', '', 'AT', 'OK', 'AT+NOSUCH', 'OK'), 5)


def an_answer_that_does_not_come_is_a_timeout(link):
    want(chat(link, 'TIMEOUT', '1', '', 'AT', 'NEVER'), 3)


def a_question_is_repeated_when_time_is_up(link):
    # With echo off and results suppressed the first question gets nothing.
    want(chat(link, '', 'ATE0', 'OK', 'ATQ1', 'TIMEOUT', '3', 'OK-ATQ0-OK', 'AT+GMR', 'TIMEOUT',
              '20', 'Revision:1351B03SIM7000C', '\\c'), 0, 'Revision')


def the_operator_is_reported(link):
    want(chat(link, 'REPORT', 'COPS', '', 'AT+COPS?', 'OK', '\\c'), 0, 'CHINA MOBILE')


def a_second_run_across_a_reset_goes_on(link):
    # RDY is said once, and lost when this machine stalls between the two programs.
    for last_try in (False, False, True):
        want(chat(link, '', 'AT+CFUN=1,1', 'OK', '\\c'), 0)
        second = chat(link, 'TIMEOUT', '20', 'RDY', 'AT', 'OK', '\\c')
        if last_try or second[0] == 0:
            want(second, 0)
            return


CASES = [
    the_usual_script_goes_through,
    a_feared_answer_ends_it_with_its_number,
    an_answer_that_does_not_come_is_a_timeout,
    a_question_is_repeated_when_time_is_up,
    the_operator_is_reported,
    a_second_run_across_a_reset_goes_on,
]


if __name__ == '__main__':
    sys.exit(run_with_module('chat', CASES, program_under_test('chat', '/usr/sbin/chat')))
