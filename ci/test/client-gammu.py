#!/usr/bin/python3
"""client-gammu.py - gammu, the SMS tool of Debian, sends, stores and reads messages.

usage: client-gammu.py [PROGRAM]

gammu asks who the module is and which character sets, storages and modes it has, takes the PDU
mode if there is one, and believes the ranges of the test forms.
"""
import os
import subprocess
import sys

from dialog import Mismatch, run_with_module, program_under_test


def gammu(link, *words, text=None):
    config = os.path.join(os.path.dirname(link), 'gammurc')
    with open(config, 'w', encoding='ascii') as file:
        file.write(f'[gammu]\ndevice = {link}\nconnection = at115200\n')
    done = subprocess.run(['gammu', '-c', config, *words], input=text, text=True, timeout=60,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise Mismatch(f'gammu {" ".join(words)}: status {done.returncode}\n'
                       f'  got {done.stdout}{done.stderr}')
    return done.stdout


def want(text, *parts):
    for part in parts:
        if part not in text:
            raise Mismatch(f'want {part!r}\n  got {text!r}')


def it_identifies_the_module(link):
    want(gammu(link, 'identify'), 'SIMCOM', 'SIM7000C', '1351B03SIM7000C', '869951030000017')


def a_message_is_sent(link):
    want(gammu(link, 'sendsms', 'TEXT', '+491701234567', '-text', 'update at 5'), 'OK')


def a_stored_message_is_read_and_deleted(link):
    want(gammu(link, 'savesms', 'TEXT', '-folder', '1', '-text', 'hello modem'), 'Saved')
    want(gammu(link, 'getallsms'), 'hello modem')
    gammu(link, 'deleteallsms', '1')
    if 'hello modem' in gammu(link, 'getallsms'):
        raise Mismatch('the deleted message is still there')


CASES = [
    it_identifies_the_module,
    a_message_is_sent,
    a_stored_message_is_read_and_deleted,
]


if __name__ == '__main__':
    sys.exit(run_with_module('gammu', CASES, program_under_test('gammu', 'gammu')))
