"""The editors' schema and the loader must agree on the corpus.

usage: schema.py SCHEMA.json    from the project's root; prints "ok ..." or "FAIL ..." per test

Good files and all bundled scenarios are accepted; of the bad files the schema refuses all but those
that harness/scenario/test/schema-accepts.txt names, and none of those. The files are read as a
language server does (YAML 1.2: yes is text) by the parser that the loader uses.
"""
import glob
import json
import os
import re
import sys

import jsonschema
import yaml

CORPUS = "harness/scenario/test"


class Loader(yaml.CSafeLoader):
    """YAML 1.2: what is plain is text, unless it is true, false, a number or nothing."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", "true|false|True|False|TRUE|FALSE", "tTfF"),
    ("int", "[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
    ("null", "~|null|", "~n"),
):
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:" + tag, re.compile("^(?:" + pattern + ")$"), list(first)
    )

failed = 0


def tell(good, name, detail=""):
    global failed
    failed += not good
    print("ok   " if good else "FAIL ", name, detail)


def first_error(validator, path):
    """None: the schema accepts the file."""
    with open(path, "rb") as file:
        try:
            document = yaml.load(file.read(), Loader=Loader)
        except yaml.YAMLError as error:
            return "no YAML: %s" % str(error).splitlines()[0]
    for error in validator.iter_errors(document):
        return "%s: %s" % ("/".join(map(str, error.path)), error.message[:200])
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    whole = jsonschema.Draft7Validator(schema)
    profile = jsonschema.Draft7Validator(
        {"$ref": "#/definitions/profile", "definitions": schema["definitions"]}
    )

    # Probes are dialogues, which have a table of their own.
    paths = sorted(path for path in glob.glob("scenarios/**/*.yaml", recursive=True)
                   if not path.startswith("scenarios/conform/"))
    paths += sorted(glob.glob(CORPUS + "/good/**/*.yaml", recursive=True))
    refused = []
    for path in paths:
        error = first_error(profile if "/profiles/" in path else whole, path)
        if error:
            refused.append("%s: %s" % (path, error))
    tell(len(paths) > 100 and not refused, "the schema accepts what the loader does:",
         "%d files %s" % (len(paths), "; ".join(refused)))

    with open(CORPUS + "/schema-accepts.txt", encoding="utf-8") as file:
        excused = {line.strip() for line in file if not line.startswith("#")}
    bad = sorted(glob.glob(CORPUS + "/bad/*.yaml"))
    accepted = {os.path.basename(path) for path in bad if first_error(whole, path) is None}
    tell(accepted <= excused, "the schema refuses what it can:",
         "%d of %d bad files; %s" % (len(bad) - len(accepted), len(bad),
                                     ", ".join(sorted(accepted - excused))))
    tell(excused <= accepted, "no file is excused that the schema refuses:",
         ", ".join(sorted(excused - accepted)))
    return 1 if failed else 0


sys.exit(main())
