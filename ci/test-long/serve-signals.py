"""serve-signals.py - signals at random moments of what serves: sim, record, rack serve. Afterwards no
link, socket or lock is there (but of SIGKILL, after which the program starts again all the same), the
image can be loaded and the trace is whole lines.

usage: serve-signals.py PROGRAM MOMENTS [SEED]      MOMENTS of each signal and each command
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../test"))
import dialog  # noqa: E402, F401    signals that are ignored here are not in what it starts

program, moments = os.path.realpath(sys.argv[1]), int(sys.argv[2])
seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGKILL]
PATIENCE_S = 120
LASTS_S = 0.4  # from the start of the program to the latest signal
RACK = "rack: signals\nslots:\n  - slot: a1\n    transport: 'pty:{}/nobody'\n"
COMMANDS = {
    'sim': 'sim --link {}/l --image {}/flash --control {}/s --timing none',
    'record': 'record --module exec:cat --host pty:{}/l -o {}/t.jsonl',
    'rack serve': 'rack serve {}/rack.yaml --listen 127.0.0.1:0',
}
ENDED = {'sim': ('l', 's'), 'record': ('l',), 'rack serve': ()}
failed = 0

for one in SIGNALS[:-1]:
    signal.signal(one, signal.SIG_DFL)  # a shell's background, or nohup, ignores some, and a child would


def start(name, folder):
    return subprocess.Popen([program] + COMMANDS[name].replace('{}', folder).split(),
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def talk(folder, until):
    """Bytes that change the image and fill the trace, while there is time."""
    line = 0
    while time.monotonic() < until:
        try:
            fd = os.open(os.path.join(folder, 'l'), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.002)
            continue
        try:
            while time.monotonic() < until:
                line += 1
                os.write(fd, b'AT+CMNB=%d\r' % (1 + line % 3))
                time.sleep(0.002)
        except OSError:
            pass
        finally:
            os.close(fd)


def whole_lines(path, killed):
    if not os.path.exists(path):
        return
    with open(path, encoding='utf-8') as file:
        lines = file.read().split('\n')
    for line in lines[:-1] if killed or not lines[-1] else lines:
        json.loads(line)


def wrong_with(name, folder, number, status):
    killed = number == signal.SIGKILL
    if status not in (0, -number, 128 + number):
        return f'status {status}'
    # A signal that comes before it is caught ends the program before it has made anything.
    left = [one for one in os.listdir(folder) if one in ENDED[name] or 'lock' in one
            or one.count('.') > 1]
    if left and not killed:
        return f'left behind: {left}'
    whole_lines(os.path.join(folder, 't.jsonl'), killed)
    again = start(name, folder)
    until = time.monotonic() + PATIENCE_S
    link = os.path.join(folder, 'l')
    begun_new = False
    while not begun_new and again.poll() is None and time.monotonic() < until:
        begun_new = name == 'rack serve' or (os.path.exists(link) and os.stat(link))
        time.sleep(0.005)
    if again.poll() is None:
        time.sleep(0.05)
        again.send_signal(signal.SIGTERM)
    status = again.wait(PATIENCE_S)
    return None if status in (0, 143, -15) else f'it does not start again: status {status}'


def disturb(name, number, moment):
    folder = tempfile.mkdtemp(prefix='signals-')
    try:
        with open(os.path.join(folder, 'rack.yaml'), 'w', encoding='ascii') as file:
            file.write(RACK.replace('{}', folder))
        process = start(name, folder)
        talk(folder, time.monotonic() + moment)
        process.send_signal(number)
        status = process.wait(PATIENCE_S)
        return status, wrong_with(name, folder, number, status)
    except (ValueError, subprocess.TimeoutExpired) as error:
        return None, repr(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


for command in COMMANDS:
    generator = random.Random(f'{seed} {command}')
    for number in SIGNALS:
        ends = {}
        for n in range(moments):
            moment = generator.random() * (0.05 if n % 3 == 0 else LASTS_S)
            status, trouble = disturb(command, number, moment)
            ends[status] = ends.get(status, 0) + 1
            if trouble:
                failed += 1
                print(f'FAIL  {command}: {number.name} after {moment * 1000:.0f} ms: {trouble} '
                      f'(seed {seed})', flush=True)
        print(f'ok    {command}: {moments} {number.name}, ended with {ends}' if not failed else
              f'      {command}: {moments} {number.name}, ended with {ends}', flush=True)
sys.exit(failed > 0)
