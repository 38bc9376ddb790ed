"""client-gammu.py - gammu, the SMS tool of Debian, sends, stores and reads messages.

usage: client-gammu.py PROGRAM

gammu asks who the module is and which character sets, storages and modes it has, takes the PDU
mode if there is one, and believes the ranges of the test forms.
"""
import os
import subprocess
import sys
import tempfile

from dialog import Mismatch, Module


def gammu(module, *words, text=None):
    config = os.path.join(os.path.dirname(module.link), 'gammurc')
    with open(config, 'w', encoding='ascii') as file:
        file.write(f'[gammu]\ndevice = {module.link}\nconnection = at115200\n')
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


def it_identifies_the_module(module):
    want(gammu(module, 'identify'), 'SIMCOM', 'SIM7000C', '1351B03SIM7000C', '869951030000017')


def a_message_is_sent(module):
    want(gammu(module, 'sendsms', 'TEXT', '+491701234567', '-text', 'update at 5'), 'OK')


def a_stored_message_is_read_and_deleted(module):
    want(gammu(module, 'savesms', 'TEXT', '-folder', '1', '-text', 'hello modem'), 'Saved')
    want(gammu(module, 'getallsms'), 'hello modem')
    gammu(module, 'deleteallsms', '1')
    if 'hello modem' in gammu(module, 'getallsms'):
        raise Mismatch('the deleted message is still there')


CASES = [
    it_identifies_the_module,
    a_message_is_sent,
    a_stored_message_is_read_and_deleted,
]


def main():
    failed = 0
    options = ['--speed', '5', '--set', 'port-rate=115200']
    for case in CASES:
        name = case.__name__.replace('_', ' ')
        with tempfile.TemporaryDirectory() as folder:
            try:
                with Module(os.path.abspath(sys.argv[1]), folder, *options) as module:
                    case(module)
                print(f'ok    gammu: {name}', flush=True)
            except (Mismatch, subprocess.TimeoutExpired) as mismatch:
                failed = 1
                print(f'FAIL  gammu: {name}: {mismatch}', flush=True)
    return failed


sys.exit(main())
