#!/usr/bin/python3
"""sim-image.py - the image file of `fotarig sim`: whole whenever the program is killed, and one
process's alone.

usage: sim-image.py [PROGRAM]
"""
import os
import random
import signal
import subprocess
import sys
import time

from dialog import PATIENCE_S, Mismatch, Module, Terminal, run_cases, program_under_test

QUICK = ['--timing', 'none', '--set', 'port-rate=115200']
KILLS, ROUNDS = 10, 60  # that have to come after a write, and how often it is tried


def started(program, folder, *options):
    return Module(program, folder, *QUICK, '--image', image_of(folder), *options)


def image_of(folder):
    return os.path.join(folder, 'flash')


def content(path):
    """The file's bytes, b'' while there is none."""
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return b''


def refused(program, folder, image, status, *options):
    """Starts another process on the image; its message."""
    link = os.path.join(folder, 'other')
    done = subprocess.run([program, 'sim', '--link', link, '--image', image, *QUICK, *options],
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if done.returncode != status or os.path.lexists(link):
        raise Mismatch(f'want status {status} and no port\n  got {done.returncode} {done.stderr}')
    return done.stderr


def saved_value(program, folder):
    with started(program, folder) as module, Terminal(module.link) as terminal:
        terminal.send('AT+CMNB?')
        return int(terminal.read_match(rb'\+CMNB: (\d)\r\n\r\nOK\r\n').group(1))


def an_image_that_a_process_has_is_refused_to_another(program, folder):
    with started(program, folder) as module:
        message = refused(program, folder, image_of(folder), 4)
        if f'in use by process {module.child.pid};' not in message:
            raise Mismatch(f'want the process named\n  got {message}')
        with Terminal(module.link) as terminal:
            terminal.ask('AT', 'OK')
    if os.path.exists(image_of(folder) + '.lock'):
        raise Mismatch('the lock is left behind')
    saved_value(program, folder)


def the_lock_of_a_killed_process_stops_nobody(program, folder):
    with started(program, folder) as module:
        module.stop(signal.SIGKILL)
    if not os.path.exists(image_of(folder) + '.lock'):
        raise Mismatch('this test is void: the killed process has removed its lock')
    saved_value(program, folder)


def one_of_several_modules_is_enough_to_be_refused(program, folder):
    with started(program, folder, '--count', '3'):
        refused(program, folder, image_of(folder) + '.1', 4)
    with Module(program, folder, *QUICK, '--image', image_of(folder) + '.1'):
        message = refused(program, folder, image_of(folder), 4, '--count', '3')
        if 'flash.1' not in message:
            raise Mismatch(f'want flash.1 named\n  got {message}')


def a_damaged_image_is_refused_and_left_as_it_is(program, folder):
    started(program, folder).stop()
    whole = content(image_of(folder))
    for damaged in (whole[:200] + b'x' + whole[201:], whole[:1000], b''):
        with open(image_of(folder), 'wb') as file:
            file.write(damaged)
        refused(program, folder, image_of(folder), 3)
        if content(image_of(folder)) != damaged:
            raise Mismatch(f'an image of {len(damaged)} bytes was changed')


def what_was_written_is_there_after_a_kill(program, folder):
    for value in (3, 1, 2, 1):
        before = content(image_of(folder))
        with started(program, folder) as module, Terminal(module.link) as terminal:
            terminal.ask(f'AT+CMNB={value}', 'OK')
            end = time.monotonic() + PATIENCE_S
            while content(image_of(folder)) == before:
                if time.monotonic() > end:
                    raise Mismatch(f'the image was not written within {PATIENCE_S} s')
                time.sleep(0.01)
            module.stop(signal.SIGKILL)
        got = saved_value(program, folder)
        if got != value:
            raise Mismatch(f'CMNB was saved as {value}, and is {got} after the kill')


def a_kill_at_any_moment_leaves_a_whole_image(program, folder):
    """Files of 100 kB are pushed and deleted all the time, so that each write takes a while."""
    choose = random.Random(7)
    written = rounds = 0
    while written < KILLS and rounds < ROUNDS:
        rounds += 1
        before = content(image_of(folder))
        with started(program, folder) as module, Terminal(module.link) as terminal:
            terminal.ask('AT+CFSINIT', 'OK')
            end = time.monotonic() + choose.uniform(0.1, 0.6)
            number = 0
            while time.monotonic() < end:
                push(terminal, number % 4)
                number += 1
            module.stop(signal.SIGKILL)
        written += content(image_of(folder)) != before
        saved_value(program, folder)  # it is loaded, or the module would not start
    if written < KILLS:
        raise Mismatch(f'only {written} of {ROUNDS} rounds have written an image')
    print(f'      {written} of {rounds} kills came after a write')


def push(terminal, number):
    terminal.send(f'AT+CFSWFILE=3,"f{number}",0,10000,1000')
    terminal.read_match(rb'DOWNLOAD\r\n')
    terminal.child.stdin.write(bytes([65 + number]) * 10000)
    terminal.read_match(rb'\r\nOK\r\n')


def what_a_legal_command_saves_is_loaded(program, folder):
    """Timers of hours: a module that falls asleep would not answer."""
    with started(program, folder) as module, Terminal(module.link) as terminal:
        terminal.ask('AT+CPSMS=1,,,"00111111","01011111"', 'OK')
    with started(program, folder) as module, Terminal(module.link) as terminal:
        terminal.send('AT+CPSMS?')
        terminal.read_match(rb'\+CPSMS: 1,,,"00111111","01011111"\r\n\r\nOK\r\n')


CASES = [
    what_a_legal_command_saves_is_loaded,
    an_image_that_a_process_has_is_refused_to_another,
    the_lock_of_a_killed_process_stops_nobody,
    one_of_several_modules_is_enough_to_be_refused,
    a_damaged_image_is_refused_and_left_as_it_is,
    what_was_written_is_there_after_a_kill,
    a_kill_at_any_moment_leaves_a_whole_image,
]

if __name__ == '__main__':
    sys.exit(run_cases('image', CASES, program_under_test('image', 'socat')))
