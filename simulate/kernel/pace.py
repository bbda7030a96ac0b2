"""Paced admission, compiled: `simulate.admission.Pace` with the credit brought up when asked."""

from kvratio.simulate.kernel.compiled import compiled, share
from kvratio.simulate.kernel.line import find
from kvratio.simulate.kernel.state import FREE, State


@compiled
def volume(prompt: int, tokens: int) -> int:
    """Cache times steps of an attempt (`kvratio.simulate.admission.volume`)."""
    return prompt * tokens + tokens * (tokens + 1) // 2


@compiled
def ended(state: State, request: int) -> None:
    """Learn from an attempt that ends now, though not for lack of cache."""
    clock, this = state.clock[0], state.requests[request]
    slot = find(state.volumes, this.assumed)
    entry = state.volumes[slot]
    if entry.key == FREE:
        entry.key, entry.used, entry.full = this.assumed, 0, 0
        clock.volumes += 1
    entry.used += volume(this.prompt, clock.now - this.start)
    entry.full += volume(this.prompt, this.assumed)


@compiled
def cost(state: State, request: int) -> int:
    """Expected volume of an attempt, in token-steps."""
    this = state.requests[request]
    full = volume(this.prompt, this.assumed)
    entry = state.volumes[find(state.volumes, this.assumed)]
    return full if entry.key == FREE else share(full, entry.used, entry.full)


@compiled
def provide(state: State) -> None:
    """The credit of all steps since the last, of this one too."""
    clock, memory = state.clock[0], state.rules[0].memory
    steps = clock.now - 1 - clock.provided
    if steps > (clock.most_credit - clock.credit) // memory:
        clock.credit = clock.most_credit
    else:
        clock.credit += steps * memory
    clock.credit += memory
    clock.provided = clock.now


@compiled
def forget(state: State, head: int) -> None:
    """Keep at most the credit for the start of the head (-1: nobody waits, nothing is kept)."""
    clock = state.clock[0]
    clock.most_credit = 0 if head < 0 else cost(state, head)
    clock.credit = min(clock.credit, clock.most_credit)
