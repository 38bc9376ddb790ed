"""lab.py - a lab of emulated modules for tests of racks: modules behind ser2net, TCP and ptys, an
HTTP server with their packages, and power switches that take their time, fail and lie.
"""
import os
import re
import socket
import subprocess
import threading
import time

from dialog import Mismatch, Server

OLD, NEW = '1351B03SIM7000C', '1351B04SIM7000C'
PATIENCE_S = 120

# argv: the action, the slot. What it does is chosen by a hash of slot and number of the call, so a lab
# behaves the same in every run. `ports` of a slot that is reached by a tty get another number with
# each power cycle: the process that joins them is started again.
POWER = r'''#!/usr/bin/python3
import hashlib, os, subprocess, sys, time
action, slot = sys.argv[1:3]
folder = {folder!r}
counter = os.path.join(folder, f'{{slot}}.calls')
with open(counter, 'a+', encoding='utf-8') as file:
    file.seek(0)
    number = len(file.read().splitlines()) + 1
    file.write(f'{{action}}\n')
chance = int.from_bytes(hashlib.sha256(f'{{slot}}/{{number}}/{seed}'.encode()).digest()[:4], 'big')
lie, fail = chance % 20 == 0, chance // 20 % 20 == 0
time.sleep(chance // 400 % 1000 / 1000 * {slowest_s})
word = 'fails' if fail else 'lies' if lie else 'does'
if os.path.exists(os.path.join(folder, f'{{slot}}.broken')) and action == 'on':
    word, fail = 'lies', False
with open(os.path.join(folder, 'power.log'), 'a', encoding='utf-8') as file:
    file.write(f'{{slot}} {{action}} {{word}}\n')
if word != 'does':
    sys.exit(fail)
subprocess.run([{program!r}, 'ctl', '--socket', os.path.join(folder, f'{{slot}}.ctl'), 'power',
                       {{'off': 'cut', 'on': 'on'}}[action]], check=False)  # refused: it is so already
joined = os.path.join(folder, f'{{slot}}.socat')
if action == 'off' and os.path.exists(joined):
    with open(joined, encoding='utf-8') as file:
        try:
            os.kill(int(file.read()), 15)
        except ProcessLookupError:
            pass
'''


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def wait_for(condition, what, patience_s=None):
    patience_s = patience_s or PATIENCE_S
    end = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > end:
            raise Mismatch(f'{what} within {patience_s} s')
        time.sleep(0.02)


class Spoiler:
    """A TCP port in front of another one, which puts `other` for the n-th `text` from the module."""

    def __init__(self, url, text, other, number):
        host, port = url.removeprefix('tcp://').split(':')
        self.behind, self.text, self.other, self.number = (host, int(port)), text, other, number
        self.spoilt, self.seen = False, 0
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'tcp://127.0.0.1:{self.listener.getsockname()[1]}'
        threading.Thread(target=self.serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.listener.close()

    def serve(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            module = socket.create_connection(self.behind)
            ways = [threading.Thread(target=self.carry, args=way, daemon=True)
                    for way in ((client, module, False), (module, client, True))]
            for way in ways:
                way.start()
            for way in ways:
                way.join()
            client.close()
            module.close()

    def carry(self, source, target, spoil):
        """Lines, so that no text is cut by a piece's end."""
        kept = b''
        try:
            while piece := source.recv(4096):
                kept += piece
                end = kept.rfind(b'\n') + 1 if spoil and self.text[:3] in kept else len(kept)
                target.sendall(self.spoil(kept[:end]) if spoil else kept[:end])
                kept = kept[end:]
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def spoil(self, piece):
        parts = piece.split(self.text)
        done = parts[0]
        for part in parts[1:]:
            self.seen += 1
            self.spoilt = self.spoilt or self.seen == self.number
            done += (self.other if self.seen == self.number else self.text) + part
        return done


class Lab:
    """`kinds` is a list of 'ser2net', 'rfc2217', 'tcp', 'tty' and 'pty', one a slot: a1, a2, ..."""

    def __init__(self, program, folder, kinds, speed=20, slowest_s=3.0, seed=1, settings=()):
        self.program, self.folder, self.speed = program, folder, speed
        self.children, self.rows, self.joiners = [], [], []
        self.settings = settings
        self.server = Server(folder)
        self.hook = os.path.join(folder, 'power')
        with open(self.hook, 'w', encoding='utf-8') as file:
            file.write(POWER.format(folder=folder, program=program, seed=seed, slowest_s=slowest_s))
        os.chmod(self.hook, 0o755)
        for old, new, name in ((OLD, NEW, 'forth'), (NEW, OLD, 'back')):
            subprocess.run([program, 'package', '--from', old, '--to', new, '--size', '20000B', '-o',
                            os.path.join(folder, name)], check=True, stdout=subprocess.DEVNULL)
        for number, kind in enumerate(kinds, 1):
            self.add(f'a{number}', kind)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for child in reversed(self.children):
            child.terminate()
        for child in self.children:
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
        self.server.stop()

    def start(self, words, log):
        with open(os.path.join(self.folder, log), 'w', encoding='utf-8') as file:
            child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        self.children.append(child)
        return child

    def add(self, slot, kind):
        link, port = os.path.join(self.folder, f'{slot}.line'), free_port()
        served = {'tcp': ['--tcp', f'127.0.0.1:{port}'],
                  'rfc2217': ['--rfc2217', f'127.0.0.1:{port}']}.get(kind, ['--link', link])
        control = os.path.join(self.folder, f'{slot}.ctl')
        more = [word for setting in self.settings for word in ('--set', setting)]
        self.start([self.program, 'sim', '--speed', str(self.speed), '--http', 'real', '--control',
                    control, *more, *served], f'{slot}.log')
        wait_for(lambda: os.path.exists(control), f'slot {slot} is served')
        url = {'tcp': f'tcp://127.0.0.1:{port}', 'rfc2217': f'rfc2217://127.0.0.1:{port}',
               'pty': f'pty:{link}'}.get(kind)
        if kind == 'ser2net':
            wait_for(lambda: os.path.exists(link), f'the pty of slot {slot}')
            url = self.start_ser2net(slot, link)
        if kind == 'tty':
            wait_for(lambda: os.path.exists(link), f'the pty of slot {slot}')
            url = self.start_joiner(slot, link)
        self.rows.append({'slot': slot, 'url': url})

    def start_ser2net(self, slot, link):
        config, port = os.path.join(self.folder, f'{slot}.ser2net.yaml'), free_port()
        with open(config, 'w', encoding='utf-8') as file:
            file.write(f'connection: &module\n  accepter: telnet(rfc2217),tcp,127.0.0.1,{port}\n'
                       f'  connector: serialdev,{os.path.realpath(link)},115200n81,local\n'
                       '  options: {max-connections: 1, kickolduser: false, chardelay: false}\n')
        self.start(['ser2net', '-n', '-c', config], f'{slot}.ser2net.log')

        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(('127.0.0.1', port)) == 0
        wait_for(listens, f'ser2net of slot {slot}')
        return f'rfc2217://127.0.0.1:{port}'

    def start_joiner(self, slot, link):
        """socat between the module's pty and another one, started again whenever it ends."""
        by_path, script = os.path.join(self.folder, f'{slot}.tty'), os.path.join(self.folder, f'{slot}.sh')
        with open(script, 'w', encoding='utf-8') as file:
            file.write('trap "kill $child; exit 0" TERM\nwhile :; do\n'
                       f'socat PTY,link={by_path},rawer,echo=0 OPEN:{link},rawer,b115200 &\n'
                       f'child=$!; echo $child >{self.folder}/{slot}.socat; wait $child\n'
                       f'sleep "$(cat {self.folder}/{slot}.away 2>/dev/null || echo 0)"\ndone\n')
        self.start(['sh', script], f'{slot}.socat.log')
        wait_for(lambda: os.path.exists(by_path), f'the tty of slot {slot}')
        return f'tty:{by_path}'

    def unplug(self, slot, away_s):
        """Its tty goes now, and comes back after that time under another number."""
        with open(os.path.join(self.folder, f'{slot}.away'), 'w', encoding='utf-8') as file:
            file.write(f'{away_s:.3f}')
        try:
            with open(os.path.join(self.folder, f'{slot}.socat'), encoding='utf-8') as file:
                os.kill(int(file.read()), 15)
        except (ProcessLookupError, ValueError):
            return False  # it is away
        return True

    def left_behind(self):
        """Command lines of processes that have to do with this lab and are none of its own."""
        own = {child.pid for child in self.children} | {self.server.child.pid, os.getpid()}
        found = []
        for name in os.listdir('/proc'):
            if not name.isdigit() or int(name) in own:
                continue
            try:
                with open(f'/proc/{name}/cmdline', 'rb') as file:
                    line = file.read().replace(b'\0', b' ').decode(errors='replace')
            except OSError:
                continue
            if self.folder in line and ('rack.yaml' in line or self.hook in line):
                found.append(line)
        return found

    def break_for_good(self, slot):
        """Its supply does not come back once it is off."""
        with open(os.path.join(self.folder, f'{slot}.broken'), 'w', encoding='utf-8'):
            pass

    def file(self, power=True, serves=False, **more):
        """The rack file's path. `more` are lines of a slot, by its name. `serves`: its packages come
        from the slot's own fixture."""
        path = os.path.join(self.folder, 'rack.yaml')
        packages = '    packages:\n' + ''.join(f"    - {{from: {old}, to: {new}, url: 'http://127.0.0.1:{self.server.port}"
                           f"/{name}'}}\n" for old, new, name in ((OLD, NEW, 'forth'), (NEW, OLD, 'back')))
        with open(path, 'w', encoding='utf-8') as file:
            file.write('rack: lab\n')
            if power:
                file.write(f"hooks:\n  'on': ['{self.hook}']\n  'off': ['{self.hook}']\n")
            file.write('slots:\n')
            for row in self.rows:
                if serves:
                    packages = self.served_packages()
                file.write(f"  - slot: {row['slot']}\n    transport: '{row['url']}'\n"
                           f'    far-end: emulator\n    speed: {self.speed}\n'
                           f"{packages}{more.get(row['slot'], '')}")
        return path

    def served_packages(self):
        return f"    http: '127.0.0.1:{free_port()}'\n    packages:\n" + ''.join(
            f"    - {{from: {old}, to: {new}, file: '{os.path.join(self.folder, name)}'}}\n"
            for old, new, name in ((OLD, NEW, 'forth'), (NEW, OLD, 'back')))

    def run(self, *words, patience_s=1800, **options):
        return subprocess.run([self.program, 'run', '--rack', os.path.join(self.folder, 'rack.yaml'),
                               *words], capture_output=True, text=True, timeout=patience_s,
                              check=False, **options)

    def holders(self):
        """What `rack status` says of each slot."""
        done = subprocess.run([self.program, 'rack', 'status', os.path.join(self.folder, 'rack.yaml')],
                              capture_output=True, text=True, timeout=60, check=True)
        return dict(re.findall(r'^(\S+)  (.*)$', done.stdout, re.M))

    def hook_words(self):
        """How often hooks did, failed and lied."""
        counts = {'does': 0, 'fails': 0, 'lies': 0}
        try:
            with open(os.path.join(self.folder, 'power.log'), encoding='utf-8') as file:
                for line in file:
                    counts[line.split()[2]] += 1
        except FileNotFoundError:
            pass
        return counts
