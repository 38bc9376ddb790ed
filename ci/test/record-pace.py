"""A sender paced at 92,160 bytes/s (921,600 bit/s) through `fotarig record` and ptys.

usage: record-pace.py PROGRAM FOLDER SECONDS [LIMIT_US]      the limit of the median that is added

Each piece of 92 or 93 bytes carries its number; sender and receiver are processes of their own with
one clock. The same without the recorder, over one pty, is what its delay is compared with. A machine
that is late is told by the pieces of the direct run.
"""
import json
import mmap
import multiprocessing
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import time
import tty

program, folder, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
limit_us = float(sys.argv[4]) if len(sys.argv) > 4 else None
RATE = 92160
PIECES_PER_S = 1000


def piece_size(number):
    return (number + 1) * RATE // PIECES_PER_S - number * RATE // PIECES_PER_S


def make_piece(number):
    return struct.pack("<I", number) + bytes((number * 31 + i) & 0xff
                                             for i in range(piece_size(number) - 4))


def send(fd, count, times):
    start = time.monotonic_ns() + 50_000_000
    for number in range(count):
        due = start + number * 1_000_000_000 // PIECES_PER_S
        piece = make_piece(number)
        while (left := due - time.monotonic_ns()) > 0:
            if left > 200_000:
                time.sleep((left - 150_000) / 1e9)
        struct.pack_into("<q", times, 8 * number, time.monotonic_ns())
        os.write(fd, piece)


def receive(fd, count, times):
    """Delays in ns of the pieces, and whether all bytes came as they were sent."""
    delays, rest, number = [], b"", 0
    while number < count:
        if not select.select([fd], [], [], 60)[0]:
            return delays, False
        rest += os.read(fd, 65536)
        now = time.monotonic_ns()
        while number < count and len(rest) >= piece_size(number):
            size = piece_size(number)
            if rest[:size] != make_piece(number):
                return delays, False
            rest = rest[size:]
            delays.append(now - struct.unpack_from("<q", times, 8 * number)[0])
            number += 1
    return delays, not rest


def measure(from_fd, to_fd, count):
    times = mmap.mmap(-1, 8 * count)
    sender = multiprocessing.Process(target=send, args=(from_fd, count, times))
    sender.start()
    delays, whole = receive(to_fd, count, times)
    if not whole:  # nobody reads what it still has to write
        sender.terminate()
    sender.join()
    return sorted(delays), whole


def share(delays, part):
    return delays[min(len(delays) - 1, int(len(delays) * part))] / 1000


def direct(count):
    master, slave = pty.openpty()
    tty.setraw(slave)
    delays, _ = measure(master, slave, count)
    return delays


def recorded(count):
    master, slave = pty.openpty()
    tty.setraw(slave)
    link, trace = folder + "/pace-host", folder + "/pace.jsonl"
    recorder = subprocess.Popen([program, "record", "--module", "pty:" + os.ttyname(slave), "--host",
                                 "pty:" + link, "-o", trace], stdout=subprocess.PIPE)
    recorder.stdout.readline(), recorder.stdout.readline(), recorder.stdout.readline()
    host = os.open(link, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(host)
    delays, whole = measure(master, host, count)
    recorder.send_signal(signal.SIGTERM)
    recorder.wait(60)
    kept = []
    with open(trace, encoding="ascii") as file:
        for line in file:
            event = json.loads(line)
            if event.get("kind") == "to-host":
                kept.append(bytes.fromhex(event["hex"]) if "hex" in event
                            else event["text"].encode("latin-1"))
            elif event.get("kind") == "gap":
                whole = False
    return delays, whole, b"".join(kept) == b"".join(make_piece(n) for n in range(count))


COUNT = int(seconds * PIECES_PER_S)
without = direct(min(COUNT, 5000))
delays, whole, traced = recorded(COUNT)
failed = 0
if not whole:
    failed = 1
TOTAL = sum(map(piece_size, range(COUNT)))
print(f"{'ok   ' if whole else 'FAIL '} no byte of {TOTAL} is lost on the way")
if not traced:
    failed = 1
print(f"{'ok   ' if traced else 'FAIL '} the trace has all of them")
added = share(delays, 0.5) - share(without, 0.5)
added_p99 = share(delays, 0.99) - share(without, 0.99)
print(f"      added delay: median {added:.0f} us, p99 {added_p99:.0f} us (direct"
      f" {share(without, 0.5):.0f}/{share(without, 0.99):.0f}, recorded "
      f"{share(delays, 0.5):.0f}/{share(delays, 0.99):.0f})")
if limit_us is not None:
    failed = failed or int(added >= limit_us)
    print(f"{'ok   ' if added < limit_us else 'FAIL '} the median of what the recorder adds is below "
          f"{limit_us:.0f} us")
sys.exit(failed)
