"""A server as simple as can be: lists that are searched, steps that are tried one by one.

It knows the policies without luck. What runs is counted in tokens made, the queue is sorted anew
for every admission, and whoever wants to start is tried in every later step.
"""

from dataclasses import dataclass


@dataclass
class Item:
    """One request; `state` is "new", "waiting", "running", "done" or "cancelled"."""

    index: int
    prompt: int
    output: int
    arrival: int
    lower: int
    upper: int
    assumed: int = 0
    promoted: bool = False
    key: tuple[int, ...] = ()
    state: str = "new"
    made: int = 0


class SimpleServer:
    """Serves under "fcfs", "h-sf", "mc-sf", "mc-benchmark" or "a-l"."""

    def __init__(self, policy: str, memory: int) -> None:
        self.policy, self.memory = policy, memory
        self.now = 0
        self.items: list[Item] = []
        self.attempts: list[tuple[int, int, int, bool]] = []
        self.joined = 0

    def submit(self, output: int, prompt: int, interval: tuple[int, int]) -> None:
        self.items.append(Item(len(self.items), prompt, output, self.now, *interval))

    def cancel(self, request: int) -> None:
        item = self.items[request]
        if item.state == "running":
            self.end(item, False)
        item.state = "cancelled"

    def resize(self, memory: int) -> None:
        self.memory = memory
        for item in self.items:
            item.assumed = min(item.assumed, memory - item.prompt)

    def all(self, state: str) -> list[Item]:
        return [item for item in self.items if item.state == state]

    def step(self) -> None:
        for item in self.all("running"):
            if item.made == item.output:
                self.end(item, True)
                item.state = "done"
        for item in self.all("new"):
            first = {"h-sf": item.output, "fcfs": 1, "a-l": item.lower}
            item.assumed = min(first.get(self.policy, item.upper), self.memory - item.prompt)
            self.join(item)
        late = self.overflow(self.outlived())
        if not late:
            self.admit()
        for item in late:
            self.join(item)
        for item in self.all("running"):
            item.made += 1
        assert sum(item.prompt + item.made for item in self.all("running")) <= self.memory
        self.now += 1

    def outlived(self) -> list[Item]:
        """Those of A_l that have made `lower` tokens, in order of their starts."""
        if self.policy != "a-l":
            return []
        running = sorted(self.all("running"), key=lambda x: (-x.made, x.key))
        gone = [x for x in running if not x.promoted and x.made >= x.assumed]
        for item in gone:
            self.end(item, False)
            item.promoted = True
            most = self.memory - item.prompt
            item.assumed = max(item.assumed, min(item.upper, most))
            self.join(item)
        return gone

    def overflow(self, gone: list[Item]) -> list[Item]:
        """Evict the newest, one by one, until the next token of everyone fits."""
        evicted = []
        while True:
            running = [x for x in self.all("running") if x not in gone]
            if sum(x.prompt + x.made + 1 for x in running) <= self.memory:
                return evicted
            newest = max(running, key=lambda x: (-x.made, x.arrival, x.index))
            newest.assumed = max(newest.assumed, min(newest.made, self.memory - newest.prompt))
            self.end(newest, False)
            newest.state = "evicted"
            evicted.append(newest)

    def admit(self) -> None:
        while waiting := sorted(self.all("waiting"), key=lambda x: x.key):
            if not self.fits(waiting[0]):
                return
            waiting[0].state, waiting[0].made = "running", 0

    def fits(self, candidate: Item) -> bool:
        """May it start, by the policy's assumptions?"""
        running = [*self.all("running"), candidate]
        made = [0 if x is candidate else x.made for x in running]
        # everyone makes at least one more token
        left = [max(1, x.assumed - m) for x, m in zip(running, made, strict=True)]
        for step in range(1, 2 if self.policy == "fcfs" else max(left) + 1):
            columns = zip(running, made, left, strict=True)
            if sum(x.prompt + m + step for x, m, rest in columns if step <= rest) > self.memory:
                return False
        return True

    def join(self, item: Item) -> None:
        place = {
            "fcfs": item.arrival,
            "mc-benchmark": item.arrival,
            "h-sf": item.assumed,
            "mc-sf": item.assumed,
            "a-l": self.joined,
        }
        item.key, item.state = (place[self.policy], item.index), "waiting"
        self.joined += 1

    def end(self, item: Item, finished: bool) -> None:
        self.attempts.append((item.index, self.now - item.made, self.now, finished))
