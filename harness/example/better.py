#!/usr/bin/env python3
"""The client of naive.py after its verdicts were read: what it does on the bad days.

    fotarig run scenarios --host "warp:python3 better.py"

It looks at what lies in the module before it starts, starts once, keeps quiet while the module
updates, asks for status and revision before it says anything, and cleans up. It keeps a note in its
folder, so that it goes on where it was when its board restarts. Exit status: 0 updated or current,
1 the base still runs, 2 somebody has to look.
"""
import os
import re
import sys
import time

import serial

FOLDER, NAME = 1, "update.zip"
PACKAGE = "/fota/" + NAME
UPDATE_S = 2400  # the module's worst time
PIECE = 4000  # bytes of a push that 9600 baud carry within the 10 s that the module waits
RATES = (115200, 9600, 57600, 38400, 19200, 230400, 460800, 921600)
NOTE = os.path.join(os.environ.get("FOTA_FOLDER", "."), "started")
# In real time a bench may run faster than the module; in virtual time this is 1.
SPEED = float(os.environ.get("FOTA_SPEED", "1"))


def clock():
    return time.monotonic() * SPEED


def pause(seconds):
    time.sleep(seconds / SPEED)


class Modem:
    def __init__(self, path, baud, until):
        self.port = serial.Serial(path, baud)
        self.baud = baud
        self.until = until
        self.heard = b""

    def line(self, timeout):
        """The next line that is not empty, or None when the time is over."""
        until = min(clock() + timeout, self.until)
        while True:
            while b"\n" in self.heard:
                line, _, self.heard = self.heard.partition(b"\n")
                text = line.decode("ascii", "replace").strip()
                if text:
                    return text
            left = until - clock()
            if left <= 0:
                return None
            self.port.timeout = left / SPEED
            self.heard += self.port.read(self.port.in_waiting or 1)[:1000]

    def command(self, text, timeout=10):
        """Its answer's lines; None: an error, or nothing came."""
        self.port.reset_input_buffer()
        self.heard = b""
        self.port.write(text.encode() + b"\r")
        lines = []
        until = clock() + timeout
        while clock() < until:
            line = self.line(until - clock())
            if line == "OK":
                return lines
            if line is None or line == "ERROR" or line.startswith(("+CME ERROR", "+CMS ERROR")):
                return None
            lines.append(line)
        return None

    def ask(self, text, pattern, tries=3, timeout=10):
        """What the pattern's group is in the answer; a second look where it does not come."""
        for attempt in range(tries):
            if attempt:
                pause(2)
            for line in self.command(text, timeout) or []:
                found = re.search(pattern, line)
                if found:
                    return found.group(1)
        return None

    def wait_for(self, pattern, timeout):
        until = clock() + timeout
        while clock() < until:
            line = self.line(until - clock())
            found = re.search(pattern, line) if line else None
            if found:
                return found
        return None

    def answers(self, tries):
        """Twice in a row: once may be the echo of a module that boots."""
        good = 0
        for _ in range(tries):
            good = good + 1 if self.command("AT", 1) is not None else 0
            if good == 2:
                self.command("ATE0")
                self.command("AT+CMEE=1")
                return True
            pause(0.5)
        return False

    def synchronise(self, timeout=120):
        """At the job's rate, and now and then at the others: a new firmware has its own."""
        until = min(clock() + timeout, self.until)
        while clock() < until:
            if self.answers(20):
                return True
            for rate in RATES:
                self.port.baudrate = rate
                if self.answers(4):
                    if rate != self.baud and self.command(f"AT+IPR={self.baud}") is not None:
                        self.port.baudrate = self.baud
                        return self.answers(20)
                    return True
            self.port.baudrate = self.baud
        return False

    def status(self):
        value = self.ask("AT+CFOTA?", r"^\+CFOTA: ?(\d+)$")
        return int(value) if value else None

    def revision(self, expected=()):
        """A revision that nobody expects is read again: a boot line may stand in the middle."""
        found = None
        for attempt in range(4):
            if attempt:
                pause(3)
            found = self.ask("AT+GMR", r"^Revision:(\S+)$") or found
            if found in expected:
                break
        return found

    def is_model(self, wanted):
        """A package for another model ruins it; a damaged line is no other model."""
        if not wanted:
            return True
        found = [self.ask("AT+CGMM", r"^(SIM\w+)$") for _ in range(2)]
        if wanted not in found:
            found.append(self.ask("AT+CGMM", r"^(SIM\w+)$"))
        return wanted in found or found == [None, None, None]

    def is_supplied(self, least_mv):
        """The updater writes flash for minutes: not on less than the job wants. Looked at twice."""
        for _ in range(2 if least_mv else 0):
            voltage = self.ask("AT+CBC", r"^\+CBC: \d+,\d+,(\d+)$")
            if voltage is None or int(voltage) >= least_mv:
                return True
        return not least_mv

    def package_size(self):
        """Bytes that lie there, 0 = no such file, None = it can't be asked."""
        if self.command("AT+CFSINIT") is None and self.command("AT+CFSINIT") is None:
            self.command("AT+CFSTERM")
            return None
        size = self.ask(f'AT+CFSGFIS={FOLDER},"{NAME}"', r"^\+CFSGFIS: (\d+)$", tries=2)
        self.command("AT+CFSTERM")
        return int(size) if size else 0

    def delete(self, name):
        self.command("AT+CFSINIT")
        self.command(f'AT+CFSDFILE={FOLDER},"{name}"')
        self.command("AT+CFSTERM")

    def remove_package(self):
        for _ in range(3):
            self.delete(NAME)
            if not self.package_size():
                return

    def remove_astray(self):
        """The file under a name of which the line has lost a byte."""
        for at in range(len(NAME)):
            self.delete(NAME[:at] + NAME[at + 1 :])


def fetch(modem, url, size):
    """One try: the module fetches the package."""
    if modem.command(f'AT+HTTPTOFS="{url}","{PACKAGE}"', 30) is None:
        return False
    end = modem.wait_for(r"\+HTTPTOFS: ?(\d+),(\d+)", 600)
    if not end or end.group(1) != "200":
        return False
    wanted = size or int(end.group(2))
    found = modem.package_size()
    if found == 0:
        modem.remove_astray()
    # Where it can't be asked, what the download said has to do.
    return found == wanted or (found is None and int(end.group(2)) == wanted)


def push(modem, path):
    """One try: the package goes over the port, a piece after the other, each sent once."""
    with open(path, "rb") as file:
        package = file.read()
    modem.command("AT+CFSINIT")
    for at in range(0, len(package), PIECE):
        piece = package[at : at + PIECE]
        modem.port.reset_input_buffer()
        modem.heard = b""
        mode = 1 if at else 0
        modem.port.write(f'AT+CFSWFILE={FOLDER},"{NAME}",{mode},{len(piece)},10000\r'.encode())
        if not modem.wait_for("^DOWNLOAD", 10):
            modem.command("AT+CFSTERM", 40)
            return False
        modem.port.write(piece)
        if not modem.wait_for("^OK$", 40):
            modem.command("AT+CFSTERM", 40)
            return False
    modem.command("AT+CFSTERM")
    return modem.package_size() == len(package)


def open_network(modem, anew=False):
    if anew or modem.ask("AT+CNACT?", r"^\+CNACT: ([01]),\"\d", tries=1) != "1":
        modem.command("AT+CNACT=0", 30)
        modem.command("AT+CNACT=1", 30)
        modem.wait_for(r"ACTIVE", 30)


def deliver(modem, job):
    """True when the whole package lies in the module."""
    size = int(job.get("FOTA_SIZE", 0))
    for attempt in range(5):
        if attempt:
            pause(20 * attempt)
            if not modem.synchronise():
                return False
        modem.remove_package()
        if "FOTA_PACKAGE" in job:
            if push(modem, job["FOTA_PACKAGE"]):
                return True
        elif "FOTA_URL" in job:
            # Whatever went wrong: the radio may be off by now, or this network leads nowhere.
            if attempt and not registered(modem):
                continue
            open_network(modem, anew=attempt > 0)
            if fetch(modem, job["FOTA_URL"], size):
                return True
    return False


# What a firmware that begins with its factory's settings has to be told before it finds a network.
RESTORED = (
    ("FOTA_RESTORE_CNMP", "AT+CNMP={}"),
    ("FOTA_RESTORE_CMNB", "AT+CMNB={}"),
    ("FOTA_RESTORE_BANDCFG", "AT+CBANDCFG={}"),
    ("FOTA_RESTORE_APN", 'AT+CGDCONT=1,"IP","{}"'),
)


def restore(modem, job):
    for name, command in RESTORED:
        if name in job and modem.command(command.format(job[name]), 30) is None:
            modem.command(command.format(job[name]), 30)


def registered(modem):
    """On any of the networks that it may be on."""
    if modem.ask("AT+CFUN?", r"^\+CFUN: (\d)", tries=2) not in (None, "1"):
        modem.command("AT+CFUN=1")
    until = min(clock() + 180, modem.until)
    while clock() < until:
        for kind in ("CEREG", "CGREG", "CREG"):
            if modem.ask(f"AT+{kind}?", rf"^\+{kind}: \d,(\d)", tries=1) in ("1", "5"):
                return True
        pause(3)
    return False


def await_verdict(modem):
    """Keeps quiet until the module says how it went, or its worst time is over."""
    until = min(clock() + UPDATE_S, modem.until)
    while clock() < until:
        heard = modem.line(60)
        if heard and ("Update succ" in heard or "Update failed" in heard):
            pause(15)  # it resets once more
            break
        # Silence and boot messages alike: it may be over. A question disturbs nothing.
        if (heard is None or not heard.startswith("+CFOTA")) and modem.command("AT", 2) is not None:
            if modem.status() not in (None, 1, 2, 3, 4, 5):
                break
    while modem.synchronise(max(300, until - clock())):
        status = modem.status()
        if status is not None and not 1 <= status <= 5 or clock() >= until:
            return status
        pause(30)
    return None


def clear(modem):
    """The result of an update is gone; on 1 to 5 it is left alone."""
    for _ in range(3):
        if modem.status() not in (6, 7):
            return
        modem.command("AT+CFOTA=0")
        pause(2)


def conclude(modem, job):
    """Reads what runs, cleans up, reads it again and says so: a crash may have changed it."""
    expected = (job["FOTA_FROM"], job["FOTA_TO"])
    modem.revision(expected)
    modem.remove_package()
    clear(modem)
    if not modem.synchronise(300):
        return "needs-service"
    revision = modem.revision(expected)
    if revision == job["FOTA_TO"]:
        return "updated"
    return "update-failed" if revision == job["FOTA_FROM"] else "needs-service"


def attempt(modem, job):
    """Starts the update once and waits for its end; False: it never began."""
    with open(NOTE, "w", encoding="ascii") as note:
        note.write("1\n")
    modem.command("AT+CFOTA=1", 30)  # whatever comes back, what follows tells
    status = await_verdict(modem)
    return not (
        status in (0, 8)
        and modem.revision((job["FOTA_FROM"], job["FOTA_TO"])) == job["FOTA_FROM"]
        and modem.package_size()
    )


def first_words(modem, job):
    """What there is to say before anything was done; None: go on."""
    was = os.path.exists(NOTE)
    if not modem.synchronise(UPDATE_S if was else 300):
        return "needs-service"
    status = modem.status()
    if status is not None and 1 <= status <= 5:
        await_verdict(modem)
        return conclude(modem, job)
    revision = modem.revision((job["FOTA_FROM"], job["FOTA_TO"]))
    if revision == job["FOTA_TO"]:
        outcome = conclude(modem, job)
        return outcome if was or outcome != "updated" else "already-current"
    if revision != job["FOTA_FROM"] or not modem.is_model(job.get("FOTA_MODEL")):
        return "refused"
    if not modem.is_supplied(int(job.get("FOTA_SUPPLY_MIN", 0))) or re.search(r'[\s"]', job.get("FOTA_URL", "")):
        return "refused"
    clear(modem)
    # It was started, and nothing is left of it: it has failed. Else it never began.
    return conclude(modem, job) if was and (status in (6, 7) or not modem.package_size()) else None


def update(modem, job):
    said = first_words(modem, job)
    if said:
        return said
    mode = modem.ask("AT+CNMP?", r"^\+CNMP: (\d+)", tries=1)
    pushed = "FOTA_PACKAGE" in job
    if (not pushed and not registered(modem)) or not deliver(modem, job):
        modem.remove_package()
        return "download-failed"
    # Once; a second time only where the module has shown that the first never began.
    if not attempt(modem, job):
        attempt(modem, job)
    if not modem.synchronise(300):
        return "needs-service"
    outcome = conclude(modem, job)
    if modem.ask("AT+CFUN?", r"^\+CFUN: (\d)", tries=2) not in (None, "1"):
        modem.command("AT+CFUN=1")
    restore(modem, job)
    if mode and "FOTA_RESTORE_CNMP" not in job:
        if modem.ask("AT+CNMP?", r"^\+CNMP: (\d+)", tries=1) != mode:
            modem.command(f"AT+CNMP={mode}")
    if not pushed and registered(modem):
        open_network(modem)
    return outcome


def main():
    job = os.environ
    until = clock() + int(job.get("FOTA_DEADLINE", 5400)) - 60
    modem = Modem(job["FOTA_PORT"], int(job.get("FOTA_BAUD", 115200)), until)
    outcome = update(modem, job)
    if os.path.exists(NOTE):
        os.remove(NOTE)
    print("outcome", outcome)
    return {"updated": 0, "already-current": 0, "needs-service": 2}.get(outcome, 1)


if __name__ == "__main__":
    sys.exit(main())
