#!/usr/bin/env python3
"""report.html end to end: it says why a case failed, it is whole when nothing failed and when the
run was stopped, and a module behind a port is drawn as the emulator in memory is.

usage: ci/test/report-page.py [PROGRAM]      default: $FOTARIG
"""
import html
import os
import re
import select
import signal
import subprocess
import sys
import tempfile

from dialog import Module, program_under_test, tell, told_status

program = program_under_test("report-page")
SCENARIO = "scenarios/download/network-error-601.yaml"


def run(folder, *arguments):
    reports = os.path.join(folder, "reports")
    done = subprocess.run([program, "run", *arguments, "-q", "--reports", reports],
                          capture_output=True, text=True, check=False)
    page = os.path.join(reports, "report.html")
    checked = subprocess.run([sys.executable, "ci/check-html.py", page], capture_output=True,
                             text=True, check=False)
    with open(page, encoding="utf-8") as file:
        return file.read(), done, checked.stdout


def spoil(folder, scenario, *changes):
    path = os.path.join(folder, os.path.basename(scenario))
    with open(scenario, encoding="utf-8") as file:
        text = file.read()
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def plain(markup):
    return html.unescape(re.sub("<[^>]*>", "", markup))


def reasons(page):
    found = re.search(r'<ol class="because">(.*?)</ol>', page, re.S)
    return [plain(one) for one in re.findall("<li>(.*?)</li>", found.group(1), re.S)]


def conversation(page):
    """What passed the wire, without what comes by itself at a time of its own."""
    return [plain(text) for kind, text in
            re.findall(r'<details class="(sent|answer)">.*?<code>(.*?)</code>', page)]


def states(page):
    return [plain(text) for text in
            re.findall(r'<div class="state".*?<em>host</em><span>(.*?)</span>', page)]


with tempfile.TemporaryDirectory() as folder:
    wrong = spoil(folder, "scenarios/power/calibration-lost-by-a-power-cut.yaml",
                  ("outcome: degraded", "outcome: updated"))
    page, done, checked = run(folder, wrong)
    chain = reasons(page)
    tell(done.returncode == 1 and not checked, "a failure makes a page that the checker takes", checked)
    tell("ended in step health with degraded" in page, "the sentence says step and outcome")
    tell("expect.outcome is degraded" in chain[0] and ".yaml:16" in chain[0], "the chain begins at "
         "the verdict and its line", chain)
    tell(any("'+CFUN: 5'" in one for one in chain), "the chain has the line that decided", chain)
    tell("power: cut, for: 5s" in chain[-1] and ".yaml:14" in chain[-1],
         "the chain ends at the fault and its line", chain)
    tell("the host waits for an answer until" in page, "a step says how long the host waits")

    page, done, checked = run(folder, "scenarios/documented")
    tell(done.returncode == 0 and not checked and "<article" not in page and " passed of " in page,
         "a green run is a page without articles", checked)
    page, done, checked = run(folder, "scenarios/documented", "--tag", "nobody-has-it", "--allow-empty")
    tell(not checked and "No case was run" in page, "a run without cases is a page", checked)

    reports = os.path.join(folder, "stopped")
    with subprocess.Popen([program, "run", "scenarios", "--repeat", "50", "-q", "--reports", reports],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as stopped:
        while not os.path.exists(os.path.join(reports, "report.html")):
            select.select([], [], [], 0.02)
        stopped.send_signal(signal.SIGTERM)
    page = open(os.path.join(reports, "report.html"), encoding="utf-8").read()
    checked = subprocess.run([sys.executable, "ci/check-html.py", os.path.join(reports, "report.html")],
                             capture_output=True, text=True, check=False).stdout
    tell(not checked and "The run did not come to its end" in page,
         "a run that was stopped is a page that says so", (checked, page[:1500]))

    # A clock of its own on the other side: what was said, not when.
    wrong = spoil(folder, SCENARIO, ("outcome: download-failed", "outcome: updated"))
    memory = run(folder, wrong)[0]
    options = ["--scenario", SCENARIO, "--speed", "20", "--hold"]
    for again in range(4):
        with Module(program, folder, *options) as module:
            port, done, checked = run(folder, wrong, "--module", "pty:" + module.link, "--far-end",
                                      "scenario", "--speed", "20")
        if "this machine was late" not in port:
            break
    tell(not checked and states(port) == states(memory) and states(memory),
         "a module behind a port: the same states", (states(port), states(memory), done.stdout[-300:]))
    both = conversation(memory)[-8:], conversation(port)[-8:]
    tell(both[0] == both[1] and both[0], "a module behind a port: the same exchange", both)
    lanes = [sorted(set(re.findall(r'<g class="(l\d)"', page))) for page in (memory, port)]
    tell(lanes[0] == lanes[1] == ["l0", "l1", "l2", "l3"], "a module behind a port: the same lanes", lanes)

sys.exit(told_status())
