"""Entering a workload's namespaces, and running a command there.

Comes in: words, `user=PATH`, `network=PATH`, `mounts=PATH`, `file=SOURCE:TARGET` and `keep=NUMBER`,
a capability. Goes out: this process, in these namespaces, with SOURCE seen at TARGET; as a program
of its own it then becomes the command behind `--`. It runs alone and imports nothing of Laneway.

Whoever owns a user namespace may enter it and is its administrator there until the next program is
executed: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
"""

from __future__ import annotations

import ctypes
import os
import sys

NEWNS, NEWUSER, NEWNET = 0x20000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_SLAVE = 0x1000, 0x4000, 0x80000
CAPABILITY_VERSION = 0x20080522
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2

_libc = ctypes.CDLL(None, use_errno=True)


def enter(words: list[str]) -> None:
    """Enter with this process, which must have one thread. Raises OSError."""
    told = [word.partition("=")[::2] for word in words]
    folder = os.getcwd()  # noqa: PTH109 - pathlib is not loaded here
    # Opened before anything is entered: afterwards other paths, and other rights, hold.
    namespaces = {
        key: os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        for key, path in told
        if key in ("user", "network", "mounts")
    }
    if "user" in namespaces:
        _call("setns", namespaces["user"], NEWUSER)
    if "mounts" in namespaces:
        _call("setns", namespaces["mounts"], NEWNS)
        os.chdir(folder)
    if files := [text.rpartition(":")[::2] for key, text in told if key == "file"]:
        _mount(files)
    if "network" in namespaces:
        _call("setns", namespaces["network"], NEWNET)
    for handle in namespaces.values():
        os.close(handle)
    if "user" in namespaces:
        _keep([int(number) for key, number in told if key == "keep"])


def _mount(files: list[tuple[str, str]]) -> None:
    """Have files seen at other paths, by this process and what it starts alone."""
    _call("unshare", NEWNS)
    _call("mount", None, b"/", None, MS_REC | MS_SLAVE, None)
    for source, target in files:
        path = os.path.realpath(target)
        if os.path.exists(path):  # noqa: PTH110 - as above
            _call("mount", os.fsencode(source), os.fsencode(path), None, MS_BIND, None)


def _keep(capabilities: list[int]) -> None:
    """Drop all capabilities but these, which the next program inherits.

    https://man7.org/linux/man-pages/man7/capabilities.7.html
    """
    bits = sum(1 << number for number in capabilities)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)(*[bits & 0xFFFFFFFF] * 3, *[bits >> 32] * 3)
    _call("capset", ctypes.byref(header), ctypes.byref(sets))
    for number in capabilities:
        _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def main() -> None:
    """Enter, and become the command."""
    end = sys.argv.index("--")
    command = sys.argv[end + 1 :]
    try:
        enter(sys.argv[1:end])
        os.execvp(command[0], command)  # noqa: S606 - running the user's command is the purpose
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror or error}")


if __name__ == "__main__":
    main()
