"""Puts a command into namespaces of its own: a script for Linux, run with the suite's interpreter.

    python -I -S namespaces.py VIEW COMMAND...

It makes a user, mount, PID, network and IPC namespace, as any user may where the kernel lets them: the
command is the first process there, its network is a loopback of its own, and it has no privileges, not even
those that root has outside. `VIEW` is a JSON object that says what it sees of the file system
(`sandbox.View`): all is read-only, the `hidden` directories are empty but for the paths `shown` in them, and
it can write to `/tmp`, `/dev/shm` and what is named `written`. `/dev` has the harmless devices, `/proc` the
namespace's own processes.

When this process is killed, so is everything in the namespaces. What the kernel refuses is one line on its
standard error and status 1.
"""

# ruff: noqa: PTH102, PTH103, PTH110, PTH112, PTH120, PTH123, PTH211 - pathlib takes longer to import than all that is done here

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import sys
from typing import Any

NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
NOSUID, NODEV, NOEXEC, BIND, REC, PRIVATE = 0x2, 0x4, 0x8, 0x1000, 0x4000, 0x40000  # of mount(2)
SYS_MOUNT_SETATTR = 442  # the same number on every architecture; Linux 5.12
AT_FDCWD, AT_RECURSIVE, ATTR_RDONLY = -100, 0x8000, 0x1
SET_PDEATHSIG, SET_NO_NEW_PRIVS = 1, 38  # of prctl(2)
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
INTERFACE = struct.Struct("16sh14x")  # the kernel's `struct ifreq`

NOBODY = 1000
"""The number that root has in there: with its own it would keep root's powers over these namespaces."""

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
SMALL = "mode=1777,size=256m"

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> int:
    """Make the namespaces and run the command; its status."""
    view, command = json.loads(sys.argv[1]), sys.argv[2:]
    try:
        _separate()
        _loopback()
        inside = os.fork()
        if inside == 0:
            _call("prctl", SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            _mounts(view)
            _call("prctl", SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            os.chdir("/")
            os.execv(command[0], command)  # noqa: S606 - as asked; it drops what privileges are left
    except OSError as error:
        sys.stderr.write(f"{error.filename or 'namespaces'}: {error.strerror}\n")
        return 1
    os.close(0)  # what speaks there is the command's own
    return os.waitstatus_to_exitcode(os.waitpid(inside, 0)[1]) & 0xFF


def _separate() -> None:
    """Leave the user's namespaces. The user keeps their number, unless it is root's."""
    user, group = os.getuid(), os.getgid()
    _call("unshare", NEWUSER | NEWNS | NEWPID | NEWNET | NEWIPC)
    for file, content in (
        ("setgroups", "deny"),
        ("uid_map", f"{user or NOBODY} {user} 1"),
        ("gid_map", f"{group or NOBODY} {group} 1"),
    ):
        with open(f"/proc/self/{file}", "w", encoding="ascii") as wanted:
            wanted.write(content)


def _loopback() -> None:
    """Bring the network's only interface up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        _, flags = INTERFACE.unpack(fcntl.ioctl(any_socket, SIOCGIFFLAGS, INTERFACE.pack(b"lo", 0)))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, INTERFACE.pack(b"lo", flags | IFF_UP))


def _mounts(view: dict[str, Any]) -> None:
    _mount("", "/", "", REC | PRIVATE)
    _mount("proc", "/proc", "proc", NOSUID | NODEV | NOEXEC)
    devices = {name: os.open(f"/dev/{name}", os.O_PATH) for name in DEVICES}
    kept = {path: os.open(path, os.O_PATH) for path in (*view["shown"], *view["written"])}
    for path in view["hidden"]:
        _mount("tmpfs", path, "tmpfs", NOSUID | NODEV, SMALL)
    _mount("tmpfs", "/dev", "tmpfs", NOSUID | NOEXEC, "mode=755,size=1m")
    for name, descriptor in devices.items():
        _show(descriptor, f"/dev/{name}")
    for name, target in LINKS.items():
        os.symlink(target, f"/dev/{name}")
    os.mkdir("/dev/shm")  # noqa: S108 - a mount of its own
    _mount("tmpfs", "/dev/shm", "tmpfs", NOSUID | NODEV, SMALL)  # noqa: S108
    for path, descriptor in kept.items():
        _show(descriptor, path)
    _read_only("/", wanted=True)
    for path in ("/tmp", "/dev/shm", *view["written"]):  # noqa: S108
        if os.path.ismount(path):
            _read_only(path, wanted=False)
    for descriptor in (*devices.values(), *kept.values()):
        os.close(descriptor)


def _show(descriptor: int, path: str) -> None:
    """Have at a path what was opened before something hid it."""
    source = f"/proc/self/fd/{descriptor}"
    if os.path.isdir(source):
        os.makedirs(path, exist_ok=True)
    elif not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    _mount(source, path, "", BIND | REC)


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Call mount(2).

    Raises:
        OSError: It is refused.
    """
    names = (os.fsencode(each) or None for each in (source, target, kind))
    _call("mount", *names, flags, options.encode() or None, at=target)


def _read_only(path: str, *, wanted: bool) -> None:
    """Let nobody write to a path, in whatever is mounted below it too; or let them write to that one mount.

    Raises:
        OSError: It is refused.
    """
    change = struct.pack("QQQQ", ATTR_RDONLY if wanted else 0, 0 if wanted else ATTR_RDONLY, 0, 0)
    flags = AT_RECURSIVE if wanted else 0
    numbers = (ctypes.c_long(SYS_MOUNT_SETATTR), ctypes.c_long(AT_FDCWD))
    _call("syscall", *numbers, os.fsencode(path), flags, change, ctypes.c_size_t(len(change)), at=path)


def _call(function: str, *arguments: Any, at: str | None = None) -> None:
    """Call a function of the C library that gives -1 when it fails.

    Raises:
        OSError: It did.
    """
    if getattr(_libc, function)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), at or function)


if __name__ == "__main__":
    sys.exit(main())
