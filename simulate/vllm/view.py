"""vLLM's state as a declared policy sees it: `kvratio.simulate.view.View`, of a live engine.

A request of vLLM with a prompt of P tokens makes its first token in the iteration that computes P
entries of the cache, and each further one with an entry more; in our model the token g + 1 needs
s + g + 1, so s = P - 1. The cache is given out in blocks: what the next step needs is rounded up to
them, for each request. `prompt` therefore includes what the last block leaves unused, as of now.
That is exact for the next step, and within a block a request for later ones.
"""

from typing import Any, Protocol

from kvratio.simulate.view import HiddenError, View
from kvratio.theory.model import Instance, Preemption

KEY = "kvratio"  # of a request's `extra_args`


class LiveRequest(Protocol):
    """What is read of a request of vLLM."""

    num_prompt_tokens: int
    num_output_tokens: int
    max_tokens: int
    sampling_params: Any


class LiveView(View):
    """The requests that vLLM has, by numbers; `memory` in tokens, in blocks of `block` tokens.

    >>> from types import SimpleNamespace as Some
    >>> view = LiveView(64, frozenset({"upper"}), 16, Preemption.KEEP)
    >>> view.arrives(0, Some(num_prompt_tokens=20, num_output_tokens=0, max_tokens=9,
    ...                      sampling_params=Some(extra_args={"kvratio": [2, 7]})))
    >>> view.upper(0), view.prompt(0) + 1  # 20 entries take two blocks
    (7, 32)
    """

    def __init__(
        self, memory: int, sees: frozenset[str], block: int, preemption: Preemption
    ) -> None:
        super().__init__(Instance.of(memory, []), sees, preemption=preemption)
        self._block = block
        self._requests: dict[int, Any] = {}
        self._arrived_at: dict[int, int] = {}

    def made(self, request: int) -> int:
        """Tokens that a running request has made and not lost."""
        made: int = self._requests[request].num_output_tokens
        return made

    def kept(self, request: int) -> int:
        """Tokens with which a waiting request's next attempt begins, or a running one's began."""
        return self._kept[request] if request in self._running else self.made(request)

    def prompt(self, request: int) -> int:
        """Prompt in tokens, with what the last block of the next step leaves unused."""
        one = self._requests[request]
        need = one.num_prompt_tokens + one.num_output_tokens
        prompt: int = -(-need // self._block) * self._block - one.num_output_tokens - 1
        return prompt

    def arrival(self, request: int) -> int:
        """The step in which the request was first seen."""
        return self._arrived_at[request]

    def output(self, request: int) -> int:
        """Nobody knows it: raises `HiddenError`."""
        raise HiddenError(f"output of request {request}: a live engine does not know it")

    def lower(self, request: int) -> int:
        """Lower end of the predicted interval, if declared."""
        return self._end("lower", request, 0)

    def upper(self, request: int) -> int:
        """Upper end of the predicted interval, if declared."""
        return self._end("upper", request, 1)

    def need(self) -> int:
        """Tokens of cache that the next step of the running requests needs, in whole blocks."""
        block, total = self._block, 0
        for request in self._running:
            one = self._requests[request]
            total -= -(one.num_prompt_tokens + one.num_output_tokens) // block
        return total * block

    def _end(self, column: str, request: int, which: int) -> int:
        if column not in self._sees:
            raise HiddenError(f"{column} of request {request}: not declared in `sees`")
        return predicted(self._requests[request], self._memory)[which]

    # what the scheduler does

    def passes(self) -> None:
        """The step is over."""
        self._now += 1

    def live(self, request: int) -> Any:
        """vLLM's own record of a request."""
        return self._requests[request]

    def arrives(self, request: int, live: LiveRequest) -> None:
        """A request is there, and waits."""
        self._requests[request], self._arrived_at[request] = live, self._now
        self._waiting[request] = None

    def starts(self, request: int) -> None:
        """A waiting request starts in this step."""
        del self._waiting[request]
        self._kept[request] = self.made(request)
        self._running[request] = self._now

    def stops(self, request: int) -> None:
        """A running request waits again."""
        del self._running[request], self._kept[request]
        self._waiting[request] = None

    def leaves(self, request: int) -> None:
        """A request is done, or its client has gone: everything about it is forgotten."""
        self._running.pop(request, None)
        self._kept.pop(request, None)
        self._waiting.pop(request, None)
        del self._requests[request], self._arrived_at[request]


def predicted(live: LiveRequest, memory: int) -> tuple[int, int]:
    """The interval that the client has sent; without a usable one, from 1 token to all it may make.

    >>> from types import SimpleNamespace as Some
    >>> def sent(extra):
    ...     sampling = Some(extra_args=extra)
    ...     return Some(num_prompt_tokens=4, max_tokens=50, sampling_params=sampling)
    >>> [predicted(sent(e), 40) for e in ({"kvratio": [3, 9]}, {"kvratio": [9, 3]}, None)]
    [(3, 9), (1, 37), (1, 37)]
    """
    extra = getattr(live.sampling_params, "extra_args", None) or {}
    found = extra.get(KEY)
    if isinstance(found, list | tuple) and len(found) == 2 and all(type(x) is int for x in found):
        low, high = found
        if 1 <= low <= high:
            return low, high
    return 1, max(1, min(live.max_tokens, memory - live.num_prompt_tokens + 1))
