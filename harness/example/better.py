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
NOTE = os.path.join(os.environ.get("FOTA_FOLDER", "."), "started")


class Modem:
    def __init__(self, path, until):
        self.port = serial.Serial(path, 115200)
        self.until = until
        self.heard = b""

    def line(self, timeout):
        """The next line that is not empty, or None when the time is over."""
        until = min(time.monotonic() + timeout, self.until)
        while True:
            while b"\n" in self.heard:
                line, _, self.heard = self.heard.partition(b"\n")
                text = line.decode("ascii", "replace").strip()
                if text:
                    return text
            left = until - time.monotonic()
            if left <= 0:
                return None
            self.port.timeout = left
            self.heard += self.port.read(self.port.in_waiting or 1)[:1000]

    def command(self, text, timeout=10):
        """Its answer's lines; None: an error, or nothing came."""
        self.port.reset_input_buffer()
        self.heard = b""
        self.port.write(text.encode() + b"\r")
        lines = []
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            line = self.line(until - time.monotonic())
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
                time.sleep(2)
            for line in self.command(text, timeout) or []:
                found = re.search(pattern, line)
                if found:
                    return found.group(1)
        return None

    def wait_for(self, pattern, timeout):
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            line = self.line(until - time.monotonic())
            found = re.search(pattern, line) if line else None
            if found:
                return found
        return None

    def synchronise(self, timeout=120):
        """Until it answers twice in a row: once may be the echo of a module that boots."""
        until = min(time.monotonic() + timeout, self.until)
        good = 0
        while time.monotonic() < until:
            good = good + 1 if self.command("AT", 1) is not None else 0
            if good == 2:
                self.command("ATE0")
                self.command("AT+CMEE=1")
                return True
            time.sleep(0.5)
        return False

    def status(self):
        value = self.ask("AT+CFOTA?", r"^\+CFOTA: (\d+)$")
        return int(value) if value else None

    def revision(self):
        return self.ask("AT+GMR", r"^Revision:(\S+)$")

    def package_size(self):
        """Bytes that lie there, 0 = no such file."""
        self.command("AT+CFSINIT")
        size = self.ask(f'AT+CFSGFIS={FOLDER},"{NAME}"', r"^\+CFSGFIS: (\d+)$", tries=2)
        self.command("AT+CFSTERM")
        return int(size) if size else 0

    def remove_package(self):
        for _ in range(3):
            self.command("AT+CFSINIT")
            self.command(f'AT+CFSDFILE={FOLDER},"{NAME}"')
            self.command("AT+CFSTERM")
            if not self.package_size():
                return


def download(modem, url, size):
    """True when the whole package lies in the module."""
    for attempt in range(3):
        if attempt:
            time.sleep(30 * attempt)
        if modem.ask("AT+CNACT?", r"^\+CNACT: ([01])", tries=1) != "1":
            modem.command("AT+CNACT=1", 30)
            modem.wait_for(r"ACTIVE", 30)
        modem.remove_package()
        if modem.command(f'AT+HTTPTOFS="{url}","{PACKAGE}"', 30) is None:
            continue
        end = modem.wait_for(r"\+HTTPTOFS: ?(\d+),(\d+)", 600)
        if not end or end.group(1) != "200":
            continue
        if modem.package_size() == (size or int(end.group(2))):
            return True
    return False


def registered(modem):
    until = min(time.monotonic() + 180, modem.until)
    while time.monotonic() < until:
        if modem.ask("AT+CEREG?", r"^\+CEREG: \d,(\d)", tries=1) in ("1", "5"):
            return True
        time.sleep(3)
    return False


def await_verdict(modem):
    """Keeps quiet until the module says how it went, or its worst time is over."""
    until = min(time.monotonic() + UPDATE_S, modem.until)
    while time.monotonic() < until:
        heard = modem.line(60)
        if heard and "Update succ" in heard or heard and "Update failed" in heard:
            time.sleep(15)  # it resets once more
            break
        # Silence and boot messages alike: it may be over. A question disturbs nothing.
        if (heard is None or not heard.startswith("+CFOTA")) and modem.command("AT", 2) is not None:
            if modem.status() not in (None, 1, 2, 3, 4, 5):
                break
    while modem.synchronise(300) and time.monotonic() < until:
        status = modem.status()
        if status is not None and not 1 <= status <= 5:
            return status
        time.sleep(30)
    return None


def conclude(modem, job_from, job_to):
    """Reads what runs, cleans up, says so."""
    revision = modem.revision()
    if modem.status() in (6, 7):
        for _ in range(3):
            if modem.command("AT+CFOTA=0") is not None and modem.status() not in (6, 7):
                break
            time.sleep(2)
    modem.remove_package()
    if os.path.exists(NOTE):
        os.remove(NOTE)
    if revision == job_to:
        return "updated"
    return "update-failed" if revision == job_from else "needs-service"


def update(modem, job):
    if not modem.synchronise():
        return "needs-service"
    status = modem.status()
    if status is not None and 1 <= status <= 5:
        await_verdict(modem)
        return conclude(modem, job["FOTA_FROM"], job["FOTA_TO"])
    revision = modem.revision()
    if os.path.exists(NOTE) or revision == job["FOTA_TO"]:
        was = os.path.exists(NOTE)
        outcome = conclude(modem, job["FOTA_FROM"], job["FOTA_TO"])
        return outcome if was or outcome != "updated" else "already-current"
    if revision != job["FOTA_FROM"]:
        return "refused"
    if status in (6, 7):
        modem.command("AT+CFOTA=0")
    if not registered(modem) or not download(modem, job["FOTA_URL"], int(job.get("FOTA_SIZE", 0))):
        modem.remove_package()
        return "download-failed"
    with open(NOTE, "w", encoding="ascii") as note:
        note.write("1\n")
    modem.command("AT+CFOTA=1", 30)  # once: whatever comes back, what follows tells
    await_verdict(modem)
    if not modem.synchronise(300):
        return "needs-service"
    return conclude(modem, job["FOTA_FROM"], job["FOTA_TO"])


def main():
    job = os.environ
    modem = Modem(job["FOTA_PORT"], time.monotonic() + int(job.get("FOTA_DEADLINE", 5400)) - 60)
    outcome = update(modem, job)
    print("outcome", outcome)
    return {"updated": 0, "already-current": 0, "needs-service": 2}.get(outcome, 1)


if __name__ == "__main__":
    sys.exit(main())
