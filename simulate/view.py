"""What a scheduler can see: the window between the engine, which knows all, and a policy."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Preemption

HIDDEN_COLUMNS = ("output", "upper", "lower")


class HiddenError(RuntimeError):
    """A scheduler reached for data that it did not declare, or that has not arrived yet."""


class View:
    """The state of a run as a scheduler sees it; read-only but for the engine.

    Prompts and arrivals are known from a request's arrival on; `output`, `upper` and `lower` only
    if the scheduler's `sees` names them. `arrivals`: times of arrival, in a timed run.
    `preemption`: whether a preempted request's tokens are lost or kept.
    """

    def __init__(
        self,
        instance: Instance,
        sees: frozenset[str],
        arrivals: Sequence[int] | None = None,
        preemption: Preemption = Preemption.CANCEL,
    ) -> None:
        unknown = sees - set(HIDDEN_COLUMNS)
        if unknown:
            raise InputError("sees", sorted(unknown), f"a part of {HIDDEN_COLUMNS}")
        self._sees = sees
        self._know(instance, arrivals)
        self._memory = instance.memory
        self._preemption = preemption
        self._running: dict[int, int] = {}
        self._kept: dict[int, int] = {}  # by request, where a preemption has kept any
        self._waiting: dict[int, None] = {}
        self._chunk: int | None = None
        self._swaps = False
        self._prefill: dict[int, int] = {}  # running requests whose prefill is not over: its rest
        self._now = 0
        self._time: int | None = None if arrivals is None else 0

    @property
    def now(self) -> int:
        """The current step."""
        return self._now

    @property
    def time(self) -> int:
        """When the current step began: in nanoseconds in a timed run, otherwise the step."""
        return self._now if self._time is None else self._time

    @property
    def memory(self) -> int:
        """The budget in tokens."""
        return self._memory

    @property
    def preemption(self) -> Preemption:
        """Whether the tokens of a preempted request are lost or kept."""
        return self._preemption

    @property
    def running(self) -> Mapping[int, int]:
        """Running request -> the step in which its current attempt started, in order of starts.

        Under chunked prefill: in which it made its first token, or the current step, if it has not.
        """
        return MappingProxyType(self._running)

    @property
    def waiting(self) -> Mapping[int, None]:
        """The requests that have arrived and do not run, as the keys of a mapping."""
        return MappingProxyType(self._waiting)

    def made(self, request: int) -> int:
        """Tokens that a running request has made and not lost: those of its current attempt and,
        where preemption keeps them, those with which it began."""
        made = self.now - self._running[request]
        return made + self._kept[request] if request in self._kept else made

    def kept(self, request: int) -> int:
        """Tokens with which a waiting request's next attempt begins, or a running one's began.

        0 unless the request was preempted and its tokens are kept.
        """
        return self._kept.get(self._arrived(request), 0)

    def prefill(self, request: int) -> int:
        """Tokens that a running request must still process before it makes one; 0 but under
        chunked prefill."""
        return self._prefill.get(request, 0)

    def to_process(self, request: int) -> int:
        """Tokens that a waiting request processes before or as it makes its next one."""
        kept = self.kept(request)
        return 1 if kept and self._swaps else self._prompts[request] + kept

    @property
    def open(self) -> int | None:
        """Tokens of prompts that this step's budget has room for, beside those of the running
        requests; None where prefill is not chunked. A request may start while it is above 0."""
        if self._chunk is None:
            return None
        decoding = len(self._running) - len(self._prefill)
        return self._chunk - decoding - sum(self._prefill.values())

    def prompt(self, request: int) -> int:
        """Prompt length in tokens."""
        return self._prompts[self._arrived(request)]

    def arrival(self, request: int) -> int:
        """Arrival, in the unit of `time`."""
        return self._arrivals[self._arrived(request)]

    def output(self, request: int) -> int:
        """True output length in tokens; for declared clairvoyants only."""
        return self._read("output", request)

    def lower(self, request: int) -> int:
        """Lower end of the predicted interval in tokens, if declared."""
        return self._read("lower", request)

    def upper(self, request: int) -> int:
        """Upper end of the predicted interval in tokens, if declared."""
        return self._read("upper", request)

    def need(self) -> int:
        """Tokens of cache that the next step of the running requests needs."""
        prompt, following = self._prompts, self._now + 1
        need = sum(prompt[i] + following - start for i, start in self._running.items())
        if self._kept:
            need += sum(self._kept.get(i, 0) for i in self._running)
        return need

    def _know(self, instance: Instance, arrivals: Sequence[int] | None = None) -> None:
        self._instance = instance
        self._prompts = instance.prompt
        self._arrivals = instance.arrival if arrivals is None else arrivals

    def _arrived(self, request: int) -> int:
        if self._arrivals[request] > self.time:
            raise HiddenError(f"request {request} has not arrived yet")
        return request

    def _read(self, column: str, request: int) -> int:
        if column not in self._sees:
            raise HiddenError(f"{column} of request {request}: not declared in `sees`")
        values: tuple[int, ...] = getattr(self._instance, column)
        return values[self._arrived(request)]
