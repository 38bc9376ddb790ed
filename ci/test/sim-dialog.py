#!/usr/bin/python3
"""sim-dialog.py - the dialog of the FOTA note, typed by socat into `fotarig sim --http real`.

The module really downloads a package that `fotarig package` made from a real HTTP server, runs the
update, and every line is compared byte for byte. The same with a truncated package and with a 404.
usage: sim-dialog.py [PROGRAM]
"""
import os
import subprocess
import sys
import tempfile

from dialog import Mismatch, Module, Server, Terminal, program_under_test

OLD, NEW, SIZE = '1351B03SIM7000C', '1351B04SIM7000C', 109285
OPTIONS = ['--http', 'real', '--speed', '20', '--set', 'port-rate=115200']
BOOT_LINES = ['RDY', '+CFUN: 1', '+CPIN: READY', 'SMS Ready']


def make_package(program, path):
    done = subprocess.run([program, 'package', '--from', OLD, '--to', NEW, '--size', f'{SIZE}B',
                           '-o', path], capture_output=True, text=True, check=True)
    if os.path.getsize(path) != SIZE or f'{SIZE} bytes, CRC-32 ' not in done.stdout:
        raise Mismatch(f'package: {os.path.getsize(path)} bytes; {done.stdout}{done.stderr}')


def check_support(terminal):
    """AT+CLIST: one name a line, AT+CFOTA among them (FOTA100 3; sim7000-at.md Q1)."""
    terminal.send('AT+CLIST')
    terminal.expect('AT+CLIST\r')
    answer = terminal.read_match(rb'^(\r\n(?:AT[^\r\n]*\r\n)+)\r\nOK\r\n').group(1).decode()
    if 'AT+CFOTA' not in answer.split('\r\n'):
        raise Mismatch(f'want AT+CFOTA in CLIST\n  got {answer!r}')


def download(terminal, port, name, result):
    terminal.ask('AT+CNACT=1,"cmnet"', 'OK', '+APP PDP: ACTIVE')
    terminal.ask(f'AT+HTTPTOFS="http://127.0.0.1:{port}/{name}","/fota/update.zip"', 'OK',
                 f'+HTTPTOFS: {result}')


def update(terminal, progress, verdict):
    terminal.ask('AT+CFOTA=1', 'OK', '+CFOTA: "Start to update"')
    for percent in progress:
        terminal.expect_line(f'+CFOTA: "Updating",{percent}')
    terminal.expect_line(f'+CFOTA: "{verdict}, please wait for reset"')
    for line in BOOT_LINES:
        terminal.expect_line(line)


def updated(terminal, port):
    terminal.ask('AT', 'OK')
    check_support(terminal)
    terminal.ask('AT+GMR', f'Revision:{OLD}', 'OK')
    terminal.ask('AT+CFOTA?', '+CFOTA: 8', 'OK')
    download(terminal, port, 'V1___V2/update.zip', f'200,{SIZE}')
    update(terminal, range(0, 101, 5), 'Update successfully')
    terminal.ask('AT+CFOTA?', '+CFOTA: 6', 'OK')
    terminal.ask('AT+GMR', f'Revision:{NEW}', 'OK')


def truncated(terminal, port):
    terminal.ask('AT', 'OK')
    download(terminal, port, 'truncated/update.zip', f'200,{SIZE // 2}')
    update(terminal, [], 'Update failed')  # the check of the package comes before Updating
    terminal.ask('AT+CFOTA?', '+CFOTA: 7', 'OK')
    terminal.ask('AT+GMR', f'Revision:{OLD}', 'OK')


def missing(terminal, port):
    terminal.ask('AT', 'OK')
    download(terminal, port, 'no/update.zip', '404,0')
    terminal.ask('AT+CFOTA?', '+CFOTA: 8', 'OK')
    terminal.ask('AT+GMR', f'Revision:{OLD}', 'OK')


def refused(terminal, port):
    terminal.ask('AT', 'OK')
    terminal.ask('AT+CNACT=1,"cmnet"', 'OK', '+APP PDP: ACTIVE')
    terminal.ask('AT+HTTPTOFS="http://fota.invalid/update.zip","/fota/update.zip"', 'OK',
                 '+HTTPTOFS: 601,0')
    del port


CASES = [
    ('the documented update', updated),
    ('a truncated package fails', truncated),
    ('a missing package is a 404', missing),
    ('a host that is not allowed is not asked', refused),
]


def fill_server(program, folder):
    os.makedirs(os.path.join(folder, 'V1___V2'))
    os.makedirs(os.path.join(folder, 'truncated'))
    whole = os.path.join(folder, 'V1___V2', 'update.zip')
    make_package(program, whole)
    with open(whole, 'rb') as source:
        half = source.read(SIZE // 2)
    with open(os.path.join(folder, 'truncated', 'update.zip'), 'wb') as target:
        target.write(half)


def run_case(program, folder, port, talk):
    with Module(program, folder, *OPTIONS) as module:
        if not module.banner.startswith(f'sim: SIM7000C {OLD} on /dev/'):
            raise Mismatch(f'banner: {module.banner!r}')
        with Terminal(module.link) as terminal:
            talk(terminal, port)
            if terminal.unread:
                raise Mismatch(f'nothing more was wanted\n  got {terminal.unread!r}')
        status = module.stop()
        if status != 0 or os.path.lexists(module.link):
            raise Mismatch(f'sim ended with {status}, link left: {os.path.lexists(module.link)}')


def main():
    program = program_under_test('sim', 'socat')
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        fill_server(program, os.path.join(folder, 'www'))
        with Server(os.path.join(folder, 'www')) as server:
            for name, talk in CASES:
                try:
                    run_case(program, folder, server.port, talk)
                    print(f'ok    sim: {name}', flush=True)
                except Mismatch as mismatch:
                    failed = 1
                    print(f'FAIL  sim: {name}: {mismatch}', flush=True)
    return failed


sys.exit(main())
