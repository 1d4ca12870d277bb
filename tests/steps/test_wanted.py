"""What should run, as a mesh says it."""

import tomllib

from msgspec.structs import replace

from laneway.core.compile import compile_snapshot
from laneway.core.findings.finding import Finding
from laneway.core.fleet.commands import Commands
from laneway.core.fleet.wanted import Wanted, wanted_replicas
from laneway.core.gate import Revision, is_safe
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Mesh, MeshPort, MeshService
from laneway.core.mesh.names import service_host
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kubernetes.workloads import Container, Namespace, Service, Workload
from laneway.core.resources.meta import Meta, Ref
from tests.snapshot import snapshot_of_texts

MOCK = Container("main", "laneway/mock:1", (("app", "cart"),), (("http", 8000),))


def _workload(
    name: str, *containers: Container, kind: str = "Deployment", namespace: str = "default"
) -> Workload:
    meta = Meta(Ref(kind, namespace, name))
    template = None if kind == "Pod" else meta.place("spec", "template")
    return Workload(meta, {"app": name}, containers=containers or (MOCK,), template=template)


def _mesh(*workloads: Workload) -> Mesh:
    return Mesh(Snapshot(), workloads=workloads)


def _wanted(mesh: Mesh, *flags: str) -> tuple[tuple[Wanted, ...], list[Finding]]:
    return wanted_replicas(mesh, Commands.of_texts(flags, {}))


def _names(*workloads: Workload) -> list[str]:
    return [one.name for one in _wanted(_mesh(*workloads))[0]]


def test_each_replica_is_wanted_once() -> None:
    assert _names(replace(_workload("cart"), replicas=3)) == ["cart-0", "cart-1", "cart-2"]


def test_a_workload_without_replicas_wants_nothing() -> None:
    assert _names(replace(_workload("cart"), replicas=0)) == []


def test_jobs_and_machines_are_left_out_and_said_once() -> None:
    job = replace(_workload("nightly", kind="CronJob"), serves=False)
    machine = Workload(Meta(Ref("WorkloadEntry", "default", "old")), {"app": "old"})
    mesh = _mesh(_workload("cart"), job, machine)

    wanted, (said,) = _wanted(mesh)

    assert [one.name for one in wanted] == ["cart-0"]
    assert (said.code.id, said.level) == ("LW1795", "info")
    assert said.message == (
        "CronJob default/nightly and WorkloadEntry default/old cannot run on this machine and are "
        "left out"
    )
    assert is_safe(Revision(compile_snapshot(Snapshot()), wanted, (said,)))


def test_a_pod_keeps_its_own_name() -> None:
    assert _names(_workload("cart-7d9f-x2", kind="Pod")) == ["cart-7d9f-x2"]


def test_names_never_clash() -> None:
    names = _names(
        replace(_workload("cart"), replicas=2),
        _workload("cart-1", kind="Pod"),
        _workload("cart", kind="StatefulSet"),
        _workload("cart", namespace="other"),
    )

    assert names == ["cart-0", "cart-1", "cart-1.pod", "cart.statefulset-0", "cart.other-0"]


def test_a_hostile_name_stays_inside_its_folder() -> None:
    assert _names(_workload("../../etc/x", kind="Pod")) == ["_.._etc_x"]
    (one,), _ = _wanted(_mesh(_workload("cart", replace(MOCK, name="../up"), MOCK, MOCK)))
    assert [program.container for program in one.programs] == ["_up", "main", "main.2"]


def test_an_image_without_a_command_is_a_finding_that_names_the_flag() -> None:
    mesh = _mesh(_workload("cart"), _workload("desk", replace(MOCK, image="shop/desk:2")))

    wanted, (found,) = _wanted(mesh)

    assert [one.name for one in wanted] == ["cart-0"]
    assert found.message == "no command for image shop/desk:2 of Deployment default/desk"
    assert "--run 'shop/desk:2=COMMAND'" in found.fix
    assert found.place is not None
    assert found.place.path == ("spec", "template", "spec", "containers", 0, "image")


def test_all_images_without_a_command_are_one_finding_whose_fix_can_be_pasted() -> None:
    desk, bell = replace(MOCK, image="shop/desk:2"), replace(MOCK, image='shop/"bell"\n')
    mesh = _mesh(
        _workload("cart"),
        _workload("desk-v1", desk),
        _workload("desk-v2", desk, replace(bell, name="side")),
        _workload("bell\n", bell),
    )

    wanted, (found,) = _wanted(mesh)

    assert [one.name for one in wanted] == ["cart-0"]
    assert found.subject == "Deployment default/desk-v1"
    assert found.message.startswith("no command for images shop/desk:2 and ")
    pasted = found.fix.partition("\n")[2]
    assert pasted.split("\n") == [
        "[run]",
        '"shop/desk:2" = "@mock"  # Deployment default/desk-v1 and Deployment default/desk-v2',
        '"shop/\\"bell\\"\\n" = "@mock"  # Deployment default/desk-v2 and Deployment default/bell',
    ]
    wanted, findings = wanted_replicas(mesh, Commands.of_texts((), tomllib.loads(pasted)["run"]))
    assert (len(wanted), findings) == (4, [])


def test_a_command_of_the_command_line_for_nothing_is_warned_about() -> None:
    mesh = _mesh(_workload("cart-v1", Container("main", "shop/cart:2", (), ())))

    found = _wanted(mesh, "shop/cart=./cart", "cart-v2=./cart", "bell*=./bell")[1]

    assert [(one.code.id, one.level, one.message) for one in found] == [
        (
            "LW1751",
            "warning",
            (
                "--run 'cart-v2=…' is for nothing: no image and no workload here is called so; "
                "did you mean cart-v1?"
            ),
        ),
        (
            "LW1751",
            "warning",
            "--run 'bell*=…' is for nothing: no image and no workload here is called so",
        ),
    ]
    assert is_safe(Revision(compile_snapshot(Snapshot()), (), tuple(found)))


def test_commands_that_are_named_for_anything_that_runs_are_not_spoken_of() -> None:
    mesh = _mesh(_workload("cart-v1", Container("main", "shop/cart:2", (), ())))

    assert _wanted(mesh, "cart-v1=a", "default/cart-v1=b", "shop/*=c", "shop/cart:2=d")[1] == []
    assert _wanted(Mesh(Snapshot()))[1] == []


def test_commands_of_a_file_for_nothing_are_noted_in_one_finding() -> None:
    mesh = _mesh(_workload("cart-v1"))

    (found,) = wanted_replicas(mesh, Commands.of_texts((), {"bell": "x", "cart-v": "y"}))[1]

    assert (found.code.id, found.level) == ("LW1752", "info")
    assert found.message == (
        "[run] has commands for bell and cart-v, but no image and no workload here is called so; "
        "did you mean cart-v1?"
    )


def test_an_image_behind_an_unreadable_container_is_found_where_it_is_written() -> None:
    text = """
apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: default}
spec: {containers: [seven, {name: main, image: shop/cart}]}
"""
    (found,) = _wanted(link(snapshot_of_texts([("mesh.yaml", text)])))[1]

    assert found.place is not None
    assert found.place.path == ("spec", "containers", 1, "image")


def test_a_proxy_of_a_dump_is_no_program() -> None:
    pod = _workload("cart", MOCK, Container("istio-proxy", "istio/proxyv2:1"), kind="Pod")

    (one,), findings = _wanted(_mesh(pod))

    assert [program.container for program in one.programs] == ["main"]
    assert findings == []


def test_a_port_that_only_a_service_names_belongs_to_the_first_container() -> None:
    workload = _workload("cart", replace(MOCK, ports=()), replace(MOCK, name="side"))
    host = service_host("cart", "default")
    service = Service(Meta(Ref("Service", "default", "cart")))
    ports = (MeshPort(80, "http", "http", target=9000), MeshPort(81, "http-b", "http", target="b"))
    mesh = replace(_mesh(workload), services={host: MeshService(host, service, ports, (workload,))})

    (one,), _ = _wanted(mesh)

    assert [program.ports for program in one.programs] == [(("", 9000),), (("http", 8000),)]
    assert one.ports == (9000, 8000)


def test_a_program_is_awaited_where_services_lead_to_it() -> None:
    ports = (("http", 8000), ("admin", 9000))
    workload = _workload("cart", replace(MOCK, ports=ports))
    host = service_host("cart", "default")
    service = Service(Meta(Ref("Service", "default", "cart")))
    to_admin = MeshService(host, service, (MeshPort(80, "", "http", target="admin"),), (workload,))

    (alone,), _ = _wanted(_mesh(workload))
    (led_to,), _ = _wanted(replace(_mesh(workload), services={host: to_admin}))

    assert alone.programs[0].awaited == (8000,)
    assert led_to.programs[0].awaited == (9000,)


def test_what_the_template_does_not_say_makes_no_difference() -> None:
    workload = _workload("cart")
    older = replace(workload, meta=replace(workload.meta, created="2026-01-01T00:00:00Z"))

    assert _wanted(_mesh(workload)) == _wanted(_mesh(older))


def test_a_pod_that_opts_out_has_no_sidecar() -> None:
    workload = _workload("cart")
    out = replace(workload, annotations={"sidecar.istio.io/inject": "false"})
    silent = Namespace(Meta(Ref("Namespace", "", "default")))

    assert [one.sidecar for one in _wanted(_mesh(workload))[0]] == [True]
    assert [one.sidecar for one in _wanted(_mesh(out))[0]] == [False]
    mesh = replace(_mesh(workload), namespaces={"default": silent})
    assert [one.sidecar for one in _wanted(mesh)[0]] == [False]
