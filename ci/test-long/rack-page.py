#!/usr/bin/python3
"""rack-page.py - `fotarig rack serve` in Chromium, while a campaign runs over 16 emulated modules of
which one fails and says what would be markup.

usage: rack-page.py [PROGRAM] [FOLDER]      FOLDER: pictures are left there
"""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../test'))
from browser import Browser  # noqa: E402
from dialog import Program, program_under_test, tell, told_status  # noqa: E402
from lab import Lab, Spoiler, wait_for  # noqa: E402

BAD, SLOTS, PATIENCE_S = 'a7', 16, 600
EVIL = b'</pre><script>document.title="owned"</script><img src="http://evil.example/x.png">'
LOADED = '(() => [document.scripts.length, document.images.length, document.title])()'
WIDE = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'


class Liar(Spoiler):
    """Puts the other text for each, and says more than its module."""

    def spoil(self, piece):
        return piece.replace(self.text, self.other).replace(b'APP PDP: ACTIVE\r\n',
                                                            b'APP PDP: ACTIVE\r\n' + EVIL + b'\r\n')


class Page(Program):
    def __init__(self, program, rack, out):
        super().__init__([program, 'rack', 'serve', rack, '--listen', '127.0.0.1:0', '--reports', out])
        self.address = self.read_match(rb'(http://[\d.:]+/)\n').group(1).decode()


def click(browser, selector):
    """Follows the first link of the selector; true: there is one."""
    found = browser.value(f'(() => {{ const a = document.querySelector({selector!r}); '
                          'if (a) a.click(); return !!a; })()')
    if found:
        browser.wait('Page.loadEventFired')
    return found


def look(browser, name, pictures):
    """It fits a wide and a narrow screen; what it looks like is for people."""
    for width, dark in ((1280, False), (400, False), (1280, True)):
        browser.size(width, 900, dark)
        tell(browser.value(WIDE) <= 0, f'rack-page: {name} fits {width} pixels', browser.value(WIDE))
        if pictures:
            browser.picture(os.path.join(pictures, f"{name}-{width}{'-dark' if dark else ''}.png"))
    browser.size(1280, 900)


def use(browser, address, pictures):
    browser.open(address)
    rows = browser.value("document.querySelectorAll('table a[href^=\"/slot/\"]').length")
    tell(rows >= SLOTS, 'rack-page: all slots are there', rows)

    def has(condition):
        browser.open(address)
        return browser.value(condition)
    wait_for(lambda: has("document.body.innerText.includes('runs,')"), 'the page says what runs',
             PATIENCE_S)
    look(browser, 'running', pictures)
    wait_for(lambda: has("!!document.querySelector('td.n.failed')"), 'a case has failed', PATIENCE_S)
    look(browser, 'rack', pictures)
    marked = browser.value("document.querySelectorAll('td.n.failed').length")
    tell(marked == 1, 'rack-page: one slot is marked as failing', marked)
    # A click on what is marked, and one on its case.
    tell(click(browser, f'tr:has(td.n.failed) a[href="/slot/{BAD}"]'), 'rack-page: a click to the slot')
    look(browser, 'slot', pictures)
    tell(click(browser, 'tr:has(td.failed) a[href^="/case/"]'), 'rack-page: a click to the case')
    text = browser.value('document.body.innerText')
    tell('last exchanges' in text and EVIL.decode().split('"')[0] in text,
         'rack-page: two clicks away stands what the module said, as text', text[-2000:])
    look(browser, 'case', pictures)
    scripts, images, title = browser.value(LOADED)
    tell((scripts, images, title != 'owned') == (0, 0, True), 'rack-page: none of it is markup',
         (scripts, images, title))


def stay_here(browser, address, seen):
    strange = [url for url in seen if not url.startswith(address) and url != 'about:blank']
    tell(not strange, 'rack-page: nothing is loaded from elsewhere', strange)
    tell(not browser.troubles, 'rack-page: the console of the browser is empty', browser.troubles[:3])


def read_without_script(browser, address):
    """Reports of the folder once it is whole, and the pages where scripts are off."""
    browser.call('Emulation.setScriptExecutionDisabled', value=True)
    browser.open(address)
    browser.call('Emulation.setScriptExecutionDisabled', value=False)
    links = browser.value("[...document.querySelectorAll('nav a')].map(a => a.textContent)")
    tell('junit.xml' in links and 'report.html' in links, 'rack-page: it leads to the reports', links)
    browser.open(address + 'file/report.html')
    sheets = browser.value('[...document.styleSheets].map(sheet => sheet.href)')
    tell(any(sheets), 'rack-page: report.html has its style', sheets)


class Recording(Browser):
    """Keeps all that was asked for."""
    seen, answers_within_s = [], 20

    def again(self, what, *values):
        """Done again where the page has loaded itself anew meanwhile."""
        for left in (4, 3, 2, 1, 0):
            try:
                return what(*values)
            except OSError:
                if not left:
                    raise
                time.sleep(0.2)

    def value(self, script):
        return self.again(super().value, script)

    def picture(self, path):
        return self.again(super().picture, path)

    def see(self, message):
        super().see(message)
        if message.get('method') == 'Network.requestWillBeSent':
            self.seen.append(message['params']['request']['url'])


def main():
    program = program_under_test('rack-page', 'chromium')
    pictures = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, \
            Lab(program, folder, ['tcp'] * SLOTS, speed=20, slowest_s=1.0) as lab:
        row = next(row for row in lab.rows if row['slot'] == BAD)
        out = os.path.join(folder, 'out')
        with Liar(row['url'], b'CFOTA: 6', b'CFOTA: 7', 0) as spoiler:
            row['url'] = spoiler.url
            page = Page(program, lab.file(), out)
            browser = Recording(os.path.join(folder, 'profile'))
            browser.open(page.address)
            run = subprocess.Popen([program, 'run', '--rack', os.path.join(folder, 'rack.yaml'),
                                    'scenarios/documented', '--repeat', '60', '--reports', out, '-q'],
                                   stdout=subprocess.DEVNULL)
            try:
                use(browser, page.address, pictures)
                run.wait(PATIENCE_S * 3)
                read_without_script(browser, page.address)
                look(browser, 'ended', pictures)
                stay_here(browser, page.address, browser.seen)
            finally:
                browser.close()
                page.stop()
                run.kill()
    return told_status()


if __name__ == '__main__':
    sys.exit(main())
