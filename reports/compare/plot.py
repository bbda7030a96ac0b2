"""Figures of the public interface: those of the report, to show in a notebook or to save."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kvratio.reports.document import Figure
from kvratio.simulate.iteration import NS_PER_S
from kvratio.simulate.records import Run
from kvratio.simulate.timed import TimedRun
from kvratio.theory.checks import one_of


@dataclass(frozen=True)
class Drawing:
    """A figure. A notebook shows it; `save` writes it as SVG or PNG."""

    figure: Figure

    def _repr_svg_(self) -> str:
        return self.figure.svg

    def __repr__(self) -> str:
        return f"<{self.figure.text}>"

    def save(self, target: str | Path) -> Path:
        """Write the figure; the name ends in .svg or .png. Raises `InputError`."""
        from kvratio.reports.output import write_bytes

        path = Path(target)
        kind = one_of("the end of the file's name", path.suffix, (".png", ".svg"))
        write_bytes(path, self.figure.png if kind == ".png" else self.figure.svg.encode())
        return path


def latency_drawing(runs: Sequence[Run | TimedRun]) -> Drawing:
    """Share of requests that completed within a latency, one curve a policy."""
    from kvratio.reports.sections.policies import latencies_in_steps, latency_figure

    in_time = [run for run in runs if isinstance(run, TimedRun)]
    if in_time:
        return Drawing(
            latency_figure({run.run.policy: _seconds(run) for run in in_time}, "seconds")
        )
    return Drawing(latency_figure(latencies_in_steps([r for r in runs if isinstance(r, Run)])))


def _seconds(timed: TimedRun) -> Any:
    """The latency of every request of a run in time."""
    request, ended = np.array(timed.run.schedule.request), np.array(timed.run.schedule.finished)
    found = -np.array(timed.arrival, dtype=float)
    found[request[ended]] += np.array(timed.end, dtype=float)[ended]
    return found / NS_PER_S
