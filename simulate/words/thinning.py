"""`Policy.thinned`: running requests past their assumed length are evicted at random.

A request with assumed length b survives from b to j tokens with probability (s + b) / (s + j), so
that the cache of those that started together stays constant on average (P Lemma 1). One uniform
number an attempt decides: it makes j tokens as long as uniform < (s + b) / (s + j).
"""

from kvratio.simulate.chance import BITS, Purpose
from kvratio.simulate.view import View
from kvratio.simulate.words.book import Book


def thinned(book: Book, view: View) -> list[int]:
    """Reference meaning: the running requests that do not survive their next step."""
    return [i for i in view.running if not _survives(book, view, i)]


def _survives(book: Book, view: View, request: int) -> bool:
    s, bound, made = view.prompt(request), book.assumed[request], view.made(request)
    if made < bound:
        return True
    uniform = book.draw(request, book.attempts[request], Purpose.THIN)
    return uniform * (s + made + 1) < (s + bound) << BITS
