"""Looks for a way out: the machine's own services, other machines, abstract sockets."""

import socket

STOPPED_BY = ("",)
for address in (("127.0.0.1", 0), ("127.0.0.1", 6379), ("127.0.0.1", 5432), ("169.254.169.254", 80), ("1.1.1.1", 53)):
    host, port = address[0], address[1] or int(open("port").read())
    try:
        socket.create_connection((host, port), timeout=1)
        print(f"BREACH: connected to {host}:{port}")
    except OSError as error:
        print(host, port, error)
try:
    socket.getaddrinfo("pypi.org", 443)
    print("BREACH: resolved a name")
except OSError as error:
    print(error)
