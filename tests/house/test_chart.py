"""The chart asks for what the operator uses and no more, and everything made of it is fresh."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from laneway.apps.cli.entry import COMMANDS
from laneway.core.emit.crds.definitions import DEFINITIONS, definitions
from laneway.core.emit.yaml_text import yaml_documents
from laneway.core.keeping.followed import FOLLOWED
from laneway.core.keeping.names import METRICS
from tests.cluster.chart import CHART, EVERYTHING, ROOT, chart_objects, chart_text
from tests.conftest import Had
from tests.engines import engine

pytestmark = pytest.mark.engine

KUSTOMIZE = ROOT / "deploy" / "kustomize"
CONSOLE = ("console.enabled=true", "console.publicOrigin=https://lanes.example.com")
MADE: dict[Path, Callable[[], str]] = {
    CHART / "crds" / "laneway.yaml": lambda: "".join(yaml_documents(definitions())),
    KUSTOMIZE / "base" / "laneway.yaml": partial(chart_text, words=("--include-crds",)),
    KUSTOMIZE / "releases" / "releases.yaml": partial(
        chart_text, "releases.enabled=true", words=("--show-only=templates/releases.yaml",)
    ),
    KUSTOMIZE / "console" / "console.yaml": partial(
        chart_text, *CONSOLE, words=("--show-only=templates/console.yaml",)
    ),
    KUSTOMIZE / "all-namespaces" / "writing.yaml": partial(
        chart_text, "namespaces=all", words=("--show-only=templates/writing.yaml",)
    ),
}
"""Files that are made of others, and how; each comes behind those it is made of."""
RELEASES = ("laneway.dev", "lanereleases")
"""What people see beside what decides where requests go."""
WRITTEN = frozenset({"virtualservices", "destinationrules"})

Rule = dict[str, Any]


@pytest.fixture(autouse=True)
def helm(had: Had) -> None:
    """Skip where there is no Helm."""
    had(partial(engine, "helm"))


def of_kind(kind: str, *values: str) -> list[dict[str, Any]]:
    return [one for one in chart_objects(*values) if one["kind"] == kind]


def rules_of(kind: str, name: str, *values: str) -> list[Rule]:
    """Return the rules of the role of that name."""
    (found,) = [one for one in of_kind(kind, *values) if one["metadata"]["name"] == name]
    rules: list[Rule] = found["rules"]
    return rules


@pytest.mark.parametrize("path", MADE, ids=[str(path.relative_to(ROOT)) for path in MADE])
def test_what_is_made_of_others_is_fresh(path: Path) -> None:
    text = MADE[path]()
    if os.environ.get("LANEWAY_BLESS"):
        path.write_text(text)
    assert path.read_text() == text


def test_kustomize_and_the_chart_make_the_same_objects(had: Had) -> None:
    kubectl = had(partial(engine, "kubectl"))
    command = (kubectl, "kustomize", KUSTOMIZE / "all-namespaces")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = {_named(one): one for one in yaml.safe_load_all(done.stdout)}
    wanted = [*chart_objects("namespaces=all"), *definitions()]
    assert found == {_named(one): one for one in wanted}


def _named(one: dict[str, Any]) -> tuple[str, ...]:
    head = one["metadata"]
    return one["kind"], head.get("namespace", ""), head["name"]


@pytest.mark.parametrize(
    ("role", "verbs", "more"),
    [("", ["list", "watch"], set()), ("-viewer", ["get", "list", "watch"], {RELEASES})],
)
def test_what_is_followed_and_no_more_may_be_read(
    role: str, verbs: list[str], more: set[tuple[str, str]]
) -> None:
    plurals = {one.kind.lower(): one.plural for one in DEFINITIONS}
    wanted = {(group, plurals.get(kind.lower(), _plural(kind))) for group, kind in FOLLOWED}
    granted = {
        (group, resource)
        for rule in rules_of("ClusterRole", f"laneway-istio-system{role}")
        if rule["verbs"] == verbs
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    assert granted == wanted | more


def _plural(kind: str) -> str:
    lower = kind.lower()
    return f"{lower[:-1]}ies" if lower.endswith("y") and lower[-2] not in "aeiou" else f"{lower}s"


@pytest.mark.parametrize("values", [(), EVERYTHING, ("namespaces=all",)])
def test_no_role_reaches_further_than_it_has_to(values: tuple[str, ...]) -> None:
    for role in (*of_kind("ClusterRole", *values), *of_kind("Role", *values)):
        for rule in role["rules"]:
            assert "secrets" not in rule["resources"]
            assert "*" not in (*rule["apiGroups"], *rule["resources"], *rule["verbs"])
            if WRITTEN & set(rule["resources"]) and "patch" in rule["verbs"]:
                is_everywhere = role["kind"] == "ClusterRole"
                assert is_everywhere == (values == ("namespaces=all",))


def test_routing_is_written_in_allowed_namespaces_alone() -> None:
    roles = of_kind("Role", "namespaces={default,shop}")
    writing = [one for one in roles if set(one["rules"][0]["resources"]) >= WRITTEN]
    assert [one["metadata"]["namespace"] for one in writing] == ["default", "shop"]
    (deployment,) = of_kind("Deployment", "namespaces={default,shop}")
    arguments = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    assert "--namespaces=default,shop" in arguments


@pytest.mark.parametrize("value", ["namespaces=some", "namespaces={Shop}", "replicas=many"])
def test_values_that_mean_nothing_are_refused(value: str) -> None:
    with pytest.raises(AssertionError, match="values don't meet the specifications"):
        chart_text(value)


def test_editor_and_counters_are_bound_to_nobody_and_the_viewer_added_to_view() -> None:
    bound = {one["roleRef"]["name"] for one in of_kind("ClusterRoleBinding", "namespaces=all")}
    assert bound == {"laneway-istio-system", "laneway-istio-system-writing"}
    labels = {
        one["metadata"]["name"].rpartition("-")[2]: one["metadata"]["labels"]
        for one in of_kind("ClusterRole")
    }
    aggregated = [name for name in labels if any("aggregate" in key for key in labels[name])]
    assert aggregated == ["viewer"]


def test_who_may_ask_proxies_may_do_nothing_else() -> None:
    rule = {"apiGroups": [""], "resources": ["pods/proxy"], "verbs": ["get"]}
    assert rules_of("ClusterRole", "laneway-istio-system-counters") == [rule]


def test_the_operator_knows_every_option_it_is_given() -> None:
    (deployment,) = of_kind("Deployment", "istiod.addresses={istiod.istio-system}")
    command, *options = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    known = (ROOT / "src/laneway/apps/cli/operator.py").read_text()
    assert command in COMMANDS
    assert [one for one in options if f'"{one.partition("=")[0]}"' not in known] == []


RELEASING = ("releases.enabled=true", "namespaces={default,shop}")


def releasing(*values: str) -> set[tuple[str, str, str]]:
    """Return what the account that executes releases may do: kind of role, resource, verb."""
    return {
        (role["kind"], resource, verb)
        for kind in ("ClusterRole", "Role")
        for role in of_kind(kind, *RELEASING, *values)
        if "releases" in role["metadata"]["name"]
        for rule in role["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_releases_are_executed_by_an_account_that_reads_and_tells() -> None:
    read = {
        *(("ClusterRole", kind, "list") for kind in ("asmswimlanegroups", "asmswimlanes")),
        *(("ClusterRole", kind, "list") for kind in ("virtualservices", "services")),
        *(("ClusterRole", f"{kind}s", "list") for kind in ("daemonset", "deployment")),
        ("ClusterRole", "statefulsets", "list"),
        *(("ClusterRole", "lanereleases", verb) for verb in ("get", "list", "watch")),
        ("ClusterRole", "lanereleases/status", "patch"),
        *(("Role", "leases", verb) for verb in ("create", "get", "update")),
    }
    assert releasing() == read
    assert releasing("releases.applies=true") - read == {
        ("ClusterRole", "asmswimlanes", "patch"),
        ("Role", "virtualservices", "patch"),
    }


def test_no_credential_is_in_the_chart_and_one_comes_as_a_file() -> None:
    plain, given = (
        next(one for one in of_kind("Deployment", *RELEASING, *more) if "releases" in str(one))
        for more in ((), ("releases.credentials=git-token",))
    )
    assert "secret:" not in yaml.dump(plain)
    pod = given["spec"]["template"]["spec"]
    [volume] = [one for one in pod["volumes"] if "secret" in one]
    assert volume["secret"] == {"secretName": "git-token", "defaultMode": 0o440}
    [container] = pod["containers"]
    assert {"name": "credentials", "mountPath": "/var/run/secrets/laneway", "readOnly": True} in (
        container["volumeMounts"]
    )
    known = (ROOT / "src/laneway/apps/cli/release_agent.py").read_text()
    options = [one for one in container["args"] if one.startswith("--")]
    assert [one for one in options if f'"{one.partition("=")[0]}"' not in known] == []


def test_the_console_has_no_rights_and_no_token() -> None:
    more = (*CONSOLE, "console.namespaces={shop}", "console.readOnly=true")
    (deployment,) = [one for one in of_kind("Deployment", *more) if "console" in str(one)]
    pod = deployment["spec"]["template"]["spec"]
    subjects = [
        subject["name"]
        for kind in ("ClusterRoleBinding", "RoleBinding")
        for one in of_kind(kind, *more)
        for subject in one["subjects"]
    ]

    assert pod["serviceAccountName"] == "laneway-console"
    assert "laneway-console" not in subjects
    assert not pod["automountServiceAccountToken"]
    assert "serviceAccountToken" not in yaml.dump(pod)
    command, *options = pod["containers"][0]["args"]
    known = "".join(
        (ROOT / "src/laneway/apps/cli" / f"{one}.py").read_text()
        for one in ("console", "console_options", "console_proxied")
    )
    assert command in COMMANDS
    assert [one for one in options if f'"{one.partition("=")[0]}"' not in known] == []


def test_a_console_is_told_where_browsers_reach_it() -> None:
    with pytest.raises(AssertionError, match=r"console\.publicOrigin is where browsers reach it"):
        chart_text("console.enabled=true")
    with pytest.raises(AssertionError, match="values don't meet the specifications"):
        chart_text("console.publicOrigin=lanes.example.com")


def expressions() -> list[str]:
    panels = json.loads((CHART / "dashboards" / "laneway.json").read_text())["panels"]
    alerts = yaml.safe_load((CHART / "alerts" / "laneway.yaml").read_text())
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    return [*asked, *(alert["expr"] for alert in alerts)]


def test_dashboard_and_alerts_ask_for_metrics_there_are() -> None:
    name = re.compile(r"\b(?:laneway|workqueue|rest_client|process)_[a-z_]+\b")
    asked = {
        re.sub(r"_(?:bucket|sum|count)$", "", found)
        for one in expressions()
        for found in name.findall(one)
    }
    assert asked - set(METRICS) == set()
    assert {one for one in METRICS if one not in asked} == set()
