"""What compiled code is made of: the compiler's decorators and the arrays of a run.

The kernel (`kvratio.simulate.kernel`) and the words of a declaration (`kvratio.simulate.words`)
both build on this, and it imports neither of them nor numba.

- `compiler`: the decorators, exact arithmetic on 64-bit words
- `state`: the arrays; `queue`: the waiting requests; `cache`: the next step
"""
