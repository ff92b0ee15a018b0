"""A headless Chromium, spoken to in the DevTools protocol over two pipes: no port, no driver, no library.

Source: https://chromedevtools.github.io/devtools-protocol/ (--remote-debugging-pipe: JSON messages that end in a zero byte,
read from descriptor 3 and written to 4).
"""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ANSWER_S = 120  # of a command; a loaded machine is slow


class Failed(Exception):
    """The browser did not do what it was asked."""


def program():
    """Returns the browser's path, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """browser = Browser(); page = browser.open(path, width=390, dark=True); browser.close()"""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="iorace-browser-", ignore_cleanup_errors=True)
        # Out of the way of 3 and 4, which the child gets them as.
        ours_out, ours_in = os.pipe(), os.pipe()
        theirs = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (ours_out[0], ours_in[1])]
        self.write_fd, self.read_fd = ours_out[1], ours_in[0]

        def prepare():
            os.dup2(theirs[0], 3)
            os.dup2(theirs[1], 4)

        self.log = open(os.path.join(self.profile.name, "log"), "wb+")
        command = [program(), "--headless", "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}",
                   "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                   "--disable-component-update", "--disable-sync", "--disable-extensions", "--mute-audio", "--lang=en",
                   # It does not start with one as root, nor in many containers; what it opens is made by the test.
                   "--no-sandbox"]
        self.process = subprocess.Popen([*command, "about:blank"], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, preexec_fn=prepare, close_fds=False, start_new_session=True)
        for fd in (ours_out[0], ours_in[1], *theirs):
            os.close(fd)
        self.buffer, self.events, self.number = b"", [], 0

    def close(self):
        try:
            self.send("Browser.close")
            self.process.wait(10)
        except (Failed, OSError, subprocess.TimeoutExpired):
            pass
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)  # a session of its own, with nobody else in it
            self.process.wait()
        for fd in (self.write_fd, self.read_fd):
            os.close(fd)
        self.log.close()
        self.profile.cleanup()

    def output(self):
        self.log.seek(0)
        return self.log.read()[-2000:].decode(errors="replace")

    def read_message(self, deadline):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.read_fd], [], [], max(0, deadline - time.monotonic()))
            piece = os.read(self.read_fd, 1 << 16) if ready else b""
            if not piece:
                raise Failed(f"{'it ended' if ready else 'no answer'}; it said: {self.output()}")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def send(self, method, session=None, **params):
        """Returns the command's result."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write_fd, data):]
        deadline = time.monotonic() + ANSWER_S
        while True:
            answer = self.read_message(deadline)
            if answer.get("id") == self.number:
                break
            self.events.append(answer)
        if "error" in answer:
            raise Failed(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, path, **options):
        return Page(self, path, **options)


class Page:
    """A file in a window of its own: of a width in CSS pixels, light or dark, with or without motion."""

    def __init__(self, browser, path, width=1280, height=900, dark=False, still=False):
        self.browser = browser
        target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.send("Emulation.setEmulatedMedia", media="screen", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"}])
        self.send("Page.navigate", url=f"file://{path}")
        self.wait_for("document.readyState === 'complete'")
        self.run("document.fonts.ready.then(() => true)")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.browser.send("Target.closeTarget", targetId=self.target)

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def run(self, script):
        """Returns the value of a JavaScript expression; a promise is waited for."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Failed(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def wait_for(self, condition, seconds=90):
        deadline = time.monotonic() + seconds
        while not self.run(condition):
            if time.monotonic() > deadline:
                raise Failed(f"waited {seconds} s for {condition}")
            time.sleep(0.02)

    def press(self, key, code=None):
        """A key, as somebody at a keyboard: it goes to what has the focus."""
        numbers = {"ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, " ": 32, "Tab": 9, "Enter": 13}
        text = {"text": key} if key == " " else {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=code or key,
                      windowsVirtualKeyCode=numbers[key], **(text if kind == "keyDown" else {}))

    def screenshot(self, path):
        """The whole page, as wide as its window: a picture has no scrollbar, so none takes room of the page."""
        self.run("document.documentElement.style.scrollbarWidth = 'none'")
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        picture = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                            clip={"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1})
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))
        self.run("document.documentElement.style.scrollbarWidth = ''")

    def own_events(self):
        self.run("1")  # what was said before has come by now
        return [event for event in self.browser.events if event.get("sessionId") == self.session]

    def complaints(self):
        """Errors of the console, exceptions, and what the policy stopped. Not warnings: each version has its own."""
        found = []
        for event in self.own_events():
            params = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(str(params["exceptionDetails"])[:500])
            elif event["method"] == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
                found.append(str(params["args"])[:500])
            elif event["method"] == "Log.entryAdded" and params["entry"]["level"] == "error":
                found.append(params["entry"]["text"])
        return found

    def requests(self):
        """The URLs that were asked for, without what is inside the page."""
        return [url for event in self.own_events() if event["method"] == "Network.requestWillBeSent"
                if not (url := event["params"]["request"]["url"]).startswith("data:")]
