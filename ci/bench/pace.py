#!/usr/bin/env python3
"""What `fotarig sim` sends at 115200 bit/s in real time: the mean rate over 10 s and what it costs.

usage: pace.py PROGRAM [TRIES]

Prints name<TAB>value<TAB>unit; exit 1 when the rate is off by more than 0.1 percent or a port costs
more than 5 percent of a core. A machine that stalls makes a try late, never early: the best of
TRIES counts, but for a rate that is too high no try is forgiven.
"""
import os
import select
import subprocess
import sys
import tempfile
import termios
import time
import tty

BAUD, PIECE, ANSWER, ANSWERS = 115200, 10240, 3 * 10240, 4
RATE_BOUND, CPU_BOUND = 0.001, 0.05


def wait(fd, end, size=0, patience_s=60):
    """Reads until `size` bytes have come and they end so; returns all of them."""
    got, limit = b"", time.monotonic() + patience_s
    while len(got) < size or not got.endswith(end):
        left = limit - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            raise SystemExit("pace: no %r within %d s, but %r" % (end, patience_s, got[-80:]))
        got += os.read(fd, 65536)
    return got


def ask(fd, line, end=b"\r\nOK\r\n", size=0):
    os.write(fd, line)
    return wait(fd, end, size)


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(fd, pid):
    """Reads the file again and again: how far off the rate is, and the share of a core."""
    line = b"AT" + b";".join(3 * [b'+CFSRFILE=1,"update.zip",0,%d,0' % PIECE]) + b"\r"
    on_line, cpu, began = 0, cpu_seconds(pid), time.monotonic()
    for _ in range(ANSWERS):
        answer = ask(fd, line, b"\r\nOK\r\n", ANSWER)
        on_line += len(line) + len(answer)
    took = time.monotonic() - began
    return took / (on_line * 10 / BAUD) - 1, (cpu_seconds(pid) - cpu) / took, took


def serve(program, folder):
    link = os.path.join(folder, "modem")
    words = [program, "sim", "--link", link, "--set", "port-rate=%d" % BAUD, "--set",
             "answer-delay=0ms"]
    module = subprocess.Popen(words, stdout=subprocess.PIPE)
    module.stdout.readline()
    fd = os.open(link, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd, termios.TCSANOW)
    ask(fd, b"AT+CFSINIT\r")
    ask(fd, b'AT+CFSWFILE=1,"update.zip",0,%d,10000\r' % PIECE, b"DOWNLOAD\r\n")
    ask(fd, bytes(i * 7 % 251 for i in range(PIECE)))
    ask(fd, b"ATE0\r")
    return module, fd


def main():
    tries = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        module, fd = serve(sys.argv[1], folder)
        try:
            results = [measure(fd, module.pid) for _ in range(tries)]
        finally:
            module.terminate()
            module.wait()
    off, cpu, took = min(results)
    early = min(result[0] for result in results)
    print("pace.took\t%.4f\ts" % took)
    print("pace.off\t%+.4f\t%%" % (100 * off))
    print("pace.cpu\t%.2f\t%%" % (100 * cpu))
    good = early >= -RATE_BOUND and off <= RATE_BOUND and cpu <= CPU_BOUND
    print("   %s: allowed %.1f %% of the rate, %.0f %% of a core (best of %d)" %
          ("good" if good else "TOO FAR OFF", 100 * RATE_BOUND, 100 * CPU_BOUND, tries))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
