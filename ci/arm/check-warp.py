"""check-warp.py - the firmware for a Cortex-M0 in an unmodified QEMU as a client in virtual time.

usage: check-warp.py FOTARIG FIRMWARE [DAYS]

Ten days, each judged as of any client; the first one is played twice and must give the same journal,
byte and microsecond. The module's durations are short, for QEMU looks at the clock all the time.
"""
import os
import re
import subprocess
import sys
import tempfile

DAY = """scenario: a board in QEMU, {name}
why: A board in an emulator is a client like any other.
tags: [host]
update:
  from: 1351B03SIM7000C
  to: 1351B04SIM7000C
  package: {{url: 'http://fota.example/update.zip', size: 20000B}}
module:
  revision: {revision}
  settings: {{update-duration: 3s, update-silence: 1s, boot-time: 1s, sms-ready-delay: 1s, cpin-delay: 200ms,
             cfota-reset-delay: 500ms, final-reset-delay: 500ms, http-rate: 20kB/s{settings}}}
{events}expect:
  outcome: {outcome}
  revision: {end}
"""
BASE, TARGET = '1351B03SIM7000C', '1351B04SIM7000C'
REFUSE = "events:\n  - when: {{command: '{}'}}\n    do: [{{reply: ['{}']}}]\n"
LINE = 'events:\n  - when: {{{}-line: {}}}\n    do: [{{{}: line}}]\n'

# name: revision at the start, settings, events, outcome, revision at the end
DAYS = {
    'a good day': (BASE, '', '', 'updated', TARGET),
    'without a word from the updater': (BASE, ', urcs-on-this-port: no', '', 'updated', TARGET),
    'an update that fails': (BASE, ', update-result: fails', '', 'update-failed', BASE),
    'nothing to do': (TARGET, '', '', 'already-current', TARGET),
    'a module of another base': ('1351B02SIM7000C', '', '', 'refused', '1351B02SIM7000C'),
    'a start that is refused once': (BASE, '', REFUSE.format('AT+CFOTA=1', 'ERROR'), 'updated', TARGET),
    'a download that fails once':
        (BASE, '', "events:\n  - when: {command: 'AT+HTTPTOFS='}\n    do: [{http-result: 601}]\n",
         'updated', TARGET),
    'a line that gets lost': (BASE, '', LINE.format('to-host', 12, 'lose-to-host'), 'updated', TARGET),
    'a command that is garbled': (BASE, '', LINE.format('to-module', 9, 'garble-to-module'), 'updated', TARGET),
    'a line that comes twice': (BASE, '', LINE.format('to-host', 15, 'duplicate-to-host'), 'updated', TARGET),
}

# What its console tells of the end is its claim.
BOARD = """#!/bin/sh
qemu-system-arm -M microbit -display none -monitor none -chardev "serial,path=$FOTA_PORT,id=module" \\
    -serial chardev:module -chardev stdio,id=console,signal=off \\
    -semihosting-config enable=on,target=native,chardev=console -kernel '{firmware}' |
    sed -u 's/^result \\([a-z-]*\\).*/outcome \\1/'
"""


def run(fotarig, days, board):
    """Lines of the run: verdicts and digests."""
    done = subprocess.run([fotarig, 'run', *days, '--digests', '--host', f'warp:{board}'],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main():
    fotarig, firmware = (os.path.abspath(path) for path in sys.argv[1:3])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else len(DAYS)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        board, paths = os.path.join(folder, 'board'), []
        with open(board, 'w', encoding='ascii') as file:
            file.write(BOARD.format(firmware=firmware))
        os.chmod(board, 0o755)
        for name, (revision, settings, events, outcome, end) in list(DAYS.items())[:count]:
            paths.append(os.path.join(folder, name.replace(' ', '-') + '.yaml'))
            with open(paths[-1], 'w', encoding='ascii') as file:
                file.write(DAY.format(name=name, revision=revision, settings=settings, events=events,
                                      outcome=outcome, end=end))
        status, text = run(fotarig, paths, board)
        if status == 4:
            print('ok    arm: in virtual time: skipped, for this machine cannot supervise')
            return 0
        for path in paths:
            name = os.path.basename(path)[:-5]
            good = re.search(rf'^passed  .*\b{name} ', text, re.M)
            failed = failed or not good
            print(f'{"ok   " if good else "FAIL "} arm: in virtual time: {name.replace("-", " ")}')
        if failed:
            print(text)
        again = run(fotarig, paths[:1], board)[1]
        digest = re.search(r'^digest .*', again, re.M)
        same = digest and digest.group(0) in text
        print(f'{"ok   " if same else "FAIL "} arm: in virtual time: the same journal again')
    return failed or not same


sys.exit(main())
