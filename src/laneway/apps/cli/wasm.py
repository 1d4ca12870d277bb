"""`laneway wasm`: the lane filter's module, to be served to a mesh of Istio."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def wasm(file: Path) -> None:
    """Write the lane filter's module to FILE.

    Serve it where the proxies of a mesh can read it, and render with --wasm-url: the objects name
    its digest, so that no proxy loads another one.

    \b
    laneway wasm laneway.wasm
    laneway render --wasm-url https://example.com/laneway.wasm lanes/
    """
    from laneway.adapters.envoy import MODULE
    from laneway.core.emit.filter_module import SHA256

    file.write_bytes(MODULE.read_bytes())
    click.echo(f"{file}: sha256 {SHA256}")
