"""All rules, in the order of their codes, and what they find in a mesh together.

Comes in: a Mesh and its RoutePlan. Goes out: every finding of every rule. A rule that is imported
here is one of them, so that a reader sees the list whole; a test holds it against the modules and
against the catalog.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from laneway.core.findings.codes.reading import MISSING_LEFT_OUT
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.not_read import not_essential
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules import entry, lanes, permissive, routing, services, workloads
from laneway.core.rules.check import Check
from laneway.core.rules.entry import (  # noqa: F401 - as said above
    all_weights_zero,
    api_route_at_gateway,
    entry_not_admitted,
    entry_service_not_in_group,
    gateway_type_ingress,
    host_not_served,
    host_of_another,
    https_redirect,
    illegal_host,
    lane_rule_behind_user_route,
    lane_without_weight,
    missing_subset,
    name_taken,
    narrower_host,
    negative_weight,
    no_destination,
    no_entry,
    no_gateway,
    not_admitted,
    overtaking_rule,
    port_not_chosen,
    redirect_without_https,
    route_past_sidecar,
    rule_asks_other_name,
    rule_never_reached,
    rule_offline,
    rule_unlike_others,
    server_skipped,
    sole_destination_weight_zero,
    tls_server,
    ungoverned_entry,
    unknown_entry_port,
    unknown_entry_service,
    unknown_gateway,
    unused_strategy_fields,
    user_entry_order_unknown,
    user_route_takes_requests,
    weight_to_absent_lane,
    weights_not_100,
    zero_weight_to_missing_subset,
)
from laneway.core.rules.lanes import (  # noqa: F401 - as said above
    annotation_without_effect,
    default_lane,
    empty_selector,
    field_without_effect,
    group_held,
    group_name_too_long,
    group_without_lanes,
    illegal_lane_name,
    kind_without_effect,
    lane_service_not_in_group,
    lane_without_group,
    not_checked,
    order_by_position,
    overlapping_selectors,
    patch_not_applied,
    permissive_fields_on_strict,
    permissive_without_headers,
    policy_patch_beside_rule,
    rule_names_no_lane,
    service_in_no_lane,
    service_in_two_groups,
    several_selector_labels,
    strict_list_incomplete,
    superseded,
    tag_name_taken,
    unknown_group,
)
from laneway.core.rules.permissive import (  # noqa: F401 - as said above
    baseline_by_age,
    baseline_lacks_service,
    changes_the_lane,
    filter_needed,
    header_needed,
    header_unusable,
    key_spelled_anew,
    pairs_need_trace,
    service_target_unusable,
    tag_nobody_asks_for,
    tagging_selects_nothing,
    tcp_not_isolated,
    unknown_fallback_target,
    unknown_sdk,
    will_not_pass_on,
)
from laneway.core.rules.questions.words import listing
from laneway.core.rules.routing import (  # noqa: F401 - as said above
    access_limited,
    access_refused,
    api_route_in_mesh,
    clusters_nobody_needs,
    delegation_leaves_requests,
    delegation_without_root,
    dynamic_subset,
    export_to_hides,
    export_to_mismatch,
    fallback_block,
    field_not_followed,
    hidden_destination_rule,
    narrow_rule_hides_lanes,
    narrow_rule_overridden,
    nearer_destination_rule,
    other_spelling,
    plain_calls_refused,
    private_rule_swallowed,
    refused_by_istio,
    service_exported_narrowly,
    service_not_exported,
    sidecar_hides_asm_layout,
    sidecar_hides_host,
    sidecar_hides_routes,
    source_labels_with_gateways,
    subset_with_other_labels,
    two_virtual_services,
    unknown_destination,
    user_mesh_virtual_service,
    wildcard_beside_lanes,
    wildcard_decides,
)
from laneway.core.rules.services import (  # noqa: F401 - as said above
    group_without_services,
    headless_service,
    port_not_named,
    second_service,
    selector_meets_no_pod,
    service_without_ports,
    service_without_selector,
    target_name_unknown,
    target_number_not_opened,
    tcp_port,
    unknown_service,
)
from laneway.core.rules.workloads import (  # noqa: F401 - as said above
    host_network,
    job_behind_service,
    lane_lacks_service,
    lane_without_pods,
    namespace_not_injected,
    outsider_in_lane,
    pod_in_no_lane,
    pod_in_other_lane,
    pod_in_two_lanes,
    pod_not_in_list,
    pod_opts_out,
    pod_without_proxy,
    unread_pods,
)

_ROOMS = (entry, lanes, permissive, routing, services, workloads)
_RULES = [one for room in _ROOMS for one in vars(room).values() if isinstance(one, ModuleType)]

CHECKS: tuple[Check, ...] = tuple(
    sorted((rule.CHECK for rule in _RULES), key=lambda check: check.code.id)
)


Found = Mapping[str, tuple[Finding, ...]]
"""What rules find, by code."""


def check_calls(mesh: Mesh, plan: RoutePlan) -> Found:
    """Return what those rules find to which nothing matters that lanes ask of gateways."""
    return {check.code.id: tuple(check.run(mesh, plan)) for check in CHECKS if check.of_calls}


def check_all(mesh: Mesh, plan: RoutePlan, of_calls: Found | None = None) -> tuple[Finding, ...]:
    """Return what all rules find, rule by rule; the reader's findings are not among them.

    `of_calls` is what some of them found already.

    While a file or a kind cannot be read, what seems to be missing may stand in it: those findings
    are counted in one that says so.
    """
    known = of_calls or check_calls(mesh, plan)
    found = tuple(
        one
        for check in CHECKS
        for one in (known[check.code.id] if check.of_calls else check.run(mesh, plan))
    )
    lost = (*mesh.snapshot.unread, *(one.name for one in not_essential(mesh.snapshot.not_read)))
    if not lost:
        return found
    missing = {check.code.id for check in CHECKS if check.missing}
    told = tuple(one for one in found if one.code.id not in missing)
    left_out = [one.code.id for one in found if one.code.id in missing]
    words = {
        "count": f"{len(left_out)} finding{'' if len(left_out) == 1 else 's'}",
        "files": listing(lost),
        "codes": ", ".join(sorted(set(left_out))),
    }
    return (*told, unplaced(MISSING_LEFT_OUT, **words)) if left_out else told
