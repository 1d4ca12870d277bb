"""What a server adds to an object by itself is no edit of somebody else's."""

from typing import Any

from laneway.core.edits.forms.in_cluster import ClusterChange


def _group(**spec: Any) -> dict[str, Any]:
    return {"kind": "ASMSwimLaneGroup", "metadata": {"name": "test"}, "spec": spec}


def test_defaults_of_a_new_object_are_as_meant() -> None:
    change = ClusterChange(None, _group(services=[]))

    assert change.left_in(_group(services=[], isPermissive=False), is_ours_alone=True) == ()


def test_fields_of_others_and_what_should_have_gone_are_told() -> None:
    new = ClusterChange(None, _group(services=[]))
    less = ClusterChange(_group(services=[], auto=True), _group(services=[]))

    others = new.left_in(_group(services=[], auto=True), is_ours_alone=False)
    stayed = less.left_in(_group(services=[], auto=True), is_ours_alone=True)
    assert [one.field for one in (*others, *stayed)] == ["spec.auto", "spec.auto"]
