"""What `pyproject.toml` puts into the installed package: all that the code reads, and no tests."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("theory", "simulate", "proofs_check", "reports")
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
MADE = ROOT / "reports" / "out"  # by runs in the source tree, and not tracked
SITE = ROOT / "reports" / "docs"  # the documentation, which stays in the repository


def packages() -> dict[str, Path]:
    """The packages of the rooms by their dotted names."""
    folders = (file.parent for room in ROOMS for file in (ROOT / room).rglob("__init__.py"))
    return {".".join(("kvratio", *folder.relative_to(ROOT).parts)): folder for folder in folders}


def shipped() -> set[Path]:
    """The files that are no modules and that the patterns of `package-data` take along."""
    data: dict[str, list[str]] = SETUPTOOLS["package-data"]
    return {
        path
        for name, folder in packages().items()
        for pattern in data.get(name, []) + data.get("*", [])
        for path in folder.glob(pattern)
        if path.is_file()
    }


def test_every_file_that_the_code_reads_is_in_the_package() -> None:
    files = {p for room in ROOMS for p in (ROOT / room).rglob("*") if p.is_file()}
    files = {p for p in files if SITE not in p.parents}
    others = {
        p
        for p in files
        if p.suffix != ".py" and p.parent.name != "__pycache__" and MADE not in p.parents
    }
    assert any(p.suffix == ".js" for p in others), "the page's script is one of them"
    left = {p for p in others - shipped() if p.suffix != ".md"}  # a room's documents may stay
    assert not left


def test_every_module_belongs_to_a_package() -> None:
    folders = {p.parent for room in ROOMS for p in (ROOT / room).rglob("*.py")}
    folders = {p for p in folders if p != SITE and SITE not in p.parents}
    assert folders == set(packages().values())


def test_the_package_is_packaged_and_nothing_else() -> None:
    patterns = SETUPTOOLS["packages"]["find"]["include"]
    folders = {p.parent.name for p in ROOT.glob("*/*.py")} | {"tests"}
    assert {f for f in folders if any(fnmatch(f, p) for p in patterns)} == {"kvratio"}


def test_the_package_links_to_the_rooms() -> None:
    links = {
        p.name: p.readlink().as_posix() for p in (ROOT / "kvratio").iterdir() if p.is_symlink()
    }
    assert links == {room: f"../{room}" for room in ROOMS}


def test_the_citation_file_is_one_and_names_this_version() -> None:
    """The fields that the Citation File Format 1.2.0 requires, and the version of the package."""
    text = (ROOT / "CITATION.cff").read_text()
    fields = dict(re.findall(r"^([a-z-]+): *(.*)$", text, re.MULTILINE))
    assert {"cff-version", "message", "title", "authors"} <= fields.keys()
    assert fields["cff-version"] == "1.2.0"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert fields["version"] == project["version"]
    assert fields["license"] == project["license"]
    assert f"version = {{{project['version']}}}" in (ROOT / "README.md").read_text()


def test_links_of_the_long_description_work_elsewhere() -> None:
    """README.md is also the page on PyPI, so its links are absolute, and name files that exist."""
    targets = re.findall(r"\]\(\s*([^)\s]+)\s*\)", (ROOT / "README.md").read_text())
    assert targets
    for target in targets:
        assert target.startswith(("https://", "#")), target
        found = re.match(
            r"https://(?:raw\.githubusercontent\.com/kvratio/kvratio/main|"
            r"github\.com/kvratio/kvratio/(?:blob|tree)/main)/([^#]+)",
            target,
        )
        if found:
            assert (ROOT / found[1]).exists(), target
