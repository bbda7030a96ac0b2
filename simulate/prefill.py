"""What an iteration of a GPU processes besides decoding: prompts, whole or in chunks.

The part of the reference engine (`kvratio.simulate.engine`) that only runs in seconds need. With a
budget of tokens, decodes have it first, then the prefills in the order of their starts
(`kvratio.simulate.chunks` defines chunked prefill, and verifies finished runs).
"""

from collections.abc import Callable, Sequence

from kvratio.simulate.iteration import Batch
from kvratio.simulate.timing import Timing
from kvratio.simulate.view import View


def process(
    view: View, timing: Timing, size: Callable[[int], int], admitted: Sequence[int], need: int
) -> tuple[Batch, int]:
    """The batch of an iteration, and how many tokens are swapped back.

    Prompts of those that start are processed, with the tokens that they have kept, unless these are
    swapped back; or so much of them as the budget of tokens allows. `size`: tokens of a request's
    prompt and of those that it has kept; `need`: tokens of cache that all that run need.
    """
    swapped = [i for i in admitted if timing.swap is not None and i in view._kept]
    view._prefill |= {i: size(i) for i in admitted if i not in swapped}
    decoding = len(view._running) - len(view._prefill)
    budget = need if timing.chunk is None else max(0, timing.chunk - decoding)
    batch = Batch(decoding, 0, need, 0, 0)
    for request, left in tuple(view._prefill.items()):
        now, all_of_it = min(left, budget), size(request)
        budget -= now
        batch = _with_chunk(batch, all_of_it, all_of_it - left, now, waits=left > 0)
        _progress(view, request, left - now)
    return batch, sum(map(size, swapped))


def _progress(view: View, request: int, left: int) -> None:
    """A prefill has `left` tokens to go: until it is over, its request makes no token, and is
    kept as if it had started a step later, so that `view.made` counts tokens."""
    view._prefill[request] = left
    if left:
        view._running[request] += 1
    else:
        del view._prefill[request]


def _with_chunk(batch: Batch, size: int, done: int, now: int, waits: bool) -> Batch:
    """The batch, in which the next `now` tokens of a prefill are processed after `done` ones.

    All of its cache was counted in; what is not yet there is not read. A request that has to wait
    for all of its chunk is not in the batch.
    """
    if waits and not now:
        return batch._replace(cache=batch.cache - size - 1)
    return Batch(
        batch.running + 1,
        batch.started + 1,
        batch.cache - (size - done - now),
        batch.prompt + now,
        batch.pairs + done * now + now * (now + 1) // 2,
        batch.before + done,
    )
