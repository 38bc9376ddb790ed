#!/usr/bin/env python3
"""A client as one writes it from the application note: it works on the good day.

It updates a SIM7000 over HTTP with pyserial and knows nothing of fotarig but its environment:

    fotarig run scenarios --host "warp:python3 naive.py"

What it does wrong on the bad days is what the verdicts say; better.py is the same client after they
were read. Exit status: 0 updated or current, 1 failed.
"""
import os
import sys
import time

import serial

PACKAGE = "/fota/update.zip"


class Modem:
    def __init__(self, path):
        self.port = serial.Serial(path, 115200, timeout=1)

    def line(self):
        """The next line, or '' after a second of silence."""
        return self.port.readline().decode("ascii", "replace").strip()

    def command(self, text, timeout=10):
        """Sends a command; its answer's lines, or None where it failed or nothing came."""
        self.port.write(text.encode() + b"\r")
        lines = []
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            line = self.line()
            if line == "OK":
                return lines
            if "ERROR" in line:
                return None
            if line and line != text:
                lines.append(line)
        return None

    def wait_for(self, text, timeout):
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            line = self.line()
            if text in line:
                return line
        return None

    def wait_for_end(self, patience):
        """True when it says that the update went well, False after so long without a word."""
        heard = time.monotonic()
        while time.monotonic() < heard + patience:
            line = self.line()
            if "Update successfully" in line:
                return True
            if line:
                heard = time.monotonic()
        return False

    def must(self, text, timeout=10):
        """Tries a command three times, then restarts the module and tries again."""
        for _ in range(3):
            lines = self.command(text, timeout)
            if lines is not None:
                return lines
        self.command("AT+CFUN=1,1")
        time.sleep(15)
        return self.command(text, timeout)


def update(modem):
    while modem.command("AT", 1) is None:
        pass
    modem.command("ATE0")
    revision = modem.must("AT+GMR")
    if revision and os.environ["FOTA_TO"] in revision[0]:
        return "already-current"
    time.sleep(5)
    modem.must("AT+CNACT=1")
    modem.wait_for("ACTIVE", 30)
    modem.must(f'AT+HTTPTOFS="{os.environ["FOTA_URL"]}","{PACKAGE}"')
    if not modem.wait_for("+HTTPTOFS: 200", 300):
        return "download-failed"
    modem.must("AT+CFOTA=1")
    for _ in range(10):
        if modem.wait_for_end(90):
            time.sleep(20)  # it resets
            modem.must("AT+CFOTA?")
            modem.must("AT+GMR")
            modem.must("AT+CFOTA=0")
            modem.must("AT+CFSINIT")
            modem.must('AT+CFSDFILE=1,"update.zip"')
            modem.must("AT+CFSTERM")
            return "updated"
        modem.command("AT+CFUN=1,1")  # it hangs
    return "update-failed"


def main():
    outcome = update(Modem(os.environ["FOTA_PORT"]))
    print("outcome", outcome)
    return 0 if outcome in ("updated", "already-current") else 1


if __name__ == "__main__":
    sys.exit(main())
