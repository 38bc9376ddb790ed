#!/usr/bin/python3
"""rack-page.py - `fotarig rack serve`: what a browser gets, with a module that says the worst.

usage: rack-page.py [PROGRAM]
"""
import http.client
import json
import os
import re
import sys

from dialog import Mismatch, Program, program_under_test, run_cases

EVIL = '</pre><script src="http://evil.example/x.js"></script><img src=x onerror=alert(1)>\'"&'


def write(folder, slots=16):
    """A rack of slots and a report with a failure on slot a7 whose texts are hostile."""
    path, out = os.path.join(folder, 'rack.yaml'), os.path.join(folder, 'out')
    with open(path, 'w', encoding='utf-8') as file:
        file.write('rack: cellar <b>\nslots:\n')
        for number in range(1, slots + 1):
            file.write(f"  - {{slot: a{number}, transport: 'pty:{folder}/line{number}'}}\n")
    tests = []
    for number in range(1, slots + 1):
        bad = number == 7
        tests.append({'testId': f'power/cut [slot={number}] {EVIL if bad else ""}', 'name': 'cut',
                      'status': 'failed' if bad else 'passed', 'start': 1000 + number,
                      'duration': 5, 'suite': ['power'], 'message': EVIL if bad else None,
                      'extra': {'slot': f'a{number}', 'why': EVIL, 'details': [EVIL],
                                'exchanges': [{'t_us': 5, 'direction': 'to-host', 'bytes': EVIL}]}})
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, 'ctrf.json'), 'w', encoding='utf-8') as file:
        json.dump({'results': {'tool': {'name': 'x'}, 'summary': {}, 'tests': tests,
                               'environment': {}}}, file)
    return path, out


class Page(Program):
    def __init__(self, program, folder, *words):
        path, out = write(folder)
        super().__init__([program, 'rack', 'serve', path, '--listen', '127.0.0.1:0', '--reports', out,
                          *words])
        self.host = self.read_match(rb'http://([\d.:]+)/\n').group(1).decode()

    def ask(self, path, method='GET', host=None):
        """(status, text, headers) of a request; the text is checked to be harmless."""
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, path, headers={'Host': host or self.host})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        for word in ('<script', '<img', 'onerror=alert(1)>', 'src='):
            if word in text.replace('src=&quot;', '').replace('src=x', ''):
                raise Mismatch(f'{path}: {word} is markup\n{text[:2000]}')
        return answer.status, text, answer.headers


def want(got, wanted):
    if got != wanted:
        raise Mismatch(f'want {wanted!r}\n  got  {got!r}')


def a_failing_case_is_two_clicks_away(program, folder):
    with Page(program, folder) as page:
        status, text, _ = page.ask('/')
        want((status, text.count('<a href="/slot/')), (200, 16))
        failing = re.search(r'<a href="(/slot/[^"]+)">[^<]*</a></td><td [^>]*>\d+</td>'
                            r'<td class="n failed"', text)[1]
        want(failing, '/slot/a7')
        status, text, _ = page.ask(failing)
        case = re.search(r'<a href="(/case/\d+)">', text)[1]
        status, text, _ = page.ask(case)
        want((status, 'last exchanges' in text, '&lt;/pre&gt;&lt;script' in text), (200, True, True))
        for path in ('/case/999', '/case/-1', '/case/1x', '/slot/none', '/../../etc/passwd', '/x'):
            want((path, page.ask(path)[0]), (path, 404))


def it_is_for_reading_only_and_for_its_own_name(program, folder):
    with Page(program, folder) as page:
        for method in ('POST', 'PUT', 'DELETE'):
            want(page.ask('/', method)[0], 405)
        want(page.ask('/', host='evil.example')[0], 403)
        _, _, headers = page.ask('/')
        want(headers['Content-Security-Policy'].startswith("default-src 'none'; style-src 'self'"), True)
        want(headers['X-Content-Type-Options'], 'nosniff')
        want(page.ask('/style.css')[2]['Content-Type'], 'text/css')


def a_report_that_grows_or_breaks_is_told(program, folder):
    with Page(program, folder) as page:
        report = os.path.join(folder, 'out', 'ctrf.json')
        with open(report, 'w', encoding='utf-8') as file:
            file.write('{')
        want('no report of CTRF' in page.ask('/')[1], True)
        os.remove(report)
        want('No such file' in page.ask('/')[1], True)
        write(folder)
        want('failed' in page.ask('/')[1], True)
        want(page.stop(), 0)


CASES = [
    a_failing_case_is_two_clicks_away,
    it_is_for_reading_only_and_for_its_own_name,
    a_report_that_grows_or_breaks_is_told,
]


if __name__ == '__main__':
    sys.exit(run_cases('rack-page', CASES, program_under_test('rack-page')))
