"""Staggered pipelines, compiled: `kvratio.simulate.phases`."""

from kvratio.simulate.kernel import line
from kvratio.simulate.kernel.compiled import compiled
from kvratio.simulate.kernel.state import State


@compiled
def begin(state: State) -> None:
    """A new phase, if the last one is over and somebody waits."""
    clock, requests = state.clock[0], state.requests
    if clock.member < clock.members or clock.running > 0 or clock.queued == 0:
        return
    length = requests[line.head(state)].assumed
    prompt = clock.members = clock.member = 0
    while clock.queued > 0:
        request = line.head(state)
        if requests[request].assumed != length:
            break
        line.take(state)
        state.phase[clock.members] = request
        clock.members += 1
        prompt = max(prompt, requests[request].prompt)
    clock.began, clock.length = clock.now, length
    clock.parallel = _parallelism(state.rules[0].budget, prompt, length)


@compiled
def due(state: State) -> int:
    """The step in which the next of the phase is to start."""
    clock = state.clock[0]
    return clock.began + clock.member * clock.length // clock.parallel


@compiled
def _parallelism(budget: int, prompt: int, length: int) -> int:
    fits, fails = 1, max(2, budget + 1)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if _peak(prompt, length, middle) <= budget:
            fits = middle
        else:
            fails = middle
    return fits


@compiled
def _peak(prompt: int, length: int, parallel: int) -> int:
    divisor, rest = length, parallel
    while rest > 0:
        divisor, rest = rest, divisor % rest
    return prompt * parallel + (length * parallel + length + parallel - divisor) // 2
