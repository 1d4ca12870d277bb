"""A mesh that refused the newest edit of its files is not verified to serve what they say."""

from laneway.apps.local.record.refusal import Provenance, RefusedRevision
from laneway.apps.local.record.state import MeshRecord
from laneway.apps.local.verify.refused import refused_edit
from laneway.core.findings.codes.reading import UNREADABLE_FILE
from laneway.core.findings.codes.running import EDIT_REFUSED, IMAGE_WITHOUT_COMMAND
from laneway.core.findings.finding import finding

RECORD = MeshRecord("shop", 1, 1, "", 0.0, ["/lanes"])
REFUSAL = RefusedRevision(1.0, 1, ("no",), "laneway check /lanes")


def test_a_mesh_that_serves_what_its_files_say_is_not_spoken_of() -> None:
    assert list(refused_edit(RECORD)) == []


def test_a_refused_edit_is_an_error_that_names_the_command_which_shows_why() -> None:
    record = MeshRecord("shop", 1, 1, "", 0.0, ["/lanes"], refused=REFUSAL.as_value())

    [found] = refused_edit(record)

    assert (found.code, found.level) == (EDIT_REFUSED, "error")
    assert found.message.startswith("mesh shop refused the newest edit of its files")
    assert "laneway check /lanes" in found.fix


def test_the_command_that_shows_why_is_one_that_can() -> None:
    unreadable = finding(UNREADABLE_FILE, None, path="a", reason="no")
    homeless = finding(
        IMAGE_WITHOUT_COMMAND, None, images="image i", workloads="w", image="i", lines=""
    )

    files, stdin, both = Provenance(("/my lanes",)), Provenance(("-",)), [unreadable, homeless]
    assert files.command_for([unreadable], "shop") == "laneway check '/my lanes'"
    assert files.command_for(both, "shop") == "laneway status --mesh --name shop"
    assert stdin.command_for([unreadable], "shop") == "laneway status --mesh --name shop"
    assert files.command_for([], "shop") == "laneway status --mesh --name shop"
