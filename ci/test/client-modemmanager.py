#!/usr/bin/python3
"""client-modemmanager.py - Debian's ModemManager, unchanged, on the emulator's USB ports.

usage: client-modemmanager.py [PROGRAM]

ModemManager wants serial devices of a USB device in sysfs, and a message bus. umockdev gives it a
sysfs of its own with the two ports of a SIM7000, whose nodes are the emulator's ptys; a bus of its own
runs beside. What umockdev would answer of the ports' ioctls comes from the ptys themselves, by a
function of five lines that goes before it. udev is not there, so the ports are told to ModemManager
as its manual has it for such systems (--initial-kernel-events).
"""
import os
import re
import socket
import subprocess
import sys
import time

from dialog import Mismatch, Module, run_cases, program_under_test

PATIENCE_S = 120
PORTS = ((2, 'ttyUSB2', 'usb-at'), (3, 'ttyUSB3', 'usb-modem'))
IOCTL = r'''
#define _GNU_SOURCE
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>
int ioctl(int fd, unsigned long request, ...);
int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return (int)syscall(SYS_ioctl, fd, request, argument);
}
'''


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)


def link(path, target):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(target, path)


def make_system(root, module):
    """A sysfs with one USB device, and /dev with its serial ports."""
    usb = root + '/sys/devices/1-1'
    for name, value in (('idVendor', '1e0e'), ('idProduct', '9001'), ('bcdDevice', '0318'),
                        ('manufacturer', 'SimTech, Incorporated'),
                        ('product', 'SimTech, Incorporated')):
        put(f'{usb}/{name}', value + '\n')
    put(usb + '/uevent', 'DEVTYPE=usb_device\nDRIVER=usb\nPRODUCT=1e0e/9001/318\n')
    link(usb + '/subsystem', root + '/sys/bus/usb')
    for number, name, port in PORTS:
        interface = f'{usb}/1-1:1.{number}'
        for key, value in (('bInterfaceNumber', f'{number:02x}'), ('bInterfaceClass', 'ff'),
                           ('bInterfaceSubClass', '00'), ('bInterfaceProtocol', '00')):
            put(f'{interface}/{key}', value + '\n')
        put(interface + '/uevent', 'DEVTYPE=usb_interface\nDRIVER=option\n')
        put(f'{interface}/{name}/uevent', 'DRIVER=option1\n')
        put(f'{interface}/{name}/tty/{name}/uevent', f'MAJOR=188\nMINOR={number}\nDEVNAME={name}\n')
        link(interface + '/subsystem', root + '/sys/bus/usb')
        link(interface + '/driver', root + '/sys/bus/usb/drivers/option')
        link(f'{interface}/{name}/subsystem', root + '/sys/bus/usb-serial')
        link(f'{interface}/{name}/driver', root + '/sys/bus/usb-serial/drivers/option1')
        link(f'{interface}/{name}/tty/{name}/subsystem', root + '/sys/class/tty')
        link(f'{interface}/{name}/tty/{name}/device', f'{interface}/{name}')
        link(f'{root}/sys/class/tty/{name}', f'{interface}/{name}/tty/{name}')
        link(f'{root}/dev/{name}', os.path.realpath(f'{module.link}.{port}'))
    for folder in ('bus/usb/drivers/option', 'bus/usb-serial/drivers/option1'):
        os.makedirs(f'{root}/sys/{folder}', exist_ok=True)


class Daemons:
    """A bus and ModemManager on it; always ended and reaped."""

    def __init__(self, folder, module):
        root = os.path.join(folder, 'system')
        make_system(root, module)
        # What opens a device wants somebody there for its ioctls, which go elsewhere.
        os.makedirs(root + '/ioctl')
        self.ioctls = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.ioctls.bind(root + '/ioctl/_default')
        self.ioctls.listen(64)
        source, library = os.path.join(folder, 'ioctl.c'), os.path.join(folder, 'ioctl.so')
        put(source, IOCTL)
        subprocess.run(['cc', '-shared', '-fPIC', '-o', library, source], check=True)
        events = os.path.join(folder, 'events')
        put(events, ''.join(f'action=add,name={name},subsystem=tty,uid=module\n'
                            for _, name, _ in PORTS))
        self.log = os.path.join(folder, 'modemmanager.log')
        self.bus = subprocess.Popen(['dbus-daemon', '--session', '--print-address', '--nofork'],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        address = self.bus.stdout.readline().strip()
        self.environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS=address,
                                DBUS_SYSTEM_BUS_ADDRESS=address, LC_ALL='C')
        inside = dict(self.environment, UMOCKDEV_DIR=root,
                      LD_PRELOAD=library + ':libumockdev-preload.so.0')
        self.daemon = subprocess.Popen(
            ['/usr/sbin/ModemManager', '--test-session', '--debug', '--test-no-suspend-resume',
             '--test-no-qrtr', '--test-no-udev', '--no-auto-scan',
             '--initial-kernel-events=' + events],
            env=inside, stdout=open(self.log, 'w'), stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for child in (self.daemon, self.bus):
            child.terminate()
            child.wait()
        self.bus.stdout.close()
        self.ioctls.close()

    def mmcli(self, *words):
        done = subprocess.run(['mmcli', *words], env=self.environment, capture_output=True,
                              text=True, timeout=PATIENCE_S, check=False)
        return done.stdout + done.stderr

    def wait_for(self, words, pattern):
        end, told = time.monotonic() + PATIENCE_S, ''
        while time.monotonic() < end:
            told = self.mmcli(*words)
            if re.search(pattern, told):
                return told
            time.sleep(0.3)
        with open(self.log) as log:
            heard = ''.join(line for line in log if '/at] ' in line)[-3000:]
        raise Mismatch(f'mmcli {" ".join(words)}: want /{pattern}/\n  got {told}\n{heard}')


def it_finds_the_module_and_registers(program, folder):
    with Module(program, folder, '--usb', '--revision', '1529B08SIM7000G') as module:
        with Daemons(folder, module) as daemons:
            told = daemons.wait_for(['-m', 'any'], r'state: .*disabled')
            for want in ('plugin: simtech', 'SIMCOM_SIM7000G', 'Revision:1529B08SIM7000G',
                         r'ttyUSB2 \(at\), ttyUSB3 \(at\)'):
                if not re.search(want, told):
                    raise Mismatch(f'want /{want}/\n  got {told}')
            daemons.mmcli('-m', 'any', '--enable')
            told = daemons.wait_for(['-m', 'any'], r'state: .*registered')
            if not re.search(r'operator id: 46000', told):
                raise Mismatch(f'want operator id: 46000\n  got {told}')


if __name__ == '__main__':
    sys.exit(run_cases('modemmanager', [it_finds_the_module_and_registers],
                       program_under_test('modemmanager', 'ModemManager', 'mmcli', 'dbus-daemon',
                                          'umockdev-run', 'cc')))
