#!/usr/bin/python3
"""soak.py - a thousand emulated modules in one process, updates all the time, clients that come and go:
memory, descriptors and latency stay flat.

usage: soak.py [PROGRAM]      an hour of real time; SECONDS_LONG=N: that many seconds; MODULES=N; SPEED=X

Each module has a client of its own that walks whole updates by HTTP, there and back, checks each
answer, and now and then goes away in the middle of one, or stays and reads nothing for a while. A
client of the control socket comes every second. Each minute prints a line: memory that is nobody
else's, descriptors, processor time, updates done, how long `AT` takes (median, 99 of 100), and how late
this machine was meanwhile (99 of 100), for times are judged only where it was calm.
"""
import errno
import heapq
import json
import os
import random
import re
import resource
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../test'))
from dialog import Mismatch, program_under_test, run_cases  # noqa: E402
from lab import NEW, OLD, wait_for  # noqa: E402

MODULES = int(os.environ.get('MODULES', 1000))
LONG_S = int(os.environ.get('SECONDS_LONG', 3600))
SPEED = float(os.environ.get('SPEED', 1))
SEED = int(os.environ.get('SEED', random.randrange(1 << 32)))
MINUTE_S = min(60, LONG_S / 6)
# Limits: from the end of the first third, when each module has had an update, to the last third.
MEMORY_MOST, MEMORY_SLACK_KIB = 1.05, 512
LATENCY_MOST = 2.0
CALM_MS = 10  # where this machine is later than that with this program's own alarms, it is busy
# of the module's time
ANSWER_S, DOWNLOAD_S, INSTALL_S, BOOT_S, SILENCE_S = 60, 120, 600, 60, 5
LEAVES, STALLS = 0.02, 0.005  # at each step of a client


class Gone(Exception):
    """The client leaves."""


class Client:
    """One that comes to a module, walks updates and leaves again: `walk` is a generator that asks for
    (text to send or '', what must come, seconds); it gets what came, or None when it did not."""

    def __init__(self, soak, number):
        self.soak, self.number, self.path = soak, number, f'{soak.folder}/line{number}'
        self.fd, self.turn, self.said, self.asked_at = -1, 0, '', 0.0
        self.patience_s = 0.0
        self.wants, self.walk, self.probing, self.stalled = None, None, False, False
        self.random = random.Random(f'{SEED}/{number}')

    def come(self):
        self.fd = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.soak.by_fd[self.fd] = self
        self.soak.epoll.register(self.fd, select.EPOLLIN)
        self.soak.visits += 1
        self.said, self.walk = '', self.updates()
        self.go_on(None)

    def leave(self):
        """Closes; comes again when some time has passed."""
        self.soak.epoll.unregister(self.fd)
        del self.soak.by_fd[self.fd]
        os.close(self.fd)
        self.fd, self.wants, self.walk = -1, None, None
        self.call_me(self.random.uniform(0, 60 / SPEED))

    def call_me(self, seconds):
        self.turn += 1
        heapq.heappush(self.soak.alarms, (time.monotonic() + seconds, self.number, self.turn))

    def go_on(self, came):
        """The next step, with what came."""
        try:
            text, pattern, self.patience_s = self.walk.send(came)
            if self.random.random() < LEAVES:
                raise Gone
            self.stalled = self.random.random() < STALLS
            if self.stalled:
                self.soak.epoll.modify(self.fd, 0)
            if text:
                os.write(self.fd, text.encode() + b'\r')
        except (Gone, BlockingIOError):
            self.leave()
            return
        self.probing, self.asked_at = text == 'AT' and not self.stalled, time.monotonic()
        self.wants = re.compile(pattern)
        self.call_me((self.random.uniform(5, 30) if self.stalled else self.patience_s) / SPEED)

    def alarm(self, turn):
        if turn != self.turn:
            return
        if self.fd < 0:
            self.come()
        elif self.stalled:
            self.stalled = False
            self.soak.epoll.modify(self.fd, select.EPOLLIN)
            self.call_me(self.patience_s / SPEED)
        else:
            self.go_on(None)

    def read(self):
        try:
            self.said += os.read(self.fd, 65536).decode('latin-1')
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EIO):
                raise
            return
        found = self.wants.search(self.said)
        if found:
            if self.probing:
                self.soak.latencies.append(time.monotonic() - self.asked_at)
            self.said = self.said[found.end():]
            self.go_on(found)

    def ask(self, text, want=r'\r\nOK\r\n', seconds=ANSWER_S):
        """What came; None: refused, as where a client that has left has begun something."""
        found = yield text, f'(?s)(?:{want}|\r\n(?:[+]CM. )?ERROR[^\r]*\r\n)', seconds
        if not found:
            self.soak.wrong(f'{self.path}: {text!r}: no {want!r} within {seconds} s of the module; it '
                            f'said {self.said[-200:]!r}')
            raise Gone
        if 'ERROR' in found.group():
            self.soak.refused += 1
            return None
        return found

    def wait_until_it_answers(self):
        """A restart, or an update that a client has left, may be on."""
        until = time.monotonic() + (INSTALL_S + BOOT_S) / SPEED
        while True:
            if (yield 'AT', r'\r\nOK\r\n', SILENCE_S):
                return
            if time.monotonic() > until:
                self.soak.wrong(f'{self.path}: it does not answer any more; it said {self.said[-200:]!r}')
                raise Gone

    def updates(self):
        yield from self.wait_until_it_answers()
        while True:
            yield from self.ask('ATE0')
            yield '', '$^', self.random.uniform(0, 2)  # what a former client was told
            self.said = ''
            for _ in range(10):
                yield from self.ask('AT')
                yield '', '$^', self.random.uniform(0, 6)
            if not (yield from self.update()):
                yield from self.wait_until_it_answers()

    def update(self):
        """True: done; not so where a former client has begun something that is not over."""
        found = yield from self.ask('AT+GMR', rf'Revision:({OLD}|{NEW})\r\n\r\nOK\r\n')
        if not found:
            return False
        other = NEW if found.group(1) == OLD else OLD
        found = yield from self.ask('AT+CNACT?', r'\+CNACT: (\d),.*?\r\nOK\r\n')
        if found and found.group(1) == '0':
            yield from self.ask('AT+CNACT=1', r'\+APP PDP: ACTIVE\r\n')
        found = yield from self.ask(f'AT+HTTPTOFS="http://fota.example/to-{other}","/fota/update.zip"',
                                    r'\r\n\+HTTPTOFS: (\d+),\d+\r\n', DOWNLOAD_S)
        if not found or found.group(1) != '200':
            return False
        if not (yield from self.ask('AT+CFOTA=1', r'"Update successfully[^\r]*\r\n', INSTALL_S)):
            return False
        yield '', r'\+CPIN: READY', BOOT_S
        yield from self.wait_until_it_answers()
        found = yield from self.ask('AT+GMR', rf'Revision:({OLD}|{NEW})\r\n\r\nOK\r\n')
        if not found or found.group(1) != other:
            self.soak.wrong(f'{self.path}: {found and found.group()} after an update to {other}')
            return False
        self.soak.updates += 1
        return True


class Soak:
    def __init__(self, folder, served):
        self.folder, self.served = folder, served
        self.epoll, self.by_fd, self.alarms = select.epoll(), {}, []
        self.lates, self.latencies, self.updates, self.visits, self.controls = [], [], 0, 0, 0
        self.refused, self.wrongs = 0, []
        self.rows, self.began = [], time.monotonic()
        self.clients = [Client(self, number) for number in range(MODULES)]

    def wrong(self, text):
        self.wrongs.append(text)
        if len(self.wrongs) < 20:
            print(f'      | {text}', flush=True)

    def control(self):
        """A client of the control socket that asks one thing."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30)
            client.connect(f'{self.folder}/control')
            number = random.randrange(MODULES)
            client.sendall(json.dumps({'command': ['state'], 'module': number}).encode() + b'\n')
            answer = client.recv(65536)
        if not json.loads(answer).get('ok'):
            self.wrong(f'control socket: {answer!r}')
        self.controls += 1

    def costs(self):
        """(KiB that are nobody else's, descriptors, processor seconds)"""
        with open(f'/proc/{self.served.pid}/smaps_rollup', encoding='utf-8') as file:
            memory = sum(int(size) for size in re.findall(r'^Private_\w+: +(\d+) kB', file.read(), re.M))
        with open(f'/proc/{self.served.pid}/stat', encoding='utf-8') as file:
            fields = file.read().rsplit(')', 1)[1].split()
        return (memory, len(os.listdir(f'/proc/{self.served.pid}/fd')),
                (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK'))

    def tell_minute(self):
        memory, descriptors, seconds = self.costs()
        now = time.monotonic() - self.began
        former = self.rows[-1] if self.rows else {'at': 0, 'seconds': 0}
        times, lates = sorted(self.latencies) or [0.0], sorted(self.lates) or [0.0]
        row = {'at': now, 'memory': memory, 'descriptors': descriptors, 'seconds': seconds,
               'p50': 1e3 * times[len(times) // 2], 'p99': 1e3 * times[len(times) * 99 // 100],
               'late': 1e3 * lates[len(lates) * 99 // 100]}
        self.rows.append(row)
        print(f'      {now:5.0f} s: {memory} KiB, {descriptors} descriptors, '
              f'{100 * (seconds - former["seconds"]) / (now - former["at"]):.1f} % of a processor, '
              f'{len(self.by_fd)} clients, {self.visits} visits, {self.controls} of control, '
              f'{self.updates} updates, {self.refused} refused, '
              f'AT: {len(times)}, {row["p50"]:.1f} ms, {row["p99"]:.1f} ms; this machine was late by '
              f'{row["late"]:.1f} ms',
              flush=True)
        self.lates, self.latencies = [], []

    def run(self):
        for client in self.clients:
            client.call_me(client.random.uniform(0, min(60, LONG_S / 10)))
        minute, second = self.began + MINUTE_S, self.began
        while time.monotonic() < self.began + LONG_S:
            due = self.alarms[0][0] - time.monotonic() if self.alarms else 0.02
            for fd, _ in self.epoll.poll(max(0, min(due, 0.02))):
                if fd in self.by_fd:
                    self.by_fd[fd].read()
            now = time.monotonic()
            while self.alarms and self.alarms[0][0] <= now:
                due, number, turn = heapq.heappop(self.alarms)
                self.lates.append(now - due)
                self.clients[number].alarm(turn)
            if now >= second:
                second = now + 1
                self.control()
            if now >= minute:
                minute += MINUTE_S
                self.tell_minute()
        for client in self.clients:
            if client.fd >= 0:
                client.leave()

    def judge(self, idle):
        third = len(self.rows) // 3
        first, last = self.rows[third:2 * third], self.rows[-third:]
        if not first:
            raise Mismatch('too short: nothing to compare')
        for name, most, unit, slack in (('memory', MEMORY_MOST, 'KiB', MEMORY_SLACK_KIB),
                                        ('p50', LATENCY_MOST, 'ms', 0),
                                        ('p99', LATENCY_MOST, 'ms', 0)):
            chosen = [[row[name] for row in rows if name == 'memory' or row['late'] <= CALM_MS]
                      for rows in (first, last)]
            if not all(chosen):
                print(f'      {name}: not judged, this machine had too much to do')
                continue
            before, after = map(statistics.median, chosen)
            print(f'      {name}: {before:.1f} {unit} in the second third, {after:.1f} in the last')
            if after > most * before + slack:
                self.wrong(f'{name} grew from {before:.1f} to {after:.1f} {unit}')
        wait_for(lambda: self.costs()[1] <= idle, f'all clients have left: {self.costs()[1]} descriptors, '
                 f'{idle} before the first')
        if self.refused > self.visits:
            self.wrong(f'{self.refused} refused in {self.visits} visits')
        if self.updates < MODULES * LONG_S * SPEED / 1200:
            self.wrong(f'only {self.updates} updates')
        if self.wrongs:
            raise Mismatch(f'{len(self.wrongs)} wrong, the first: {self.wrongs[0]}')


def a_thousand_modules_in_soak(program, folder):
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    options = []
    for old, new in ((OLD, NEW), (NEW, OLD)):
        path = os.path.join(folder, f'to-{new}')
        subprocess.run([program, 'package', '--from', old, '--to', new, '--size', '20000B', '-o', path],
                       check=True, stdout=subprocess.DEVNULL)
        options += ['--package', path]
    with open(os.path.join(folder, 'sim.log'), 'w', encoding='utf-8') as log:
        served = subprocess.Popen([program, 'sim', '--count', str(MODULES), '--link', f'{folder}/line',
                                   '--revision', OLD, '--speed', str(SPEED), '--control',
                                   f'{folder}/control', *options], stdout=log, stderr=log)
    try:
        wait_for(lambda: os.path.exists(f'{folder}/line{MODULES - 1}') or served.poll() is not None,
                 'the modules are served')
        soak = Soak(folder, served)
        idle = soak.costs()[1]
        print(f'      seed {SEED}, idle: {soak.costs()[0]} KiB, {idle} descriptors', flush=True)
        soak.run()
        soak.judge(idle)
    finally:
        served.terminate()
        status = served.wait(60)
    left = [name for name in os.listdir(folder) if name.startswith(('line', 'control'))]
    if status or left:
        raise Mismatch(f'at the end: status {status}, left {left[:5]}')


if __name__ == '__main__':
    sys.exit(run_cases('soak', [a_thousand_modules_in_soak], program_under_test('soak')))
