"""Systems that keep the tokens of what they preempt; `tests.broken` says what the last breaks."""

# ruff: noqa: ARG002 (signatures are those of the protocols)

from kvratio.theory.model import Instance, Schedule


class Rowed:
    """A system that stops every request of more than two tokens once, after two."""

    preemption = "keep"
    began = 2

    def simulate(self, instance: Instance, seed: int) -> Schedule:
        rows: list[tuple[int, int, int, bool, int]] = []
        now = 0
        for i in range(instance.n):
            start, o = max(now, instance.arrival[i]), instance.output[i]
            if o > 2:  # tokens
                rows.append((i, start, start + 2, False, 0))
                rows.append((i, start + 3, start + 1 + o + 2 - self.began, True, self.began))
            else:
                rows.append((i, start, start + o, True, 0))
            now = rows[-1][2]
        return Schedule.of(rows)


class KeepsLessThanItMade(Rowed):
    """It says that one token was kept where two were made."""

    began = 1
