"""fuzz-seeds.py - what the fuzzer of the emulator starts from: the command table and transcripts.

usage: fuzz-seeds.py PROGRAM FOLDER      writes FOLDER/emulator.dict and FOLDER/seeds-emulator/
"""
import glob
import json
import os
import subprocess
import sys

WORDS = ['AT', '\\x0d', '\\x0d\\x0a', '=?', '?', ';', ',', '\\"', '=0', '=1', '=1,1', '=2', '+++',
         '\\x1a', '\\x1b', 'A/', '/fota/update.zip', 'http://', 'update.zip', '\\xff\\x01\\x20',
         '\\xff\\x41\\x10', '\\xff\\x90\\x40', '\\xff\\xb0\\x01', '\\xff\\xa0\\x0b', '\\xff\\xa2\\x01']


def facts(program):
    text = subprocess.run([program, 'facts', '--json'], check=True, capture_output=True).stdout
    return json.loads(text)['facts']


def write_dictionary(commands, path):
    with open(path, 'w', encoding='ascii') as file:
        for word in WORDS + ['AT' + name for name in commands]:
            file.write(f'"{word}"\n')


def write_seeds(commands, folder):
    """A line of each form of each command, and all that the hosts of the transcripts said."""
    os.makedirs(folder, exist_ok=True)
    for number, name in enumerate(commands):
        forms = ('=?', '?', '=1', '') if name.startswith('+') else ('', '1', '?')
        with open(f'{folder}/command-{number}', 'w', encoding='ascii', newline='') as file:
            file.write(''.join(f'AT{name}{form}\r' for form in forms))
    for path in glob.glob('sim/test/transcripts/T*.txt'):
        with open(path, encoding='utf-8') as source:
            lines = [line.rstrip('\n')[2:] for line in source if line[:2] in ('> ', '! ')]
        with open(f'{folder}/{os.path.basename(path)}', 'w', encoding='utf-8', newline='') as file:
            file.write(''.join(line + '\r' for line in lines))


def main():
    program, folder = sys.argv[1:]
    commands = [fact['name'] for fact in facts(program) if fact['group'] == 'command']
    write_dictionary(commands, f'{folder}/emulator.dict')
    write_seeds(commands, f'{folder}/seeds-emulator')


main()
