"""A real stack (web, Redis, two workers) and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# A web process on the test's own database, and a submission that is done: for tests that need no workers.
from tests.webapp.conftest import server  # noqa: F401
from tests.webapp.pages.conftest import finished  # noqa: F401

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
).split()


@dataclass(frozen=True)
class Stack:
    address: str
    user: str
    password: str
    data: Path


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """What `make up` starts, in a data folder of its own; stopped with everything it started."""
    with tempfile.TemporaryDirectory(prefix="mindferry-browser-") as folder:
        data = Path(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("MINDFERRY_", "DJANGO_"))}
        environment = kept | {"MINDFERRY_DATA": folder}
        command = [sys.executable, "-m", "launcher", "up", "--port", str(port)]
        with open(data / "launcher.log", "w+") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
            try:
                yield Stack(
                    _address(process, data / "launcher.log"), "demo", (data / "demo-password").read_text().strip(), data
                )
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text().splitlines():
            if line.startswith("MindFerry is at "):
                return line.split()[3].rstrip("/")
        time.sleep(0.3)
    pytest.fail(f"The stack did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("No Chromium was found: `apt-get install chromium`, or run the tests without tests/browser.")
    # Playwright's own event loop runs in this thread; Django must not take it for an asynchronous caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A page that is logged in; an error in its scripts fails the test."""
    context = browser.new_context(
        base_url=stack.address, viewport={"width": 1400, "height": 900}, accept_downloads=True
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None
    )
    page.goto("/")
    page.fill("input[name=username]", stack.user)
    page.fill("input[name=password]", stack.password)
    page.click("form button[type=submit]")
    page.wait_for_url("**/")
    yield page
    context.close()
    assert not errors, errors
