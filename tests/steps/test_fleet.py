"""What starts, serves and stops: make before break, and the last good state in between."""

from collections.abc import Iterable
from functools import partial

from msgspec.structs import replace

from laneway.core.fleet.next_step import PATIENCE, Fleet, Instance, arrange, next_step
from laneway.core.fleet.placing import Taken, places
from laneway.core.fleet.standing import Standing, came_to_an_end, told_to_stop
from laneway.core.fleet.wanted import Wanted, WantedProgram
from laneway.core.mesh.mesh import Caller
from laneway.core.resources.meta import Ref

READY = Standing("ready", 0.0)
STARTING = Standing("starting", 0.0)
ENDED = came_to_an_end(READY, "exit code 1", 1.0)


def _wanted(workload: str, count: int = 1, image: str = "laneway/mock:1") -> list[Wanted]:
    program = WantedProgram("main", image, ("@mock",), (), (("http", 8000),), (8000,))
    caller = Caller("default", (("app", workload),))
    ref = Ref("Deployment", "default", workload)
    return [
        Wanted(f"{workload}-{n}", ref, caller, sidecar=True, programs=(program,))
        for n in range(count)
    ]


def _arranged(wanted: Iterable[Wanted], existing: Iterable[Instance] = ()) -> list[Instance]:
    return list(arrange(partial(places, 88), wanted, tuple(existing), Taken()))


def _fleet(
    standings: dict[str, Standing],
    instances: Iterable[Instance],
    current: Iterable[Instance],
    served: Iterable[Instance] = (),
) -> Fleet:
    return Fleet(
        instances=tuple(instances),
        current=frozenset(one.id for one in current),
        served=frozenset(one.id for one in served),
        standings={(name, "main"): standing for name, standing in standings.items()},
    )


def _ids(instances: Iterable[Instance]) -> list[str]:
    return [one.id for one in instances]


def test_what_did_not_change_keeps_its_instance_and_its_place() -> None:
    before = _arranged(_wanted("cart", 2))

    after = _arranged(_wanted("cart", 3), before)

    assert after[:2] == before
    assert _ids(after) == ["cart-0", "cart-1", "cart-2"]


def test_a_changed_template_gets_a_new_instance_beside_the_old_one() -> None:
    (before,) = _arranged(_wanted("cart"))

    (after,) = _arranged(_wanted("cart", image="laneway/mock:2"), [before])

    assert after.id == "cart-0.2"
    assert after.place.address != before.place.address


def test_what_is_missing_is_started() -> None:
    found = _arranged(_wanted("cart", 2))

    step = next_step(_fleet({"cart-0": READY}, found, found), 1.0)

    assert step.start == (("cart-1", "main"),)
    assert not step.settled


def test_nothing_goes_live_before_everything_new_is_ready() -> None:
    cart = _arranged(_wanted("cart"))
    desk = _arranged(_wanted("desk"), cart)

    step = next_step(
        _fleet({"cart-0": READY, "desk-0": STARTING}, cart + desk, cart + desk, served=cart), 1.0
    )

    assert not step.settled
    assert _ids(step.serve) == ["cart-0"]
    assert step.wake_at == PATIENCE


def test_a_ready_edit_goes_live_and_what_it_replaces_is_spare() -> None:
    old = _arranged(_wanted("cart"))
    new = _arranged(_wanted("cart", image="laneway/mock:2"), old)

    step = next_step(
        _fleet({"cart-0": READY, "cart-0.2": READY}, old + new, current=new, served=old), 1.0
    )

    assert step.settled
    assert _ids(step.serve) == ["cart-0.2"]
    assert _ids(step.spare) == ["cart-0"]


def test_a_removed_workload_serves_until_what_replaces_it_is_ready() -> None:
    old = _arranged(_wanted("cart"))
    new = _arranged(_wanted("desk"), old)

    step = next_step(
        _fleet({"cart-0": READY, "desk-0": STARTING}, old + new, current=new, served=old), 1.0
    )

    assert _ids(step.serve) == ["cart-0"]
    assert step.spare == ()


def test_a_program_that_cannot_run_does_not_hold_up_the_rest_of_an_edit() -> None:
    found = _arranged([*_wanted("cart"), *_wanted("desk")])
    futile = came_to_an_end(ENDED, "exit code 1", 2.0)

    step = next_step(_fleet({"cart-0": READY, "desk-0": futile}, found, found), 2.0)

    assert step.settled
    assert _ids(step.serve) == ["cart-0"]


def test_a_new_version_that_cannot_run_leaves_the_old_one_serving() -> None:
    old = _arranged(_wanted("cart"))
    new = _arranged(_wanted("cart", image="laneway/mock:2"), old)
    futile = came_to_an_end(ENDED, "exit code 1", 2.0)

    step = next_step(
        _fleet({"cart-0": READY, "cart-0.2": futile}, old + new, current=new, served=old), 2.0
    )

    assert step.settled
    assert _ids(step.serve) == ["cart-0"]
    assert step.spare == ()


def test_patience_with_a_slow_program_ends() -> None:
    found = _arranged([*_wanted("cart"), *_wanted("desk")])
    fleet = _fleet({"cart-0": READY, "desk-0": STARTING}, found, found)

    assert not next_step(fleet, PATIENCE - 0.1).settled
    assert next_step(fleet, PATIENCE).settled


def test_an_ended_program_is_started_when_its_pause_is_over_and_not_before() -> None:
    found = _arranged(_wanted("cart"))
    fleet = _fleet({"cart-0": ENDED}, found, found, served=found)

    assert next_step(fleet, ENDED.retry_at - 0.01).start == ()
    assert next_step(fleet, ENDED.retry_at - 0.01).wake_at == ENDED.retry_at
    assert next_step(fleet, ENDED.retry_at).start == (("cart-0", "main"),)


def test_an_ended_program_gets_no_traffic() -> None:
    found = _arranged(_wanted("cart", 2))

    step = next_step(
        _fleet({"cart-0": ENDED, "cart-1": READY}, found, found, served=found), ENDED.since
    )

    assert _ids(step.serve) == ["cart-1"]


def test_replicas_scale_down_from_the_end() -> None:
    before = _arranged(_wanted("cart", 3))
    after = _arranged(_wanted("cart", 1), before)

    step = next_step(
        _fleet(dict.fromkeys(_ids(before), READY), before, current=after, served=before), 1.0
    )

    assert _ids(step.serve) == ["cart-0"]
    assert _ids(step.spare) == ["cart-1", "cart-2"]


def test_a_replica_is_known_to_proxies_by_its_ports() -> None:
    (found,) = _arranged(_wanted("cart"))

    (port,) = found.replica().ports

    assert (port.name, port.container, port.inbound) == ("http", 8000, 8000)
    assert found.awaited_ports(found.wanted.programs[0]) == (port.program,)


def _stopped(fleet: Fleet, *ids: str) -> Fleet:
    return replace(fleet, stopped=frozenset(ids))


def test_what_is_stopped_gets_no_traffic_and_then_its_programs_end() -> None:
    found = _arranged(_wanted("cart", 2))
    ready = dict.fromkeys(_ids(found), READY)

    step = next_step(_stopped(_fleet(ready, found, found, served=found), "cart-1"), 1.0)

    assert _ids(step.serve) == ["cart-0"]
    assert _ids(step.halt) == ["cart-1"]
    assert step.settled
    assert step.spare == ()


def test_what_is_stopped_and_down_is_not_started_again() -> None:
    found = _arranged(_wanted("cart"))
    down = told_to_stop(ENDED, 2.0, runs=False)

    step = next_step(_stopped(_fleet({"cart-0": down}, found, found), "cart-0"), 1000.0)

    assert (step.start, step.halt, step.wake_at) == ((), (), None)


def test_what_is_not_stopped_any_more_is_started_at_once() -> None:
    found = _arranged(_wanted("cart"))
    down = told_to_stop(ENDED, 2.0, runs=False)

    assert next_step(_fleet({"cart-0": down}, found, found), 2.0).start == (("cart-0", "main"),)


def test_a_program_that_has_yet_to_end_is_not_started_beside_itself() -> None:
    found = _arranged(_wanted("cart"))
    ending = told_to_stop(READY, 2.0, runs=True)

    assert next_step(_fleet({"cart-0": ending}, found, found), 3.0).start == ()


def test_an_edit_of_what_is_stopped_brings_neither_old_nor_new_back() -> None:
    old = _arranged(_wanted("cart"))
    new = _arranged(_wanted("cart", image="laneway/mock:2"), old)
    fleet = _fleet({"cart-0": READY}, old + new, current=new, served=old)

    step = next_step(_stopped(fleet, "cart-0", "cart-0.2"), 1.0)

    assert (step.serve, step.start) == ((), ())
    assert _ids(step.spare) == ["cart-0"]
