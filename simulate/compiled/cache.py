"""The next step's cache, compiled."""

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import Request, State


@compiled
def need(state: State) -> int:
    """Tokens that the running requests hold in the next step."""
    clock = state.clock[0]
    return clock.offset + clock.running * (clock.now + 1)


@compiled
def next_step_fits(state: State, request: int) -> bool:
    """Does the next step fit with one more request? An empty cache takes every request."""
    if state.clock[0].running == 0:
        return True
    this = state.requests[request]
    return need(state) + this.prompt + this.kept + 1 <= state.rules[0].budget


@compiled
def left(request: Request) -> int:
    """Tokens that a waiting request is assumed to make, `kvratio.simulate.words.admits.left`."""
    return max(1, request.assumed - request.kept)


@compiled
def run_volume(request: Request) -> int:
    """Cache volume of the next attempt, to the assumed length: a run of prompt + kept tokens."""
    return volume(request.prompt + request.kept, left(request))


@compiled
def volume(prompt: int, tokens: int) -> int:
    """Cache volume of an attempt in token-steps, `kvratio.theory.model.volume`."""
    return prompt * tokens + tokens * (tokens + 1) // 2
