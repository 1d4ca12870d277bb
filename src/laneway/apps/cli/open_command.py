"""`laneway open`: a link that leads a browser into a lane."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from laneway.apps.cli.meshes import UnfitError, mesh_option, running_mesh
from laneway.apps.cli.reading import compiled, optional_paths_argument
from laneway.apps.terminal.exit_codes import ERRORS_FOUND

if TYPE_CHECKING:
    from collections.abc import Callable

    from laneway.core.compile import Compilation
    from laneway.core.findings.place import Place
    from laneway.core.mesh.mesh import Group
    from laneway.core.search.links import Link

    Address = Callable[[Link], str]


class NoLinkError(click.ClickException):
    """There is no such link; the words say why, and how there would be one."""

    exit_code = ERRORS_FOUND


@click.command()
@click.argument("lane", metavar="LANE")
@optional_paths_argument
@mesh_option
@click.option("--url", metavar="URL", help="Where the gateway of the lanes in PATH is reached.")
@click.option("--page", metavar="PATH", help="The page to open; by default any that is the lane's.")
def open(  # noqa: A001 - the name of the command
    lane: str, paths: tuple[str, ...], name: str | None, url: str | None, page: str | None
) -> None:
    """Print a link that leads a browser into LANE, where it stays by a cookie.

    The lane's group says by an annotation that there are such links, and names the cookie:
    `laneway.dev/lane-cookie: lane`. The link is one to the mesh that runs here, or with --url to
    the gateway of the lanes in PATH.

    \b
    laneway open s2
    laneway open s2 --page '/mock?user=7'
    laneway open s2 --url https://shop.example.com lanes/
    """
    if bool(paths) != (url is not None):
        raise click.UsageError("PATH and --url go together: the lanes, and where their gateway is.")
    compilation, address = _given(paths, url) if url is not None else _running(name)
    group, cookie = _cookie(compilation, lane)
    found = _links(compilation, lane, page, cookie)
    for link in found:
        click.echo(f"{_based(address(link), link)}{link.request.path}")
        if link.domain != "*" and urlsplit(address(link)).hostname != link.request.host:
            there = urlsplit(address(link)).hostname
            click.echo(f"{link.request.host} has to lead to {there} where it is opened.", err=True)
    if not found:
        where = f" with page {page}" if page else ""
        raise NoLinkError(
            f"no gateway leads into lane {lane}{where}: `laneway check` says which entries group "
            f"{group.name} has, `laneway explain --path PATH` what takes a page."
        )
    click.echo(f"It stays until a page is opened with ?{cookie}= and no lane.", err=True)


def _given(paths: tuple[str, ...], url: str) -> tuple[Compilation, Address]:
    if not _is_address(url):
        raise click.BadParameter(f"{url!r} is not like http://shop.example.com", param_hint="--url")
    return compiled(paths), lambda _: url.rstrip("/")


def _is_address(url: str) -> bool:
    """Whether a URL names a server, and at most a path: the page comes behind it."""
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return False
    is_server = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return is_server and not re.search(r"[\s?#@]", url)


def _running(name: str | None) -> tuple[Compilation, Address]:
    """Return what a mesh on this machine serves, and where its gateways listen."""
    from laneway.adapters.files import read_paths
    from laneway.apps.local.record.outside import look
    from laneway.core.compile import compile_snapshot

    folder = running_mesh(name)
    record = look(folder).record
    if record is None or record.state != "ready":
        raise UnfitError(f"mesh {folder.name} is still starting.")
    urls = {(tuple(sorted(one.selector.items())), one.port): one.url for one in record.gateways}
    compilation = compile_snapshot(read_paths([str(folder.input)]))
    return compilation, lambda link: urls[link.gateway.selector, link.gateway.port].rstrip("/")


def _cookie(compilation: Compilation, lane: str) -> tuple[Group, str]:
    """Return a lane's group and its cookie."""
    from laneway.core.resources.yaml.nearness import likest
    from laneway.core.routing.plan.entry_cookies import LANE_COOKIE_ANNOTATION, lane_cookie
    from laneway.core.search.links import group_of_lane

    group = group_of_lane(compilation.mesh, lane)
    if group is None:
        lanes = [one.name for group in compilation.mesh.groups for one in group.lanes]
        meant = likest(lane, lanes)
        there = f"did you mean {meant}?" if meant else f"there are: {', '.join(lanes) or 'none'}."
        raise click.BadParameter(f"there is no lane {lane}; {there}", param_hint="LANE")
    cookie = lane_cookie(group)
    if not cookie:
        raise NoLinkError(
            f"group {group.name} has no links into its lanes. They are off unless it names the "
            "cookie that keeps a browser there:\n\n"
            f"  metadata:\n    annotations:\n      {LANE_COOKIE_ANNOTATION}: lane\n\n"
            f"  --> {_where(group.group.meta.place('metadata', 'name'))}"
        )
    return group, cookie


def _where(place: Place) -> str:
    """Return the file, line and column of a place."""
    from laneway.core.findings.locate import locate_all

    [found] = locate_all([place])
    return f"{place.source.path}:{found.line}:{found.column}"


def _links(compilation: Compilation, lane: str, page: str | None, cookie: str) -> list[Link]:
    from laneway.core.search.links import link_to, links

    mesh, plan = compilation.mesh, compilation.plan
    if page is None:
        return list(links(mesh, plan, lane))
    if not page.startswith("/"):
        raise click.BadParameter(f"{page!r} does not begin with a slash", param_hint="--page")
    return list(link_to(mesh, plan, lane, page, cookie))


def _based(address: str, link: Link) -> str:
    """Return an address with a link's host, where the gateway serves that host alone."""
    if link.domain == "*":
        return address
    port = urlsplit(address).port
    return f"{urlsplit(address).scheme}://{link.request.host}{f':{port}' if port else ''}"
