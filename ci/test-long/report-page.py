#!/usr/bin/env python3
"""The page of reports in Chromium without a window: what a person does with it, with and without
scripts, how soon it is painted, and that no text of a module becomes anything but text.

usage: FOTARIG=path ci/test-long/report-page.py [FOLDER]      FOLDER: pictures are left there
"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../test"))
from browser import Browser  # noqa: E402
from dialog import program_under_test, tell, told_status  # noqa: E402

CONTRAST = """(() => {
  const channel = (c) => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; };
  const numbers = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = (c) => .2126 * channel(c[0]) + .7152 * channel(c[1]) + .0722 * channel(c[2]);
  const paper = (e) => { for (; e; e = e.parentElement) {
      const c = numbers(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > .9) return c; } return numbers('255 255 255'); };
  const low = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!e.offsetParent || !Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.data.trim()))
      continue;
    const a = light(numbers(getComputedStyle(e).color)), b = light(paper(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) low.push(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2));
  }
  return Array.from(new Set(low)).slice(0, 5);
})()"""


EVENT = """events:
  - when: {command: 'AT+CFSGFIS'}
    do: [{reply: ['ERROR']}]
expect:"""


def make_reports(program, folder):
    """A run in which two cases fail, and the rest passes; both passed in the run before."""
    wrong = os.path.join(folder, "library", "wrong")
    traces, reports = os.path.join(folder, "traces"), os.path.join(folder, "reports")
    os.makedirs(wrong)
    spoilt = {}
    for name, before, after in (("power/calibration-lost-by-a-power-cut", "outcome: degraded", "outcome: updated"),
                                ("documented/update-by-http", "status: 6", "status: 7")):
        path = f"scenarios/{name}.yaml"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        spoilt[os.path.join(wrong, os.path.basename(path))] = text, text.replace(before, after)
    for path, (text, _) in spoilt.items():
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    subprocess.run([program, "run", wrong, "-q", "--trace", traces], stdout=subprocess.DEVNULL, check=True)
    for path, (_, text) in spoilt.items():
        with open(path, "w", encoding="utf-8") as file:
            file.write(text if "events:" in text else text.replace("expect:", EVENT))
    subprocess.run([program, "run", wrong, "scenarios/contact", "-q", "--reports", reports, "--former",
                    traces, "--coverage"], stdout=subprocess.DEVNULL, check=False)
    return "file://" + os.path.join(reports, "report.html")


def use_page(browser, address):
    browser.size(1280, 900)
    browser.open(address)
    browser.value("document.querySelector('.counts a[data-verdict=failed]').click()")
    tell(browser.value("document.querySelectorAll('#all tbody tr:not([hidden])').length === "
                       "document.querySelectorAll('#problems .case').length"),
         "a click on the count of failures shows those alone")
    tell(" must be " in browser.value("document.querySelector('.case .sentence').textContent"),
         "the first thing that is read is what is wrong")
    tell(browser.value("document.querySelectorAll('.beside').length") == 1 and
         browser.value("document.querySelector('.beside .apart mark') !== null"),
         "a failure stands beside its last pass, and the place where they part is marked")
    tell(browser.value("(() => { const d = document.querySelector('#maps details'); "
                       "d.querySelector('summary').click(); return d.open && "
                       "d.querySelectorAll('td').length > 5; })()"),
         "the map of what was reached opens")
    step = browser.value("(() => { const a = document.querySelector('.because a'); a.click(); "
                         "return a.hash.slice(1); })()")
    tell(browser.value(f"(() => {{ const e = document.getElementById('{step}'); "
                       "return e.closest('details') ? e.closest('details').open : true; })()"),
         "a reason leads to its step, which opens")
    browser.value("document.getElementById('verdict').value = ''; const s = "
                  "document.getElementById('search'); s.value = 'no-bearer'; "
                  "s.dispatchEvent(new Event('input'))")
    found = browser.value("Array.from(document.querySelectorAll('#all tbody tr:not([hidden])'))"
                          ".map((row) => row.textContent)")
    tell(found and all("no-bearer" in row for row in found), "the search finds what has the words",
         found[:3])
    link = browser.value("document.querySelector('#all tbody tr.passed').id")
    browser.open(address + "#" + link)
    place = browser.value("(() => { const e = document.getElementById("
                          "decodeURIComponent(location.hash.slice(1))); const r = "
                          "e.getBoundingClientRect(); return [r.top, r.bottom, innerHeight]; })()")
    tell(0 <= place[0] < place[1] <= place[2],
         "a link to a case that passed opens its group and shows it", (link, place))
    tell(sorted(os.path.basename(one.split("#")[0]) for one in browser.requested
                if one.startswith("file:")) == ["report.css", "report.html", "report.js"],
         "the page loads its style and its script and nothing else", browser.requested)


def use_without_script(browser, address):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(address)
    browser.call("Emulation.setScriptExecutionDisabled", value=False)
    text = browser.value("document.querySelector('.case').innerText")
    tell("must be" in text and "expected" in text and "AT+" in text and "fotarig run" in text,
         "without the script sentence, table, exchange and command can be read", text[:200])
    tell(browser.value("document.getElementById('filter').hidden && "
                       "!document.querySelector('.copy:not([hidden])')"),
         "without the script nothing is offered that would need it")
    tell(browser.value("document.querySelectorAll('#all details').length > 0"),
         "without the script groups can be folded")


def look(browser, address, folder):
    browser.open(address)
    browser.value("document.querySelectorAll('#maps details').forEach((d) => { d.open = true; })")
    for width, dark in ((1280, False), (1280, True), (400, False), (400, True)):
        browser.size(width, 2400, dark)
        name = f"{width}-{'dark' if dark else 'light'}"
        low = browser.value(CONTRAST)
        tell(not low, f"contrast is 4.5 or more: {name}", low)
        tell(browser.value("document.documentElement.scrollWidth <= innerWidth"),
             f"nothing hangs out at the side: {name}",
             browser.value("document.documentElement.scrollWidth"))
        if folder:
            browser.picture(os.path.join(folder, name + ".png"))


def paint_many(browser, program, folder):
    """10,000 cases and more: the bundled ones, again and again with other seeds."""
    reports = os.path.join(folder, "many")
    subprocess.run([program, "run", "scenarios", "-q", "--repeat", "7", "--reports", reports],
                   stdout=subprocess.DEVNULL, check=False)
    path = os.path.join(reports, "report.html")
    subprocess.run([sys.executable, "ci/check-html.py", path], check=True)
    browser.size(1280, 900)
    painted_ms = None
    for _ in range(5):  # the least: others work on this machine, too
        browser.open("file://" + path)
        took = browser.value("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        painted_ms = took if painted_ms is None else min(took, painted_ms)
    cases = browser.value("document.querySelectorAll('#all tbody tr').length")
    tell(cases >= 10000 and os.path.getsize(path) < 5_000_000 and painted_ms < 1000,
         f"{cases} cases in {os.path.getsize(path)} bytes are painted after {painted_ms:.0f} ms")


def stay_text(browser, folder):
    """What the unit test of the page leaves: each text holds all bytes."""
    subprocess.run(["make", "--no-print-directory", "build/debug/reports/test/test_html"],
                   stdout=subprocess.DEVNULL, check=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["build/debug/reports/test/test_html"], stdout=subprocess.DEVNULL, check=True,
                   stderr=subprocess.DEVNULL, env={**os.environ, "REPORT_TEST_DIR": folder})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    tell(took_s < 2, f"10,000 failures of 400 entries each are written in {took_s:.2f} s of a processor")
    browser.open("file://" + os.path.join(folder, "hostile.html"))
    tell(browser.value("document.scripts.length") == 1 and
         "]]> <![CDATA[ &amp;" in browser.value("document.body.innerText"),
         "text that would be markup is shown as text")


def main():
    program = program_under_test("report-page", "chromium")
    pictures = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        address = make_reports(program, folder)
        browser = Browser(os.path.join(folder, "profile"))
        try:
            use_page(browser, address)
            use_without_script(browser, address)
            look(browser, address, pictures)
            stay_text(browser, folder)
            paint_many(browser, program, folder)
            tell(not browser.troubles, "the browser's console is empty", browser.troubles[:3])
        finally:
            browser.close()
    return told_status()


sys.exit(main())
