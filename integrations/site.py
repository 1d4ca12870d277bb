"""What the site shows besides `docs/`: README, examples, and how Laneway is built.

Comes in: MkDocs's files and pages. Goes out: the same with these pages among them, and links
between pages leading where the pages are on the site. Links to other files of the repository become
plain words. https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\[([^\]]+)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")
MARKED = re.compile(r"^```console \w+$", re.MULTILINE)
"""A console block with a mark that says where its commands are run."""
EXAMPLES = sorted(path.parent.name for path in ROOT.glob("examples/*/README.md"))
INSIDE = ["ARCHITECTURE.md", "CONTRIBUTING.md", "engines/README.md"]

ON_SITE = {
    "README.md": "index.md",
    **{f"examples/{name}/README.md": f"examples/{name}.md" for name in EXAMPLES},
    **{
        name: f"inside/{name.removesuffix('/README.md').removesuffix('.md').lower()}.md"
        for name in INSIDE
    },
}
"""Where pages outside `docs/` are on the site, by their path in the repository."""

IN_REPOSITORY = {on_site: path for path, on_site in ON_SITE.items()}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Complete the menu by what is listed and not written down: examples and decisions."""
    decisions = sorted(path.name for path in ROOT.glob("docs/decisions/[0-9]*.md"))[1:]
    config.nav += [
        {"Examples": [f"examples/{name}.md" for name in EXAMPLES]},
        {"Inside": [ON_SITE[name] for name in INSIDE]},
        {"Decisions": [f"decisions/{name}" for name in decisions]},
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not in `docs/`."""
    for path, on_site in ON_SITE.items():
        text = (ROOT / path).read_text()
        files.append(File.generated(config, on_site, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_: object) -> str:
    """Let links lead to where their pages are, and show marked console blocks as any others."""
    here = IN_REPOSITORY.get(page.file.src_uri, f"docs/{page.file.src_uri}")

    def led(found: re.Match[str]) -> str:
        words, link, heading = found.groups()
        target = posixpath.normpath(posixpath.join(posixpath.dirname(here), link))
        if (ROOT / target / "README.md").is_file():
            target = f"{target}/README.md"
        on_site = ON_SITE.get(target, target.removeprefix("docs/"))
        if files.get_file_from_path(on_site) is None:
            if not (ROOT / target).exists():
                return found[0]
            return words
        way = posixpath.relpath(on_site, posixpath.dirname(page.file.src_uri))
        return f"[{words}]({way}{heading or ''})"

    return MARKED.sub("```console", LINK.sub(led, markdown))
