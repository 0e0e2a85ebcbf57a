"""A headless Chromium on a page: DevTools commands over two pipes, keys, the text that its terminal shows."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import selectors
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

PROGRAM = shutil.which("chromium")
SECONDS = 30.0
"""After which a page that does not get there fails its test."""

# What xterm.js shows is a picture; what its user selects is text. Shift selects although the mouse is Textual's.
_SELECTED = """(() => {
    const data = new DataTransfer();
    document.querySelector(".xterm").dispatchEvent(new ClipboardEvent("copy", {clipboardData: data, cancelable: true}));
    return data.getData("text/plain");
})()"""
_SCREEN = """(() => {
    const box = document.querySelector(".xterm-screen").getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
})()"""
_NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
_SHIFT = 8
_CODES = {"Enter": 13, "Escape": 27}


class Page:
    """One tab. `told` has what the browser reported: requests, complaints of the console, and the like."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(answers, selectors.EVENT_READ)
        self._begun = b""
        self._number = 0
        self._tab: str | None = None
        self.told: list[dict[str, Any]] = []

    def open(self, url: str) -> None:
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self._tab = self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.do(f"{domain}.enable")
        self.do("Page.navigate", url=url)

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._tab is not None:
            command["sessionId"] = self._tab
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        for message in self._messages():
            if message.get("id") == self._number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            self.told.append(message)
        raise AssertionError(f"the browser has ended, or took longer than {SECONDS} seconds for {method}")

    def _messages(self) -> Iterator[dict[str, Any]]:
        latest = monotonic() + SECONDS
        while True:
            message, end, rest = self._begun.partition(b"\0")
            if end:
                self._begun = rest
                yield json.loads(message)
                continue
            if not self._waiting.select(max(0.0, latest - monotonic())):
                return
            read = os.read(self._answers, 1 << 16)
            if not read:
                return
            self._begun += read

    def value(self, expression: str) -> Any:
        """What JavaScript makes of `expression`."""
        answer = self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, reached: Callable[[Page], bool], what: str) -> None:
        """Looks at each picture that the page draws until `reached`."""
        latest = monotonic() + SECONDS
        while not reached(self):
            assert monotonic() < latest, f"{what} did not come; the page shows:\n{self.screen()}"
            self.value(_NEXT_FRAME)

    def screen(self) -> str:
        """The lines that the terminal shows; nothing before there is one."""
        if not self.value("document.body?.classList.contains('-first-byte') && !!document.querySelector('.xterm')"):
            return ""
        left, top, right, bottom = self.value(_SCREEN)
        self._mouse("mousePressed", left + 2, top + 2)
        self._mouse("mouseMoved", right - 2, bottom - 2)
        self._mouse("mouseReleased", right - 2, bottom - 2)
        selected: str = self.value(_SELECTED)
        return selected

    def _mouse(self, kind: str, x: float, y: float) -> None:
        self.do(
            "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1, modifiers=_SHIFT
        )

    def click(self, x: float, y: float) -> None:
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def press(self, key: str, text: str = "") -> None:
        """Presses a key that writes `text`, by default itself."""
        code = {"windowsVirtualKeyCode": _CODES[key]} if key in _CODES else {}
        self.do("Input.dispatchKeyEvent", type="keyDown", key=key, text=text or key, **code)
        self.do("Input.dispatchKeyEvent", type="keyUp", key=key, **code)

    def save_downloads_in(self, folder: Path) -> None:
        tab, self._tab = self._tab, None
        self.do("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        self._tab = tab

    def picture(self, path: Path) -> None:
        """Writes a PNG of the page."""
        path.write_bytes(base64.b64decode(self.do("Page.captureScreenshot")["data"]))

    def requested(self) -> list[str]:
        """The addresses that were asked for."""
        return [
            message["params"]["request"]["url"]
            for message in self.told
            if message.get("method") == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """What the browser's console says is wrong, such as a breach of the page's policy."""
        entries = [message["params"]["entry"] for message in self.told if message.get("method") == "Log.entryAdded"]
        errors = [entry["text"] for entry in entries if entry["level"] == "error"]
        return errors + [str(each["params"]) for each in self.told if each.get("method") == "Runtime.exceptionThrown"]


def _above_ten(descriptor: int) -> int:
    above = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return above


@contextmanager
def page(url: str, folder: Path) -> Iterator[Page]:
    """`url` opened in a Chromium with an empty profile in `folder`; the browser ends with the block."""
    assert PROGRAM is not None
    their_commands, commands = os.pipe()
    answers, their_answers = (_above_ten(descriptor) for descriptor in os.pipe())
    # Chromium reads commands at descriptor 3 and answers at 4; neither may stand in the other's way.
    start = f'exec "$0" "$@" 3<&{their_commands} 4>&{their_answers}'
    options = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--remote-debugging-pipe",
        "--window-size=1200,700",
        f"--user-data-dir={folder}",
    )
    browser = subprocess.Popen(
        ["bash", "-c", start, PROGRAM, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(their_commands, their_answers),
    )
    os.close(their_commands)
    os.close(their_answers)
    try:
        opened = Page(commands, answers)
        opened.open(url)
        yield opened
        opened._tab = None
        opened.do("Browser.close")
        browser.wait(SECONDS)
    finally:
        browser.kill()
        browser.wait()
        os.close(commands)
        os.close(answers)
