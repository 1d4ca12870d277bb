"""`laneway console`: lanes in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from laneway.apps.cli.clusters import (
    CannotAskClusterError,
    chosen,
    sentence,
)
from laneway.apps.cli.console_options import cluster_options, metrics_server
from laneway.apps.cli.console_proxied import proxied_chosen, proxied_options, serve_many
from laneway.apps.cli.edit_options import edit_delivery, edit_options, edits_chosen
from laneway.apps.cli.meshes import mesh_option, running_mesh

if TYPE_CHECKING:
    from laneway.apps.console.run import ConsoleOptions
    from laneway.apps.console.seams import ConsoleGround


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]", type=click.Path())
@mesh_option
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Without it as before, or from 8420 on."
)
@click.option("--read-only", is_flag=True, help="Show everything, change nothing.")
@click.option("--link", is_flag=True, help="Print a new link to a console that runs.")
def console(
    *,
    paths: tuple[str, ...],
    name: str | None,
    port: int | None,
    read_only: bool,
    link: bool,
) -> int:
    """Show lanes in a browser: the mesh that runs here, what PATH holds, or a cluster.

    It prints a link that opens once; only this machine is answered. A cluster, which --context or
    --kubeconfig names, is shown and changed with your rights in it; with --proxied, with those of
    each visitor.

    \b
    laneway console
    laneway console lanes/
    laneway console lanes/ --push
    laneway console --context staging
    laneway console --proxied --public-origin https://lanes.example.com
    laneway console --link
    """
    from laneway.apps.cli.version import version
    from laneway.apps.console.run import ConsoleOptions

    if proxied_chosen().proxied:
        return _proxied(paths, name, read_only=read_only)
    is_cluster = chosen().kubeconfig is not None or chosen().context is not None
    if is_cluster and (paths or name is not None):
        raise click.UsageError("A cluster, PATH and --name are three questions: put one.")
    if chosen().namespaces and not is_cluster:
        raise click.UsageError("--namespace is of a cluster: say --context or --kubeconfig.")
    if chosen().metrics and not is_cluster:
        raise click.UsageError("--metrics is of a cluster: say --context or --kubeconfig.")
    options = ConsoleOptions(port=port, read_only=read_only, version=version())
    if is_cluster:
        return on_cluster(options, link=link)
    from laneway.apps.console.run import new_link, run

    ground = _ground(paths, name)
    if link:
        click.echo(new_link(ground.about))
        return 0
    return run(ground, options)


console.params += [*edit_options(), *cluster_options(), *proxied_options()]


def _proxied(paths: tuple[str, ...], name: str | None, *, read_only: bool) -> int:
    if paths or name is not None:
        raise click.UsageError("--proxied is of a cluster: neither PATH nor --name goes with it.")
    if edits_chosen().is_said:
        raise click.UsageError("A work tree is one person's: with --proxied nothing is committed.")
    return serve_many(read_only=read_only)


def on_cluster(options: ConsoleOptions, *, link: bool) -> int:
    """Show the cluster that is meant with the user's rights. Raises CannotAskClusterError."""
    from laneway.adapters.kube import KubeError, access
    from laneway.apps.cluster.following import TooMuchError
    from laneway.apps.console.on_cluster import about_cluster, run_on_cluster
    from laneway.apps.console.run import new_link

    if edits_chosen().commits and not edits_chosen().work_tree:
        raise click.UsageError("What a syncer tracks is committed in a work tree: --work-tree.")
    try:
        way = access(chosen().kubeconfig, chosen().context)
        if link:
            click.echo(new_link(about_cluster(way)))
            return 0
        tree = edit_delivery()
        return run_on_cluster(way, chosen().namespaces, options, metrics_server(), tree)
    except (KubeError, TooMuchError) as error:
        raise CannotAskClusterError(sentence(error)) from error


def _ground(paths: tuple[str, ...], name: str | None) -> ConsoleGround:
    if paths and name is not None:
        raise click.UsageError("PATH and --name are two questions: what files say, what runs.")
    if paths:
        if edits_chosen().work_tree:
            raise click.UsageError("PATH is where edits go: it needs no --work-tree.")
        from laneway.adapters.files import Reader
        from laneway.apps.console.grounds.files import FilesGround

        return FilesGround(Reader(paths, packages=True), edit_delivery())
    from laneway.apps.console.grounds.mesh import MeshGround

    return MeshGround(running_mesh(name), edit_delivery())
