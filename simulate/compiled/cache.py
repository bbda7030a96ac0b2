"""The next step's cache, compiled."""

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import State


@compiled
def need(state: State) -> int:
    """Tokens that the running requests hold in the next step."""
    clock = state.clock[0]
    return clock.base + clock.running * (clock.now + 1)


@compiled
def next_step_fits(state: State, request: int) -> bool:
    """Does the next step fit with one more request? An empty cache takes every request."""
    if state.clock[0].running == 0:
        return True
    return need(state) + state.requests[request].prompt + 1 <= state.rules[0].budget


@compiled
def volume(prompt: int, tokens: int) -> int:
    """Cache volume of an attempt in token-steps, `kvratio.theory.model.volume`."""
    return prompt * tokens + tokens * (tokens + 1) // 2
