"""Brings what is kept outside docs/ into the documentation site: see mkdocs.yml.

Pages and files keep the paths that they have in the repository; docs/ itself is the site's root,
and the README is its first page. Links are written as they work in the repository. Here they are
turned into links between pages of the site. One that leads nowhere is left alone, and a strict
build fails on it.
"""

from __future__ import annotations

import base64
import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent

PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "benchmarks/README.md": "benchmarks/README.md",
    "docker/README.md": "docker/README.md",
    "examples/workers/README.md": "examples/workers/README.md",
    # Names that begin with a dot are no files of a site.
    "examples/workers/.github/workflows/presence.yml": "examples/workers/presence.yml",
}
"""Path in the repository -> path in the site."""

FILES = [
    "LICENSE",
    "scenarios/**/*.yaml",
    "examples/workers/**/*.yaml",
    "examples/workers/**/*.py",
]
"""Files of the repository that the site holds as they are."""

FOLDERS = {
    "benchmarks": "benchmarks/README.md",
    "docker": "docker/README.md",
    "docs/howto": "howto/own_agents.md",
    "examples/workers": "examples/workers/README.md",
    "examples/workers/workers": "examples/workers/workers/__init__.py",
    "notebooks": "notebooks/two_agents.md",
    "scenarios": "scenarios.md",
    "scenarios/experiments": "scenarios/experiments/quick.yaml",
}
"""Folder of the repository -> what a link to it shows on the site."""

_FENCED = re.compile(r"^(```.*?^```)$", re.M | re.S)
_LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s]+)(\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and files outside docs/."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    for pattern in FILES:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            files.append(File.generated(config, name, abs_src_path=str(path)))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for name, content in _notebook_files(path):
            files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links inside the repository into links inside the site."""
    here = page.file.src_uri
    origins = {name: source for source, name in PAGES.items()}
    folder = posixpath.dirname(origins.get(here, _origin(here)))

    def turned(match: re.Match[str]) -> str:
        before, link, after = match.groups()
        path, mark, anchor = link.partition("#")
        if not path or ":" in path:
            return match[0]
        target = _on_site(posixpath.normpath(posixpath.join(folder, path)), files)
        if target is None:
            return match[0]
        return before + posixpath.relpath(target, posixpath.dirname(here)) + mark + anchor + after

    parts = _FENCED.split(markdown)
    parts[::2] = [_LINK.sub(turned, text) for text in parts[::2]]
    return "".join(parts)


def _origin(name: str) -> str:
    """Where a page or file of the site is in the repository, unless PAGES says so."""
    return name if name.startswith("notebooks/") else f"docs/{name}"


def _on_site(path: str, files: Files) -> str | None:
    """What the site has for a path in the repository."""
    names = [PAGES.get(path), FOLDERS.get(path), path.removeprefix("docs/")]
    if path.endswith(".ipynb"):
        names.append(path.removesuffix(".ipynb") + ".md")
    return next((name for name in names if name and files.get_file_from_path(name)), None)


# --- notebooks ---


def _notebook_files(path: Path) -> Iterator[tuple[str, str | bytes]]:
    """A notebook as a page with its pictures: what it says and what its cells showed."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    text: list[str] = []
    pictures = 0
    for cell in cells:
        source = "".join(cell["source"])
        text.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "image/png" in data:
                pictures += 1
                name = f"{path.stem}_{pictures}.png"
                yield f"notebooks/{name}", base64.b64decode(data["image/png"])
                text.append(f"![What the cell above draws]({name})")
            else:
                text.append(_shown(output, data))
    yield f"notebooks/{path.stem}.md", "\n\n".join(text) + "\n"


def _shown(output: dict[str, Any], data: dict[str, Any]) -> str:
    if "text/html" in data:
        return re.sub(r"\n\s*\n", "\n", "".join(data["text/html"]))
    plain = "".join(data.get("text/plain") or output.get("text", ""))
    return f"```text\n{plain.rstrip()}\n```"
