"""Asks for more rights: root's, other namespaces, mounts, other people's files."""

import ctypes
import os

STOPPED_BY = ("",)
libc = ctypes.CDLL(None, use_errno=True)
if os.getuid() == 0 and open("/proc/self/uid_map").read().split()[1] == "0":
    print("BREACH: runs as root")
for name, attempt in {
    "setuid": lambda: os.setuid(0),
    "chroot": lambda: os.chroot("/tmp"),
    "write to the interpreter": lambda: open(os.__file__, "a"),
    "write to the recorder": lambda: open("/mindferry/inside/program.py", "a"),
    "write to the system": lambda: open("/usr/bin/breach", "w"),
    "device": lambda: os.mknod("disk", 0o60666, os.makedev(8, 0)),
}.items():
    try:
        attempt()
        print(f"BREACH: {name}")
    except OSError as error:
        print(name, error)
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
    print("BREACH: mounted")
if open("/proc/self/status").read().count("CapEff:\t0000000000000000") != 1:
    print("BREACH: has capabilities")
