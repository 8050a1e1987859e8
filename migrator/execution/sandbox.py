"""Where and how user code runs: away from the network, the database, the broker, secrets and other runs.

The sandbox is bubblewrap. Started by root it drops, inside, to a user that belongs to this run alone, so that the
kernel's process limit binds; started by an ordinary user it uses a user namespace, in which the kernel counts
processes apart (Linux 5.14 and later). Where neither works a run is refused, unless the operator allowed it on a
trusted machine or the project ships with the product: then only resource limits hold, and a notice says so.
"""

from __future__ import annotations

import functools
import json
import os
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrator.execution.limits import Limits
from migrator.execution.supervisor import Outcome, Watch, supervise

ALLOW_SETTING = "MINDFERRY_ALLOW_UNSANDBOXED"
INSIDE = Path(__file__).parent / "inside"

# systemd keeps these user ids for services that get a user of their own while they run
# (https://systemd.io/UIDS-GIDS/, "dynamic service users"); no person and no other service owns files under them.
FIRST_UID, UID_COUNT = 61184, 4336

SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/fonts",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
)


class SandboxMissing(RuntimeError):
    """No sandbox works here and nobody allowed a run without one. The message says what to install."""


@dataclass(frozen=True)
class Binding:
    """A file or folder of the host that the program may see, under ``name``; read-only unless ``writable``."""

    name: str
    host: Path
    writable: bool = False


@dataclass(frozen=True)
class Command:
    """A program to run: ``arguments`` follow the Python interpreter of this environment.

    Arguments, environment values and ``cwd`` may hold ``{name}`` for the place where the binding of that name appears.
    """

    arguments: Sequence[str]
    bindings: Sequence[Binding]
    cwd: str
    environment: Mapping[str, str] = field(default_factory=dict)


class Confinement(ABC):
    """One way to run a command; :meth:`run` returns only when no process of it is left."""

    name: str
    notice: str = ""

    @abstractmethod
    def place(self, binding: Binding) -> str:
        """The path under which the program sees a binding."""

    @abstractmethod
    def _start(self, command: Command, limits: Limits, token: str, stdout: int) -> subprocess.Popen[bytes]: ...

    def run(self, command: Command, limits: Limits, watch: Watch) -> Outcome:
        token = secrets.token_hex(16)
        reading, writing = os.pipe()
        try:
            process = self._start(command, limits, token, writing)
        finally:
            os.close(writing)
        try:
            written = [binding.host for binding in command.bindings if binding.writable]
            return supervise(process, reading, limits, watch, written, token)
        finally:
            os.close(reading)
            self._finish(command)

    @abstractmethod
    def _finish(self, command: Command) -> None:
        """Undo what starting the command changed on the host."""

    def _fill_in(self, command: Command) -> tuple[list[str], str, dict[str, str]]:
        places = {"{" + binding.name + "}": self.place(binding) for binding in command.bindings}

        def fill(text: str) -> str:
            for name, place in places.items():
                text = text.replace(name, place)
            return text

        environment = {**base_environment(), **{key: fill(value) for key, value in command.environment.items()}}
        return [fill(argument) for argument in command.arguments], fill(command.cwd), environment


class Bubblewrap(Confinement):
    """Own file system, network, processes, users' ids and hostname; dies with this process."""

    name = "bubblewrap"

    def __init__(self, program: str, as_root: bool) -> None:
        self._program = program
        self._as_root = as_root

    def place(self, binding: Binding) -> str:
        return f"/mindferry/{binding.name}"

    def _start(self, command: Command, limits: Limits, token: str, stdout: int) -> subprocess.Popen[bytes]:
        arguments, cwd, environment = self._fill_in(command)
        settings: dict[str, object] = {"rlimits": limits.rlimits(count_processes=True), "cwd": cwd}
        if self._as_root:
            uid = FIRST_UID + secrets.randbelow(UID_COUNT)
            settings["uid"] = uid
            for binding in command.bindings:
                if binding.writable:
                    give(binding.host, uid)
        inner = [*python_command(), f"{self.place(Binding('inside', INSIDE))}/launch.py", json.dumps(settings)]
        full = [self._program, *self.options(command, limits, environment), "--", *inner, sys.executable, *arguments]
        full_environment = {"PATH": os.environ.get("PATH", os.defpath), "MINDFERRY_RUN": token}
        return subprocess.Popen(
            full, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stdout, env=full_environment, start_new_session=True
        )

    def options(self, command: Command, limits: Limits, environment: Mapping[str, str]) -> list[str]:
        options = ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"]
        if self._as_root:
            options += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
            options += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        else:
            options += ["--unshare-all", "--unshare-user", *_no_more_namespaces(self._program)]
        mounts = Mounts()
        for name in SYSTEM_FOLDERS:
            mounts.system(Path(name))
        for name in SYSTEM_FILES:
            mounts.read(Path(name), Path(name))
        options += ["--proc", "/proc", "--dev", "/dev"]
        for scratch in ("/tmp", "/dev/shm", "/home/runner"):
            mounts.scratch(scratch, limits.scratch_bytes)
        for folder in python_folders():
            mounts.read(folder, folder)
        mounts.read(INSIDE, Path(self.place(Binding("inside", INSIDE))))
        for binding in command.bindings:
            if binding.host == INSIDE:
                continue
            mounts.bind(binding.host.resolve(), Path(self.place(binding)), binding.writable)
        options += mounts.options
        for key, value in environment.items():
            options += ["--setenv", key, value]
        return options

    def _finish(self, command: Command) -> None:
        if self._as_root:
            for binding in command.bindings:
                if binding.writable:
                    give(binding.host, os.getuid())


class Unconfined(Confinement):
    """Resource limits only, for machines and projects that somebody trusts."""

    name = "none"
    notice = (
        "No sandbox: this run can reach the network and the files of this machine. It was allowed because {reason}. "
        "Install bubblewrap (on Debian and Ubuntu: apt install bubblewrap) to run every project confined."
    )

    def __init__(self, reason: str) -> None:
        self.notice = self.notice.format(reason=reason)
        self._scratch = ""

    def place(self, binding: Binding) -> str:
        return str(binding.host.resolve())

    def _start(self, command: Command, limits: Limits, token: str, stdout: int) -> subprocess.Popen[bytes]:
        arguments, cwd, environment = self._fill_in(command)
        self._scratch = tempfile.mkdtemp(prefix="mindferry-")
        settings = {"rlimits": limits.rlimits(count_processes=False), "cwd": cwd}
        environment |= {"HOME": self._scratch, "TMPDIR": self._scratch, "MINDFERRY_RUN": token}
        inner = [*python_command(), str(INSIDE / "launch.py"), json.dumps(settings), sys.executable, *arguments]
        return subprocess.Popen(
            inner, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stdout, env=environment, start_new_session=True
        )

    def _finish(self, command: Command) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)


class Mounts:
    """Options that build the sandbox's file system; folders above a mount are made readable for every user in it."""

    def __init__(self) -> None:
        self.options: list[str] = []
        self._made: set[Path] = {Path("/")}

    def _above(self, target: Path) -> None:
        for parent in reversed(target.parents):
            if parent not in self._made:
                self._made.add(parent)
                self.options += ["--perms", "0755", "--dir", str(parent)]

    def system(self, folder: Path) -> None:
        if folder.is_symlink():
            self.options += ["--symlink", os.readlink(folder), str(folder)]
        elif folder.is_dir():
            self.read(folder, folder)

    def read(self, host: Path, target: Path) -> None:
        if host.exists():
            self.bind(host, target, writable=False)

    def bind(self, host: Path, target: Path, writable: bool) -> None:
        self._above(target)
        self._made.add(target)
        self.options += ["--bind" if writable else "--ro-bind", str(host), str(target)]

    def scratch(self, target: str, size: int) -> None:
        self._above(Path(target))
        self.options += ["--perms", "1777", "--size", str(size), "--tmpfs", target]


def base_environment() -> dict[str, str]:
    """The whole environment of a confined program: nothing is inherited from the worker."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/home/runner",
        "TMPDIR": "/tmp",
        "USER": "runner",
        "LOGNAME": "runner",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        # Both frameworks must walk sets and dictionaries of strings in the same order.
        "PYTHONHASHSEED": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "MPLBACKEND": "Agg",
        "WANDB_MODE": "offline",
        "HF_HUB_OFFLINE": "1",
    }


def python_command() -> list[str]:
    """A bare interpreter for the launcher: no site packages, no environment variables, no user folder."""
    return [sys.executable, "-I", "-S"]


def python_folders() -> list[Path]:
    """Folders that the interpreter of this environment needs: the environment and what its links lead to."""
    found: list[Path] = []
    real = Path(sys.executable).resolve()
    candidates = [Path(sys.prefix), Path(sys.base_prefix), real.parent.parent]
    candidates += [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    # A link may pass through a folder that is neither (pyenv, uv): follow it step by step.
    step = Path(sys.executable)
    while step.is_symlink():
        step = step.parent / os.readlink(step)
        candidates.append(Path(os.path.normpath(step)).parent.parent)
    for folder in candidates:
        covered = [*(Path(name) for name in SYSTEM_FOLDERS), *found]
        if not any(folder == above or above in folder.parents for above in covered):
            found.append(folder)
    return found


def give(folder: Path, uid: int) -> None:
    """Make ``uid`` the owner of a tree, never following a link."""
    os.chown(folder, uid, uid, follow_symlinks=False)
    for root, folders, files in os.walk(folder, followlinks=False):
        for name in (*folders, *files):
            os.chown(os.path.join(root, name), uid, uid, follow_symlinks=False)


def find_confinement(trusted: bool = False, environment: Mapping[str, str] | None = None) -> Confinement:
    """The best way to run user code on this machine.

    Raises :class:`SandboxMissing` where there is no sandbox and running without one was not allowed.
    """
    environment = os.environ if environment is None else environment
    sandbox, problem = _bubblewrap()
    if sandbox is not None:
        return sandbox
    if trusted:
        return Unconfined("the project ships with MindFerry")
    if environment.get(ALLOW_SETTING) == "1":
        return Unconfined(f"{ALLOW_SETTING}=1 is set")
    raise SandboxMissing(
        f"{problem} Install bubblewrap (on Debian and Ubuntu: apt install bubblewrap) on a kernel that allows user "
        f"namespaces, or, on a machine where every uploaded project is trusted, set {ALLOW_SETTING}=1."
    )


@functools.lru_cache(maxsize=1)
def _bubblewrap() -> tuple[Bubblewrap | None, str]:
    program = shutil.which("bwrap")
    if program is None:
        return None, "User code may only run in a sandbox, and bubblewrap is not installed."
    sandbox = Bubblewrap(program, as_root=os.getuid() == 0)
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        command = Command(
            ["-I", "-S", "-c", "print('ready')"], [Binding("probe", Path(folder), writable=True)], "{probe}"
        )
        outcome = sandbox.run(
            command, Limits(wall_seconds=30), Watch(on_output=lambda data: lines.append(data.decode(errors="replace")))
        )
    if outcome.exit_code == 0:
        return sandbox, ""
    said = "".join(lines)[-300:]
    return None, f"User code may only run in a sandbox, and bubblewrap does not work here ({said})."


@functools.lru_cache(maxsize=1)
def _no_more_namespaces(program: str) -> tuple[str, ...]:
    told = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=10, check=False)
    return ("--disable-userns",) if "--disable-userns" in told.stdout + told.stderr else ()
