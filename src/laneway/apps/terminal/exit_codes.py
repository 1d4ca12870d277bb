"""What an exit code means, the same for every command.

0 all is well, 1 errors were found in the input or a promise is not kept, 2 the command was called
wrongly, 3 the machine failed (a port, a process, a file), 4 `prove` could not decide, 70 a bug in
Laneway.
"""

FINE, ERRORS_FOUND, USAGE, WORLD_FAILED, NOT_KNOWN, BUG = 0, 1, 2, 3, 4, 70
