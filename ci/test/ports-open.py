"""ports-open.py PROGRAM HOST - the bench as a host: ports of each kind that are opened, with ser2net,
socat, libserialport's stand-in and `fotarig sim` at the other end. HOST is ci/stand-in/host.c."""
import contextlib
import os
import pty
import re
import socket
import subprocess
import sys
import termios
import time
import tty

from dialog import PATIENCE_S, Mismatch, Program, run_cases

HOST = os.path.abspath(sys.argv[2])
ALL = bytes(range(256))
CTS_DSR_RI_DCD, DTR = 4 + 8 + 16 + 32, 1


def until(what, true):
    end = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > end:
            raise Mismatch(f'{what}: not within {PATIENCE_S} s')
        time.sleep(0.002)


class Host(Program):
    """The host; what it got is in `got`."""

    def __init__(self, url, rate=9600):
        super().__init__([HOST, url, str(rate)])
        self.got = b''
        self.expect('open')

    def tell(self, *words):
        self.child.stdin.write(' '.join(str(word) for word in words).encode() + b'\n')

    def next_line(self, end):
        while b'\n' not in self.unread:
            if not self.read_more(end):
                raise Mismatch(f'the host says no more; it got {self.got!r}, left {self.unread!r}')
        line, self.unread = self.unread.split(b'\n', 1)
        if line.startswith(b'got '):
            self.got += bytes.fromhex(line[4:].decode())
        return line.decode()

    def expect(self, pattern):
        """A line like this; what is got meanwhile is kept, other lines are passed over."""
        end = time.monotonic() + PATIENCE_S
        while not re.search(pattern, line := self.next_line(end)):
            pass
        return line

    def expect_bytes(self, want):
        end = time.monotonic() + PATIENCE_S
        while len(self.got) < len(want):
            self.next_line(end)
        got, self.got = self.got, b''
        if got != want:
            raise Mismatch(f'want {want!r}\n  got {got!r}')

    def write(self, data):
        self.tell('write', data.hex())


def refusal(url):
    done = subprocess.run([HOST, url, '9600'], capture_output=True, text=True, check=False,
                          input='', timeout=PATIENCE_S)
    return done.returncode, done.stdout


def expect_refusal(url, pattern):
    status, text = refusal(url)
    if status != 4 or not re.search(pattern, text):
        raise Mismatch(f'want status 4 and /{pattern}/\n  got {status} {text!r}')


def free_tcp_port():
    with socket.create_server(('127.0.0.1', 0)) as server:
        return server.getsockname()[1]


class Device:
    """A device at a pty; the other end is for ser2net."""

    def __enter__(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        return self

    def __exit__(self, *unused):
        os.close(self.master)
        os.close(self.slave)

    def read(self, count):
        got = b''
        while len(got) < count:
            got += os.read(self.master, count - len(got))
        return got

    def until_rate(self, speed):
        until('the rate', lambda: termios.tcgetattr(self.slave)[4] == speed)


class Ser2net(Program):
    """ser2net that serves a device by RFC 2217 or raw, one client at a time."""

    def __init__(self, folder, device, number, protocol):
        config = os.path.join(folder, 'ser2net.yaml')
        with open(config, 'w', encoding='ascii') as file:
            file.write(f'connection: &it\n  accepter: {protocol}tcp,127.0.0.1,{number}\n'
                       f'  timeout: 0\n  connector: serialdev,{device.path},115200n81,local\n'
                       '  options: {max-connections: 1, kickolduser: false, chardelay: false}\n')
        super().__init__(['ser2net', '-n', '-c', config], stderr=subprocess.DEVNULL)
        until('ser2net listens', lambda: listens_at(number))


def listens_at(number):
    """By the system's table, for a probe would be a client."""
    with open('/proc/net/tcp', encoding='ascii') as table:
        return any(row.split()[1].endswith(f':{number:04X}') and row.split()[3] == '0A'
                   for row in table)


def through_ser2net(program, folder):
    number = free_tcp_port()
    with Device() as device, Ser2net(folder, device, number, 'telnet(rfc2217),'), \
            Host(f'rfc2217://127.0.0.1:{number}') as host:
        device.until_rate(termios.B9600)
        host.write(ALL)
        if (got := device.read(256)) != ALL:
            raise Mismatch(f'the device got {got!r}')
        os.write(device.master, ALL)
        host.expect_bytes(ALL)
        for rate in (115200, 921600, 2400):
            host.tell('rate', rate)
            host.write(b'x')
            device.read(1)
            device.until_rate(getattr(termios, f'B{rate}'))


def a_ser2net_that_is_killed_and_started_again_gets_the_rate_again(program, folder):
    number = free_tcp_port()
    with Device() as device:
        with Ser2net(folder, device, number, 'telnet(rfc2217),') as first:
            host = Host(f'rfc2217://127.0.0.1:{number}')
            host.tell('rate', 57600)
            device.until_rate(termios.B57600)
            first.stop(9)
        with host:
            host.expect('^gone$')
            with Ser2net(folder, device, number, 'telnet(rfc2217),'):
                host.expect('^back$')
                device.until_rate(termios.B57600)
                host.write(ALL)
                if (got := device.read(256)) != ALL:
                    raise Mismatch(f'the device got {got!r}')


def a_ser2net_that_has_a_client_is_told(program, folder):
    for protocol, scheme in (('telnet(rfc2217),', 'rfc2217'), ('', 'tcp')):
        number = free_tcp_port()
        url = f'{scheme}://127.0.0.1:{number}'
        with Device() as device, Ser2net(folder, device, number, protocol):
            with Host(url) as first:
                expect_refusal(url, 'another client')
                first.write(b'AT\r')
                if device.read(3) != b'AT\r':
                    raise Mismatch('the first client is not served any more')


def a_raw_ser2net_is_not_taken_for_rfc2217(program, folder):
    number = free_tcp_port()
    with Device() as device, Ser2net(folder, device, number, ''):
        expect_refusal(f'rfc2217://127.0.0.1:{number}', 'for raw bytes use tcp://')


def through_socats_sockets_and_programs(program, folder):
    number, path = free_tcp_port(), os.path.join(folder, 'socket')
    for url, listener in ((f'tcp://127.0.0.1:{number}', f'TCP-LISTEN:{number},reuseaddr,fork'),
                          (f'unix:{path}', f'UNIX-LISTEN:{path},fork')):
        with Program(['socat', listener, 'EXEC:cat']):
            until('socat listens',
                  lambda: os.path.exists(path) if 'unix' in url else listens_at(number))
            with Host(url) as host:
                host.write(ALL)
                host.expect_bytes(ALL)
    with Program(['socat', f'TCP-LISTEN:{number},reuseaddr', 'EXEC:cat']):
        until('socat listens', lambda: listens_at(number))
        with Host(f'exec:socat - "TCP:127.0.0.1:{number}"') as host:
            host.write(ALL)
            host.expect_bytes(ALL)


def a_module_answers_on_each_kind_of_port(program, folder):
    link, settings = os.path.join(folder, 'sim7000'), ['--timing', 'none', '--set',
                                                       'port-rate=115200']
    for option, address, scheme in (('--link', link, 'pty:'), ('--link', link, 'tty:'),
                                    ('--tcp', '127.0.0.1:0', 'tcp://'),
                                    ('--rfc2217', '127.0.0.1:0', 'rfc2217://')):
        with Program([program, 'sim', option, address, *settings]) as module:
            banner = module.read_match(rb'sim: [^\n]*\n').group().decode()
            if ':0' in address:
                address = re.search(r'127\.0\.0\.1:\d+', banner).group()
            with Host(scheme + address, 115200) as host:
                host.write(b'AT\r')
                host.expect_bytes(b'AT\r\r\nOK\r\n')
                host.write(b'AT+IPR=9600\r')
                host.expect_bytes(b'AT+IPR=9600\r\r\nOK\r\n')
                host.tell('rate', 9600)
                host.write(b'AT\r')
                host.expect_bytes(b'AT\r\r\nOK\r\n')


class Cable:
    """A port that libserialport knows: `folder`/ttyFAKE."""

    def __init__(self, folder):
        self.folder, self.port = folder, os.path.join(folder, 'ttyFAKE')
        os.environ['FAKE_SERIALPORT'] = folder
        self.put('signals', '')
        self.device = None

    def plug(self):
        self.device = Device().__enter__()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.port)
        os.symlink(self.device.path, self.port)

    def unplug(self):
        self.device.__exit__()

    def put(self, name, text):
        with open(os.path.join(self.folder, name + '.new'), 'w', encoding='ascii') as file:
            file.write(text + '\n')
        os.rename(file.name, os.path.join(self.folder, name))

    def calls(self):
        with open(os.path.join(self.folder, 'calls'), encoding='ascii') as file:
            return file.read().splitlines()

    def until_called(self, *calls):
        def are_last():
            last = {call.split()[0]: call for call in self.calls()}
            return all(last.get(call.split()[0]) == call for call in calls)
        until(f'the calls {calls}', are_last)


def a_serial_port_has_the_lines_of_a_host(program, folder):
    cable = Cable(folder)
    cable.plug()
    with Host(f'tty:{cable.port},9600', 115200) as host:
        cable.until_called('baudrate 9600', 'bits 8', 'dtr 1', 'rts 1')
        host.expect('^lines 0$')
        cable.put('signals', 'cts dsr ri dcd')
        host.expect(f'^lines {CTS_DSR_RI_DCD}$')
        host.tell('lines', DTR)
        cable.until_called('dtr 1', 'rts 0')
        host.write(ALL)
        if cable.device.read(256) != ALL:
            raise Mismatch('the device got something else')
        host.tell('rate', 460800)
        cable.until_called('baudrate 460800')
        if host.stop() != 0 or cable.calls()[-2:] != ['close', 'free']:
            raise Mismatch(f'it is not given back: {cable.calls()}')
    cable.unplug()


def an_unplugged_serial_port_comes_back_as_it_was(program, folder):
    cable = Cable(folder)
    cable.plug()
    with Host(f'tty:{cable.port}') as host:
        host.tell('rate', 57600)
        host.tell('lines', DTR)
        cable.until_called('baudrate 57600', 'rts 0')
        for _ in range(3):
            cable.unplug()
            host.expect('^gone$')
            open(os.path.join(folder, 'calls'), 'w', encoding='ascii').close()
            cable.plug()
            host.expect('^back$')
            cable.until_called('baudrate 57600', 'dtr 1', 'rts 0')
            os.write(cable.device.master, b'RDY')
            host.expect_bytes(b'RDY')
    cable.unplug()


CASES = [through_ser2net, a_ser2net_that_is_killed_and_started_again_gets_the_rate_again,
         a_ser2net_that_has_a_client_is_told, a_raw_ser2net_is_not_taken_for_rfc2217,
         through_socats_sockets_and_programs, a_module_answers_on_each_kind_of_port,
         a_serial_port_has_the_lines_of_a_host, an_unplugged_serial_port_comes_back_as_it_was]

if __name__ == '__main__':
    sys.exit(run_cases('open', CASES, sys.argv[1]))
