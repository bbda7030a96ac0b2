"""Thinning in the kernel: one uniform number decides when an attempt ends."""

from kvratio.simulate.chance import Purpose
from kvratio.simulate.kernel.compiled import compiled, draw, scaled
from kvratio.simulate.kernel.state import NEVER, State

THIN = int(Purpose.THIN)


@compiled
def survival(state: State, request: int) -> int:
    """Tokens made when a started request is thinned, NEVER if it completes first.

    The first g >= b with uniform * (s + g + 1) >= (s + b) * 2^64 (`kvratio.simulate.declared`), by
    bisection: the left side grows with g.
    """
    this = state.requests[request]
    uniform = draw(this.key, this.attempts, THIN)
    low, high = this.assumed, this.output
    while low < high:
        middle = (low + high) // 2
        if scaled(uniform, this.prompt + middle + 1) >= this.prompt + this.assumed:
            high = middle
        else:
            low = middle + 1
    return low if low < this.output else NEVER
