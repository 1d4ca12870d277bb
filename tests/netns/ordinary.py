"""Running a command as an ordinary user, in this very checkout and virtual environment.

Comes in: a command of the administrator's. Goes out: the command that runs it as another user. What
it needs of folders that are closed to others is shown to it at the same paths, to it alone.
"""

import sys
from pathlib import Path

USER = 12345
ROOT = Path(__file__).parents[2]
_SHOWN = """
number=0
for shown in "$1" "$2"; do
  number=$((number + 1))
  mkdir -p "$3/$number"
  mount --bind "$shown" "$3/$number"
done
for shown in "$1" "$2"; do
  top=/$(echo "$shown" | cut -d/ -f2)
  [ "$(($(stat -c 0%a "$top") & 1))" = 1 ] || mount -t tmpfs -o mode=755 closed "$top"
done
number=0
for shown in "$1" "$2"; do
  number=$((number + 1))
  mkdir -p "$shown"
  mount --bind "$3/$number" "$shown"
done
shift 3
exec "$@"
"""


def as_ordinary_user(folder: Path, *command: str) -> tuple[str, ...]:
    """Return the command that runs another one as the user; the folder is empty, and for this."""
    one = str(USER)
    become = ("setpriv", "--reuid", one, "--regid", one, "--clear-groups")
    shown = (sys.base_prefix, str(ROOT), str(folder))
    return ("unshare", "--mount", "sh", "-euc", _SHOWN, "sh", *shown, *become, *command)
