"""outputs.py - every command that writes a file, and every kind of thing that may stand at its path,
as root and as a user: a device and a FIFO are written and stay, a stranger's link and a folder are
refused, a full disk and a read-only folder are told and leave the former file; a reader that leaves
and a closed standard output cost no report.

usage: outputs.py PROGRAM      from the root of the repository; as root (devices, disks, other users)
"""
import json
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as xml

USER, STRANGER = 65534, 65533
PATIENCE_S = 60
SCENARIO = 'scenarios/documented/already-current.yaml'
DISK_BYTES = 262144
LOG = '# a dialogue\n> AT\n< OK\n> AT+CFOTA?\n< +CFOTA: 8\n< OK\n'
FORMER = b'what stood here'
LINES = 300

# argv with @ for the path and {} for a folder of the user's; a folder's member is written where @/ is.
WRITERS = {
    'package -o': 'package --from 1351B03SIM7000C --to 1351B04SIM7000C --size 200000B -o @',
    'coverage --html': f'coverage {SCENARIO} --jobs 1 --html @',
    'import -o': 'import {}/log.txt -o @',
    'redact -o': 'redact {}/log.txt -o @',
    'run: junit.xml': f'run {SCENARIO} --jobs 1 --reports @/junit.xml',
    'run: ctrf.json': f'run {SCENARIO} --jobs 1 --reports @/ctrf.json',
    'run: report.html': f'run {SCENARIO} --jobs 1 --reports @/report.html',
    'report merge: junit.xml': 'report merge {}/r -o @/junit.xml',
    'sim --log': 'sim --link {}/l --log=@',
    'sim --trace': 'sim --link {}/l --trace @',
    'sim --image': 'sim --link {}/l --image @',
    'record -o': 'record --module exec:cat --host pty:{}/l -o @',
}
SERVES = ('sim', 'record')
# what can't begin as it should: an image is read before it is written
REFUSE_DEVICES = ('sim --image',)
failed = tried = 0


def tell(good, name, detail=''):
    global failed, tried
    tried += 1
    if not good:
        failed += 1
        print(f'FAIL  {name}\n      | {detail}', flush=True)


class Run:
    """A program as a user, with a folder of its own."""

    def __init__(self, program, uid, folder):
        self.program, self.uid, self.folder, self.former = program, uid, folder, FORMER
        self.talks = 0

    def __call__(self, name, path, stdout=subprocess.PIPE):
        words = WRITERS[name].replace('{}', self.folder).split()
        at = os.path.dirname(path) if '@/' in WRITERS[name] else path
        argv = [self.program] + [at if word.startswith('@/') else word.replace('@', path)
                                 for word in words]
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=stdout,
                                   stderr=subprocess.STDOUT, user=self.uid, group=self.uid,
                                   extra_groups=[])
        if words[0] in SERVES:
            link = os.path.join(self.folder, 'l')
            until = time.monotonic() + PATIENCE_S
            while process.poll() is None and not os.path.lexists(link) and time.monotonic() < until:
                time.sleep(0.01)
            if process.poll() is None:
                self.talk(link)
                process.send_signal(signal.SIGTERM)
        text, _ = process.communicate(timeout=PATIENCE_S)
        return process.returncode, (text or b'').decode(errors='replace')

    def talk(self, link):
        """Makes it have something to write: a value that the image keeps, another one each time, and
        more lines than the small disk holds."""
        self.talks += 1
        fd = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            for line in range(LINES):
                os.write(fd, b'AT+CGMR\r' if line else b'AT+CMNB=%d\r' % self.talks)
                if select.select([fd], [], [], 0.1)[0]:
                    os.read(fd, 4096)
        except OSError:
            pass
        finally:
            os.close(fd)


def is_well(name, status):
    return status in ((0, 1) if name.startswith('coverage') else
                      (0, 143, -15) if name.split()[0] in SERVES else (0,))


def is_told(name, result, texts):
    status, text = result
    fine = status in (3, 4) and any(one in text for one in texts)
    return fine, f'{name}: status {status}: {text[-300:]!r}'


def place(run, name):
    """The folder in which the file is written, and its path."""
    folder = os.path.join(run.folder, 'place')
    os.mkdir(folder)
    os.chown(folder, run.uid, run.uid)
    file = name.split(': ')[1] if ': ' in name else 'out'
    return folder, os.path.join(folder, file)


def on_a_device(run, name):
    _, path = place(run, name)
    os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    os.chmod(path, 0o666)
    status, text = run(name, path)
    refused = name in REFUSE_DEVICES and status in (3, 4)
    return (is_well(name, status) or refused) and stat.S_ISCHR(os.lstat(path).st_mode), \
        f'status {status}: {text[-300:]!r}'


def on_a_fifo(run, name):
    _, path = place(run, name)
    os.mkfifo(path, 0o666)
    os.chmod(path, 0o666)
    got, held = [], os.open(path, os.O_RDWR)  # so that a refusal does not leave the reader waiting
    def read():
        with open(path, 'rb') as file:
            got.append(file.read())
    reader = threading.Thread(target=read)
    reader.start()
    status, text = run(name, path)
    os.close(held)
    reader.join(PATIENCE_S)
    good = is_well(name, status) and (got and got[0] or name.startswith('sim'))
    refused = status in (3, 4) and 'FIFO' in text
    return bool(good or refused) and stat.S_ISFIFO(os.lstat(path).st_mode), \
        f'status {status}, {len(got[0]) if got else 0} bytes: {text[-300:]!r}'


def on_a_planted_link(run, name):
    folder, path = place(run, name)
    precious = os.path.join(run.folder, 'precious')
    with open(precious, 'wb') as file:
        file.write(run.former)
    os.chown(precious, run.uid, run.uid)
    os.chmod(folder, 0o777)
    os.symlink(precious, path)
    os.lchown(path, STRANGER, STRANGER)
    told = is_told(name, run(name, path), ('not permitted',))
    with open(precious, 'rb') as file:
        return told[0] and file.read() == run.former, told[1]


def on_a_folder(run, name):
    _, path = place(run, name)
    os.mkdir(path)
    os.chown(path, run.uid, run.uid)
    told = is_told(name, run(name, path), ('Is a directory', 'is a folder', 'a directory'))
    return told[0] and os.path.isdir(path), told[1]


def with_former(run, name, prepare, texts):
    """A disk of its own with a former file, if it takes one; what the file is afterwards."""
    folder, path = place(run, name)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={DISK_BYTES},mode=777', 'none', folder],
                   check=True)
    try:
        with open(path, 'wb') as file:
            file.write(run.former)
        os.chown(path, run.uid, run.uid)
        prepare(folder)
        told = is_told(name, run(name, path), texts)
        subprocess.run(['mount', '-o', 'remount,rw', folder], check=True)
        left = [one for one in os.listdir(folder) if one not in (os.path.basename(path), 'filler')
                and ': ' not in name]
        with open(path, 'rb') as file:
            grows = name.split()[0] in SERVES and name != 'sim --image'
            whole = file.read() == run.former or grows
        return told[0] and whole and not left, f'{told[1]} left: {left}, former is whole: {whole}'
    finally:
        subprocess.run(['umount', '-l', folder], check=True)


def on_a_full_disk(run, name):
    def fill(folder):
        with open(os.path.join(folder, 'filler'), 'wb', buffering=0) as file:
            try:
                while file.write(b'x' * 4096):
                    pass
            except OSError:
                pass
    return with_former(run, name, fill, ('No space left', 'not complete', 'could not be written'))


def in_a_read_only_folder(run, name):
    def seal(folder):
        subprocess.run(['mount', '-o', 'remount,ro', folder], check=True)
    return with_former(run, name, seal, ('Read-only', 'Permission denied'))


def reports_are_whole(folder):
    root = xml.parse(os.path.join(folder, 'junit.xml')).getroot()
    with open(os.path.join(folder, 'ctrf.json'), encoding='utf-8') as file:
        tests = json.load(file)['results']['tests']
    with open(os.path.join(folder, 'report.html'), encoding='utf-8') as file:
        page = file.read()
    return len(root.findall('.//testcase')) == len(tests) and page.rstrip().endswith('</html>')


def a_reader_that_leaves(run, shell):
    out = os.path.join(run.folder, 'reports')
    done = subprocess.run(['bash', '-c', f'"{run.program}" run scenarios/documented --jobs 2 --reports '
                           f'"{out}" {shell}'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, user=run.uid, group=run.uid, extra_groups=[],
                          timeout=PATIENCE_S, check=False)
    return done.stdout, out


KINDS = (on_a_device, on_a_fifo, on_a_planted_link, on_a_folder, on_a_full_disk,
         in_a_read_only_folder)
LEAVERS = {'| head -1': ('| head -n 1 >/dev/null; echo "${PIPESTATUS[0]}"', ('0', '141')),
           '>&-': ('>&- 2>/dev/null; s=$?; echo $s', ('4',)),
           '>/dev/full': ('>/dev/full 2>/dev/null; s=$?; echo $s', ('4',))}


def in_folder(program, uid, call, *words):
    """A fresh folder with what the writers read."""
    folder = tempfile.mkdtemp(prefix='outputs-')
    try:
        os.chmod(folder, 0o755)
        os.chown(folder, uid, uid)
        with open(os.path.join(folder, 'log.txt'), 'w', encoding='ascii') as file:
            file.write(LOG)
        run = Run(program, uid, folder)
        if words and words[0].startswith('report merge'):
            subprocess.run([program, 'run', SCENARIO, '--quiet', '--reports',
                            os.path.join(folder, 'r')], user=uid, group=uid, extra_groups=[],
                           stdout=subprocess.DEVNULL, check=True)
        if words and words[0] == 'sim --image':  # what is no image is not replaced
            run(words[0], os.path.join(folder, 'model'))
            with open(os.path.join(folder, 'model'), 'rb') as file:
                run.former = file.read()
        return call(run, *words)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    if os.geteuid() != 0:
        sys.exit('FAIL  outputs: it takes root to make devices, disks and other users')
    tools = tempfile.mkdtemp(prefix='outputs-')
    os.chmod(tools, 0o755)
    program = shutil.copy(sys.argv[1], os.path.join(tools, 'fotarig'))
    for uid, who in ((0, 'root'), (USER, 'a user')):
        for kind in KINDS:
            before = failed
            for name in WRITERS:
                try:
                    good, detail = in_folder(program, uid, kind, name)
                except (OSError, subprocess.SubprocessError) as error:
                    good, detail = False, repr(error)
                tell(good, f'outputs: {name} {kind.__name__.replace("_", " ")}, {who}', detail)
            if failed == before:
                print(f'ok    outputs: {len(WRITERS)} writers {kind.__name__.replace("_", " ")}, {who}',
                      flush=True)
        for title, (shell, statuses) in LEAVERS.items():
            def leave(run, shell=shell, statuses=statuses):
                said, out = a_reader_that_leaves(run, shell)
                return said.strip() in statuses and reports_are_whole(out), said
            good, detail = in_folder(program, uid, leave)
            tell(good, f'outputs: {title}, {who}', detail)
            if good:
                print(f'ok    outputs: reports outlive {title}, {who}', flush=True)
    shutil.rmtree(tools)
    print(f'outputs: {tried} tried, {failed} not as they must be')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
