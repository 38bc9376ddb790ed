"""`fotarig record` between a host and a module that are both here: bytes, rates, losses, kills.

usage: record.py PROGRAM FOLDER      prints "ok ..." or "FAIL ..." per test
"""
import errno
import json
import os
import pty
import random
import select
import signal
import subprocess
import sys
import termios
import time
import tty

from dialog import tell, told_status

program, folder = sys.argv[1], sys.argv[2]
PATIENCE_S = 60


class Module:
    """A pty whose slave has a link, as a device has a name."""

    def __init__(self, link):
        self.link = link
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.symlink(os.ttyname(self.slave), link + ".new")
        os.rename(link + ".new", link)

    def rate(self):
        return termios.tcgetattr(self.master)[5]

    def close(self):
        os.unlink(self.link)
        os.close(self.slave)
        os.close(self.master)


class Recorder:
    def __init__(self, name, module, *more):
        self.trace = f"{folder}/{name}.jsonl"
        self.link = f"{folder}/{name}-host"
        self.process = subprocess.Popen(
            [program, "record", "--module", "pty:" + module.link, "--host", "pty:" + self.link,
             "-o", self.trace, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.told = [self.process.stdout.readline() for _ in range(3)]

    def host(self):
        fd = os.open(self.link, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(fd)
        return fd

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.returncode


def read_until(fd, size):
    got = b""
    until = time.monotonic() + PATIENCE_S
    while len(got) < size and time.monotonic() < until:
        if select.select([fd], [], [], 1)[0]:
            got += os.read(fd, 65536)
    return got


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < end:
        select.select([], [], [], 0.005)
    return condition()


def load(path):
    """The events of a trace; a last line that was cut is left out."""
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]


def bytes_of(events, kind):
    return b"".join(bytes.fromhex(e["hex"]) if "hex" in e else e.get("text", "").encode("latin-1")
                    for e in events if e.get("kind") == kind)


def exchange():
    module = Module(folder + "/modem")
    recorder = Recorder("plain", module)
    host = recorder.host()
    sent = bytes(range(256)) * 7
    os.write(host, sent)
    to_module = read_until(module.master, len(sent))
    os.write(module.master, sent[::-1])
    to_host = read_until(host, len(sent))
    status = recorder.end()
    events = load(recorder.trace)
    tell(to_module == sent and to_host == sent[::-1], "all bytes go through, both ways")
    tell(bytes_of(events, "to-module") == sent and bytes_of(events, "to-host") == sent[::-1],
         "all bytes are in the trace, exact")
    times = [e["us"] for e in events[1:]]
    tell(times == sorted(times) and "started" in events[0] and status == 0,
         "a trace that was ended is whole", (status, events[0]))
    os.close(host)
    module.close()


def rates():
    module = Module(folder + "/modem")
    recorder = Recorder("rates", module)
    host = recorder.host()
    seen = []
    for speed in (termios.B9600, termios.B57600, termios.B1200, termios.B921600):
        settings = termios.tcgetattr(host)
        settings[4] = settings[5] = speed
        termios.tcsetattr(host, termios.TCSANOW, settings)
        os.write(host, b"AT\r")
        seen.append(read_until(module.master, 3) == b"AT\r" and module.rate() == speed)
    tell(all(seen), "a rate that the host sets is the module's before the next bytes", seen)
    settings = termios.tcgetattr(host)
    settings[4] = settings[5] = termios.B19200
    termios.tcsetattr(host, termios.TCSANOW, settings)
    tell(until(lambda: module.rate() == termios.B19200), "it is handed on without any bytes, too")
    recorder.end()
    order = [e.get("number") or e["kind"] for e in load(recorder.trace)[1:]
             if e["kind"] == "to-module" or e.get("event") == "rate"]
    tell(order == [9600, "to-module", 57600, "to-module", 1200, "to-module", 921600, "to-module",
                   19200], "the trace has rates and bytes in their order", order)
    os.close(host)
    module.close()


def hung_up(fd):
    if not select.select([fd], [], [], 0)[0]:
        return False
    try:
        return os.read(fd, 100) == b""
    except OSError as error:
        return error.errno == errno.EIO


def losses():
    module = Module(folder + "/modem")
    recorder = Recorder("losses", module)
    host = recorder.host()
    os.write(host, b"AT\r")
    read_until(module.master, 3)
    module.close()
    tell(until(lambda: hung_up(host)) and until(lambda: not os.path.lexists(recorder.link)),
         "the host's port hangs up and goes when the module's is lost")
    os.close(host)
    module = Module(folder + "/modem")
    tell(until(lambda: os.path.lexists(recorder.link)), "it is back when the module's is")
    host = recorder.host()
    os.write(host, b"ATI\r")
    tell(read_until(module.master, 4) == b"ATI\r", "bytes go through again")
    recorder.end()
    what = [(e.get("end"), e.get("event")) for e in load(recorder.trace)[1:] if e["kind"] == "port"]
    tell([w for w in what if w[1] in ("lost", "closed", "back", "open")][2:] ==
         [("module", "lost"), ("host", "closed"), ("module", "back"), ("host", "open")],
         "the trace says so", what)
    os.close(host)
    module.close()


def kills():
    random.seed(11)
    worst, bad = 0, []
    for number in range(8):
        module = Module(folder + "/modem")
        recorder = Recorder(f"kill{number}", module)
        host = recorder.host()
        os.set_blocking(module.master, False)
        sent, got, end = b"", b"", random.randint(1, 60) * 1000
        while len(got) < end:
            piece = random.randbytes(random.randint(1, 300))
            sent += piece
            os.write(module.master, piece)
            got += os.read(host, 65536)
        recorder.end(signal.SIGKILL)
        kept = bytes_of(load(recorder.trace), "to-host")
        worst = max(worst, len(sent) - len(kept))
        if not sent.startswith(kept) or len(got) - len(kept) > 4096:
            bad.append((number, len(sent), len(got), len(kept)))
        os.close(host)
        module.close()
        os.path.lexists(recorder.link) and os.unlink(recorder.link)
    tell(not bad, f"killed at any time, the trace has all but the last piece (at most {worst} bytes)",
         bad)


def rotation():
    module = Module(folder + "/modem")
    recorder = Recorder("long", module, "--rotate", "20KB", "--keep", "3")
    host = recorder.host()
    sent = b""
    for number in range(3000):
        piece = b"\r\n+CSQ: %d,99\r\n\r\nOK\r\n" % number
        sent += piece
        os.write(module.master, piece)
        read_until(host, len(piece))
    recorder.end()
    parts = sorted(name for name in os.listdir(folder) if name.startswith("long.0"))
    kept = b"".join(open(f"{folder}/{name}", "rb").read() for name in parts)
    with open(folder + "/joined.jsonl", "wb") as file:
        file.write(kept)
    loaded = [json.loads(line) for line in kept.splitlines()]
    tail = bytes_of(loaded, "to-host")
    sizes = [os.path.getsize(f"{folder}/{name}") for name in parts]
    tell(len(parts) == 3 and max(sizes) < 25000 and len(tail) > 5000 and sent.endswith(tail),
         "the last parts are kept, and nothing is missing between them", (parts, sizes, len(tail)))
    tell([e["part"] for e in loaded if "part" in e] == [int(name[5:9]) for name in parts],
         "each part says which it is")
    os.close(host)
    module.close()


def sharing():
    module = Module(folder + "/modem")
    recorder = Recorder("shared", module, "--share")
    host = recorder.host()
    os.write(host, b"AT+CGSN\r")
    read_until(module.master, 8)
    said = [b"AT+CGSN\r", b"\r\n8612345", b"6789", b"0123\r\n", b"\r\nOK\r\n", b"> "]
    for piece in said:
        os.write(module.master, piece)
        read_until(host, len(piece))
    tell(until(lambda: b"> " in bytes_of(load(recorder.trace), "to-host")),
         "what is no whole line gets into a shared trace, too")
    recorder.end()
    kept = bytes_of(load(recorder.trace), "to-host")
    tell(len(kept) == len(b"".join(said)) and b"861234567890123" not in kept and
         kept.startswith(b"AT+CGSN\r\r\n86123"), "a shared trace has no identity, torn or not", kept)
    os.close(host)
    module.close()


def usage():
    run = subprocess.run([program, "record", "--module", "tty:/dev/none"], capture_output=True,
                         text=True, cwd=folder, check=False)
    tell(run.returncode == 4 and "/dev/none" in run.stderr, "a module that is not there is told",
         run.stderr)
    run = subprocess.run([program, "record"], capture_output=True, text=True, check=False)
    tell(run.returncode == 2, "no module is a wrong call", run.stderr)


exchange()
rates()
losses()
kills()
rotation()
sharing()
usage()
sys.exit(told_status())
