"""An Application of Argo CD: what of it is carried out, what is refused, and where that is said."""

from __future__ import annotations

import pytest

from laneway.core.findings.locate import locate
from laneway.core.findings.render import as_text
from laneway.core.git.remote import Remote
from laneway.core.resources.argo.application import ArgoDestination, Automated, Retry
from laneway.core.resources.argo.read_application import ReadApplications, read_applications

WHOLE = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://example.com/team/lanes.git
    targetRevision: main
    path: ./lanes/prod/
    directory:
      recurse: true
      include: '{*.yaml,*.yml}'
      exclude: 'drafts/*'
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
    syncOptions:
      - PruneLast=true
    retry:
      limit: 3
      backoff:
        duration: 10s
        factor: 3
        maxDuration: '60'
"""


def read(text: str) -> ReadApplications:
    return read_applications("app.yaml", text.encode())


def codes(found: ReadApplications) -> list[str]:
    return [one.code.id for one in found.findings]


def test_an_application_is_read_whole() -> None:
    found = read(WHOLE)
    (one,) = found.applications

    assert codes(found) == ["LW2122"]
    assert one.remote == Remote("https", "example.com", "/team/lanes.git")
    assert one.revision.names == ("refs/heads/main", "refs/tags/main")
    assert (one.selection.path, one.selection.recurse) == ("lanes/prod", True)
    assert one.selection.takes("deep/a.yml")
    assert not one.selection.takes("drafts/a.yml")
    assert one.destination == ArgoDestination("https://kubernetes.default.svc", "", "shop")
    assert one.namespace == "shop"
    assert one.automated == Automated(prune=True, self_heal=True)
    assert one.retry == Retry(3, 10.0, 3, 60.0)
    assert [one.retry.wait(tried) for tried in range(4)] == [10.0, 30.0, 60.0, None]


@pytest.mark.parametrize(
    ("written", "automated"),
    [
        ("automated: {}", Automated()),
        ("automated: {enabled: true, allowEmpty: true}", Automated(allow_empty=True)),
        ("automated: {enabled: false, prune: true}", None),
        ("automated: null", None),
        ("syncOptions: []", None),
    ],
)
def test_only_automated_applies_by_itself(written: str, automated: Automated | None) -> None:
    head = WHOLE.partition("  syncPolicy:\n")[0]
    (one,) = read(f"{head}  syncPolicy:\n    {written}\n").applications

    assert one.automated == automated
    assert one.retry == Retry()


@pytest.mark.parametrize("option", ["Prune=false", "Prune=confirm"])
def test_option_keeps_what_would_be_pruned(option: str) -> None:
    (one,) = read(WHOLE.replace("PruneLast=true", option)).applications

    assert one.is_never_pruned
    assert not read(WHOLE).applications[0].is_never_pruned


@pytest.mark.parametrize(
    ("good", "bad", "code", "line"),
    [
        ("https://example.com/team/lanes.git", "ext::sh -c date", "LW2101", 9),
        ("https://example.com/team/lanes.git", "ssh://-oProxyCommand=x/a", "LW2101", 9),
        ("https://example.com/team/lanes.git", "https://u:hidden@example.com/a", "LW2101", 9),
        ("https://example.com/team/lanes.git", "https://hidden@example.com/a", "LW2101", 9),
        ("https://example.com/team/lanes.git", "ssh://u:hidden@example.com/a", "LW2101", 9),
        ("https://example.com/team/lanes.git", "oci://example.com/a", "LW2101", 9),
        ("https://example.com/team/lanes.git", "/srv/lanes", "LW2101", 9),
        ("https://example.com/team/lanes.git", "''", "LW1102", 9),
        ("targetRevision: main", "targetRevision: --upload-pack=x", "LW2102", 10),
        ("targetRevision: main", "targetRevision: 1.2.*", "LW2102", 10),
        ("path: ./lanes/prod/", "path: ../other", "LW2103", 11),
        ("path: ./lanes/prod/", "path: /etc", "LW2103", 11),
        ("'drafts/*'", "'{drafts'", "LW2103", 15),
        ("    path: ./lanes/prod/", "    helm: {releaseName: x}", "LW2118", 11),
        ("    path: ./lanes/prod/", "    kustomize: {namePrefix: x}", "LW2118", 11),
        ("    path: ./lanes/prod/", "    plugin: {name: x}", "LW2118", 11),
        ("    path: ./lanes/prod/", "    chart: x", "LW2118", 11),
        ("      recurse: true", "      jsonnet: {tlas: [{name: a}]}", "LW2118", 13),
        ("  project: default", "  sources: [{repoURL: 'https://example.com/a'}]", "LW2119", 7),
        ("  project: default", "  sourceHydrator: {drySource: {}}", "LW2119", 7),
        ("    namespace: shop", "    name: in-cluster", "LW2121", 18),
        ("duration: 10s", "duration: soon", "LW1111", 28),
        ("      prune: true", "      prune: 1", "LW1101", 21),
    ],
)
def test_what_cannot_be_carried_out_is_refused_in_its_line(
    good: str, bad: str, code: str, line: int
) -> None:
    found = read(WHOLE.replace(good, bad, 1))
    errors = [one for one in found.findings if one.level == "error"]

    assert found.applications == ()
    assert [one.code.id for one in errors] == [code]
    assert errors[0].place is not None
    assert locate(errors[0].place).line == line
    assert "hidden" not in str(errors[0])
    assert "hidden" not in as_text(errors)


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("PruneLast=true", "PruneLst=true", "did you mean PruneLast=…?"),
        ("PruneLast=true", "Replace=true", "Replace=true has no effect here"),
        ("PruneLast=true", "CreateNamespace=true", "namespaces are made by whoever"),
        (
            "  project: default",
            "  ignoreDifferences: [{kind: A}]",
            "ignoreDifferences has no effect",
        ),
        ("  project: default", "  projct: default", "spec.projct is not a known field"),
        ("    path: ./lanes", "    tagPrefix: v\n    path: ./lanes", "tagPrefix has no effect"),
    ],
)
def test_what_has_no_effect_is_said_and_the_rest_followed(good: str, bad: str, words: str) -> None:
    found = read(WHOLE.replace(good, bad, 1))

    assert len(found.applications) == 1
    assert any(words in one.message for one in found.findings)


def test_applications_of_a_list_are_read_and_other_objects_passed_by() -> None:
    listed = "apiVersion: v1\nkind: List\nitems:\n- " + WHOLE.replace("\n", "\n  ")
    found = read(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: a}}\n---\n{listed}")

    assert [one.meta.name for one in found.applications] == ["shop"]
    assert codes(found) == ["LW2122"]


@pytest.mark.parametrize("text", ["", "kind: ApplicationSet\napiVersion: argoproj.io/v1alpha1\n"])
def test_a_file_without_an_application_is_told(text: str) -> None:
    assert codes(read(text)) == ["LW2120"]


def test_a_broken_file_is_told_once() -> None:
    assert codes(read("kind: [")) == ["LW1006"]
