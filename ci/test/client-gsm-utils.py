#!/usr/bin/python3
"""client-gsm-utils.py - gsm-utils of Debian asks who the module is, sends and stores messages.

usage: client-gsm-utils.py [PROGRAM]

The programs set DTR and give up where a port has no modem lines, as a pty has none; what stands
before the C library here only says that they are there. Lines that gsm-utils types carry a NUL.
"""
import os
import subprocess
import sys
import tempfile

from dialog import Mismatch, run_with_module, program_under_test

LINES = r'''
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <sys/ioctl.h>
int ioctl(int fd, unsigned long request, ...)
{
    int (*real)(int, unsigned long, ...) = 0;
    *(void **)&real = dlsym(RTLD_NEXT, "ioctl");
    va_list list;
    va_start(list, request);
    void *argument = va_arg(list, void *);
    va_end(list);
    if (request == TIOCMGET)
        *(int *)argument = TIOCM_CTS | TIOCM_DSR | TIOCM_CAR | TIOCM_DTR | TIOCM_RTS;
    if (request == TIOCMGET || request == TIOCMSET || request == TIOCMBIS || request == TIOCMBIC)
        return 0;
    return real(fd, request, argument);
}
'''
FOLDER = tempfile.TemporaryDirectory()
LIBRARY = os.path.join(FOLDER.name, 'lines.so')


def run(*words):
    """What the program says; it looks for the module in fractions of a second of its own, so that a
    busy machine gets three tries."""
    for _ in range(3):
        done = subprocess.run(words, text=True, timeout=60, capture_output=True, check=False,
                              env={**os.environ, 'LD_PRELOAD': LIBRARY})
        if done.returncode == 0 and 'ERROR' not in done.stderr:
            break
    else:
        raise Mismatch(f'{" ".join(words)}: status {done.returncode}\n'
                       f'  got {done.stdout}{done.stderr}')
    return done.stdout


def want(text, *parts):
    for part in parts:
        if part not in text:
            raise Mismatch(f'want {part!r}\n  got {text!r}')


def it_identifies_the_module_and_reads_its_signal(link):
    want(run('gsmctl', '-d', link, '-b', '115200', 'me', 'sig'), 'Manufacturer: SIMCOM_Ltd',
         'Model: SIMCOM_SIM7000C', 'Serial Number: 869951030000017', '<SIG0>  24')


def a_message_is_sent(link):
    run('gsmsendsms', '-d', link, '-b', '115200', '+491701234567', 'update at 5')


def a_stored_message_is_listed_and_deleted(link):
    run('gsmsmsstore', '-a', '-d', link, '-b', '115200', '-t', 'SM', '+491701234567', 'hello modem')
    want(run('gsmsmsstore', '-l', '-s', link, '-b', '115200', '-t', 'SM'), 'hello modem')
    run('gsmsmsstore', '-x', '-d', link, '-b', '115200', '-t', 'SM', '0')
    if 'hello' in run('gsmsmsstore', '-l', '-s', link, '-b', '115200', '-t', 'SM'):
        raise Mismatch('the deleted message is still there')


CASES = [
    it_identifies_the_module_and_reads_its_signal,
    a_message_is_sent,
    a_stored_message_is_listed_and_deleted,
]


if __name__ == '__main__':
    subprocess.run(['cc', '-shared', '-fPIC', '-x', 'c', '-', '-o', LIBRARY, '-ldl'], input=LINES,
                   text=True, check=True)
    sys.exit(run_with_module('gsm-utils', CASES, program_under_test('gsm-utils', 'gsmctl')))
