#!/usr/bin/python3
"""round-trip.py - the bytes of a run, lifted: its scenario runs as the run did, with other seeds too.

usage: round-trip.py [PROGRAM]      (ci/test-long/round-trip.sh: 40 scenarios on ptys in real time)
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../test-long'))
import round_trip  # noqa: E402  the folder is known only now
from dialog import Mismatch, program_under_test, run_cases  # noqa: E402


def comes_back(program, folder, scenario):
    os.makedirs(folder + '/first')
    whole = round_trip.run(program, scenario, folder + '/first', 3)
    trace, lifted = folder + '/bytes.jsonl', folder + '/lifted.yaml'
    round_trip.bytes_only(whole, trace)
    explained = round_trip.lift(program, trace, lifted)
    if not explained or explained[0] != explained[1] or explained[2]:
        raise Mismatch(f'explained, of, events that only repeat: {explained}')
    if round_trip.size_of(lifted) > 2 * round_trip.size_of(scenario):
        raise Mismatch('it is more than twice as long: ' + open(lifted).read())
    for seed in (1, 7):
        os.makedirs(f'{folder}/{seed}')
        again = round_trip.run(program, lifted, f'{folder}/{seed}', seed)
        for what in (round_trip.outcome, round_trip.commands):
            if what(again) != what(whole):
                raise Mismatch(f'seed {seed}: want {what(whole)}, got {what(again)}')


def an_updater_that_fails(program, folder):
    comes_back(program, folder, 'scenarios/update/update-fails.yaml')


def a_download_that_fails_once(program, folder):
    comes_back(program, folder, 'scenarios/download/network-error-601-once.yaml')


def a_byte_that_the_line_loses(program, folder):
    comes_back(program, folder, 'scenarios/download/byte-lost-in-the-url.yaml')


if __name__ == '__main__':
    sys.exit(run_cases('round trip', [an_updater_that_fails, a_download_that_fails_once,
                                      a_byte_that_the_line_loses],
                       program_under_test('round trip')))
