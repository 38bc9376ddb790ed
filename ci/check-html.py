#!/usr/bin/env python3
"""Checks report.html: what a strict server and a hostile module must not be able to break.

usage: ci/check-html.py FILE...      python3 only; prints "file: what is wrong", exits 1 on any

It loads report.css and report.js beside it and nothing else; has no inline script, style or
handler; only elements and attributes of a list; every link leads somewhere in it or to a file below
its folder; ids are unique; text is printable; of 10,000 cases it stays below 5 MB.
"""
import html.parser
import re
import sys

ELEMENTS = set("""html head meta title link script body header main section article h1 h2 h3 h4 p a b
i em ul ol li div span pre code time mark table thead tbody tr th td details summary figure figcaption
button form label input select option output svg path rect text g""".split())
ATTRIBUTES = set("""lang charset name content rel href src defer class id data-verdict hidden role
tabindex aria-label type autocomplete for value scope open viewbox font-size fill stroke d x y width
height colspan text-anchor stroke-dasharray""".split())
VOID = {"meta", "link", "input"}
OPTIONAL_END = {"tr", "td", "th"}
LIMIT_BYTES, LIMIT_ARTICLES = 5_000_000, 100


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.wrong, self.ids, self.links, self.stack = [], set(), set(), []
        self.articles = self.headings = 0

    def say(self, what):
        line, column = self.getpos()
        self.wrong.append(f"{line}:{column + 1}: {what}")

    def handle_starttag(self, tag, attributes):
        # A cell ends where the next one begins, and a row with it.
        if tag in ("td", "th", "tr"):
            while self.stack and self.stack[-1] in ({"td", "th"} if tag != "tr" else OPTIONAL_END):
                self.stack.pop()
        names = [name for name, _ in attributes]
        if tag not in ELEMENTS:
            self.say(f"element <{tag}> is none that a report has")
        for name, value in attributes:
            if name not in ATTRIBUTES:
                self.say(f"attribute {name} of <{tag}> is none that a report has")
            if name == "id":
                if value in self.ids:
                    self.say(f"id {value[:80]} is there twice")
                self.ids.add(value)
            if name == "href":
                self.see_link(tag, value)
        if tag == "script" and (names != ["src", "defer"] or dict(attributes)["src"] != "report.js"):
            self.say("a script that is not report.js")
        if tag == "img":
            self.say("a picture from elsewhere")
        self.articles += tag == "article"
        self.headings += tag == "h1"
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        while self.stack and self.stack[-1] != tag and self.stack[-1] in OPTIONAL_END:
            self.stack.pop()
        if not self.stack or self.stack[-1] != tag:
            self.say(f"</{tag}> ends nothing; open: {' '.join(self.stack[-3:])}")
        else:
            self.stack.pop()

    def handle_data(self, data):
        if self.stack and self.stack[-1] in ("script", "style") and data.strip():
            self.say("an inline script or style")

    def handle_comment(self, data):
        self.say("a comment")

    def see_link(self, tag, value):
        if tag == "link":
            if value not in ("report.css", "data:,"):
                self.say(f"loads {value}")
        elif value.startswith("#"):
            self.links.add(value[1:])
        elif re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|/|\\", value) or ".." in value:
            self.say(f"leads out of the report: {value[:80]}")


def check(path):
    with open(path, "rb") as file:
        content = file.read()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"no UTF-8: {error}"]
    page = Page()
    page.feed(text)
    page.close()
    wrong = page.wrong
    wrong += [f"link to #{link[:80]}, which is not there" for link in sorted(page.links - page.ids)]
    if page.stack:
        wrong.append(f"not closed: {' '.join(page.stack[-5:])}")
    if page.headings != 1:
        wrong.append(f"want one h1, got {page.headings}")
    if page.articles > LIMIT_ARTICLES:
        wrong.append(f"{page.articles} cases are shown whole, at most {LIMIT_ARTICLES} may be")
    if len(content) > LIMIT_BYTES:
        wrong.append(f"{len(content)} bytes, at most {LIMIT_BYTES} may be")
    if not text.startswith("<!DOCTYPE html>") or not text.endswith("</html>\n"):
        wrong.append("does not begin or end as a whole page does")
    raw = re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]", text)
    if raw:
        wrong.append(f"raw byte {ord(raw.group()):#x} at {raw.start()}")
    return wrong


def main(paths):
    if not paths:
        sys.exit("usage: ci/check-html.py FILE...")
    failed = False
    for path in paths:
        for what in check(path)[:20]:
            print(f"{path}: {what}")
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main(sys.argv[1:])
