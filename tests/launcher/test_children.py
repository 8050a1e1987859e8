"""Real processes: the launcher's part is played by a small program, so that its end can be watched from outside."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from launcher.children import ChildDied, Children

ROOT = Path(__file__).resolve().parents[2]
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)",
]
#: Leaves a grandchild in a session of its own, as a daemon does.
DAEMON = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; "
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True); "
    "print(p.pid, flush=True); time.sleep(600)",
]


def eventually(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def children(tmp_path, monkeypatch):
    monkeypatch.setattr("launcher.children._LIBC", None)  # the tests' own process adopts no orphans
    said = []
    children = Children(tmp_path, said.append)
    children.said = said
    yield children
    children.stop()


def test_its_output_is_kept(children, tmp_path):
    child = children.start("echo", [sys.executable, "-c", "print('hello')"], dict(os.environ), tmp_path)
    child.process.wait()
    assert child.log_end() == "hello"


def test_a_child_that_dies_is_started_again(children, tmp_path):
    child = children.start("worker", SLEEP, dict(os.environ), tmp_path)
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    child.process.wait()
    children.watch()
    assert child.process.pid != first
    assert child.process.poll() is None
    assert "worker ended with code -9; starting it again" in children.said[0]


def test_one_that_keeps_dying_is_given_up_with_its_last_words(children, tmp_path, monkeypatch):
    monkeypatch.setattr(Children, "DEATHS_A_MINUTE", 1)
    child = children.start(
        "web", [sys.executable, "-c", "raise SystemExit('no such port')"], dict(os.environ), tmp_path
    )
    child.process.wait()
    children.watch()
    child.process.wait()
    with pytest.raises(ChildDied, match="no such port"):
        children.watch()


def test_what_cannot_be_started_again_ends_it(children, tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    children.needs("Redis", process, tmp_path / "redis.log")
    with pytest.raises(ChildDied, match="Redis ended"):
        children.watch()


def test_stopping_ends_even_the_stubborn(children, tmp_path, monkeypatch):
    monkeypatch.setattr(Children, "GRACE_SECONDS", 0.5)
    child = children.start("stubborn", STUBBORN, dict(os.environ), tmp_path)
    eventually(lambda: "ready" in child.log_end())
    pid = child.process.pid
    children.stop()
    assert gone(pid)


def test_stopping_spares_what_was_there_before(tmp_path, monkeypatch):
    monkeypatch.setattr("launcher.children._LIBC", None)
    earlier = subprocess.Popen(SLEEP)
    children = Children(tmp_path)
    later = children.start("later", SLEEP, dict(os.environ), tmp_path).process
    children.stop()
    assert gone(later.pid)
    assert earlier.poll() is None
    earlier.kill()
    earlier.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_no_process_outlives_a_launcher_that_is_asked_to_end(number, tmp_path):
    launcher, pids = played(tmp_path, DAEMON)
    launcher.send_signal(number)
    launcher.wait(20)
    for pid in pids:
        eventually(lambda pid=pid: gone(pid))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_children_end_when_the_launcher_is_killed(tmp_path):
    launcher, pids = played(tmp_path, SLEEP)
    launcher.kill()
    launcher.wait()
    for pid in pids:
        eventually(lambda pid=pid: gone(pid))


def played(tmp_path, command):
    """A launcher of its own that starts the command; its process and the pids below it."""
    program = f"""
        import os, signal, sys, time
        from pathlib import Path
        from launcher.__main__ import _interrupt
        from launcher.children import Children
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        children = Children(Path({str(tmp_path)!r}))
        children.start("child", {command!r}, dict(os.environ), Path("."))
        print("started", flush=True)
        try:
            time.sleep(600)
        except KeyboardInterrupt:
            pass
        finally:
            children.stop()
    """
    launcher = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True,
        # Tests that run in the background may have been told to ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert launcher.stdout.readline() == b"started\n"
    wanted = 2 if command is DAEMON else 1
    below = eventually(
        lambda: (lambda found: found if len(found) >= wanted else None)(
            psutil.Process(launcher.pid).children(recursive=True)
        )
    )
    return launcher, [process.pid for process in below]
