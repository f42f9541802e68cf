# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keep a Python process and its children off the network.

Python imports this module automatically if its folder is on PYTHONPATH. A lookup or
connection beyond loopback raises NetworkBlocked and is written to the file named by
PAYCOLLECT_GUARD_LOG, so that it is noticed even if the exception is caught.
"""

import ipaddress
import os
import socket
import sys

ADDRESSES = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
NAMES = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0}


class NetworkBlocked(OSError):
    """A connection beyond this machine was blocked."""


def is_local(host):
    """Return whether a host, as passed to socket functions, is this machine."""
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host in (None, "", "localhost", "localhost.localdomain", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def guard(event, args):
    """Audit hook: block connections beyond this machine."""
    if event in ADDRESSES:
        address = args[ADDRESSES[event]]
        host = address[0] if isinstance(address, tuple) else None
    elif event in NAMES:
        host = args[NAMES[event]]
    else:
        return
    if not is_local(host):
        attempt = f"{event} to {host}"
        with open(os.environ["PAYCOLLECT_GUARD_LOG"], "a") as log:
            log.write(f"{attempt}\n")
        raise NetworkBlocked(f"tests cannot reach the network, blocked: {attempt}")


if os.environ.get("PAYCOLLECT_GUARD_LOG"):
    sys.addaudithook(guard)
