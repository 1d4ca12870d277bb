"""As much of `curl` as the pages use, for machines that have none: URL, `-s`, `-H`, `-o`, `-w`."""

import argparse
import sys
import urllib.error
import urllib.request


def main(arguments: list[str]) -> None:
    """Send one request and print the answer."""
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("-o", default="")
    parser.add_argument("-w", default="")
    parser.add_argument("url")
    asked = parser.parse_args(arguments)
    headers = dict(line.split(": ", 1) for line in asked.H)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(asked.url, headers=headers)  # noqa: S310
    try:
        with opener.open(request, timeout=10) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read()
    if not asked.o:
        sys.stdout.write(body.decode())
    sys.stdout.write(asked.w.replace("%{http_code}", str(status)).replace("\\n", "\n"))


if __name__ == "__main__":
    main(sys.argv[1:])
