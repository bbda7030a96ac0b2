"""`Policy.thinned`: running requests past their assumed length are evicted at random.

A request with assumed length b survives from b to j tokens with probability (s + b) / (s + j), so
that the cache of those that started together stays constant on average (P Lemma 1). One uniform
number an attempt decides: it makes j tokens as long as uniform < (s + b) / (s + j).
"""

from kvratio.simulate.chance import BITS, Purpose
from kvratio.simulate.compiled.compiler import compiled, draw, scaled
from kvratio.simulate.compiled.state import BEYOND, State
from kvratio.simulate.view import View
from kvratio.simulate.words.book import Book


def thinned(book: Book, view: View) -> list[int]:
    """Reference meaning: the running requests that do not survive their next step."""
    return [i for i in view.running if not _survives(book, view, i)]


def _survives(book: Book, view: View, request: int) -> bool:
    s, bound, made = view.prompt(request), book.assumed[request], view.made(request)
    if made < bound or made == view.kept(request):  # no token of this attempt, if prefill goes on
        return True
    uniform = book.draw(request, book.attempts[request], Purpose.THIN)
    return uniform * (s + made + 1) < (s + bound) << BITS


# --- the kernel ---------------------------------------------------------------------------------

THIN = int(Purpose.THIN)


@compiled
def survival(state: State, request: int) -> int:
    """Tokens made when a started request is thinned, BEYOND if it completes first.

    The first g >= b with uniform * (s + g + 1) >= (s + b) * 2^64 (above), by bisection: the left
    side grows with g. It is asked for the first time after a token of this attempt.
    """
    this = state.requests[request]
    uniform = draw(this.key, this.attempts, THIN)
    low, high = max(this.assumed, this.kept + 1), this.output
    while low < high:
        middle = (low + high) // 2
        if scaled(uniform, this.prompt + middle + 1) >= this.prompt + this.assumed:
            high = middle
        else:
            low = middle + 1
    return low if low < this.output else BEYOND
