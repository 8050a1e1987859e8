"""Every folder beside this file with an ``attack.py`` is one hostile program: it runs in the sandbox and must get nowhere.

A program prints BREACH where it succeeded. ``STOPPED_BY`` lists the limits that may end it ("" where it may end itself).
"""

import ast
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.execution.limits import MIB, Limits
from migrator.execution.runs import collect_files
from migrator.execution.sandbox import Binding, Command, SandboxMissing, Unconfined, find_confinement
from migrator.execution.supervisor import Watch

ATTACKS = sorted(folder.parent.name for folder in Path(__file__).parent.glob("*/attack.py"))
LIMITS = Limits(
    wall_seconds=12, memory_bytes=1024 * MIB, processes=64, file_bytes=256 * MIB, disk_bytes=512 * MIB, disk_files=5000,
    output_bytes=4 * MIB, scratch_bytes=256 * MIB,
)  # fmt: skip


@pytest.fixture(scope="module")
def sandbox():
    try:
        found = find_confinement(environment={})
    except SandboxMissing as missing:
        pytest.skip(str(missing))
    assert not isinstance(found, Unconfined)
    return found


@pytest.fixture
def prey(tmp_path):
    """What the attacks look for: a listening port, a database file, a process of ours."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        database = tmp_path / "db.sqlite3"
        database.write_text("the database")
        victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        room = tmp_path / "room"
        room.mkdir()
        (room / "port").write_text(str(server.getsockname()[1]))
        (room / "wanted").write_text(f"{database} {Path(__file__).resolve()}")
        (room / "victim").write_text(str(victim.pid))
        yield room, victim
        victim.kill()
        victim.wait()


def _stopped_by(attack):
    tree = ast.parse((Path(__file__).parent / attack / "attack.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "STOPPED_BY":
            return ast.literal_eval(node.value)
    raise AssertionError(f"{attack} does not say what stops it")


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_gets_nowhere_and_nothing_of_it_is_left(attack, sandbox, prey, monkeypatch):
    room, victim = prey
    monkeypatch.setenv("MINDFERRY_SECRET_KEY", "a-secret-of-the-worker")
    shutil.copyfile(Path(__file__).parent / attack / "attack.py", room / "attack.py")
    before = set(_own_processes())
    said = []
    started = time.monotonic()

    outcome = sandbox.run(
        Command(["attack.py"], [Binding("project", room, writable=True)], "{project}"), LIMITS, Watch(said.append)
    )

    output = b"".join(said).decode(errors="replace")
    assert "BREACH" not in output
    assert outcome.stopped_by in _stopped_by(attack), output[-2000:]
    assert "Traceback" not in output, output[-2000:]
    assert time.monotonic() - started < LIMITS.wall_seconds + 10
    assert len(output) <= LIMITS.output_bytes
    assert victim.poll() is None
    left = set(_own_processes()) - before
    assert not left
    heartbeat = room / "heartbeat"
    if heartbeat.exists():
        beats = heartbeat.read_text()
        time.sleep(0.3)
        assert heartbeat.read_text() == beats


def _own_processes():
    """Processes below this one, and those whose parent has gone."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stat = Path(f"/proc/{name}/stat").read_text()
                command = Path(f"/proc/{name}/cmdline").read_bytes()
            except OSError:
                continue
            state, parent = stat[stat.rindex(")") + 2 :].split()[:2]
            if state not in "ZX" and (int(parent) == os.getpid() or b"attack.py" in command):
                yield int(name)


def test_collecting_outputs_takes_plain_files_only(sandbox, prey, tmp_path):
    room, _ = prey
    shutil.copyfile(Path(__file__).parent / "links_in_outputs" / "attack.py", room / "attack.py")
    source = tmp_path / "source"
    shutil.copytree(room, source)
    sandbox.run(Command(["attack.py"], [Binding("project", room, writable=True)], "{project}"), LIMITS, Watch())

    kept = collect_files(room, source, tmp_path / "files", LIMITS)

    assert kept == []
    assert [path for path in (tmp_path / "files").rglob("*") if not path.is_dir()] == []


def test_programs_of_two_runs_cannot_reach_each_other(sandbox, tmp_path):
    """Each run has a user of its own, so that even outside its namespaces nothing would connect them."""
    users = set()
    for name in ("one", "two"):
        room = tmp_path / name
        room.mkdir()
        said = []
        command = Command(
            ["-c", "import os; print(os.getuid())"], [Binding("project", room, writable=True)], "{project}"
        )
        sandbox.run(command, LIMITS, Watch(said.append))
        users.add(b"".join(said))
    if os.getuid() == 0:
        assert len(users) == 2
        assert b"0" not in {user.strip() for user in users}


def test_a_missing_sandbox_is_a_refusal_that_says_what_to_install(monkeypatch):
    from migrator.execution import sandbox as module

    monkeypatch.setattr(module, "_bubblewrap", lambda: (None, "bubblewrap is not installed."))
    with pytest.raises(SandboxMissing, match="apt install bubblewrap"):
        find_confinement(environment={})
    assert isinstance(find_confinement(environment={"MINDFERRY_ALLOW_UNSANDBOXED": "1"}), Unconfined)
    trusted = find_confinement(trusted=True, environment={})
    assert "ships with MindFerry" in trusted.notice


def test_even_a_trusted_program_leaves_no_process_behind(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    shutil.copyfile(Path(__file__).parent / "daemon" / "attack.py", room / "attack.py")
    command = Command(["attack.py"], [Binding("project", room, writable=True)], "{project}")

    outcome = Unconfined("a test says so").run(command, LIMITS, Watch())

    assert outcome.exit_code == 0
    beats = (room / "heartbeat").read_text()
    time.sleep(0.3)
    assert (room / "heartbeat").read_text() == beats


def test_a_cancelled_run_ends_at_once(sandbox, tmp_path):
    room = tmp_path / secrets.token_hex(4)
    room.mkdir()
    command = Command(["-c", "import time; time.sleep(60)"], [Binding("project", room, writable=True)], "{project}")
    started = time.monotonic()

    outcome = sandbox.run(command, LIMITS, Watch(should_stop=lambda: time.monotonic() - started > 0.5))

    assert outcome.stopped_by == "cancelled"
    assert time.monotonic() - started < 5
