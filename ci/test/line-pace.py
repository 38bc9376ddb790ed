#!/usr/bin/env python3
"""The line at 9600 baud, in real time: a push with AT+CFSWFILE takes as long as its bytes take on a
line of that rate, within 0.5 percent; what another rate hears is garbage.

A machine that stalls can make a push late, never early: the best of a few tries counts, and a push
that is too fast is never forgiven.

usage: line-pace.py [PROGRAM] [BYTES]      prints a line "ok ..." or "FAIL ..." per test
"""
import os
import select
import subprocess
import sys
import tempfile
import termios
import time

from dialog import program_under_test

BAUD = 9600
CHUNK = 8192  # within the input time of CFSWFILE, 10 s at most
BOUND = 0.005
TRIES = 6
failed = False


def report(good, what):
    global failed
    failed = failed or not good
    print(("ok    " if good else "FAIL  ") + what, flush=True)


class Client:
    """A program on the port; counts the bytes that were on the line one after the other."""

    def __init__(self, path, baud):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self.set_rate(baud)
        self.received = b""

    def set_rate(self, baud):
        settings = termios.tcgetattr(self.fd)
        settings[0] = settings[1] = settings[3] = 0
        settings[4] = settings[5] = getattr(termios, "B%d" % baud)
        termios.tcsetattr(self.fd, termios.TCSANOW, settings)

    def send(self, data):
        while data:
            data = data[os.write(self.fd, data):]

    def read_for(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                self.received += os.read(self.fd, 4096)

    def wait(self, text, seconds):
        """Returns what came up to and with `text`."""
        end = time.monotonic() + seconds
        while text not in self.received:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise SystemExit("FAIL  no %r within %d s, but %r" % (text, seconds, self.received))
            self.received += os.read(self.fd, 4096)
        at = self.received.index(text) + len(text)
        got, self.received = self.received[:at], self.received[at:]
        return got

    def ask(self, line, answer=b"\r\nOK\r\n", seconds=20):
        self.send(line)
        return self.wait(answer, seconds)


def start(program, link, settings):
    command = [program, "sim", "--link", link, "--boot", "cold"]
    for setting in settings:
        command += ["--set", setting]
    module = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _ in range(500):
        if os.path.islink(link):
            return module
        time.sleep(0.01)
    raise SystemExit("FAIL  the port did not appear")


def exchange(client, sent, answer, on_line):
    """One exchange: the time that its bytes take on the line, and the time that it took."""
    began = time.monotonic()
    got = client.ask(sent, answer, len(sent) * 10 / BAUD + 20)
    return on_line(got) * 10 / BAUD, time.monotonic() - began


def push(client, size):
    """Sends a file in chunks; each exchange as (time on the line, time taken)."""
    data = bytes(i * 7 % 251 for i in range(size))
    exchanges = []
    for at in range(0, size, CHUNK):
        chunk = data[at:at + CHUNK]
        line = b'AT+CFSWFILE=1,"update.zip",%d,%d,10000\r' % (at > 0, len(chunk))
        # The echo goes out while the line comes in, one character behind it.
        exchanges.append(exchange(client, line, b"\r\nDOWNLOAD\r\n",
                                  lambda got: len(line) + 1 + len(got.split(b"\r", 1)[1])))
        exchanges.append(exchange(client, chunk, b"\r\nOK\r\n", lambda got: len(chunk) + len(got)))
    return exchanges


def check_pace(client, size):
    client.ask(b"AT\r")
    client.ask(b"AT+CFSINIT\r")
    best = early = None
    for left in range(TRIES - 1, -1, -1):
        exchanges = push(client, size)
        on_line = sum(line for line, _ in exchanges)
        took = sum(took for _, took in exchanges)
        early = took if early is None else min(early, took)
        best = [took for _, took in exchanges] if best is None else \
            [min(one, took) for one, (_, took) in zip(best, exchanges)]
        if sum(best) / on_line - 1 <= BOUND or left == 0:
            break
        print("      late by %.0f ms, tried again" % (1000 * (took - on_line)), flush=True)
    off = sum(best) / on_line - 1
    report(abs(off) <= BOUND and early / on_line - 1 >= -BOUND,
           "%d bytes at %d baud: their exchanges take %.3f s on the line, took %.3f s "
           "(%+.2f percent, allowed %.1f)" % (size, BAUD, on_line, sum(best), 100 * off,
                                              100 * BOUND))
    answer = client.ask(b'AT+CFSGFIS=1,"update.zip"\r')
    report(b"+CFSGFIS: %d\r" % size in answer, "all of them are in the file")


def check_garbage(client):
    client.set_rate(115200)
    client.received = b""
    client.send(b"AT\r")
    client.read_for(0.5)
    report(b"OK" not in client.received, "at 115200 baud there is no answer but %r" %
           client.received)
    client.set_rate(BAUD)
    client.received = b""
    client.send(b"\r")
    client.read_for(0.2)
    client.received = b""
    report(b"OK" in client.ask(b"AT\r"), "back at %d baud it answers" % BAUD)


def main():
    program = program_under_test("line")
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    with tempfile.TemporaryDirectory() as folder:
        link = os.path.join(folder, "modem")
        module = start(program, link, ["port-rate=%d" % BAUD, "boot-time=0ms", "cpin-delay=0ms",
                                       "sms-ready-delay=0ms", "boot-jitter=0ms",
                                       "answer-delay=0ms"])
        try:
            client = Client(link, BAUD)
            client.read_for(0.5)
            client.received = b""
            check_pace(client, size)
            check_garbage(client)
        finally:
            module.terminate()
            module.wait()
    sys.exit(failed)


main()
