"""What Coq says: `pytest -n0 -m formal tests/formal` (`make formal`); needs Coq 8.16 or later.

Without `-m formal` nothing here is even imported, so that the everyday tests need no Coq. With
FORMAL=FOLDER the theories compiled there are used, otherwise they are compiled, which takes a
minute.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked = "formal" in config.getoption("markexpr", "")
    return True if collection_path.name.startswith("test_") and not asked else None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "formal: runs Coq")


@pytest.fixture(scope="session")
def built() -> Iterator[tuple[Path, dict[str, str]]]:
    """Where all is compiled, with the theorems of the whole ledger, and the axioms of these."""
    from kvratio.proofs_check import coq, ledger

    with TemporaryDirectory() as temporary:
        place = Path(os.environ.get("FORMAL", temporary)).absolute()
        yield place, coq.build(place, ledger.claims())


@pytest.fixture(scope="session")
def folder(built: tuple[Path, dict[str, str]]) -> Path:
    """Where all is compiled. Tests add files of their own names here and change none."""
    return built[0]


@pytest.fixture(scope="session")
def axioms(built: tuple[Path, dict[str, str]]) -> dict[str, str]:
    """What Coq says about the axioms of each group of theorems."""
    return built[1]
