"""`python -m laneway` is the command `laneway`."""

from laneway.apps.cli import main

if __name__ == "__main__":
    main()
