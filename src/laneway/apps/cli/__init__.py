"""The command line: flags and paths in, an exit code and text out.

`entry` is the door; each command is loaded only when it runs, so that help and completion do not
wait for the compiler. Commands wire rooms together and decide nothing. Nothing is imported before
Ctrl-C has its meaning.
"""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from laneway.apps.cli.interrupting import end_at_once

    end_at_once()
    import sys

    from laneway.apps.cli.entry import run

    code = run()
    end_at_once()
    sys.exit(code)
