"""Files of a running mesh are saved in one step: nobody reads the empty moment of a plain write."""

from pathlib import Path


def save(file: Path, text: str) -> None:
    """Write a text beside a file, under a name that is hidden, and put it in the file's place."""
    beside = file.with_name(f".{file.name}.new")
    beside.write_text(text)
    beside.replace(file)
