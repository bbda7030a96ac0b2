"""The compiled annealing of orders against placing by the definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kvratio.theory.hindsight.annealing import State, anneal, place
from kvratio.theory.hindsight.rebuild import rebuild
from kvratio.theory.hindsight.search import _state, _tables, generate
from kvratio.theory.model import Instance, verify
from tests.bruteforce import optimum


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    n = draw(st.integers(1, 7))
    rows = st.tuples(st.integers(0, 3), st.integers(1, 6), st.integers(0, 5))
    prompt, output, arrival = zip(*draw(st.lists(rows, min_size=n, max_size=n)), strict=True)
    least = max(s + o for s, o in zip(prompt, output, strict=True))
    return Instance.of(draw(st.integers(least, 14)), output, prompt=prompt, arrival=arrival)


def starts_by_definition(instance: Instance, order: list[int], delay: list[int]) -> list[int]:
    """Try start after start, step after step."""
    use = dict[int, int]()
    starts = [0] * instance.n

    def fits(i: int, t: int) -> bool:
        s, o = instance.prompt[i], instance.output[i]
        return all(use.get(t + j, 0) + s + 1 + j <= instance.memory for j in range(o))

    for i in order:
        t = instance.arrival[i]
        while not fits(i, t):
            t += 1
        t += delay[i]
        while not fits(i, t):
            t += 1
        starts[i] = t
        for j in range(instance.output[i]):
            use[t + j] = use.get(t + j, 0) + instance.prompt[i] + 1 + j
    return starts


@given(instances(), st.randoms(use_true_random=False))
def test_an_order_is_placed_as_defined(instance: Instance, rng: object) -> None:
    order = list(range(instance.n))
    rng.shuffle(order)  # type: ignore[attr-defined]
    delay = [rng.choice([0, 0, 1, 3]) for _ in order]  # type: ignore[attr-defined]
    schedule = generate(instance, order, delay)
    assert list(schedule.start) == starts_by_definition(instance, order, delay)


@given(instances(), st.integers(0, 9))
def test_annealing_keeps_its_state(instance: Instance, seed: int) -> None:
    """After many moves, undone or not, the cache in use is that of the starts."""
    tables, state = _tables(instance), _state(instance, range(instance.n), None)
    first = place(tables, state, 0)
    kept, best = (State(*(column.copy() for column in state)) for _ in range(2))
    least = anneal(tables, state, kept, best, seed, 300, 5.0, 0.5)
    order, delay = state.order.tolist(), state.delay.tolist()
    assert state.start.tolist() == starts_by_definition(instance, order, delay)
    fresh = _state(instance, order, delay)
    place(tables, fresh, 0)
    assert np.array_equal(fresh.use, state.use)
    schedule = generate(instance, best.order.tolist(), best.delay.tolist())
    assert sum(schedule.start) == least <= first
    assert verify(schedule, instance).tel == least + sum(instance.output) - sum(instance.arrival)


@given(instances(), st.integers(0, 9))
def test_rebuilding_never_worsens_and_keeps_the_model(instance: Instance, seed: int) -> None:
    """The best starts are feasible (`verify` says so), and equal seeds give equal starts."""
    before = generate(instance, range(instance.n))
    after = rebuild(instance, before, moves=200, seed=seed)
    assert verify(after, instance).tel <= verify(before, instance).tel
    assert after == rebuild(instance, before, moves=200, seed=seed)


def test_rebuilding_reaches_the_optimum_of_small_instances() -> None:
    rng = np.random.default_rng(0)
    for seed in range(8):
        prompt = rng.integers(0, 3, 4)
        output = rng.integers(1, 9 - prompt)
        instance = Instance.of(9, output.tolist(), prompt=prompt.tolist())
        schedule = rebuild(instance, generate(instance, range(4)), moves=5_000, seed=seed)
        best = optimum(9, instance.prompt, instance.output, instance.arrival)
        assert verify(schedule, instance).tel == best
