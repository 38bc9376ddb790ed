"""ports-locks.py PROGRAM - whose a serial port is: `fotarig sim --serial` and the programs that
people use, each finding the other on the port."""
import contextlib
import errno
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
import tty

import serial

from dialog import PATIENCE_S, Mismatch, Program, run_cases

LOCKS = '/var/lock'


class Port:
    """A pty: what is opened is its path."""

    def __enter__(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.lock = os.path.join(LOCKS, 'LCK..' + os.path.basename(self.path))
        return self

    def __exit__(self, *unused):
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.lock)


class Served(Program):
    """fotarig sim, that has the port."""

    def __init__(self, program, port):
        super().__init__([program, 'sim', '--serial', port.path, '--timing', 'none'],
                         stderr=subprocess.STDOUT)
        match = self.read_match(rb'(^|\n)sim: [^\n]*\n')
        self.said = match.string[:match.end()].decode()  # up to the banner


class Picocom(Program):
    """In a session of its own: it ends its process group when it can't have the port."""

    def __init__(self, port):
        super().__init__(['picocom', port.path], stderr=subprocess.STDOUT, start_new_session=True)


def refusal(program, port):
    done = subprocess.run([program, 'sim', '--serial', port.path], capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)
    return done.returncode, done.stderr


def expect_held(program, port, pid, name):
    """Waits until it is refused as held by that process."""
    want = (4, f'fotarig sim: cannot open {port.path}: it is held by pid {pid} ({name})\n')
    end = time.monotonic() + PATIENCE_S
    while (got := refusal(program, port)) != want:
        if time.monotonic() > end:
            raise Mismatch(f'want {want}\n  got {got}')


def expect_free(program, port):
    with Served(program, port) as served:
        if served.stop() != 128 + signal.SIGTERM and served.child.returncode != 0:
            raise Mismatch(f'it ended with {served.child.returncode}')
    if os.path.exists(port.lock):
        raise Mismatch(f'{port.lock} is left')


def content(path):
    with open(path, encoding='ascii') as file:
        return file.read()


def its_lock_file_is_theirs(program, folder):
    with Port() as port, Served(program, port) as served:
        want = f'{served.child.pid:10}\n'
        if content(port.lock) != want:
            raise Mismatch(f'want {want!r}\n  got {content(port.lock)!r}')
        served.stop()
        if os.path.exists(port.lock):
            raise Mismatch('the lock file is left after SIGTERM')


def another_fotarig_is_named(program, folder):
    with Port() as port, Served(program, port) as served:
        expect_held(program, port, served.child.pid, 'fotarig')


def a_killed_ones_lock_is_taken_over(program, folder):
    with Port() as port:
        with Served(program, port) as served:
            served.stop(signal.SIGKILL)
        if not os.path.exists(port.lock):
            raise Mismatch('nothing was left to be taken over')
        expect_free(program, port)


def a_lock_file_of_minicoms_form_is_respected(program, folder):
    with Port() as port, Program(['cat']) as holder:
        with open(port.lock, 'w', encoding='ascii') as file:
            file.write(f'{holder.child.pid:10} minicom root\n')
        expect_held(program, port, holder.child.pid, 'cat')
        holder.stop()
        expect_free(program, port)


def picocom_and_it_find_each_other(program, folder):
    with Port() as port:
        with Picocom(port) as picocom:
            picocom.read_match(rb'Terminal ready')
            expect_held(program, port, picocom.child.pid, 'picocom')
        with Served(program, port), Picocom(port) as picocom:
            picocom.read_match(rb'FATAL: cannot lock')


def pyserial_and_it_find_each_other(program, folder):
    with Port() as port:
        with serial.Serial(port.path, exclusive=True):
            expect_held(program, port, os.getpid(), content('/proc/self/comm').strip())
        with Served(program, port):
            try:
                with serial.Serial(port.path, exclusive=True):
                    raise Mismatch('pyserial has opened a port that is taken')
            except serial.SerialException:
                pass


def free_tcp_port():
    with socket.create_server(('127.0.0.1', 0)) as server:
        return server.getsockname()[1]


def connect(number):
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return socket.create_connection(('127.0.0.1', number))
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


@contextlib.contextmanager
def ser2net_on(path, folder):
    config, number = os.path.join(folder, 'ser2net.yaml'), free_tcp_port()
    with open(config, 'w', encoding='ascii') as file:
        file.write(f'connection: &it\n  accepter: tcp,127.0.0.1,{number}\n  timeout: 0\n'
                   f'  connector: serialdev,{path},115200n81,local\n'
                   '  options: {banner: "here"}\n')
    with Program(['ser2net', '-n', '-c', config], stderr=subprocess.DEVNULL) as ser2net, \
            connect(number) as line:
        line.settimeout(PATIENCE_S)
        if line.recv(4) != b'here':
            raise Mismatch('ser2net does not serve')
        yield ser2net.child.pid


def ser2net_is_named(program, folder):
    """It names its lock file after the link that it was given, and a pty itself it does not lock."""
    with Port() as port:
        device, port.path = port.path, os.path.join(folder, 'alias')
        os.symlink(device, port.path)
        with ser2net_on(port.path, folder) as pid:
            expect_held(program, port, pid, 'ser2net')
        expect_free(program, port)


def who_shares_a_port_without_a_lock_is_told(program, folder):
    """As under labgrid. The port is one that libserialport knows: its stand-in does."""
    with Port() as port:
        os.symlink(port.path, os.path.join(folder, 'ttyFAKE'))
        os.environ['FAKE_SERIALPORT'] = folder
        os.close(port.slave)  # nobody but ser2net has it
        port.slave = -1
        want = f'{port.path} is open in pid %d (ser2net) too'
        with ser2net_on(port.path, folder) as pid, Served(program, port) as served:
            if want % pid not in served.said:
                raise Mismatch(f'want {want % pid!r}\n  got {served.said!r}')


def list_ports(program, *options):
    done = subprocess.run([program, 'ports', *options], capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)
    return done.returncode, done.stdout, done.stderr


def ports_lists_them_and_who_holds_them(program, folder):
    with Port() as port:
        os.environ['FAKE_SERIALPORT'] = folder
        with open(os.path.join(folder, 'ports'), 'w', encoding='ascii') as file:
            file.write(f'/dev/ttyQ10;a;1e0e;9001;Maker;Name;0123456789ABCDEF\n'
                       f'/dev/ttyQ9;;0;0;;;\n{port.path};a pty;0;0;;;\n')
        with Served(program, port) as served:
            status, out, _ = list_ports(program, '--json')
            listed = json.loads(out)['ports']
            want = {'path': port.path, 'url': 'tty:' + port.path, 'description': 'a pty',
                    'heldBy': {'pid': served.child.pid, 'name': 'fotarig'}}
            names = [one['path'] for one in listed]
            if status != 0 or listed[0] != want or names[1:] != ['/dev/ttyQ9', '/dev/ttyQ10']:
                raise Mismatch(f'want {want} and ttyQ9 before ttyQ10\n  got {status} {listed}')
        status, out, _ = list_ports(program)
        if status != 0 or not out.endswith('\n3 serial ports\n') or '(fotarig)' in out:
            raise Mismatch(f'want 3 ports that fotarig does not hold\n  got {status} {out}')
        with open(os.path.join(folder, 'fail'), 'w', encoding='ascii') as file:
            file.write(f'list {errno.EIO}\n')
        status, out, error = list_ports(program)
        if status != 4 or out or 'cannot be listed' not in error:
            raise Mismatch(f'want status 4\n  got {status} {out!r} {error!r}')


CASES = [its_lock_file_is_theirs, another_fotarig_is_named, a_killed_ones_lock_is_taken_over,
         a_lock_file_of_minicoms_form_is_respected, picocom_and_it_find_each_other,
         pyserial_and_it_find_each_other, ser2net_is_named,
         who_shares_a_port_without_a_lock_is_told, ports_lists_them_and_who_holds_them]

if __name__ == '__main__':
    sys.exit(run_cases('locks', CASES, sys.argv[1]))
