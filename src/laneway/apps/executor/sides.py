"""What a release is carried out with: where its weights are, who counts, whom it tells.

Comes in: a plan, what the configuration of this program names. Goes out: the two sides of a runner,
and couriers. A name that the configuration lacks is a finding, and nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from laneway.adapters.git import Branch, CloneSource, cloned
from laneway.adapters.metrics import MetricsServer
from laneway.adapters.notices import Courier
from laneway.apps.executor.asking import AskedCluster, StatusRecord
from laneway.apps.executor.traffic import ClusterTraffic
from laneway.apps.local.mesh.configuration import Configuration, OutsidePlace
from laneway.apps.release.cluster_side import ClusterSide
from laneway.apps.release.git_side import GitSide, Pushing
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.release.books import NotWrittenError
from laneway.core.resources.releases.plan import GitTarget, Plan


class ReleaseMeans(Struct, frozen=True):
    """What all releases share: the cluster, what the configuration names, a folder for clones."""

    cluster: AskedCluster
    configuration: Configuration
    folder: str
    runner: str


class ReleaseSides(Struct, frozen=True):
    """What one release is carried out with."""

    weights: GitSide | ClusterSide
    traffic: ClusterTraffic
    couriers: tuple[Courier, ...]

    def checked(self, plan: Plan) -> tuple[Finding, ...]:
        """Return what keeps the weights of the stages from being written, as things are."""
        if isinstance(self.weights, ClusterSide):
            return self.weights.checked()
        return tuple(one for stage in plan.stages for one in self.weights.checked(stage.weights))


def sides_of(plan: Plan, means: ReleaseMeans, failed: Callable[[str], None]) -> ReleaseSides:
    """Return what a plan is carried out with. Raises NotWrittenError, GitError, OSError."""
    named = means.configuration
    if not plan.metrics:
        raise NotWrittenError([unplaced(releasing.NO_METRICS)])
    server = MetricsServer(*_place("metrics server", plan.metrics, named.metrics))
    places = [_place("webhook", name, named.webhooks) for name in plan.notify]
    if plan.git is None:
        record = StatusRecord(means.cluster, plan.name)
        weights: GitSide | ClusterSide = ClusterSide(plan, means.cluster, record)
    else:
        weights = _in_git(plan, plan.git, means)
    traffic = ClusterTraffic(server, plan, means.cluster)
    return ReleaseSides(weights, traffic, tuple(Courier(*one, failed) for one in places))


def _in_git(plan: Plan, target: GitTarget, means: ReleaseMeans) -> GitSide:
    known = means.configuration.repositories
    place = known.get(target.repository)
    if place is None:
        raise _unknown("repository", target.repository, known)
    source = CloneSource(place.url, target.branch, place.token_file)
    repository = cloned(source, str(Path(means.folder) / plan.name))
    path, pushing = str(Path(repository.top) / target.path), Pushing(is_wanted=True)
    return GitSide([path], plan, Branch(repository), pushing=pushing, all_files=False)


def _place(
    what: str, name: str, known: Mapping[str, OutsidePlace]
) -> tuple[str, Callable[[], str]]:
    """Return the address and the token of what a plan names. Raises NotWrittenError, OSError."""
    place = known.get(name)
    if place is None:
        raise _unknown(what, name, known)
    place.token()
    return place.url, place.token


def _unknown(what: str, name: str, known: Mapping[str, OutsidePlace]) -> NotWrittenError:
    words = {"what": what, "name": name, "known": ", ".join(known) or "none"}
    return NotWrittenError([unplaced(releasing.NOT_CONFIGURED, **words)])
