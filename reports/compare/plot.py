"""Figures of the public interface: those of the report, to show in a notebook or to save."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kvratio.reports.document import Figure
from kvratio.simulate.records import Run
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


def latency_drawing(runs: Sequence[Run]) -> Drawing:
    """Share of requests that completed within a latency, one curve a policy."""
    from kvratio.reports.sections.policies import latency_figure

    return Drawing(latency_figure(runs))
