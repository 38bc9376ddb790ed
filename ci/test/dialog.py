"""dialog.py - types at a program's port and compares every byte that comes back.

All waits have a deadline; nothing sleeps for a fixed time.
"""
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 20


class Mismatch(Exception):
    """What came is not what was wanted."""


# A test may itself run under nohup, or behind `&`: what is ignored there is not in its children.
for number in (signal.SIGHUP, signal.SIGINT):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, lambda *unused: None)


class Program:
    """A child whose output is read with a deadline; always ended and reaped."""

    def __init__(self, words, **options):
        self.name = os.path.basename(words[0])
        self.child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      bufsize=0, **options)
        self.unread = b''
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.child.stdout, selectors.EVENT_READ)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()

    def read_more(self, end):
        """Waits for bytes until the time `end`; False when none came."""
        left = end - time.monotonic()
        if left <= 0 or not self.selector.select(left):
            return False
        piece = os.read(self.child.stdout.fileno(), 65536)
        self.unread += piece
        return bool(piece)

    def read_match(self, pattern, patience_s=PATIENCE_S):
        """Takes everything up to the end of the pattern's first match."""
        end = time.monotonic() + patience_s
        while True:
            match = re.search(pattern, self.unread, re.DOTALL)
            if match:
                self.unread = self.unread[match.end():]
                return match
            if not self.read_more(end):
                raise Mismatch(f'{self.name}: want /{pattern.decode()}/ within {patience_s} s\n'
                               f'  got {self.unread!r}')

    def stop(self, number=signal.SIGTERM):
        """Ends it; returns its exit status (negative: by a signal)."""
        if self.child.poll() is None:
            self.child.send_signal(number)
        try:
            status = self.child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise Mismatch(f'{self.name}: did not end on signal {number}') from None
        self.child.stdin.close()
        self.child.stdout.close()
        self.selector.close()
        return status


class Terminal(Program):
    """socat between this process and a port."""

    def __init__(self, port):
        super().__init__(['socat', '-', f'OPEN:{port},rawer,b115200'])

    def send(self, text):
        self.child.stdin.write(text.encode() + b'\r')

    def expect(self, want, patience_s=PATIENCE_S):
        """The very next bytes must be these."""
        want = want.encode()
        end = time.monotonic() + patience_s
        while len(self.unread) < len(want) and want.startswith(self.unread):
            if not self.read_more(end):
                break
        if not self.unread.startswith(want):
            raise Mismatch(f'want {want!r}\n  got {self.unread[:len(want) + 80]!r}')
        self.unread = self.unread[len(want):]

    def expect_line(self, line, patience_s=PATIENCE_S):
        self.expect(f'\r\n{line}\r\n', patience_s)

    def ask(self, command, *lines):
        """Types a command; the module echoes it and answers with these lines."""
        self.send(command)
        self.expect(f'{command}\r')
        for line in lines:
            self.expect_line(line)


class Module(Program):
    """fotarig sim on a port of its own."""

    def __init__(self, program, folder, *options, **child):
        self.link = os.path.join(folder, 'sim7000')
        super().__init__([program, 'sim', '--link', self.link, *options], **child)
        self.banner = self.read_match(rb'^sim: [^\n]*\n').group().decode()


class Server(Program):
    """python3 -m http.server for a folder on a free port of loopback."""

    def __init__(self, folder):
        super().__init__(['python3', '-u', '-m', 'http.server', '0', '--bind', '127.0.0.1',
                          '--directory', folder], stderr=subprocess.DEVNULL)
        self.port = int(self.read_match(rb' port (\d+) ').group(1))


def program_under_test(name, *tools):
    """The program to test: the first argument, or else $FOTARIG, or else the debug build. Ends the
    test of this name when a tool that it needs is not installed."""
    for tool in tools:
        if not shutil.which(tool, path=os.environ['PATH'] + ':/usr/sbin:/sbin'):
            sys.exit(f'FAIL  {name}: {tool} is not installed')
    built = os.path.join(os.path.dirname(__file__), '../../build/debug/fotarig')
    words = sys.argv[1:2] or [os.environ.get('FOTARIG') or built]
    return os.path.abspath(words[0])


told_failures = 0


def tell(good, name, detail=''):
    """A line for a test; where it failed, another that says what was there."""
    global told_failures
    print(f"{'ok   ' if good else 'FAIL '} {name}", flush=True)
    if not good:
        told_failures += 1
        print(f'      | {detail}', flush=True)


def told_status():
    """The exit status of what was told."""
    return 1 if told_failures else 0


def run_cases(name, cases, program, failures=()):
    """Runs each case, called with the program and a folder of its own, and prints a line for it,
    named as the function is; a case may return why it was skipped. Returns the exit status."""
    program, failed = os.path.abspath(program), 0
    for case in cases:
        title = f'{name}: ' + case.__name__.replace('_', ' ')
        with tempfile.TemporaryDirectory() as folder:
            try:
                skipped = case(program, folder)
                print(f'ok    {title}' + (f' (skipped: {skipped})' if skipped else ''), flush=True)
            except (Mismatch, OSError, subprocess.SubprocessError, *failures) as error:
                print(f'FAIL  {title}: {error}', flush=True)
                failed = 1
    return failed


def run_with_module(name, cases, program, failures=()):
    """The same with cases that are called with the link of a module of their own: it is up, at a
    fixed rate, and its clock runs five times faster."""
    options = ['--speed', '5', '--set', 'port-rate=115200']
    def with_module(case):
        def run(program, folder):
            with Module(program, folder, *options) as module:
                return case(module.link)
        run.__name__ = case.__name__
        return run
    return run_cases(name, [with_module(case) for case in cases], program, failures)
