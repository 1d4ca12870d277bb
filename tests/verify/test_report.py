"""What a report says: a table within eighty columns, and the same for machines."""

from laneway.apps.terminal.verify_text import last_line, table_lines
from laneway.core.findings.codes.verifying import MET_WITHOUT_SIDECAR, WENT_ROUND
from laneway.core.findings.finding import finding
from laneway.core.judging.judge import unprobed_row
from laneway.core.judging.report import Report, as_value
from laneway.core.judging.row import Row, ShareRow
from laneway.core.search.probes import probes
from tests.rules.world import Given, gateway, lane, mesh, rule

ERROR = finding(WENT_ROUND, None, "a", count="3 requests", pod="a-0")
WARNING = finding(
    MET_WITHOUT_SIDECAR, None, "a", pods="a-0", lack="host network", lanes="lane s1", change="Fix."
)
FINE = Row(("s1",), 80, "/mock x-lane: s1", "rule", sent=100, kept=100, statuses={200: 100})
MISS = Row(("s1", "s2"), 80, "/mock", "no header", 404, 100, 100)
LEAK = Row(("s2",), 80, "/mock x-lane: s2", "rule", 0, 100, 60, 40, findings=(ERROR,))
SPLIT = Row(
    ("v1", "v2"),
    80,
    "/mock",
    "rule",
    sent=100,
    kept=100,
    shares=(ShareRow("v1", "a v1", 60.0, 58, 41, 78), ShareRow("", "b", 40.0, None, 22, 59)),
)


def report(*rows: Row) -> Report:
    return Report("default", ("http://127.0.0.1:8080",), rows, 1.25)


def unprobed(given: Given) -> list[Row]:
    compiled = given.compiled()
    found = probes(compiled.mesh, compiled.plan).unprobed
    return [unprobed_row(compiled.mesh, one) for one in found]


def test_table_has_a_line_for_each_kind_of_request() -> None:
    assert table_lines(report(FINE, MISS, LEAK)) == [
        "LANE  REQUEST           SENT  KEPT  ELSEWHERE  FAILED  VERDICT",
        "s1    /mock x-lane: s1   100   100          0       0  ok",
        "-     /mock              100   100          0       0  ok 404",
        "s2    /mock x-lane: s2   100    60         40       0  LW1728",
    ]


def test_shares_stand_below_their_split_with_the_bounds_of_chance() -> None:
    assert table_lines(report(SPLIT))[1:] == [
        "split  /mock             100   100          0       0  ok",
        "v1       60 % of these          58                     41 to 78",
        "b        40 % of these           ?                     22 to 59",
    ]


def test_a_share_beyond_chance_says_so() -> None:
    off = Row(("v1",), 80, "/", "rule", sent=9, kept=9, shares=(ShareRow("v1", "a", 50, 9, 1, 8),))

    assert table_lines(report(off))[-1].endswith("not 1-8")


def test_requests_name_their_port_where_there_are_several() -> None:
    other = Row(("s1",), 8080, "/", "rule", sent=1, kept=1)

    assert [line.split()[1] for line in table_lines(report(FINE, other))[1:]] == [":80", ":8080"]


def test_a_long_request_goes_on_below_itself() -> None:
    long = Row(("s1",), 80, "/" + "x" * 200, "rule", sent=1, kept=1)

    assert max(map(len, table_lines(report(long)))) <= 80
    assert max(map(len, table_lines(report(long), 120))) > 80


def test_last_line_says_how_it_came_out() -> None:
    assert last_line(report(FINE, MISS)) == "All as promised: 200 requests in 1.2 s."
    assert last_line(report(FINE, LEAK)) == "Not as promised: 40 of 200 requests in 1.2 s."
    assert last_line(report()).startswith("Nothing was sent to mesh default")


def test_an_error_breaks_the_promise_even_where_all_requests_kept_it() -> None:
    broken = Row(("s1",), 80, "/", "rule", sent=5, kept=5, findings=(ERROR,))

    assert not report(broken).is_kept
    assert last_line(report(broken)).startswith("Not as promised: see the findings")


def test_a_warning_breaks_no_promise() -> None:
    assert report(Row(("s1",), 80, "/", "rule", sent=5, kept=5, findings=(WARNING,))).is_kept


def test_nothing_sent_proves_nothing() -> None:
    assert not report().is_kept


def test_a_finding_of_two_rows_is_told_once() -> None:
    assert report(LEAK, LEAK).findings == (ERROR,)


def test_machines_get_the_same_numbers() -> None:
    value = as_value(report(LEAK, SPLIT))

    assert (value["asPromised"], value["sent"]) == (False, 200)
    assert value["requests"][0]["elsewhere"] == 40
    assert value["requests"][0]["findings"] == ["LW1728"]
    assert value["requests"][1]["shares"][0]["seen"] == 58
    assert value["findings"][0]["code"] == "LW1728"


def test_a_rule_that_others_take_all_requests_from_has_a_line_of_its_own() -> None:
    [row] = unprobed(mesh(s2=lane("s2", "{version: v2}", rule("s1"))))

    assert (row.sent, row.verdict) == (0, "LW1735")
    assert row.findings[0].message == (
        "entry rule r1 of lane s2 never matches: entry rule r1 of lane s1 matches all its requests "
        "first"
    )


def test_a_rule_nobody_can_make_a_request_up_for_says_how_to_give_one() -> None:
    odd = "{headers: {x-lane: {regex: '\\pN+'}}}"

    [row] = unprobed(mesh(s1=lane("s1", "{version: v1}", rule("", match=odd))))

    assert row.verdict == "LW1734"
    assert "laneway verify --path PATH" in row.findings[0].fix


def test_a_rule_for_a_host_that_no_gateway_serves_breaks_the_promise() -> None:
    shop = lane("s1", "{version: v1}", rule("s1", more="hosts: [shop.test], "))

    [row] = [
        one
        for one in unprobed(mesh(door=gateway("[desk.test]"), s1=shop, without="s2"))
        if not one.port
    ]

    assert (row.verdict, row.is_kept) == ("LW1722", False)
