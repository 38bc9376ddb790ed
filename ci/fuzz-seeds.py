"""fuzz-seeds.py - what the fuzzers of emulator and tap start from: commands, transcripts, dialogues.

usage: fuzz-seeds.py PROGRAM FOLDER      writes FOLDER/emulator.dict and FOLDER/seeds-emulator/,
                                         FOLDER/tap.dict and FOLDER/seeds-tap/
"""
import glob
import json
import os
import re
import subprocess
import sys

WORDS = ['AT', '\\x0d', '\\x0d\\x0a', '=?', '?', ';', ',', '\\"', '=0', '=1', '=1,1', '=2', '+++',
         '\\x1a', '\\x1b', 'A/', '/fota/update.zip', 'http://', 'update.zip', '\\xff\\x01\\x20',
         '\\xff\\x41\\x10', '\\xff\\x90\\x40', '\\xff\\xb0\\x01', '\\xff\\xa0\\x0b', '\\xff\\xa2\\x01']


def facts(program):
    text = subprocess.run([program, 'facts', '--json'], check=True, capture_output=True).stdout
    return json.loads(text)['facts']


def write_dictionary(words, path):
    with open(path, 'w', encoding='ascii') as file:
        for word in words:
            file.write(f'"{word}"\n')


def bytes_of(text):
    """A line of harness/tap/test/captures without its escapes."""
    text = re.sub(r'\\\*(\d+)', lambda found: 'x' * int(found[1]), text)
    return text.encode('latin-1', 'replace').decode('unicode_escape').encode('latin-1')


def write_dialogues(folder):
    """Pieces as fuzz_tap.c takes them: direction, length, bytes."""
    os.makedirs(folder, exist_ok=True)
    for path in glob.glob('harness/tap/test/*/*.txt'):
        out = b''
        with open(path, encoding='utf-8') as source:
            for line in source.read().splitlines():
                mark, _, rest = line.partition(' ')
                if mark not in ('>', '>>', '<'):
                    continue
                data = bytes_of(rest) + (b'\r' if mark == '>' else b'')
                for at in range(0, len(data), 255):
                    piece = data[at:at + 255]
                    out += bytes([mark == '<', len(piece)]) + piece
        with open(f'{folder}/{os.path.basename(path)}', 'wb') as file:
            file.write(out)


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
    known = facts(program)
    commands = [fact['name'] for fact in known if fact['group'] == 'command']
    lines = [fact['name'] for fact in known if fact['group'] in ('urc', 'boot', 'result')]
    words = WORDS + ['AT' + name for name in commands]
    write_dictionary(words, f'{folder}/emulator.dict')
    write_dictionary(words + [line.replace('"', '\\"') for line in lines], f'{folder}/tap.dict')
    write_seeds(commands, f'{folder}/seeds-emulator')
    write_dialogues(f'{folder}/seeds-tap')


main()
