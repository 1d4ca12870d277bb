"""The command line: flags and paths in, an exit code and text out.

`at_once` answers what needs no command, help and a key of completion; `entry` is the door to the
commands, each loaded only when it runs. Commands wire rooms together and decide nothing. Nothing is
imported before Ctrl-C has its meaning.
"""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    _begin()
    import os
    import sys

    from laneway.apps.cli.at_once import answer

    if (text := answer(sys.argv[1:], os.environ)) is not None:
        os.write(1, text.encode())
        return
    _carry_out("laneway.apps.cli.entry")


def kubectl_laneway() -> None:
    """Run `kubectl laneway`, the commands about a cluster."""
    _begin()
    _carry_out("laneway.apps.cli.kubectl")


def kubectl_complete_laneway() -> None:
    """Answer a key of completion behind `kubectl laneway`."""
    _begin()
    _carry_out("laneway.apps.cli.kubectl_completion")


def _begin() -> None:
    from laneway.apps.cli.interrupting import end_at_once

    end_at_once()
    import os
    import sys

    # closed ones are None: now what is written there is lost, and no file of ours gets their number
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _carry_out(module: str) -> None:
    """Call `run` of a module, and end the process with what it returns."""
    import gc
    import os
    import sys

    gc.disable()  # what is loaded stays: to go through it while it grows is in vain
    from contextlib import suppress
    from importlib import import_module

    run = import_module(module).run
    gc.freeze()  # else it is gone through at once now
    gc.enable()
    code = run()
    from laneway.apps.cli.interrupting import end_at_once

    end_at_once()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # who read it has gone, or the disk is full: `run` has said so
            stream.flush()
    os._exit(code)  # taking all modules down would last as long as two empty programs
