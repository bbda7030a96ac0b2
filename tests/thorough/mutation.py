"""Mutation testing: one small fault at a time is put into a module; some test has to fail.

`tests.thorough.faults` says which faults there are.

Each fault is tried in a process of its own, forked from one that has imported everything but this
project; it sees the module through an import hook, so that no file is changed. The tests of a
module are those that concern it (`TARGETS`). Compiled code is kept under its file, which has no
fault: what would be compiled from a module is run by Python as it is written (`interpreted`).

The faults of a module are tried in a random order that depends on the seed alone, and every result
is kept at once: an interrupted run goes on where it stopped, and the first k are a random sample.

    python -m tests.thorough.mutation --most 200 theory/model.py
"""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import pickle
import re
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from tests.thorough.faults import ROOT, Mutant, digest, mutated, sample
from tests.thorough.targets import TARGETS as GROUPS

TARGETS = {module: tests for group in GROUPS.values() for module, tests in group.items()}
OURS = ("kvratio", "tests")
RESULTS = ROOT / "reports" / "out" / "mutation.jsonl"
LOG = ROOT / "reports" / "out" / "mutation.log"  # what the last tests printed
TIMES = ROOT / "reports" / "out" / "mutation.times.json"  # of the tests without a fault
PYTEST_LOADS = ("test_", "conftest", "_pytest", "xdist")
# with assertions rewritten, pytest's own import hook would load files named here from the disk
OPTIONS = ("-q", "-n0", "-p", "no:cacheprovider", "--assert=plain")
# numpy warns where numbers of the kernel wrap round, which is meant; compiled code does not
WRAPS = ("-W", "ignore:overflow encountered in scalar:RuntimeWarning")
EXAMPLES = 40  # of a property that does not say how many it wants
BATCH = 3  # random instances where Python runs the kernel, fifty times as slow
MARKED = re.compile(r"^@(compiled|cached|compiled_on_disk|entered|inner)\b", re.MULTILINE)
# what `kvratio.simulate.compiled.compiler.source_files` lists, and Gittins' index
IN_KERNEL = ("simulate/kernel/", "simulate/compiled/", "simulate/words/", "simulate/learned/")
IN_KERNEL += tuple(f"simulate/{part}.py" for part in ("forecast", "policy", "queue", "view"))
MEMORY = 6 << 30  # bytes of address space; a fault may ask for any amount
# with a fault a test may take so many times as much of the processor's time, and seconds more
PATIENCE, SPARE = 3, 3
ASLEEP = 15  # on a busy machine, or asleep, all tests may take so many times longer
UNUSED = 99  # exit status where no test imports the module
COLLECTION = "collection"  # of the tests, among their times


@dataclass(frozen=True)
class Result:
    """What became of a mutant; `source` identifies the module's text that it was made from.

    `outcome`: "killed" by a failing test, "error" where the tests cannot even be collected,
    "timeout", or "survived". The middle two count as killed. `seconds`: of the processor.
    """

    mutant: Mutant
    source: str
    outcome: str
    seconds: float


def name(module: str) -> str:
    """What the tests import a module as.

    >>> name("theory/hindsight/__init__.py")
    'kvratio.theory.hindsight'
    """
    return "kvratio." + module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def interpreted(module: str, code: str) -> bool:
    """Does compiled code hold a part of this module? Then its faults are seen without a compiler.

    >>> interpreted("simulate/kernel/build.py", ""), interpreted("theory/model.py", "")
    (True, False)
    """
    return module.startswith(IN_KERNEL) or MARKED.search(code) is not None


class _Hook(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports one module from a text instead of its file."""

    def __init__(self, module: str, code: str) -> None:
        self.file, self.code = str(ROOT / module), code
        self.name = name(module)
        self.used = False

    def find_spec(self, fullname: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        self.used = True
        return importlib.util.spec_from_file_location(fullname, self.file, loader=self)

    def get_filename(self, _: str) -> str:
        return self.file

    def get_data(self, _: str | bytes) -> bytes:
        return self.code.encode()


class _Settings:
    """A plugin of pytest: fewer examples, and no search for the smallest of failing ones."""

    def __init__(self, batch: int | None) -> None:
        self._batch = batch

    def pytest_collection_modifyitems(self, items: Sequence[Any]) -> None:
        if self._batch is not None:
            for module in {getattr(item, "module", None) for item in items}:
                if hasattr(module, "BATCH"):
                    module.BATCH = self._batch

    def pytest_sessionstart(self) -> None:
        from hypothesis import Phase, settings

        phases = (Phase.explicit, Phase.generate)
        everyday = settings.get_profile("everyday")
        settings.register_profile(
            "mutation", parent=everyday, database=None, phases=phases, max_examples=EXAMPLES
        )
        settings.load_profile("mutation")


class _Clock:
    """A plugin of pytest: the processor's time of every test, which ends one that takes long."""

    def __init__(self, usual: Mapping[str, float] | None) -> None:
        self._usual = usual
        self.taken: dict[str, float] = {}

    def start(self, name: str) -> None:
        self._started = time.process_time()
        if self._usual is not None:
            limit = PATIENCE * self._usual.get(name, 0) + SPARE
            signal.setitimer(signal.ITIMER_PROF, limit)  # then SIGPROF ends the process

    def stop(self, name: str) -> None:
        self.taken[name] = time.process_time() - self._started

    def pytest_collection_finish(self) -> None:
        self.stop(COLLECTION)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.start(nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.stop(nodeid)


def attempt(
    module: str,
    code: str,
    tests: Sequence[str],
    usual: Mapping[str, float] | None,
    batch: int = BATCH,
) -> tuple[str, float]:
    """Run the tests of a module whose text is `code`, in a process of its own.

    `usual`: what each of them takes without a fault, in seconds of the processor; without it they
    may take any time, which goes to `TIMES`. Returns the outcome and the seconds taken.
    """
    started = time.monotonic()
    seconds = 3600.0 if usual is None else PATIENCE * sum(usual.values()) + SPARE
    process = os.fork()
    if process == 0:
        os._exit(_child(module, code, tests, usual, batch))
    while time.monotonic() - started < ASLEEP * seconds:
        done, status, used = os.wait4(process, os.WNOHANG)
        if done:
            # pytest: 0 all passed, 1 some failed; 2 to 5 nothing could be run; else a signal
            known = {0: "survived", 1: "killed", UNUSED: "unused", -signal.SIGPROF: "timeout"}
            outcome = known.get(os.waitstatus_to_exitcode(status), "error")
            return outcome, used.ru_utime + used.ru_stime
        time.sleep(0.01)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return "timeout", seconds


def _child(
    module: str,
    code: str,
    tests: Sequence[str],
    usual: Mapping[str, float] | None,
    batch: int,
) -> int:
    import pytest

    os.setsid()
    sink = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    hook = _Hook(module, code)
    sys.meta_path.insert(0, hook)
    slow = interpreted(module, code)
    if slow:
        import numba

        numba.config.DISABLE_JIT = 1
    clock = _Clock(usual)
    clock.start(COLLECTION)
    try:
        words = ["-x", *OPTIONS, *(WRAPS if slow else ()), *tests]
        status = int(pytest.main(words, plugins=[_Settings(batch if slow else None), clock]))
        if not hook.used:
            print(f"no test imports {hook.name}: no fault could be found")
            return UNUSED
        if usual is None:
            TIMES.write_text(json.dumps(clock.taken))
        return status
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()


@cache
def warm_up(tests: tuple[str, ...]) -> None:
    """Import what the tests import, but nothing of this project: every fault saves that time."""
    import pytest

    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reader)
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 1)
        pytest.main(["--collect-only", *OPTIONS, *tests])
        names = [n for n, m in sys.modules.items() if getattr(m, "__spec__", None) is not None]
        with os.fdopen(writer, "wb") as stream:
            pickle.dump(names, stream)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        names = pickle.load(stream)
    os.waitpid(process, 0)
    for name in names:
        top = name.partition(".")[0]
        if top not in OURS and not top.startswith(PYTEST_LOADS):
            try:
                __import__(name)
            except ImportError:
                continue


def stored() -> dict[tuple[str, Mutant], Result]:
    """The results kept so far, by source and mutant; later ones replace earlier ones."""
    results = {}
    if RESULTS.exists():
        for line in RESULTS.read_text().splitlines():
            row = json.loads(line)
            mutant = Mutant(**row.pop("mutant"))
            results[row["source"], mutant] = Result(mutant, **row)
    return results


@cache
def usual_times(tests: tuple[str, ...], module: str, batch: int) -> dict[str, float]:
    """What each test of a module takes without a fault, in seconds of the processor."""
    outcome, _ = attempt(module, (ROOT / module).read_text(encoding="utf-8"), tests, None, batch)
    if outcome != "survived":
        raise SystemExit(f"{module}: its tests fail without any fault, see {LOG}")
    found: dict[str, float] = json.loads(TIMES.read_text())
    return found


def run(module: str, first: str, seed: int, most: int, again: bool, batch: int) -> Iterator[Result]:
    """Try the faults of a module that were not tried yet; with `again`, survivors once more.

    `first`: a module with the same tests, whose times without a fault may be known already.
    """
    tests = TARGETS[module]
    code, source = (ROOT / module).read_text(encoding="utf-8"), digest(module)
    known = stored()
    wanted = [
        mutant
        for mutant in sample(module, seed, most)
        if (source, mutant) not in known or (again and known[source, mutant].outcome == "survived")
    ]
    if not wanted:
        return
    warm_up(tests)
    usual = usual_times(tests, first, batch)
    for mutant in wanted:
        text = mutated(code, mutant.operator, mutant.occurrence)
        outcome, taken = attempt(module, text, tests, usual, batch)
        if outcome == "unused":
            raise SystemExit(f"{module}: no test imports it, see {LOG}")
        yield Result(mutant, source, outcome, round(taken, 2))


def main(arguments: Sequence[str]) -> None:
    """Try faults of the named modules (default: all) and keep the results."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as theory/model.py")
    parser.add_argument("--most", type=int, default=200, help="faults of a module, at most")
    parser.add_argument("--seed", type=int, default=0, help="of the order of the faults")
    parser.add_argument("--batch", type=int, default=BATCH, help="instances of a random batch")
    parser.add_argument("--again", action="store_true", help="try the survivors once more")
    options = parser.parse_args(arguments)
    os.chdir(ROOT)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    firsts: dict[tuple[object, ...], str] = {}
    for module in options.modules or TARGETS:
        slow = interpreted(module, (ROOT / module).read_text(encoding="utf-8"))
        first = firsts.setdefault((slow, *TARGETS[module]), module)
        how = (options.seed, options.most, options.again, options.batch)
        results = run(module, first, *how)
        with RESULTS.open("a") as file:
            for k, result in enumerate(results):
                print(json.dumps(asdict(result)), file=file, flush=True)
                mark = result.outcome
                print(f"{module} {k + 1}: {mark} {result.seconds} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
