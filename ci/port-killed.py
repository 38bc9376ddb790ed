#!/usr/bin/env python3
"""The program behind the port is killed at a random moment of an update and started again, or not: the
verdict must be right, or the lab's error; never *failed*, since nobody misbehaved but the lab.

usage: port-killed.py PROGRAM SPEED TIMES [SEED]

The far end is a plain `fotarig sim` with an image, so that the module that comes back has the flash of
the one that was killed, as after a cut of its supply. Every eighth one does not come back. Prints a
line "ok ..." or "FAIL ..." per run; exit 1 when there is a FAIL.
"""
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

# Nothing but how it ends: how often the module starts is the lab's doing.
SCENARIO = """scenario: an update whose module loses its supply
why: The lab cuts it, at any time.
update:
  from: 1351B03SIM7000C
  to: 1351B04SIM7000C
  package: {url: 'http://fota.example/update.zip', size: 109285B}
  delivery: http
expect:
  outcome: updated
  revision: 1351B04SIM7000C
"""
UPDATE_SECONDS = 220  # of the module's time
FOR_GOOD_EVERY = 8
RUN_SECONDS = 400


def start(program, folder, speed):
    log = open(os.path.join(folder, "log"), "w+", encoding="utf-8")
    served = subprocess.Popen([program, "sim", "--link", f"{folder}/module", "--image",
                               f"{folder}/image", "--package", f"{folder}/update.zip",
                               "--speed", speed], stdout=log, stderr=log)
    until = time.monotonic() + 20
    while "stop with" not in open(log.name, encoding="utf-8").read():
        if served.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the emulator did not start: " + open(log.name, encoding="utf-8").read())
        time.sleep(0.02)
    return served


def run_once(program, speed, index, chance):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "package", "--from", "1351B03SIM7000C", "--to", "1351B04SIM7000C",
                        "--size", "109285B", "-o", f"{folder}/update.zip"], check=True,
                       capture_output=True)
        with open(f"{folder}/scenario.yaml", "w", encoding="utf-8") as file:
            file.write(SCENARIO)
        served = start(program, folder, speed)
        moment, away = chance.uniform(0, UPDATE_SECONDS) / float(speed), chance.uniform(0.05, 3)
        for_good = index % FOR_GOOD_EVERY == FOR_GOOD_EVERY - 1
        run = subprocess.Popen([program, "run", f"{folder}/scenario.yaml", "--module", f"pty:{folder}/module",
                                "--far-end", "emulator", "--speed", speed, "--reports",
                                f"{folder}/reports"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace")
        try:
            run.wait(moment)
        except subprocess.TimeoutExpired:
            pass
        over = run.poll() is not None
        served.send_signal(signal.SIGKILL)
        served.wait()
        if not for_good:
            time.sleep(away)
            served = start(program, folder, speed)
        output = run.communicate(timeout=RUN_SECONDS)[0]
        served.kill()
        served.wait()
    verdict = re.search(r"^(passed|FAILED|ERROR|skipped)|1 passed", output, re.M)
    verdict = {"1 passed": "passed"}.get(verdict[0], verdict[0].lower()) if verdict else "none"
    wanted = ("passed", "error") if not for_good or over else ("error",)
    what = (f"killed at {moment * float(speed):.0f} s of the module, "
            + ("for good" if for_good else f"away {away * float(speed):.0f} s")
            + (" (the run was over)" if over else "") + f": {verdict}")
    if verdict in wanted:
        why = re.search(r"^ERROR .*\n +(.*)$", output, re.M)
        print(f"ok    {what}" + (f" ({why[1][:150]})" if why else ""), flush=True)
        return True
    print(f"FAIL  {what}; want {' or '.join(wanted)}\n"
          + "\n".join("      " + line for line in output.splitlines()[:40]), flush=True)
    return False


def main():
    program, speed, times = sys.argv[1:4]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    results = [run_once(program, speed, index, chance) for index in range(int(times))]
    return not all(results)


if __name__ == "__main__":
    sys.exit(main())
