"""Starts commands for `timing.py` and says what each took: one JSON line in, one out.

It is a process of its own because the kernel counts the memory of whoever starts a program as that
program's: measured from a small process, a small program is seen as small.
"""

import json
import os
import subprocess
import sys
import time

for line in sys.stdin:
    asked = json.loads(line)
    with open(asked["output"], "wb") as file:  # noqa: PTH123 - pathlib would make it larger
        begin = time.perf_counter()
        process = subprocess.Popen(
            asked["command"], stdout=file, stderr=subprocess.DEVNULL, env=asked["environment"]
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    answer = {
        "code": process.returncode,
        "seconds": seconds,
        "processor": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / 1024,
    }
    print(json.dumps(answer), flush=True)
