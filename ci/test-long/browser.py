"""browser.py - Chromium without a window, for tests of pages: speaks the DevTools protocol over a pipe;
python3 and chromium only.
"""
import base64
import json
import os
import select
import subprocess
import time

DEADLINE_S = 120


class Browser:
    """Chromium with one page."""
    answers_within_s = DEADLINE_S

    def __init__(self, folder):
        to_read, self.to = os.pipe()
        self.at, to_write = os.pipe()

        def give_pipes():
            for descriptor, wanted in ((to_read, 23), (to_write, 24)):
                os.dup2(descriptor, wanted)
            os.dup2(23, 3)
            os.dup2(24, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-pipe", "--user-data-dir=" + folder, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=give_pipes, close_fds=False)
        os.close(to_read)
        os.close(to_write)
        self.rest, self.number, self.troubles, self.events, self.session = b"", 0, [], [], None
        target = next(one for one in self.call("Target.getTargets")["targetInfos"]
                      if one["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"],
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def close(self):
        self.process.kill()
        self.process.wait()

    def message(self):
        end = time.monotonic() + DEADLINE_S
        while b"\0" not in self.rest:
            if not select.select([self.at], [], [], max(0, end - time.monotonic()))[0]:
                raise OSError("chromium says nothing")
            read = os.read(self.at, 1 << 16)
            if not read:
                raise OSError("chromium has ended")
            self.rest += read
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def see(self, message):
        method, values = message.get("method"), message.get("params", {})
        self.events.append(method)
        if method == "Runtime.exceptionThrown":
            self.troubles.append(values["exceptionDetails"].get("text"))
        elif method == "Log.entryAdded" and values["entry"]["level"] in ("error", "warning"):
            self.troubles.append(values["entry"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.troubles.append(values["type"])
        elif method == "Network.requestWillBeSent":
            self.requested.append(values["request"]["url"])

    requested = []

    def call(self, method, **values):
        self.number += 1
        request = {"id": self.number, "method": method, "params": values}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.to, json.dumps(request).encode() + b"\0")
        end = time.monotonic() + self.answers_within_s
        while True:
            message = self.message()
            if time.monotonic() > end:  # a page that loads itself again may take the answer with it
                raise OSError(f"{method}: there is no answer")
            if message.get("id") != self.number:
                self.see(message)
                continue
            if "error" in message:
                raise OSError(f"{method}: {message['error']}")
            return message["result"]

    def wait(self, event):
        self.events.clear()
        while event not in self.events:
            self.see(self.message())

    def open(self, address):
        self.requested = []
        self.call("Page.navigate", url="about:blank")
        self.wait("Page.loadEventFired")
        self.requested = []
        self.call("Page.navigate", url=address)
        self.wait("Page.loadEventFired")

    def value(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise OSError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def size(self, width, height, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def picture(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
