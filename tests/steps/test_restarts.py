"""When a program that ended is started again."""

from laneway.core.fleet.standing import (
    LONGEST_PAUSE,
    STEADY_AFTER,
    Standing,
    became_ready,
    begun,
    came_to_an_end,
    told_to_stop,
)


def _ended(times: int) -> Standing:
    standing = begun(None, 0.0)
    for _ in range(times):
        standing = begun(came_to_an_end(standing, "exit code 1", 0.0), 0.0)
    return came_to_an_end(standing, "exit code 1", 0.0)


def test_a_program_that_ends_is_started_again_at_once_and_then_ever_later() -> None:
    assert [_ended(times).retry_at for times in range(5)] == [0.1, 0.2, 0.4, 0.8, 1.6]


def test_the_pause_has_a_limit() -> None:
    assert _ended(1000).retry_at == LONGEST_PAUSE


def test_a_program_that_was_ready_for_long_starts_over_without_a_past() -> None:
    ready = became_ready(begun(_ended(6), 50.0), 51.0)

    ended = came_to_an_end(ready, "signal 9", 51.0 + STEADY_AFTER)

    assert ended.ends == 1
    assert ended.restarts == 7
    assert ended.reason == "signal 9"


def test_a_program_that_was_ready_for_a_moment_keeps_its_past() -> None:
    ready = became_ready(begun(_ended(1), 50.0), 51.0)

    assert came_to_an_end(ready, "signal 9", 51.5).ends == 3


def test_a_program_that_somebody_stopped_begins_without_its_ends() -> None:
    stopped = told_to_stop(_ended(3), 5.0, runs=False)

    again = begun(stopped, 6.0)

    assert (again.phase, again.ends, again.restarts) == ("starting", 0, 3)
    assert again.is_back
