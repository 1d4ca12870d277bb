"""The command line: flags and paths in, an exit code and text out.

`at_once` answers what needs no command, help and a key of completion; `entry` is the door to the
commands, each loaded only when it runs. Commands wire rooms together and decide nothing. Nothing is
imported before Ctrl-C has its meaning.
"""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from laneway.apps.cli.interrupting import end_at_once

    end_at_once()
    import os
    import sys

    # closed ones are None: now what is written there is lost, and no file of ours gets their number
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    from laneway.apps.cli.at_once import answer

    if (text := answer(sys.argv[1:], os.environ)) is not None:
        os.write(1, text.encode())
        return
    import gc

    gc.disable()  # what is loaded stays: to go through it while it grows is in vain
    from contextlib import suppress

    from laneway.apps.cli.entry import run

    gc.freeze()  # else it is gone through at once now
    gc.enable()
    code = run()
    end_at_once()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # who read it has gone, or the disk is full: `run` has said so
            stream.flush()
    os._exit(code)  # taking all modules down would last as long as two empty programs
