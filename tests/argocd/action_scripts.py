"""The scripts for actions of Argo CD, their test data, and how they run in Argo CD's own machine.

Comes in: `actions/` of a kind below `contrib/argocd`, laid out as Argo CD's own: a script that says
which actions there are, one for each of them, and what is expected of both. Goes out: what a script
returns. The machine takes scripts of health alone, so an action is wrapped into one whose message
is what the action returned, as text; the Lua and the libraries are the very same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from tests.argocd.scripts import CONTRIB, ArgoCD

FOLDERS = sorted(CONTRIB.glob("*/*/actions"))
WRAPPED = """\
actionParams = {{ {parameters} }}
local function script()
{script}
end
local function text(value)
  if type(value) == "string" then
    return '"' .. value .. '"'
  elseif type(value) ~= "table" then
    return tostring(value)
  end
  local parts = {{}}
  if value[1] ~= nil then
    for _, one in ipairs(value) do
      table.insert(parts, text(one))
    end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, one in pairs(value) do
    table.insert(parts, text(tostring(key)) .. ":" .. text(one))
  end
  return "{{" .. table.concat(parts, ",") .. "}}"
end
local is_fine, said = pcall(script)
if not is_fine then
  said = {{ ["error"] = tostring(said) }}
end
return {{ status = "Healthy", message = text(said) }}
"""

Json = dict[str, Any]


class Action(Struct, frozen=True):
    """A row of `actionTests`: an action of an object, and what becomes of that."""

    folder: Path
    name: str
    path: Path
    parameters: Mapping[str, str]
    expected: Json
    error: str

    def __str__(self) -> str:
        """Name it, as a test's id."""
        return f"{self.name}/{self.path.stem}"

    @property
    def script(self) -> Path:
        """The action's script."""
        return self.folder / self.name / "action.lua"


class Discovery(Struct, frozen=True):
    """A row of `discoveryTests`: an object, and the actions it has."""

    folder: Path
    path: Path
    expected: Mapping[str, Json]

    def __str__(self) -> str:
        """Name it, as a test's id."""
        return self.path.stem

    @property
    def script(self) -> Path:
        """The script that says which actions there are."""
        return self.folder / "discovery.lua"


def discoveries() -> Iterator[Discovery]:
    """Yield the rows on which actions there are, in the form that Argo CD reads."""
    for folder in FOLDERS:
        for row in _rows(folder, "discoveryTests"):
            found = {one["name"]: one for one in row["result"]}
            yield Discovery(folder, folder / row["inputPath"], found)


def actions() -> Iterator[Action]:
    """Yield the rows on what actions do."""
    for folder in FOLDERS:
        for row in _rows(folder, "actionTests"):
            output = row.get("expectedOutputPath")
            yield Action(
                folder,
                row["action"],
                folder / row["inputPath"],
                row.get("parameters", {}),
                read(folder / output) if output else {},
                row.get("expectedErrorMessage", ""),
            )


def _rows(folder: Path, kind: str) -> list[Json]:
    found: list[Json] = yaml.safe_load((folder / "action_test.yaml").read_text())[kind]
    return found


def read(path: Path) -> Json:
    """Return an object of the test data."""
    found: Json = yaml.safe_load(path.read_text())
    return found


def run(
    argocd: ArgoCD,
    script: Path,
    item: Json,
    parameters: Mapping[str, str] | None = None,
    *,
    libraries: bool = False,
) -> Json:
    """Return what a script returns; an error of it is `{"error": words}`.

    What is empty has no kind in Lua: a list and an object of nothing are both an object.
    """
    given = ", ".join(f'["{name}"] = "{value}"' for name, value in (parameters or {}).items())
    wrapped = WRAPPED.format(script=script.read_text(), parameters=given)
    said = argocd.ask_health(wrapped, item, libraries=libraries)
    assert said is not None
    found: Json = json.loads(said["message"], strict=False)
    return found


def plain(value: Any) -> Any:
    """Return a value as Lua gives it back: without what is null, and nothing for what is empty."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [plain(one) for one in value if one is not None] or {}
    return value
