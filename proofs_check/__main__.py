"""`python -m kvratio.proofs_check [ID ...]`: check the claims with this package alone.

The same as `kvratio check --quick` (nothing is simulated), in plain text. `fig1-fit` asks the
search in `kvratio.reports` for numbers, which it checks; every other claim needs this package only.
"""

import sys

from kvratio.proofs_check.claim import examine
from kvratio.proofs_check.ledger import select
from kvratio.proofs_check.sources import Sources
from kvratio.theory.checks import InputError


def main(ids: list[str]) -> int:
    """Print every verdict with its evidence; 1 if one is not as declared, 2 for bad input."""
    try:
        chosen = select(ids, quick=True)
    except InputError as error:
        print(f"proofs_check: {error}", file=sys.stderr)
        return 2
    unexpected = 0
    for claim in chosen:
        entry = examine(claim, Sources())
        unexpected += not entry.as_expected
        note = "" if entry.as_expected else f", but {claim.expected} was declared"
        print(f"{claim.id}: {entry.verdict}{note}")
        print(f"    {claim.sentence}")
        for finding in entry.findings:
            print(f"    [{finding.kind}, {finding.outcome}] {finding.text}")
    return min(unexpected, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
