#!/usr/bin/env python3
"""The same core on the emulator in memory and on a module behind each kind of port: same verdicts,
same order of AT lines. The module is a `fotarig sim --scenario` of another process.

usage: port-matrix.py PROGRAM SPEED TRANSPORT[,TRANSPORT...] SCENARIO...
       SCENARIO is GROUP/NAME of a bundled one; TRANSPORT one of pty, tty, tcp, rfc2217, ser2net

Prints a row per scenario and a line "ok ..." or "FAIL ..." per cell. A cell in which this machine was
late, or in which the same verdict came by other AT lines (a line that the module sends at its own
time, such as the last one of a boot, fell between two other commands), is run again, up to RETRIES
times, and counted. Exit 1 when a cell differs.
"""
import concurrent.futures
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

RETRIES = 3
CELL_SECONDS = 400
# How often these are asked depends on the moment at which the module is up or registered.
PROBES = re.compile(r"AT|ATE0V1Q0|AT\+(CREG|CEREG|CFUN)\?")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what, seconds=20):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(f"{what} did not happen within {seconds} s")
        time.sleep(0.02)


def unescape(text):
    """Bytes of a timeline's payload."""
    simple = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}
    return re.sub(r"\\(x[0-9A-Fa-f]{2}|.)",
                  lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "x" and len(m[1]) == 3
                  else simple.get(m[1], m[1]), text)


def at_lines(timeline):
    """The command lines that reached the module, in order; looks for it and its network count
    once."""
    sent = "".join(unescape(match[1]) for match in
                   re.finditer(r"^ *[0-9.]+  to-module  (.*)$", timeline, re.M))
    lines = []
    for line in sent.split("\r"):
        if not line.upper().startswith("AT"):
            continue
        line = "(looks for the module or its network)" if PROBES.fullmatch(line) else line
        if not lines or lines[-1] != line:
            lines.append(line)
    return lines


def verdict_of(output):
    match = re.search(r"^(passed|FAILED|ERROR|skipped) ", output, re.M)
    return match[1].lower() if match else "none"


def run(program, scenario, *options):
    done = subprocess.run([program, "run", f"scenarios/{scenario}.yaml", "--timeline", *options],
                          capture_output=True, text=True, timeout=CELL_SECONDS, errors="replace")
    return done.stdout + done.stderr, done.returncode


class FarEnd:
    """A `sim --scenario` behind one kind of transport; .url is where it is reached. Nobody is there
    when the emulator refuses to play the scenario: the run must be skipped then."""

    def __init__(self, program, scenario, speed, transport):
        self.folder = tempfile.mkdtemp()
        self.processes = []
        link = os.path.join(self.folder, "module")
        port = free_port()
        served = {"tcp": ["--tcp", f"127.0.0.1:{port}"],
                  "rfc2217": ["--rfc2217", f"127.0.0.1:{port}"]}.get(transport, ["--link", link])
        self.url = {"pty": f"pty:{link}", "tty": f"tty:{link}", "tcp": f"tcp://127.0.0.1:{port}",
                    "rfc2217": f"rfc2217://127.0.0.1:{port}",
                    "ser2net": f"rfc2217://127.0.0.1:{port}"}[transport]
        log = open(os.path.join(self.folder, "log"), "w+", encoding="utf-8")
        self.start([program, "sim", "--scenario", f"scenarios/{scenario}.yaml", "--speed", speed,
                    "--hold", *served], log)
        served = self.processes[0]
        wait_for(lambda: served.poll() is not None or
                 "stop with" in open(log.name, encoding="utf-8").read(), "the emulator's start")
        if transport == "ser2net" and served.poll() is None:
            self.start_ser2net(link, port, log)

    def start(self, command, log):
        self.processes.append(subprocess.Popen(command, stdout=log, stderr=log,
                                               stdin=subprocess.DEVNULL))

    def start_ser2net(self, link, port, log):
        config = os.path.join(self.folder, "ser2net.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"connection: &module\n  accepter: telnet(rfc2217),tcp,127.0.0.1,{port}\n"
                       f"  connector: serialdev,{os.path.realpath(link)},115200n81,local\n"
                       "  options: {max-connections: 1, kickolduser: false, chardelay: false}\n")
        self.start(["ser2net", "-n", "-c", config], log)

        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        wait_for(listens, "ser2net's start")
        time.sleep(0.3)  # the probe's connection must be gone: there is room for one

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(20)
        shutil.rmtree(self.folder)


def run_cell(program, speed, transport, scenario, memory):
    """(verdict, AT lines, output, how often it was run again)"""
    for again in range(RETRIES + 1):
        far_end = FarEnd(program, scenario, speed, transport)
        try:
            output, _ = run(program, scenario, "--module", far_end.url, "--far-end", "scenario",
                            "--speed", speed, "--reports", os.path.join(far_end.folder, "reports"))
        finally:
            far_end.close()
        raced = verdict_of(output) == memory[0] and at_lines(output) != memory[1]
        if "this machine was late" not in output and not raced:
            break
    return verdict_of(output), at_lines(output), output, again


def why_different(memory, cell):
    """None when the cell agrees with the run in memory, or is skipped with a reason."""
    (verdict, lines, _), (got_verdict, got_lines, output, _) = memory, cell
    if got_verdict == "skipped":
        reason = re.search(r"^skipped [^:]*: [^:]*: (.*)$", output, re.M)
        return None if reason and "needs" in reason[1] else f"skipped without a reason:\n{output}"
    if got_verdict != verdict:
        return f"want {verdict}, got {got_verdict}:\n" + "\n".join(
            line for line in output.splitlines() if not re.match(r" *[0-9.]+  ", line))
    if got_lines == lines:
        return None
    at = next((i for i, pair in enumerate(zip(lines, got_lines)) if pair[0] != pair[1]),
              min(len(lines), len(got_lines)))
    return f"AT line {at + 1}: want {lines[at:at + 3]}, got {got_lines[at:at + 3]}"


def main():
    program, speed, transports, *scenarios = sys.argv[1:]
    transports = transports.split(",")
    failed = retried = 0
    print(f"{'':44}" + "".join(f"{name:>9}" for name in ["memory", *transports]))
    in_memory = {}
    for scenario in scenarios:
        output, _ = run(program, scenario)
        in_memory[scenario] = verdict_of(output), at_lines(output), output
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        cells = {(scenario, transport): pool.submit(run_cell, program, speed, transport, scenario,
                                                    in_memory[scenario])
                 for scenario in scenarios for transport in transports}
        for scenario in scenarios:
            memory = in_memory[scenario]
            row, notes = f"{scenario:44}{memory[0]:>9}", []
            for transport in transports:
                cell = cells[scenario, transport].result()
                why = why_different(memory, cell)
                retried += cell[3]
                failed += why is not None
                row += f"{cell[0]:>9}"
                notes.append(f"FAIL  {scenario} on {transport}: {why}" if why else
                             f"ok    {scenario} on {transport}: {cell[0]}, {len(cell[1])} AT lines")
            print(row, *notes, sep="\n", flush=True)
    print(f"{retried} runs were repeated: this machine was late, or a line came between others")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
