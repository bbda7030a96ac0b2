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
def folder() -> Iterator[Path]:
    """Where the theories and the theorems of the whole ledger are compiled."""
    from kvratio.proofs_check import coq, ledger

    with TemporaryDirectory() as temporary:
        place = Path(os.environ.get("FORMAL", temporary)).absolute()
        coq.build(place, ledger.claims())
        yield place
