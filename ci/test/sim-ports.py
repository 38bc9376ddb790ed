#!/usr/bin/python3
"""sim-ports.py PROGRAM - the ports of `fotarig sim`: USB, TCP, RFC 2217, a serial port, many modules."""
import os
import re
import socket
import subprocess
import sys
import termios
import time
import tty

from dialog import Mismatch, Module, PATIENCE_S, Program, run_cases, program_under_test

QUICK = ('--timing', 'none')


def until(what, true, patience_s=PATIENCE_S):
    """Waits until true() is, looking often."""
    end = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > end:
            raise Mismatch(f'{what}: not within {patience_s} s')
        time.sleep(0.002)


class Line:
    """A descriptor that is written to and read from with a deadline."""

    def __init__(self, fd):
        self.fd = fd
        self.got = b''

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        os.close(self.fd)

    def ask(self, text, want, patience_s=PATIENCE_S):
        os.write(self.fd, text)
        return self.expect(want, patience_s)

    def expect(self, want, patience_s=PATIENCE_S):
        end = time.monotonic() + patience_s
        os.set_blocking(self.fd, False)
        while not re.search(want, self.got, re.DOTALL):
            if time.monotonic() > end:
                raise Mismatch(f'want /{want.decode()}/\n  got {self.got!r}')
            try:
                piece = os.read(self.fd, 65536)
                if not piece:
                    raise Mismatch(f'want /{want.decode()}/, but it was closed\n  got {self.got!r}')
                self.got += piece
            except BlockingIOError:
                time.sleep(0.001)
        got, self.got = self.got, b''
        return got

    def read_now(self):
        """What has come by now; it stays to be expected."""
        os.set_blocking(self.fd, False)
        try:
            self.got += os.read(self.fd, 65536)
        except BlockingIOError:
            pass
        return self.got


def open_tty(path):
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd, termios.TCSANOW)
    return Line(fd)


def open_tcp(address):
    host, port = address.rsplit(':', 1)
    return Line(socket.create_connection((host, int(port)), PATIENCE_S).detach())


def ports_of(module):
    return dict(re.findall(r'(tcp|rfc2217) (127\.0\.0\.1:\d+)', module.banner))


def answers_go_to_the_port_that_asked(program, folder):
    with Module(program, folder, '--usb', *QUICK) as module, open_tty(module.link) as uart, \
            open_tty(module.link + '.usb-at') as at, open_tty(module.link + '.usb-modem') as modem:
        at.ask(b'ATE0\r', rb'OK\r\n')
        modem.ask(b'AT+CPIN?\r', rb'READY\r\n\r\nOK\r\n')
        at.ask(b'AT+CSQ\r', rb'^\r\n\+CSQ: [^\n]*\n\r\nOK\r\n$')
        uart.ask(b'AT\r', rb'^\r\nOK\r\n$')


def usb_ports_vanish_and_return_with_a_reset(program, folder):
    # The answer is lost with the port if it is not read in time: 3 s for slow machines.
    slow = ('--speed', '20', '--set', 'reset-delay=60s')
    with Module(program, folder, '--usb', *slow, *QUICK) as module, open_tty(module.link) as uart:
        link = module.link + '.usb-at'
        with open_tty(link) as at:
            old = os.readlink(link)
            at.ask(b'AT+CFUN=1,1\r', rb'OK\r\n')
            # A machine that stalls now may see it gone and back at once; the hang-up stays.
            until('hung up', lambda: is_hung_up(at.fd))
        until('link back', lambda: os.path.lexists(link))
        with open_tty(link) as again:
            again.ask(b'AT\r', rb'OK\r\n')
        print(f'      {old} was gone, {os.readlink(link)} came')
        uart.expect(rb'')
    if os.path.lexists(link):
        raise Mismatch('a link was left behind')


def usb_links_of_many_modules_have_names_of_their_own(program, folder):
    words = [program, 'sim', '--usb', '--count', '3', '--tcp', '127.0.0.1:0', *QUICK]
    with Program(words, cwd=folder) as module:
        module.read_match(rb'^sim: [^\n]*\n')
        imeis = set()
        for name in ('sim70000', 'sim70001', 'sim70002'):
            for port in ('usb-at', 'usb-modem'):
                with open_tty(os.path.join(folder, f'{name}.{port}')) as line:
                    answer = line.ask(b'AT+GSN\r', rb'\d{15}.*OK\r\n')
            imeis.add(re.search(rb'\d{15}', answer).group())
        if len(imeis) != 3:
            raise Mismatch(f'want the ports of 3 modules, got those of {imeis}')
    if os.listdir(folder):
        raise Mismatch(f'left behind: {os.listdir(folder)}')


def a_slow_uart_does_not_delay_usb(program, folder):
    """10 kB at 9600 bit/s are on the line for 10 s; USB is asked and answered meanwhile."""
    slow = ('--set', 'port-rate=9600', '--set', 'answer-delay=0ms')
    with Module(program, folder, '--usb', *slow) as module, open_tty(module.link) as uart, \
            open_tty(module.link + '.usb-at') as at:
        at.ask(b'AT+CFSINIT\r', rb'OK\r\n')
        at.ask(b'AT+CFSWFILE=3,"a",0,10000,5000\r', rb'DOWNLOAD\r\n')
        at.ask(b'x' * 10000, rb'OK\r\n')
        set_rate(uart.fd, termios.B9600)
        uart.ask(b'AT+CFSRFILE=3,"a",0,10000,0\r', rb'CFSRFILE: 10000\r\n')
        for _ in range(20):
            at.ask(b'AT\r', rb'^AT\r\r\nOK\r\n$')
        if uart.read_now().endswith(b'OK\r\n'):
            raise Mismatch('this test is void: the UART was ready before USB was')
        uart.expect(rb'x\r\nOK\r\n$')


def set_rate(fd, rate):
    settings = termios.tcgetattr(fd)
    settings[4] = settings[5] = rate
    termios.tcsetattr(fd, termios.TCSANOW, settings)


def is_hung_up(fd):
    try:
        os.set_blocking(fd, False)
        return os.read(fd, 4096) == b''
    except BlockingIOError:
        return False
    except OSError:
        return True


def a_client_that_reopens_across_a_reset_goes_on(program, folder):
    with Module(program, folder, '--speed', '20', '--set', 'autobaud-tries=0', *QUICK) as module:
        with open_tty(module.link) as first:
            first.ask(b'AT+CFUN=1,1\r', rb'OK\r\n')
        end = time.monotonic() + PATIENCE_S
        while True:  # as clients do: open, ask, close, until the module is back
            with open_tty(module.link) as line:
                try:
                    line.ask(b'AT\r', rb'OK\r\n', 0.2)
                    break
                except Mismatch:
                    if time.monotonic() > end:
                        raise
        with open_tty(module.link) as line:
            line.ask(b'AT+GMR\r', rb'Revision:[^\n]*\n\r\nOK\r\n')  # the card may not be ready yet


def one_tcp_client_at_a_time(program, folder):
    with Module(program, folder, '--tcp', '127.0.0.1:0', *QUICK) as module:
        address = ports_of(module)['tcp']
        with open_tcp(address) as line:
            line.ask(b'AT\r', rb'OK\r\n')
            with open_tcp(address) as second:
                until('second refused', lambda: is_hung_up(second.fd))
            line.ask(b'AT\r', rb'OK\r\n')
        until('the next is served', lambda: answers(address))


def answers(address):
    try:
        with open_tcp(address) as line:
            line.ask(b'AT\r', rb'OK\r\n', 0.5)
            return True
    except Mismatch:
        return False


def rfc2217_negotiates_and_follows_the_rate(program, folder):
    with Module(program, folder, '--rfc2217', '127.0.0.1:0', *QUICK) as module:
        address = ports_of(module)['rfc2217']
        with open_tcp(address) as line:
            line.ask(b'\xff\xfb\x2c', rb'\xff\xfd\x2c.*\xff\xfa\x2c\x6b\x30\xff\xf0')
            line.ask(b'\xff\xfa\x2c\x01\x00\x00\x25\x80\xff\xf0',
                     rb'\xff\xfa\x2c\x65\x00\x00\x25\x80\xff\xf0')
            line.ask(b'AT\r\xff\xfa\x2c\x05\x07\xff\xf0', rb'\x69\x08\xff\xf0')  # at the wrong rate
            line.ask(b'\xff\xfa\x2c\x01\x00\x01\xc2\x00\xff\xf0', rb'\x65\x00\x01\xc2\x00')
            line.ask(b'AT\r', rb'OK\r\n')
            with open_tcp(address) as second:
                second.expect(rb'Port already in use\r\n')


def pyserial_talks_rfc2217(program, folder):
    client = ('import serial,sys; s=serial.serial_for_url("rfc2217://"+sys.argv[1],baudrate=115200,'
              'timeout=20); s.dtr=False; s.dtr=True; s.reset_input_buffer(); s.write(b"AT\\r");'
              'r=s.read_until(b"OK\\r\\n"); print(r, s.cts, s.dsr); s.close();'
              'sys.exit(0 if r.endswith(b"OK\\r\\n") and s is not None else 1)')
    for python in ('/usr/bin/python3', 'python3'):
        if subprocess.run([python, '-c', 'import serial'], capture_output=True).returncode == 0:
            break
    else:
        return 'python3-serial is not installed'
    with Module(program, folder, '--rfc2217', '127.0.0.1:0', *QUICK) as module:
        done = subprocess.run([python, '-c', client, ports_of(module)['rfc2217']],
                              capture_output=True, text=True, timeout=3 * PATIENCE_S)
        if done.returncode or 'True True' not in done.stdout:
            raise Mismatch(f'pyserial: {done.stdout}{done.stderr}')


def a_serial_port_is_opened_with_termios(program, folder):
    here, there = os.path.join(folder, 'here'), os.path.join(folder, 'there')
    with Program(['socat', f'PTY,link={here},rawer', f'PTY,link={there},rawer']):
        until('socat', lambda: os.path.exists(here) and os.path.exists(there))
        with Program([program, 'sim', '--serial', here, *QUICK]) as module, \
                open_tty(there) as line:
            module.read_match(rb'sim: [^\n]*here')
            line.ask(b'AT\r', rb'OK\r\n')


def many_modules_have_imeis_of_their_own(program, folder):
    imeis = set()
    with Module(program, folder, '--count', '20', *QUICK) as module:
        for index in range(20):
            with open_tty(f'{module.link}{index}') as line:
                imei = re.search(rb'\d{15}', line.ask(b'AT+GSN\r', rb'\d{15}.*OK\r\n')).group()
            imeis.add(imei)
            digits = [int(d) << (i % 2) for i, d in enumerate(reversed(imei.decode()))]
            if sum(d // 10 + d % 10 for d in digits) % 10:
                raise Mismatch(f'{imei} has the wrong check digit')
    if len(imeis) != 20:
        raise Mismatch(f'{len(imeis)} of 20 IMEIs are distinct')
    if [name for name in os.listdir(folder) if name.startswith('sim7000')]:
        raise Mismatch('links were left behind')


def too_many_modules_are_said(program, folder):
    done = subprocess.run(['sh', '-c', 'ulimit -n 40; exec "$@"', 'sh', program, 'sim', '--link',
                           os.path.join(folder, 'x'), '--count', '50', *QUICK],
                          capture_output=True, text=True, timeout=PATIENCE_S)
    if done.returncode != 4 or 'ulimit' not in done.stderr:
        raise Mismatch(f'want status 4 and the limit named\n  got {done.returncode} {done.stderr}')


def no_library_is_loaded_before_it_is_needed(program, folder):
    needed = subprocess.run(['objdump', '-p', program], capture_output=True, text=True).stdout
    names = re.findall(r'NEEDED\s+(\S+)', needed)
    for name in names:
        if re.match(r'lib(yaml|cjson|zip|xml2|curl|serialport)', name):
            raise Mismatch(f'{name} is linked: is a function missing in harness/lazy?')


CASES = [answers_go_to_the_port_that_asked, a_slow_uart_does_not_delay_usb,
         usb_links_of_many_modules_have_names_of_their_own, usb_ports_vanish_and_return_with_a_reset,
         a_client_that_reopens_across_a_reset_goes_on, one_tcp_client_at_a_time,
         rfc2217_negotiates_and_follows_the_rate, pyserial_talks_rfc2217,
         a_serial_port_is_opened_with_termios, many_modules_have_imeis_of_their_own,
         too_many_modules_are_said, no_library_is_loaded_before_it_is_needed]


if __name__ == '__main__':
    sys.exit(run_cases('ports', CASES, program_under_test('ports', 'objdump', 'socat')))
