"""Drives a real Firefox by its own protocol (Marionette): length-prefixed JSON over a local socket, no driver needed."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SECONDS = 90


class Marionette:
    """One session with one Firefox."""

    def __init__(self, port: int) -> None:
        self._socket = _connected(port)
        self._buffer, self._turn = b"", 0
        self._message()  # what the browser says first
        self.call("WebDriver:NewSession", {})

    def call(self, name: str, values: dict[str, Any]) -> Any:
        """Return what a command gives; RuntimeError with the browser's words if it fails."""
        self._turn += 1
        text = json.dumps([0, self._turn, name, values]).encode()
        self._socket.sendall(str(len(text)).encode() + b":" + text)
        _, _, error, result = self._message()
        if error:
            raise RuntimeError(f"{error['error']}: {error['message']}")
        return result.get("value", result) if isinstance(result, dict) else result

    def go(self, address: str) -> None:
        self.call("WebDriver:Navigate", {"url": address})

    def run(self, script: str, *given: Any) -> Any:
        """Return what a script's `return` gives; it runs beside the page, untouched by its policy."""
        return self.call("WebDriver:ExecuteScript", {"script": script, "args": list(given)})

    def until(self, script: str) -> Any:
        end = time.monotonic() + _SECONDS
        while not (value := self.run(script)):
            if time.monotonic() > end:
                raise AssertionError(f"not true within {_SECONDS} s: {script}")
            time.sleep(0.05)
        return value

    def screenshot(self) -> bytes:
        return base64.b64decode(self.call("WebDriver:TakeScreenshot", {"full": False}))

    def _message(self) -> Any:
        while b":" not in self._buffer:
            self._receive()
        length, _, rest = self._buffer.partition(b":")
        self._buffer = rest
        while len(self._buffer) < int(length):
            self._receive()
        text, self._buffer = self._buffer[: int(length)], self._buffer[int(length) :]
        return json.loads(text)

    def _receive(self) -> None:
        chunk = self._socket.recv(1 << 16)
        if not chunk:
            raise RuntimeError("Firefox has gone")
        self._buffer += chunk

    def close(self) -> None:
        self._socket.close()


def _connected(port: int) -> socket.socket:
    end = time.monotonic() + _SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


@contextmanager
def firefox(program: str, folder: Path) -> Iterator[Marionette]:
    """Start a headless Firefox with a profile of its own in that folder, and end it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"marionette.port": port, "browser.shell.checkDefaultBrowser": False, "app.update.auto": False}
    settings |= {"network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9}  # no network
    settings |= {"network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9, "datareporting.policy.firstRunURL": ""}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
    (folder / "user.js").write_text("\n".join(lines))
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    environment = {**os.environ, "HOME": str(folder), "MOZ_HEADLESS_WIDTH": "1366", "MOZ_HEADLESS_HEIGHT": "853"}
    process = subprocess.Popen(  # its own group, so that all of its processes end with it
        command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        session = Marionette(port)
        yield session
        session.close()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
