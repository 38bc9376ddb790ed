#!/usr/bin/python3
"""make.py - logs of real tools on `fotarig sim`, each beside what went over the line.

usage: make.py [NAME...]      from the top of the tree; FOTARIG=PROGRAM (build/debug/fotarig)

Writes NAME.log and NAME.sim beside itself; NAME.sim is the module's own log of the same session.
Needs socat, tio, picocom, minicom, screen, script, ts, jpnevulator, umockdev-record, microcom,
cu, grabserial, ModemManager (as root, for what it logs of a port). Not part of `make check`: the
logs are kept, so that readers are tested against what others wrote.
"""
import os, pty, select, signal, subprocess, sys, tempfile, termios, time, tty

HERE = os.path.dirname(os.path.abspath(__file__))
FOTARIG = os.environ.get('FOTARIG', 'build/debug/fotarig')
COMMANDS = [b'AT', b'ATI', b'AT+CGMR', b'AT+CFOTA?', b'AT+CSQ', b'AT+CNACT=1,"cmnet"', 1.2,
            b'AT+CNACT?', b'at+creg?;+cpin?', b'AT+X="\xb5\x1b[31m\\\t"', b'ATE0', b'AT+GMR', b'AT+CFOTA?',
            b'AT+CFUN=1,1', 9.0, b'AT', b'AT', b'ATI']


class Sim:
    """The emulator on a link; its log is the truth."""
    def __init__(self, name, folder):
        self.link = folder + '/port'
        self.process = subprocess.Popen(
            [FOTARIG, 'sim', '--link', self.link, '--revision', '1351B03SIM7000C', '--set',
             'port-rate=115200', '--log=' + f'{HERE}/{name}.sim'], stdout=subprocess.DEVNULL)
        while not os.path.exists(self.link):
            time.sleep(.02)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


def listen(fd, seconds, until=True):
    """Reads until a final result and silence, or for so long."""
    got, end, last = b'', time.time() + seconds, time.time()
    while time.time() < end:
        if select.select([fd], [], [], .05)[0]:
            try:
                got += os.read(fd, 4096)
            except OSError:
                break
            last = time.time()
        elif until and time.time() - last > .25 and (b'OK' in got or b'ERROR' in got):
            break
    return got


def play(fd, first=0.3):
    """Types the commands; numbers are seconds of listening."""
    listen(fd, first, until=False)
    for one in COMMANDS:
        if isinstance(one, float):
            listen(fd, one, until=False)
        else:
            os.write(fd, one + b'\r')
            listen(fd, 2.0)
    listen(fd, .3, until=False)


def open_raw(path):
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    attributes = termios.tcgetattr(fd)
    attributes[4] = attributes[5] = termios.B115200
    termios.tcsetattr(fd, termios.TCSANOW, attributes)
    return fd


def between(name, folder, command):
    """A tool in the middle: `command` makes the pty folder/host."""
    sim = Sim(name, folder)
    log = open(f'{HERE}/{name}.log', 'wb')
    tool = subprocess.Popen(command(folder, sim.link), shell=True, stderr=log,
                            stdout=subprocess.DEVNULL, preexec_fn=os.setsid)
    while not os.path.exists(folder + '/host'):
        time.sleep(.02)
    fd = open_raw(folder + '/host')
    play(fd)
    os.close(fd)
    time.sleep(.3)
    os.killpg(tool.pid, signal.SIGTERM)
    tool.wait()
    sim.end()


def terminal(name, folder, command, leave=b'', first=1.0, after=None):
    """A terminal program on a pty of its own, typed to."""
    sim = Sim(name, folder)
    log = f'{HERE}/{name}.log'
    if os.path.exists(log):
        os.remove(log)
    pid, fd = pty.fork()
    if pid == 0:
        os.environ['TERM'] = 'vt100'
        os.environ['HOME'] = folder
        os.execvp('sh', ['sh', '-c', command(folder, sim.link, log)])
    play(fd, first)
    if leave:
        os.write(fd, leave)
    listen(fd, 1.5, until=False)
    os.kill(pid, signal.SIGTERM)
    os.close(fd)
    time.sleep(.3)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)
    sim.end()


SOCAT = 'socat {} pty,raw,echo=0,link={}/host {},raw,echo=0'
MINIRC = 'pu port {}\npu baudrate 115200\npu minit\npu mreset\npu rtscts No\n'


def minicom(f, l, o):
    with open(f + '/.minirc.dfl', 'w') as rc:
        rc.write(MINIRC.format(l))
    return f'minicom -b 115200 -D {l} -o -C {o}'


def screenrc(f, l, o):
    with open(f + '/rc', 'w') as rc:
        rc.write(f'logfile {o}\nlogfile flush 1\nlogtstamp on\nlogtstamp after 2\ndeflog on\nstartup_message off\n')
    return f'screen -c {f}/rc -L {l} 115200'


RECIPES = {
    'socat-x': (between, lambda f, l: SOCAT.format('-x', f, l)),
    'socat-v': (between, lambda f, l: SOCAT.format('-v', f, l)),
    'socat-xv': (between, lambda f, l: SOCAT.format('-x -v', f, l)),
    'socat-xv-turned': (between, lambda f, l: f'socat -x -v {l},raw,echo=0 pty,raw,echo=0,link={f}/host'),
    'jpnevulator': (between, lambda f, l:
        f'socat pty,raw,echo=0,link={f}/a pty,raw,echo=0,link={f}/host & sleep .3; '
        f'jpnevulator --read --ascii --timing-print --tty {f}/a:HOST --tty {l}:MODULE --pass >&2'),
    'umockdev': (between, lambda f, l:
        f'umockdev-record --script=$(readlink -f {l})={f}/script -- '
        f'socat pty,raw,echo=0,link={f}/host $(readlink -f {l}),raw,echo=0 2>/dev/null; sleep .1; true'),
    'tio': (terminal, lambda f, l, o: f'tio -b 115200 -l --log-file {o} {l}', b'\x14q'),
    'tio-t': (terminal, lambda f, l, o: f'tio -b 115200 -t -l --log-file {o} {l}', b'\x14q'),
    'tio-iso': (terminal, lambda f, l, o: f'tio -b 115200 -t --timestamp-format iso8601 -l --log-file {o} {l}', b'\x14q'),
    'tio-delta': (terminal, lambda f, l, o: f'tio -b 115200 -t --timestamp-format 24hour-delta -l --log-file {o} {l}', b'\x14q'),
    'tio-strip': (terminal, lambda f, l, o: f'tio -b 115200 --log-strip -l --log-file {o} {l}', b'\x14q'),
    'picocom': (terminal, lambda f, l, o: f'picocom -q -b 115200 -g {o} {l}', b'\x01\x11'),
    'minicom': (terminal, minicom, b'\x01x\r'),
    'screen': (terminal, screenrc, b'\x01ky'),
    'script': (terminal, lambda f, l, o: f'script -q -c "picocom -q -b 115200 {l}" {o}', b'\x01\x11'),
    'script-timing': (terminal, lambda f, l, o: f'script -q --log-io {o} --log-timing {o[:-4]}.timing -c "picocom -q -b 115200 {l}"', b'\x01\x11'),
    'ts': (terminal, lambda f, l, o: f"picocom -q -b 115200 {l} | stdbuf -o0 ts '%F %H:%M:%.S' | tee {o}", b'\x01\x11'),
    'ts-epoch': (terminal, lambda f, l, o: f"picocom -q -b 115200 {l} | stdbuf -o0 ts '%.s' | tee {o}", b'\x01\x11'),
    'microcom': (terminal, lambda f, l, o: f'microcom -s 115200 -p {l} -l {o}', b'\x1c'),
}


def main():
    for name in sys.argv[1:] or RECIPES:
        with tempfile.TemporaryDirectory(prefix='corpus') as folder:
            make, *arguments = RECIPES[name]
            make(name, folder, *arguments)
            script = folder + '/script'
            if os.path.exists(script):
                os.replace(script, f'{HERE}/{name}.log')
        size = os.path.getsize(f'{HERE}/{name}.log') if os.path.exists(f'{HERE}/{name}.log') else None
        print(name, size, flush=True)


main()
