#!/usr/bin/python3
"""sim-net.py - `fotarig sim --http real` talks to real servers on loopback: an echo (socat) over TCP
and UDP, an HTTP server and an FTP server made here. Every byte of the port is compared.
usage: sim-net.py [PROGRAM]
"""
import http.server
import os
import socket
import socketserver
import sys
import tempfile
import threading

from dialog import Mismatch, Module, Program, Terminal, program_under_test

OPTIONS = ['--http', 'real', '--speed', '20', '--set', 'port-rate=115200']
ADDRESS = '10.170.31.116'
PACKAGE = bytes(range(256)) * 60
UPLOADS = []


class Echo(Program):
    """socat that sends back what it gets, on a free port of loopback."""

    def __init__(self, kind):
        with socket.socket(type=socket.SOCK_STREAM if kind == 'TCP' else socket.SOCK_DGRAM) as probe:
            probe.bind(('127.0.0.1', 0))
            self.port = probe.getsockname()[1]
        listen = 'TCP4-LISTEN' if kind == 'TCP' else 'UDP4-RECVFROM'
        super().__init__(['socat', f'{listen}:{self.port},bind=127.0.0.1,fork,reuseaddr', 'PIPE'])
        if kind == 'TCP':
            wait_for(self.port)


def wait_for(port):
    """Until somebody listens; each try is one connection."""
    for _ in range(2000):
        try:
            socket.create_connection(('127.0.0.1', port), 5).close()
            return
        except ConnectionRefusedError:
            threading.Event().wait(0.005)
    raise Mismatch(f'nobody listens on port {port}')


class Web(http.server.BaseHTTPRequestHandler):
    """GET: the path; POST: the body, turned round."""

    def answer(self, body):
        self.send_response(404 if self.path == '/missing' else 200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def do_GET(self):
        self.answer(self.path.encode())

    do_HEAD = do_GET

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers['Content-Length']))[::-1])

    def log_message(self, *unused):
        pass


class Ftp(socketserver.StreamRequestHandler):
    """As much of RFC 959 and 2428 as a download needs: one user, one file."""

    def say(self, text):
        self.wfile.write(text.encode() + b'\r\n')

    def handle(self):
        self.say('220 ready')
        user = None
        data = None
        for raw in self.rfile:
            verb, _, rest = raw.decode().strip().partition(' ')
            verb = verb.upper()
            if verb == 'USER':
                user = rest
                self.say('331 password')
            elif verb == 'PASS':
                good = (user, rest) == ('me', 'p@ss/1')
                self.say('230 in' if good else '530 no')
            elif verb == 'EPSV':
                data = socket.create_server(('127.0.0.1', 0))
                self.say(f'229 here (|||{data.getsockname()[1]}|)')
            elif verb == 'PWD':
                self.say('257 "/"')
            elif verb in ('TYPE', 'CWD'):
                self.say('200 yes')
            elif verb == 'SIZE':
                self.say(f'213 {len(PACKAGE)}' if rest.endswith('update.zip') else '550 no')
            elif verb == 'RETR' and rest.endswith('update.zip'):
                self.say('150 here')
                with data.accept()[0] as channel:
                    channel.sendall(PACKAGE)
                data.close()
                self.say('226 done')
            elif verb == 'RETR':
                self.say('550 no')
            elif verb == 'STOR':
                self.say('150 here')
                with data.accept()[0] as channel:
                    stored = b''.join(iter(lambda: channel.recv(4096), b''))
                data.close()
                UPLOADS.append((rest, stored))
                self.say('226 done')
            elif verb == 'QUIT':
                self.say('221 bye')
                return
            else:
                self.say('502 no')


def start(server):
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


# ---- dialogs ------------------------------------------------------------------------------------


def prepare(terminal):
    terminal.send('ATE0')
    terminal.expect('ATE0\r')
    terminal.expect_line('OK')


def say(terminal, command, *lines):
    terminal.send(command)
    for line in lines:
        terminal.expect_line(line)


def connections(terminal, tcp, udp):
    prepare(terminal)
    say(terminal, 'AT+CIPMUX=1;+CSTT="ctnb";+CIICR', 'OK')
    say(terminal, 'AT+CIFSR', ADDRESS)
    say(terminal, f'AT+CIPSTART=0,"TCP","localhost",{tcp}', 'OK', '0, CONNECT OK')
    terminal.send('AT+CIPSEND=0,5')
    terminal.expect('\r\n> ')
    terminal.child.stdin.write(b'he\x1alo')
    terminal.expect('\r\n0, SEND OK\r\n\r\n+RECEIVE,0,5:\r\nhe\x1alo')
    say(terminal, f'AT+CIPSTART=1,"UDP","127.0.0.1",{udp}', 'OK', '1, CONNECT OK')
    terminal.send('AT+CIPSEND=1')
    terminal.expect('\r\n> ')
    terminal.child.stdin.write(b'datagram\x1a')
    terminal.expect('\r\n1, SEND OK\r\n\r\n+RECEIVE,1,8:\r\ndatagram')
    say(terminal, 'AT+CIPCLOSE=0', '0, CLOSE OK')
    say(terminal, 'AT+CIPSTART=2,"TCP","127.0.0.1",1', 'OK', '2, CONNECT FAIL')
    say(terminal, 'AT+CIPSTART=3,"TCP","not-allowed.invalid",80', 'OK', '3, CONNECT FAIL')
    say(terminal, 'AT+CDNSGIP="localhost"', 'OK', '+CDNSGIP: 1,"localhost","127.0.0.1"')
    say(terminal, 'AT+CDNSGIP="not-allowed.invalid"', 'OK', '+CDNSGIP: 0,8')


def much(terminal, tcp):
    """100 pieces at once are kept and read in pieces of the client's choice."""
    prepare(terminal)
    say(terminal, 'AT+CIPMUX=1;+CIPRXGET=1;+CIPQSEND=1;+CSTT="ctnb";+CIICR', 'OK')
    say(terminal, 'AT+CIFSR', ADDRESS)
    say(terminal, f'AT+CIPSTART=4,"TCP","127.0.0.1",{tcp}', 'OK', '4, CONNECT OK')
    for number in range(100):
        terminal.send('AT+CIPSEND=4,1000')
        terminal.read_match(rb'\r\n> ')
        terminal.child.stdin.write(b'%04d' % number * 250)
        terminal.read_match(rb'DATA ACCEPT:4,1000\r\n')
    got = b''
    while len(got) < 100000:
        terminal.send('AT+CIPRXGET=2,4,1460')
        size = int(terminal.read_match(rb'\+CIPRXGET: 2,4,(\d+),\d+\r\n').group(1))
        got += terminal.read_match(b'(.{%d})\r\nOK\r\n' % size).group(1)
    if got != b''.join(b'%04d' % number * 250 for number in range(100)):
        raise Mismatch('what came back is not what was sent')


def web(terminal, port):
    prepare(terminal)
    say(terminal, 'AT+SAPBR=1,1', 'OK')
    say(terminal, f'AT+HTTPINIT;+HTTPPARA="CID",1;+HTTPPARA="URL","127.0.0.1:{port}/page"', 'OK')
    say(terminal, 'AT+HTTPACTION=0', 'OK', '+HTTPACTION: 0,200,5')
    terminal.send('AT+HTTPREAD')
    terminal.expect('\r\n+HTTPREAD: 5\r\n/page\r\nOK\r\n')
    say(terminal, 'AT+HTTPDATA=6,1000', 'DOWNLOAD')
    terminal.child.stdin.write(b'abcdef')
    terminal.expect_line('OK')
    say(terminal, 'AT+HTTPACTION=1', 'OK', '+HTTPACTION: 1,200,6')
    terminal.send('AT+HTTPREAD')
    terminal.expect('\r\n+HTTPREAD: 6\r\nfedcba\r\nOK\r\n')
    say(terminal, f'AT+HTTPPARA="URL","127.0.0.1:{port}/missing"', 'OK')
    say(terminal, 'AT+HTTPACTION=0', 'OK', '+HTTPACTION: 0,404,8')
    say(terminal, 'AT+CNACT=1', 'OK', '+APP PDP: ACTIVE')
    say(terminal, f'AT+SHCONF="URL","http://127.0.0.1:{port}";+SHCONN', 'OK')
    say(terminal, 'AT+SHREQ="/hello",1', 'OK', '+SHREQ: "GET",200,6')
    terminal.send('AT+SHREAD=0,6')
    terminal.expect('\r\nOK\r\n\r\n+SHREAD: 6\r\n/hello')


def ftp(terminal, port):
    prepare(terminal)
    say(terminal, 'AT+CNACT=1', 'OK', '+APP PDP: ACTIVE')
    say(terminal, f'AT+FTPSERV="127.0.0.1";+FTPPORT={port};+FTPUN="me";+FTPPW="p@ss/1"', 'OK')
    say(terminal, 'AT+FTPGETNAME="update.zip";+FTPGETPATH="/"', 'OK')
    say(terminal, 'AT+FTPSIZE', 'OK', f'+FTPSIZE: 1,0,{len(PACKAGE)}')
    say(terminal, 'AT+FTPEXTGET=2,1,"update.zip"', 'OK', '+FTPEXTGETFILE: 1,0')
    say(terminal, 'AT+FTPTOFSST', f'+FTPTOFSST: 0,0,{len(PACKAGE)}', 'OK')
    say(terminal, 'AT+CFSINIT;+CFSGFIS=1,"update.zip"', f'+CFSGFIS: {len(PACKAGE)}', 'OK')
    say(terminal, 'AT+FTPGETNAME="other.zip";+FTPEXTGET=2,1,"other.zip"', 'OK',
        '+FTPEXTGETFILE: 1,77')
    say(terminal, 'AT+FTPPUTNAME="log";+FTPPUTPATH="/";+FTPPUT=1', 'OK', '+FTPPUT: 1,1,1300')
    say(terminal, 'AT+FTPPUT=2,6', '+FTPPUT: 2,6')
    terminal.child.stdin.write(b'a\x1a\r\nbc')
    terminal.expect_line('OK')
    terminal.expect_line('+FTPPUT: 1,1,1300')
    say(terminal, 'AT+FTPPUT=2,0', 'OK', '+FTPPUT: 1,0')
    if UPLOADS != [('log', b'a\x1a\r\nbc')]:
        raise Mismatch(f'the server got {UPLOADS}')
    say(terminal, 'AT+FTPPW="wrong";+FTPEXTGET=2,1,"third.zip"', 'OK', '+FTPEXTGETFILE: 1,72')


def run(name, program, dialog, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        with Module(program, folder, *OPTIONS) as module, Terminal(module.link) as terminal:
            try:
                dialog(terminal, *arguments)
            except Mismatch as mismatch:
                print(f'FAIL  sim: {name}: {mismatch}')
                return 1
    print(f'ok    sim: {name}')
    return 0


def main(program):
    os.chdir(tempfile.gettempdir())
    failed = 0
    web_port = start(http.server.ThreadingHTTPServer(('127.0.0.1', 0), Web))
    ftp_port = start(socketserver.ThreadingTCPServer(('127.0.0.1', 0), Ftp))
    with Echo('TCP') as tcp, Echo('UDP') as udp:
        failed += run('connections reach real hosts, and no others', program, connections,
                      tcp.port, udp.port)
        failed += run('a client reads 100 kB when it likes', program, much, tcp.port)
    failed += run('HTTP and SH fetch and post', program, web, web_port)
    failed += run('FTP fetches a package and uploads a file', program, ftp, ftp_port)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(program_under_test('sim', 'socat')))
