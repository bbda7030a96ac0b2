"""Policies that preempt for better requests; preemption keeps the tokens (`Preemption.KEEP`).

In every step the requests that are here are ranked; in that order each runs if its cache fits
beside those before it. After the first that does not fit no request starts, and the running ones go
on that still fit. So a request is preempted only for lack of cache, and only for better ones.

These are schedulers, not declarations (`kvratio.simulate.policy`): ranks change while a request
runs. `las`, `srv` and `trail` also run compiled (`kvratio.simulate.ranked`), `mlfq`, whose queues
have a memory, in the reference engine. Where preemption loses the tokens they have no meaning: a
request that is preempted again and again would make the same tokens for ever.

What their papers leave to a system is a parameter here, and its default is ours where we say so.

Fairness by virtual counters (VTC, Sheng et al., arXiv 2401.00588) is not among them. It is defined
between clients: each has a counter of the tokens that it was served, the client with the smallest
goes next, and a client that comes back is lifted to the smallest counter of those that wait.
Requests here have no clients, in no trace and in no instance; with one client for all, or one for
each request, what is left of it is first come, first served.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, ClassVar

from kvratio.simulate.engine import Scheduler
from kvratio.simulate.view import View
from kvratio.theory.checks import InputError, one_of, rational, whole
from kvratio.theory.model import volume

Rank = tuple[int, ...]


class Preemptive(Scheduler):
    """Runs the requests of the best ranks, as many as fit. A subclass has a `rank`."""

    preemption: ClassVar[str] = "keep"
    title: ClassVar[str]
    source: ClassVar[str]
    parameters: ClassVar[frozenset[str]] = frozenset()  # class attributes that a name may set

    def __init__(self) -> None:
        self._starts: list[int] = []

    def rank(self, view: View, request: int) -> Rank:
        """Place of a request in this step, the smallest first; then arrival and index count."""
        raise NotImplementedError

    def evict(self, view: View) -> Iterable[int]:
        """Choose; those that run and are not chosen are preempted."""
        free, others_start = view.memory, True
        stops: list[int] = []
        self._starts = []
        here = [*view.running, *view.waiting]
        order = sorted(here, key=lambda i: (*self.rank(view, i), view.arrival(i), i))
        for request in order:
            runs = request in view.running
            need = view.prompt(request) + tokens(view, request) + 1
            if need <= free and (runs or others_start):
                free -= need
                self._starts += [] if runs else [request]
                continue
            others_start = False
            stops += [request] if runs else []
        return stops

    def admit(self, view: View) -> Iterable[int]:  # noqa: ARG002 (`evict` has chosen)
        """The chosen ones that wait."""
        return self._starts


def tokens(view: View, request: int) -> int:
    """Tokens that a request has made and not lost, whether it runs or waits."""
    return view.made(request) if request in view.running else view.kept(request)


class LeastAttained(Preemptive):
    """Least attained service first: the request that has held the fewest token-steps of cache.

    Nothing is known of lengths. A request runs until another has attained less, so requests that
    wait together take turns token by token: in steps that costs nothing, in seconds very much
    (`Feedback` is the remedy). Among equals those that run go on.

    Source: foreground-background or LAS scheduling, Nuijens and Wierman, Performance Evaluation 65
    (2008) 286-307, with cache volume for service (our choice: cache is what is scarce here).

    >>> from kvratio.simulate.engine import run
    >>> from kvratio.theory.model import Instance
    >>> run(Instance.of(4, [3, 3, 3]), LeastAttained, preemption="keep").measures.evictions
    3
    """

    title = "Least attained service"
    source = "LAS / FB, Nuijens, Wierman 2008; service in token-steps of cache"

    def rank(self, view: View, request: int) -> Rank:
        """Attained volume; then whether it waits."""
        attained = volume(view.prompt(request), tokens(view, request))
        return (attained, request not in view.running)


class Feedback(Preemptive):
    """A multi-level feedback queue with skip-join, as in FastServe.

    Queue k = 0, 1, ... has a quantum of `quantum` x `growth`^k iterations, rounded down. A request
    joins the first queue whose quantum is at least the duration of its first iteration; when it has
    used its queue's quantum up (an iteration a token) it moves to the end of the next queue. Queues
    go in order, requests of one queue by the time at which they joined it. `starve`: a request that
    has waited so many steps on end moves to the end of queue 0; 0: never.

    In steps every iteration takes one, whatever it processes. So `prefill` says how many prompt
    tokens take as long as an iteration of decoding, and the first iteration of a prompt of s tokens
    counts as 1 + s / prefill. The default, 128, is near the tokens (115) at which the arithmetic of
    an A100 takes as long as reading the weights: two operations and two bytes a parameter, at 0.6
    and 0.8 of the peaks.

    Source: Wu et al., FastServe, arXiv 2305.05920 (skip-join MLFQ, preemption after any iteration).
    Quanta double in its authors' code (github.com/LLMServe/FastServe, `fastserve/scheduler.py`),
    from which `growth` is. There the first quantum is 10 ms, who has not run for 3 s goes to the
    first queue (looked at every 1,000 iterations), and who has used up a quantum joins the next
    queue at its head, not its end. These times are those of its deployment: here the first quantum
    is an iteration and `starve` is off, by our choice. Proactive swapping is not modelled.

    >>> Feedback().queue_of(0), Feedback().queue_of(1000)
    (0, 4)
    """

    title = "MLFQ, skip-join"
    source = "FastServe, arXiv 2305.05920"
    parameters = frozenset({"quantum", "growth", "prefill", "starve"})
    quantum: int = 1
    growth: Fraction = Fraction(2)
    prefill: int = 128
    starve: int = 0

    def __init__(self) -> None:
        super().__init__()
        whole("quantum", self.quantum, least=1)
        rational("growth", self.growth, least=Fraction(5, 4), most=10**6)
        whole("prefill", self.prefill, least=1)
        whole("starve", self.starve)
        self._queue: dict[int, int] = {}
        self._entered: dict[int, int] = {}  # the number of its last move
        self._base: dict[int, int | Fraction] = {}  # iterations that it had used then
        self._since: dict[int, int] = {}  # of those that wait: since when
        self._moves = 0

    def quantum_of(self, queue: int) -> int:
        """Iterations that a request may take in a queue."""
        return int(self.quantum * Fraction(self.growth) ** queue)

    def queue_of(self, prompt: int) -> int:
        """The queue that a request with this prompt joins."""
        queue = 0
        while self.quantum_of(queue) * self.prefill < self.prefill + prompt:
            queue += 1
        return queue

    def arrive(self, view: View, request: int) -> None:
        """Skip the queues whose quantum does not cover the first iteration, which is part of it."""
        prompt = view.prompt(request)
        self._move(request, self.queue_of(prompt), -Fraction(prompt, self.prefill))
        self._since[request] = view.now

    def complete(self, view: View, request: int) -> None:  # noqa: ARG002 (the protocol's)
        """Forget it."""
        for known in (self._queue, self._entered, self._base, self._since):
            known.pop(request, None)

    def evict(self, view: View) -> Iterable[int]:
        """First those move that have used up their quantum, or have waited for too long."""
        for request in view.running:
            used = view.made(request) - self._base[request]
            if used >= self.quantum_of(self._queue[request]):
                self._move(request, self._queue[request] + 1, view.made(request))
        for request in view.waiting if self.starve else ():
            if view.now - self._since[request] >= self.starve:
                self._move(request, 0, view.kept(request))
                self._since[request] = view.now
        stops = tuple(super().evict(view))
        self._since.update(dict.fromkeys(stops, view.now))
        return stops

    def rank(self, view: View, request: int) -> Rank:  # noqa: ARG002 (its queue says all)
        """Queue, then the time of joining it."""
        return (self._queue[request], self._entered[request])

    def _move(self, request: int, queue: int, made: int | Fraction) -> None:
        self._queue[request], self._base[request] = queue, made
        self._entered[request] = self._moves
        self._moves += 1


class LimitedPreemption(Preemptive):
    """Shortest predicted remaining length first, with limited preemption, as in TRAIL.

    The prediction r of a length is the middle of the interval, rounded down. A running request with
    `share` x r tokens or more (rounded down) goes before all others, so that it is preempted only
    where even such requests do not fit together.

    Source: Shahout et al., TRAIL, arXiv 2410.01035 (rank: predicted remaining length; a request can
    be preempted below floor(C r) tokens; `share` is C). The default 4/5 is that of a port of its
    code to SGLang (pull request 23688: none is preempted beyond 80 % of its prediction); the value
    in the paper itself was not at hand. TRAIL predicts the
    remaining length anew after every token, from the model's embeddings; here the prediction stays,
    less the tokens made, and one more token is expected of a request that has outlived it.
    """

    title = "Limited preemption (TRAIL)"
    source = "TRAIL, arXiv 2410.01035, with one prediction a request"
    sees = frozenset({"lower", "upper"})
    parameters = frozenset({"share"})
    share: Fraction = Fraction(4, 5)

    def __init__(self) -> None:
        super().__init__()
        rational("share", self.share, least=0, most=1)

    def rank(self, view: View, request: int) -> Rank:
        """Whether it can be preempted, then what is left of the prediction."""
        predicted = (view.lower(request) + view.upper(request)) // 2
        made = tokens(view, request)
        protected = request in view.running and made >= int(self.share * predicted)
        return (not protected, max(1, predicted - made), request not in view.running)


class ShortestRemainingVolume(Preemptive):
    """Smallest remaining cache volume first, true lengths known: a clairvoyant reference.

    What is left of a request with prompt s, g tokens and output o is the volume of a run of prompt
    s + g to o - g tokens.

    Source: shortest remaining processing time, Schrage, Operations Research 16 (1968) 687-690, with
    cache volume for time as in SVF, arXiv 2606.22327, Algorithm 1, which does not preempt.
    """

    title = "Shortest remaining volume"
    source = "SRPT, Schrage 1968, of the volume in arXiv 2606.22327"
    sees = frozenset({"output"})

    def rank(self, view: View, request: int) -> Rank:
        """Remaining volume; then whether it waits."""
        made = tokens(view, request)
        left = volume(view.prompt(request) + made, view.output(request) - made)
        return (left, request not in view.running)


PREEMPTIVE: dict[str, Any] = {  # classes of `Preemptive`
    "las": LeastAttained,
    "mlfq": Feedback,
    "trail": LimitedPreemption,
    "srv": ShortestRemainingVolume,
}


def preemptive(text: str) -> Any:
    """The class that a text names: one of `PREEMPTIVE`, or `NAME:key=value,key=value`.

    Numbers are exact. Raises `InputError` for a name, a key or a value that is not known.

    >>> preemptive("mlfq:quantum=4,growth=3/2").quantum
    4
    """
    name, colon, rest = text.partition(":")
    found = PREEMPTIVE[one_of("policy", name, PREEMPTIVE)]
    if not colon:
        return found
    values: dict[str, Any] = {}
    for item in rest.split(","):
        key, equals, value = item.partition("=")
        if not equals or key not in found.parameters or key in values:
            known = ", ".join(sorted(found.parameters))
            required = f"{name}:key=value, keys {known}, each once" if known else "no parameters"
            raise InputError("policy", text, f"{required} for {name}" if not known else required)
        exact = rational(key, value)
        default = getattr(found, key)
        values[key] = whole(key, _integer(key, exact)) if isinstance(default, int) else exact
    made = type(found.__name__, (found,), {**values, "title": f"{found.title} ({rest})"})
    made()  # its values are checked where it is made
    return made


def _integer(key: str, value: Fraction) -> int:
    if value.denominator != 1:
        raise InputError(key, value, "a whole number")
    return value.numerator
