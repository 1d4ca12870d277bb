"""Which cluster a command means, and how it is asked: `--context`, `--kubeconfig`, `-n`, `-A`.

Comes in: words of the command line. Goes out: a client, and what is to be told where the cluster
cannot be asked. The options wait beside the command, which does not know of them; the same command
reads files alone behind `laneway`.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from laneway.apps.terminal.exit_codes import NOT_KNOWN, WORLD_FAILED

if TYPE_CHECKING:
    from laneway.adapters.kube import Client
    from laneway.apps.cluster.reading import ClusterReading
    from laneway.core.findings.finding import Finding
    from laneway.core.mesh.snapshot import Snapshot

T = TypeVar("T")
_CHOICE = "laneway.cluster"
_BOUND = 4.0
"""Seconds for which a server that does not answer is asked again: a person is waiting."""
_SILENT = 1.0
"""Seconds after which it is told what takes so long."""


TELLING = "Tell only of this namespace, and of groups that have a service in it."


class ClusterChoice(Struct):
    """The cluster that is meant. Without a namespace everything is told."""

    kubeconfig: str | None = None
    context: str | None = None
    namespace: str = ""
    all_namespaces: bool = False
    namespaces: tuple[str, ...] = ()
    """Those that alone are looked into."""
    metrics: str = ""
    """The URL of a server that answers PromQL."""
    metrics_token_file: str = ""


class NotKnownError(click.ClickException):
    """What is asked cannot be answered, since something of the cluster is not read."""

    exit_code = NOT_KNOWN


class CannotAskClusterError(click.ClickException):
    """The cluster cannot be reached, or does not let us in."""

    exit_code = WORLD_FAILED


def chosen() -> ClusterChoice:
    """Return which cluster is meant by the command that runs."""
    found: ClusterChoice = click.get_current_context().meta.setdefault(_CHOICE, ClusterChoice())
    return found


def note(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return what keeps an option's value beside the command, as a field of the choice."""

    def noted(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value:
            setattr(ctx.meta.setdefault(_CHOICE, ClusterChoice()), name, value)

    return noted


def _contexts(ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Return the contexts that begin as what was typed."""
    from laneway.adapters.kube import KubeError
    from laneway.adapters.kube.access import contexts

    try:
        names = contexts(ctx.meta.get(_CHOICE, ClusterChoice()).kubeconfig)
    except KubeError:
        return []
    return [one for one in names if one.startswith(begun)]


def complete_names(
    kind: str = "",
) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return what completes names of groups or lanes; without a kind, what was typed says which."""

    def complete(ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
        from laneway.apps.cluster.lanes import lanes_of_cluster

        try:
            with ctx.scope(cleanup=False):
                found = ask(lanes_of_cluster).only(
                    (kind or ctx.params.get("kind") or "").rstrip("s")
                )
        except click.ClickException:
            return []
        return sorted(name for name in found.names if name.startswith(begun))

    return complete


def connection_options() -> list[click.Parameter]:
    """Return the options that say which cluster is asked."""
    return [
        click.Option(
            ["--context"],
            metavar="NAME",
            expose_value=False,
            callback=note("context"),
            shell_complete=_contexts,
            help="The context of the kubeconfig; without it the current one.",
        ),
        click.Option(
            ["--kubeconfig"],
            metavar="FILE",
            type=click.Path(dir_okay=False),
            expose_value=False,
            is_eager=True,
            callback=note("kubeconfig"),
            help="The kubeconfig; without it $KUBECONFIG or ~/.kube/config.",
        ),
    ]


def namespace_option(says: str) -> click.Parameter:
    """Return `-n`, which narrows what is told; what is read is the whole mesh."""
    return click.Option(
        ["-n", "--namespace"],
        metavar="NAMESPACE",
        expose_value=False,
        callback=note("namespace"),
        help=says,
    )


def all_namespaces_option() -> click.Parameter:
    """Return `-A`, which asks for what is so anyway."""
    return click.Option(
        ["-A", "--all-namespaces"],
        is_flag=True,
        expose_value=False,
        callback=note("all_namespaces"),
        help="All namespaces, which is so without a word.",
    )


def with_cluster(command: click.Command) -> click.Command:
    """Give a command that asks a cluster alone the options that say which, and of what is told."""
    command.params += [namespace_option(TELLING), all_namespaces_option(), *connection_options()]
    return command


def namespace() -> str:
    """Return the namespace of which is told, empty for all. Raises UsageError."""
    choice = chosen()
    if choice.namespace and choice.all_namespaces:
        raise click.UsageError("-n and -A contradict each other.")
    return choice.namespace


def ask(question: Callable[[Client], Awaitable[T]], words: Callable[[], str] | None = None) -> T:
    """Put a question to the cluster that is meant; `words` say on the way what takes so long.

    Raises CannotAskClusterError.
    """
    import asyncio

    from laneway.adapters.kube import Client, KubeError, access

    choice = chosen()

    async def asked() -> T:
        async with Client(access(choice.kubeconfig, choice.context), bound=_BOUND) as client:
            telling = asyncio.create_task(_tell(words)) if words else None
            try:
                return await question(client)
            finally:
                if telling:
                    telling.cancel()

    try:
        return asyncio.run(asked())
    except KubeError as error:
        raise CannotAskClusterError(sentence(error)) from error
    finally:
        _settle()


def sentence(error: Exception) -> str:
    """Return what went wrong, and what is to be done about it where that is known."""
    from laneway.adapters.kube import Forbidden, NoAccess, Unavailable

    text = str(error).rstrip(".")
    if isinstance(error, Forbidden):
        return f"{text}. Have somebody bind you to the chart's viewer role."
    if isinstance(error, NoAccess) and "does not take the credentials" in text:
        return f"{text}. They may have expired: log in anew, or see `kubectl auth whoami`."
    if isinstance(error, Unavailable) and "certificate" in text:
        return f"{text}. The kubeconfig's certificates may have expired, or be another cluster's."
    if isinstance(error, Unavailable):
        return f"{text}. `kubectl version` asks the same server."
    return f"{text}."


async def _tell(words: Callable[[], str]) -> None:
    import asyncio

    from laneway.apps.terminal.screen import Screen

    screen = Screen(sys.stdout, sys.stderr)
    await asyncio.sleep(_SILENT)
    while True:
        screen.progress("Reading the cluster:", words())
        await asyncio.sleep(_SILENT / 5)


def _settle() -> None:
    """Take the line of progress away, if there is a terminal that could show one."""
    if sys.stderr.isatty():
        from laneway.apps.terminal.screen import CLEAR

        sys.stderr.write(CLEAR)
        sys.stderr.flush()


def beside(files: Snapshot | None) -> Snapshot:
    """Return what there would be with the files applied to the cluster."""
    return cluster_and(files)[1]


def known_beside(files: Snapshot | None) -> Snapshot:
    """Return the same, for who has no words for groups that are held. Raises NotKnownError."""
    found = beside(files)
    if found.unread:
        raise NotKnownError(f"Without {', '.join(found.unread)} nothing is known of any lane.")
    return found


def cluster_and(files: Snapshot | None) -> tuple[Snapshot, Snapshot]:
    """Return what the cluster has, and what it would have with the files applied.

    Raises CannotAskClusterError, and UsageError where neither could have lanes.
    """
    from laneway.core.mesh.not_read import by_reason
    from laneway.core.mesh.of_cluster import with_files

    found = cluster_read()
    for why, names in by_reason(found.snapshot.not_read).items():
        click.echo(f"Not read of the cluster: {', '.join(names)} ({why}).", err=True)
    if files is None and not found.has_lane_kinds:
        raise click.UsageError(
            "The cluster does not know lanes: its API server has no such kinds. Name PATH for "
            "lanes in files, or add the kinds: kubectl laneway crds | kubectl apply -f -"
        )
    if files is None:
        return found.snapshot, found.snapshot
    return found.snapshot, with_files(found.snapshot, files)


def cluster_read() -> ClusterReading:
    """Return what the cluster has. Raises CannotAskClusterError."""
    from laneway.apps.cluster.reading import read_cluster

    told = ["0 objects"]

    def progress(objects: int, done: int, kinds: int) -> None:
        told[0] = f"{objects:,} objects, {done} of {kinds} kinds"

    return ask(lambda client: read_cluster(client, progress), lambda: told[0])


def in_namespace(name: str) -> str:
    """Return a name with the namespace that was said, if one was and the name has none."""
    choice: ClusterChoice | None = click.get_current_context().meta.get(_CHOICE)
    if choice is None or not name or "/" in name or not (space := namespace()):
        return name
    return f"{space}/{name}"


def of_namespace(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings about a namespace and about groups and lanes; all, where none is said."""
    choice: ClusterChoice | None = click.get_current_context().meta.get(_CHOICE)
    if choice is None or not (space := namespace()):
        return findings
    return tuple(one for one in findings if _is_of(one.subject, space))


def _is_of(subject: str, space: str) -> bool:
    """Whether an object, `Kind namespace/name` or `Kind name`, is of a namespace or of none."""
    _, _, place = subject.partition(" ")
    return "/" not in place or place.partition("/")[0] == space
