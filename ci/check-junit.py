#!/usr/bin/env python3
"""What an XSD can't say about a JUnit file: counts, sums, doubled names, sizes, first lines.

usage: ci/check-junit.py FILE...      python3 only; prints "file: what is wrong", exits 1 on any
(xmllint --schema ci/junit-portable.xsd says the rest.)
"""
import os
import re
import sys
import xml.etree.ElementTree as ET
from decimal import Decimal

LIMIT_BYTES = 30 * 1024 * 1024  # GitLab: one file under 30 MB
MESSAGE_LIMIT = 500
CONTROL_REFERENCE = re.compile(
    rb"&#(x0*(1[0-9A-Fa-f]|[0-8BbCcEeFf]);|0*([0-8]|1[124-9]|2[0-9]|3[01]);)")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
VERDICTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def check_raw(raw):
    if len(raw) >= LIMIT_BYTES:
        yield f"{len(raw)} bytes: GitLab reads less than 30 MB"
    if re.search(rb"<!DOCTYPE|<!ENTITY", raw):
        yield "has a DOCTYPE: readers refuse or ignore it"
    if CONTROL_REFERENCE.search(raw):
        yield "a character reference to a control character: not XML 1.0"
    if b"\r" in raw:
        yield "a raw CR: parsers turn it into LF, write it as \\r"


def check_problem(element):
    message, text = element.get("message", ""), element.text or ""
    if not text.strip():
        yield f"<{element.tag}> has no text (dorny and Allure show the text)"
    elif text.splitlines()[0] != message:
        yield "the text does not begin with the message (GitLab shows the text only)"
    yield from check_message(message)


def check_message(message):
    if not message:
        yield "the message is empty"
    if "\n" in message or len(message) > MESSAGE_LIMIT:
        yield "the message is not one short line"
    if re.search('["<>&]', message):
        yield "the message holds one of \" < > & (Allure 3 does not decode entities)"


def check_case(case):
    for tag in ("failure", "error"):
        for element in case.findall(tag):
            yield from check_problem(element)
    for element in case.findall("skipped"):
        yield from check_message(element.get("message", ""))
    if any(CONTROL.search(text) for text in case.itertext()):
        yield "a raw control character"
    for path in re.findall(r"^\[\[ATTACHMENT\|(.*)\]\]$", case.findtext("system-out") or "", re.M):
        if os.path.isabs(path):
            yield f"attachment {path} is absolute (GitLab wants it relative to the checkout)"


def check_suite(suite, seen):
    name, cases = suite.get("name"), suite.findall("testcase")
    counts = {"tests": len(cases)}
    for key, tag in VERDICTS.items():
        counts[key] = sum(case.find(tag) is not None for case in cases)
    for key, count in counts.items():
        if int(suite.get(key, -1)) != count:
            yield f"suite {name}: {key}={suite.get(key)}, there are {count}"
    total = sum(Decimal(case.get("time", "0")) for case in cases)
    if total > Decimal(suite.get("time", "0")):
        yield f"suite {name}: its cases took {total} s, itself only {suite.get('time')}"
    for case in cases:
        key = (case.get("classname"), case.get("name"))
        if key in seen:
            yield f"{key}: twice (GitLab drops the second, mikepenz calls it a retry)"
        seen.add(key)
        for message in check_case(case):
            yield f"{key}: {message}"


def check_root(root):
    if root.tag != "testsuites":
        yield f"root is <{root.tag}>, not <testsuites>"
    suites, seen = root.findall("testsuite"), set()
    for suite in suites:
        if suite.find("testsuite") is not None:
            yield f"suite {suite.get('name')} is nested (Allure 3 and dorny don't look inside)"
        yield from check_suite(suite, seen)
    for key in ("tests", "failures", "errors"):
        total = sum(int(suite.get(key, 0)) for suite in suites)
        if int(root.get(key, -1)) != total:
            yield f"testsuites: {key}={root.get(key)}, the suites say {total}"
    total = sum(Decimal(suite.get("time", "0")) for suite in suites)
    if total > Decimal(root.get("time", "0")):
        yield f"testsuites: time={root.get('time')}, the suites took {total}"


def check_file(path):
    with open(path, "rb") as file:
        raw = file.read()
    yield from check_raw(raw)
    try:
        root = ET.fromstring(raw)
    except ET.ParseError as error:
        yield f"not well-formed: {error}"
        return
    yield from check_root(root)


def main(paths):
    if not paths:
        sys.exit("usage: ci/check-junit.py FILE...")
    bad = False
    for path in paths:
        for message in check_file(path):
            bad = True
            print(f"{path}: {message}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
