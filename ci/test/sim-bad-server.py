#!/usr/bin/python3
"""sim-bad-server.py - two modules of `fotarig sim --http real`: one downloads from a server that is
bad in one of ten ways, the other from a good one meanwhile. What the bad one gets rid of is counted:
no more than the flash and 1 MiB. The other module's download comes whole.
usage: sim-bad-server.py [PROGRAM]
"""
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tty

from dialog import program_under_test

FLASH = 2 * 1024 * 1024
BOUND = FLASH + 1024 * 1024
GOOD = os.urandom(150000)
JUNK = b'x' * 16384
HEAD = b'HTTP/1.1 200 OK\r\n'
PATIENCE_S = 60

# What is sent first, and then again and again.
WAYS = {
    'length-of-24-gb': (HEAD + b'Content-Length: 25769803776\r\n\r\n', JUNK),
    'chunks-without-end': (HEAD + b'Transfer-Encoding: chunked\r\n\r\n', b'4000\r\n' + JUNK + b'\r\n'),
    'no-length': (HEAD + b'Connection: close\r\n\r\n', JUNK),
    'headers-without-end': (HEAD, b'X-Header: ' + b'y' * 1000 + b'\r\n'),
    'continue-without-end': (b'', b'HTTP/1.1 100 Continue\r\n\r\n'),
    'redirect-to-itself': (b'HTTP/1.1 307 Moved\r\nLocation: /bad\r\nContent-Length: 0\r\n\r\n', b''),
    'endless-page-of-a-redirect': (b'HTTP/1.1 302 Found\r\nLocation: /bad\r\n\r\n', JUNK),
    'endless-page-of-a-404': (b'HTTP/1.1 404 Not Found\r\n\r\n', JUNK),
    'no-http': (JUNK, JUNK),
    'more-than-its-length': (HEAD + b'Content-Length: 1000\r\n\r\n', JUNK),
}


class Server:
    """Serves /good whole and everything else in the way that is set; counts what it got rid of."""

    def __init__(self):
        self.way = None
        self.sent = 0
        self.connections = 0
        self.door = socket.create_server(('127.0.0.1', 0))
        self.door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            channel, _ = self.door.accept()
            threading.Thread(target=self.serve, args=(channel,), daemon=True).start()

    def serve(self, channel):
        with channel:
            channel.settimeout(PATIENCE_S)
            try:
                request = channel.recv(4096)
                if request.startswith(b'GET /good '):
                    channel.sendall(HEAD + b'Content-Length: %d\r\n\r\n' % len(GOOD) + GOOD)
                    return
                self.connections += 1
                first, again = WAYS[self.way]
                self.push(channel, first)
                while again:
                    self.push(channel, again)
            except OSError:
                pass

    def push(self, channel, data):
        while data:
            size = channel.send(data)
            self.sent += size
            data = data[size:]


class Port:
    """A module's pty."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)
        self.unread = b''

    def say(self, command):
        os.write(self.fd, command.encode() + b'\r')

    def wait(self, pattern):
        end = time.monotonic() + PATIENCE_S
        while not (match := re.search(pattern, self.unread)):
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f'want {pattern!r}, got {self.unread!r}')
            self.unread += os.read(self.fd, 65536)
        self.unread = self.unread[match.end():]
        return match

    def ask(self, command, pattern=rb'\r\nOK\r\n'):
        self.say(command)
        return self.wait(pattern)


def play(program, folder, server, way):
    options = ['--count', '2', '--link', folder + '/port', '--http', 'real', '--speed', '20',
               '--set', 'port-rate=115200', '--set', f'flash-size={FLASH}B',
               '--set', 'http-rate=100000B/s', '--set', 'http-redirect=measured']
    server.way, server.sent, server.connections = way, 0, 0
    child = subprocess.Popen([program, 'sim'] + options, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    try:
        links = [f'{folder}/port{i}' for i in range(2)]
        while not all(os.path.exists(link) for link in links):
            if child.poll() is not None:
                raise AssertionError('the program has ended')
            time.sleep(0.01)
        bad, good = (Port(link) for link in links)
        for port in (bad, good):
            port.ask('ATE0')
            port.ask('AT+CNACT=1', rb'APP PDP: ACTIVE')
        bad.say(f'AT+HTTPTOFS="http://127.0.0.1:{server.port}/bad","/fota/update.zip",10,5')
        good.say(f'AT+HTTPTOFS="http://127.0.0.1:{server.port}/good","/fota/update.zip",50,5')
        good.wait(rb'\+HTTPTOFS: 200,%d\r\n' % len(GOOD))
        code = int(bad.wait(rb'\+HTTPTOFS: (\d+),\d+\r\n').group(1))
        good.ask('AT')
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(PATIENCE_S)
    if server.sent > BOUND:
        raise AssertionError(f'{server.sent} bytes were taken in {server.connections} connections')
    return code


def main():
    program = program_under_test('sim')
    server = Server()
    failed = 0
    for way in WAYS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                code = play(program, folder, server, way)
                print(f'ok    sim: a bad server, {way}: {code}, {server.sent} bytes in '
                      f'{server.connections} connections')
            except AssertionError as why:
                failed += 1
                print(f'FAIL  sim: a bad server, {way}: {why}')
    sys.exit(failed > 0)


main()
