#!/usr/bin/env python3
"""Checks a CTRF file without network: the rules of the published schema (0.0.0) and the sums.

usage: ci/check-ctrf.py [--files] FILE...    python3 only; prints "file: where: what", exits 1 on any

Covers, as the schema of npm ctrf@0.3.0 does: which keys may stand where (unknown keys fail, but in
extra, parameters and labels), which must, their types, constants, enums, patterns and shortest
lengths, for all parts that this project writes or may write (not: insights, baseline). Beyond the
schema: the summary counts add up, stop is not before start, a testId is unique, attachments are
relative, strings hold no control character; --files: the attachments exist.
"""
import json
import os
import re
import sys

STATUS = ("passed", "failed", "skipped", "pending", "other")
UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
DATE_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

# A rule is a function (value) -> message or None; an object is {key: rule}, "!" marks required.


def text(pattern=".*", what="a string"):
    def rule(value):
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.S):
            return f"is {value!r}, expected {what}"
        return None
    return rule


def integer(least=None):
    def rule(value):
        if isinstance(value, bool) or not isinstance(value, int):
            return f"is {value!r}, expected an integer"
        if least is not None and value < least:
            return f"is {value}, expected at least {least}"
        return None
    return rule


def one_of(*allowed):
    return lambda value: None if value in allowed else f"is {value!r}, expected one of {allowed}"


def anything(kind):
    return lambda value: None if isinstance(value, kind) else f"is not {kind.__name__}"


ANY_TEXT, NAME, OBJECT = text(), text(".+", "a string that is not empty"), anything(dict)
ATTACHMENT = {"attachmentId": NAME, "name!": ANY_TEXT, "contentType!": ANY_TEXT, "path!": ANY_TEXT,
              "extra": OBJECT}
ATTEMPT = {"attempt!": integer(1), "attemptId": NAME, "status!": one_of(*STATUS),
           "duration": integer(0), "message": ANY_TEXT, "trace": ANY_TEXT, "line": integer(),
           "snippet": ANY_TEXT, "stdout": [ANY_TEXT], "stderr": [ANY_TEXT], "start": integer(),
           "stop": integer(), "attachments": [ATTACHMENT], "extra": OBJECT}
TEST = {"id": text(UUID, "a UUID"), "testId": NAME, "executionId": NAME, "name!": NAME,
        "status!": one_of(*STATUS), "duration!": integer(), "start": integer(), "stop": integer(),
        "suite": [ANY_TEXT], "message": ANY_TEXT, "trace": ANY_TEXT, "snippet": ANY_TEXT,
        "ai": ANY_TEXT, "line": integer(), "rawStatus": ANY_TEXT, "tags": [ANY_TEXT],
        "labels": OBJECT, "type": ANY_TEXT, "filePath": ANY_TEXT, "retries": integer(0),
        "retryAttempts": [ATTEMPT], "flaky": anything(bool), "stdout": [ANY_TEXT],
        "stderr": [ANY_TEXT], "threadId": ANY_TEXT, "browser": ANY_TEXT, "device": ANY_TEXT,
        "screenshot": ANY_TEXT, "attachments": [ATTACHMENT], "parameters": OBJECT,
        "steps": [{"name!": ANY_TEXT, "status!": one_of(*STATUS), "extra": OBJECT}],
        "extra": OBJECT}
SUMMARY = {"tests!": integer(), "passed!": integer(), "failed!": integer(), "skipped!": integer(),
           "pending!": integer(), "other!": integer(), "flaky": integer(), "suites": integer(),
           "start!": integer(), "stop!": integer(), "duration": integer(), "extra": OBJECT}
ENVIRONMENT = {"reportName": ANY_TEXT, "appName": ANY_TEXT, "appVersion": ANY_TEXT,
               "buildId": ANY_TEXT, "buildName": ANY_TEXT, "buildNumber": integer(),
               "buildUrl": ANY_TEXT, "repositoryName": ANY_TEXT, "repositoryUrl": ANY_TEXT,
               "commit": ANY_TEXT, "branchName": ANY_TEXT, "osPlatform": ANY_TEXT,
               "osRelease": ANY_TEXT, "osVersion": ANY_TEXT, "testEnvironment": ANY_TEXT,
               "shardId": NAME, "healthy": anything(bool), "extra": OBJECT}
REPORT = {"reportFormat!": one_of("CTRF"), "specVersion!": text(r"\d+\.\d+\.\d+", "x.y.z"),
          "reportId": text(UUID, "a UUID"), "runId": NAME,
          "timestamp": text(DATE_TIME, "a date and time"), "generatedBy": ANY_TEXT,
          "results!": {"tool!": {"name!": NAME, "version": ANY_TEXT, "extra": OBJECT},
                       "summary!": SUMMARY, "tests!": [TEST], "environment": ENVIRONMENT,
                       "extra": OBJECT},
          "extra": OBJECT}
NOT_EMPTY = ("suite", "retryAttempts")


def check_shape(value, rule, where):
    if callable(rule):
        message = rule(value)
        if message:
            yield f"{where}: {message}"
    elif isinstance(rule, list):
        if not isinstance(value, list):
            yield f"{where}: is not an array"
            return
        if not value and where.rsplit(".", 1)[-1] in NOT_EMPTY:
            yield f"{where}: must not be empty"
        for i, item in enumerate(value):
            yield from check_shape(item, rule[0], f"{where}[{i}]")
    else:
        yield from check_object(value, rule, where)


def check_object(value, rule, where):
    if not isinstance(value, dict):
        yield f"{where}: is not an object"
        return
    rules = {key.rstrip("!"): part for key, part in rule.items()}
    for key in rule:
        if key.endswith("!") and key[:-1] not in value:
            yield f"{where}: {key[:-1]} is missing"
    for key, item in value.items():
        if key in rules:
            yield from check_shape(item, rules[key], f"{where}.{key}")
        else:
            yield f"{where}: {key} is not a key of CTRF; use extra"


def check_labels(tests):
    for test in tests:
        for key, value in test.get("labels", {}).items():
            values = value if isinstance(value, list) else [value]
            if not values or not all(isinstance(v, (str, int, float, bool)) for v in values):
                yield f"{test['name']}: label {key} is not a word, number or list of them"


def check_sums(results):
    tests, summary = results["tests"], results["summary"]
    for status in STATUS:
        count = sum(test["status"] == status for test in tests)
        if summary[status] != count:
            yield f"summary.{status} is {summary[status]}, the tests say {count}"
    if summary["tests"] != len(tests):
        yield f"summary.tests is {summary['tests']}, there are {len(tests)}"
    if summary.get("flaky", 0) != sum(bool(test.get("flaky")) for test in tests):
        yield "summary.flaky is wrong"
    if summary["stop"] < summary["start"]:
        yield "summary.stop is before start"
    for test in tests:
        if test.get("stop", 0) < test.get("start", 0):
            yield f"{test['name']}: stop is before start"
    ids = [test["testId"] for test in tests if "testId" in test]
    for twice in sorted({i for i in ids if ids.count(i) > 1}) if len(set(ids)) != len(ids) else []:
        yield f"testId {twice} is not unique"


def check_attachments(tests, folder, look):
    for test in tests:
        for attachment in test.get("attachments", []):
            path = attachment["path"]
            if os.path.isabs(path):
                yield f"{test['name']}: attachment {path} is absolute"
            elif look and not os.path.exists(os.path.join(folder, path)):
                yield f"{test['name']}: attachment {path} is not there"


def strings_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings_of(item)


def check_file(path, look):
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
    except (ValueError, OSError) as error:
        yield str(error)
        return
    shape = list(check_shape(report, REPORT, "report"))
    yield from shape
    if shape:
        return
    tests = report["results"]["tests"]
    yield from check_labels(tests)
    yield from check_sums(report["results"])
    yield from check_attachments(tests, os.path.dirname(path), look)
    if any(CONTROL.search(string) for string in strings_of(report)):
        yield "a string holds a control character; write it as \\xNN"


def main(arguments):
    paths = [argument for argument in arguments if argument != "--files"]
    if not paths:
        sys.exit("usage: ci/check-ctrf.py [--files] FILE...")
    bad = False
    for path in paths:
        for message in check_file(path, "--files" in arguments):
            bad = True
            print(f"{path}: {message}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
