"""The look-ahead test, P (3): will the cache fit if everyone runs to the assumed length?"""

from bisect import insort


class Forecast:
    """Assumed future of the requests in the cache, as (assumed end, prompt - start) pairs.

    At the end of the step before time t, a request started at `start` and not ended before t
    holds `prompt + t - start` tokens. Between two assumed ends the total only grows, so peaks
    stand at assumed ends, and only those are looked at.

    >>> forecast = Forecast(memory=10)
    >>> [forecast.admit(end=4, held=1) for _ in range(3)]  # three with s = 1 and length 4, at 0
    [True, True, False]
    """

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._held: list[tuple[int, int]] = []  # sorted by end

    def add(self, end: int, held: int) -> None:
        """Include a running request: `end` is its assumed completion, `held` = prompt - start."""
        insort(self._held, (end, held))

    def admit(self, end: int, held: int) -> bool:
        """Include a new request if the cache then fits at every assumed completion."""
        if not self._fits(end, held):
            return False
        self.add(end, held)
        return True

    def _fits(self, end: int, held: int) -> bool:
        """The new request adds to the use at every time up to `end`, and none later."""
        running, base = 0, 0  # requests that end at `time` or later; the sum of their `held`
        own_end_is_checked = False
        for time, its_held in reversed(self._held):
            if time < end and not own_end_is_checked:
                own_end_is_checked = True
                if base + running * end + held + end > self._memory:
                    return False
            running += 1
            base += its_held
            if time < end and base + running * time + held + time > self._memory:
                return False
        return own_end_is_checked or base + running * end + held + end <= self._memory
