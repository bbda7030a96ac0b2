# ---
# jupyter:
#   kernelspec:
#     name: python3
#     display_name: Python 3
# ---

# %% [markdown]
# # A scheduler of your own
#
# A scheduler decides in every step which running requests to evict and which waiting ones to start.
# This one keeps a share of the cache free for growth, and evicts the newest requests when the next
# step does not fit all the same.

# %%
from collections.abc import Iterable

import kvratio as kv
from kvratio.simulate.view import View


class Watermark(kv.Scheduler):
    """First come, first served; a fifth of the cache is kept free for running requests."""

    def __init__(self) -> None:
        self.paused = False

    def evict(self, view: View) -> Iterable[int]:
        """Newest first, until the next step fits."""
        need, out = view.need(), []
        for i in sorted(view.running, key=lambda i: (-view.running[i], -i)):
            if need <= view.memory:
                break
            need -= view.prompt(i) + view.made(i) + 1
            out.append(i)
        self.paused = bool(out)
        return out

    def admit(self, view: View) -> Iterable[int]:
        """In order of arrival, below the watermark; one request alone may use the whole cache."""
        if self.paused:
            return []
        left = view.memory * 4 // 5 - view.need()
        start: list[int] = []
        for i in sorted(view.waiting):
            left -= view.prompt(i) + 1
            if left < 0:
                break
            start.append(i)
        alone = not view.running and not start
        return list(sorted(view.waiting)[:1]) if alone else start


# %% [markdown]
# The testing kit looks for small instances on which it breaks an invariant of the model.

# %%
report = kv.check(Watermark, seconds=2)
print("passed" if report.passed else report)

# %% [markdown]
# Against the policies of the toolkit:

# %%
requests = kv.workload("lmsys", requests=300, seed=3, prompt=41, memory=3_000)
kv.compare(requests, ["h-sf", "fcfs", Watermark])

# %% [markdown]
# A broken scheduler, and the smallest instance that shows it: two requests that together overflow
# the cache.


# %%
class Hasty(kv.Scheduler):
    """Starts everything at once."""

    def admit(self, view: View) -> Iterable[int]:
        """All that wait."""
        return list(view.waiting)


(broken,) = kv.check(Hasty, seconds=1, only=["budget"]).violated
print(broken.case)
