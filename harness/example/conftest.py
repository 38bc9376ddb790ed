"""pytest fixtures for a SIM7000 and for a client's bad days; one file to copy beside your tests.

    def test_identity(sim7000):              # a module on a port, in real time
        port = serial.Serial(sim7000.port, 115200, timeout=5)
        ...
        sim7000.ctl("power", "cut")

    @pytest.mark.parametrize("day", ["power/power-cut-in-update.yaml"])
    def test_bad_day(fotarig_day, day):      # the client against a day, in virtual time
        fotarig_day("warp:python3 client.py", day)

FOTARIG names the program and FOTARIG_SCENARIOS the folder of the scenarios, if they are not where an
installed copy has them. The client is an unmodified program, see README.md beside this file.
"""
import os
import pathlib
import shutil
import subprocess

import pytest

FOTARIG = os.environ.get("FOTARIG") or shutil.which("fotarig") or "fotarig"
SCENARIOS = pathlib.Path(
    os.environ.get("FOTARIG_SCENARIOS")
    or pathlib.Path(FOTARIG).resolve().parent.parent / "share/fotarig/scenarios"
)


class Module:
    """A module that is served: .port is a path for a serial client; ctl() does something to it."""

    def __init__(self, folder, options):
        self.port = str(folder / "module")
        self.socket = str(folder / "ctl")
        command = [FOTARIG, "sim", "--link", self.port, "--control", self.socket, *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        said = self.process.stdout.readline()  # it says a line when its port is there
        if not os.path.exists(self.port):
            said += self.process.communicate(timeout=60)[0]
            raise RuntimeError(f"{' '.join(command)}: {said}")

    def ctl(self, *words):
        """Does a command of `fotarig ctl` and returns what it prints; wait-for waits, too."""
        command = [FOTARIG, "ctl", "--socket", self.socket, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr or done.stdout}"
        return done.stdout

    def close(self):
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()


@pytest.fixture
def sim7000_options():
    """Options of `fotarig sim`; override it for a package, a speed, settings."""
    return []


@pytest.fixture
def sim7000(tmp_path, sim7000_options):
    module = Module(tmp_path, sim7000_options)
    yield module
    module.close()


@pytest.fixture
def fotarig_day(tmp_path):
    """Plays a day to a client and fails with what the bench says of it."""

    def play(host, day, *options):
        path = day if os.path.exists(day) else SCENARIOS / day
        command = [FOTARIG, "run", path, "--host", host, "--reports", tmp_path, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 1:
            pytest.fail(done.stdout, pytrace=False)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        if " 0 passed" in done.stdout:
            pytest.skip(done.stdout.strip().splitlines()[0])

    return play
