# ---
# jupyter:
#   kernelspec:
#     name: python3
#     display_name: Python 3
# ---

# %% [markdown]
# # Certify: a worst case, an optimum, a claim
#
# Three statements, each with evidence that does not depend on the program that found it.
#
# **The worst output lengths** for A_min in the fluid limit, lengths in [1, 20], no prompts: an
# exact witness from below and a certificate from above.

# %%
import kvratio as kv

worst = kv.worst_case("a-min", u=20)
assert worst.certificate is not None  # there is none after an interrupt
assert worst.bound is not None
print(f"ratio to H-SF at least {float(worst.ratio):.9f}, at most {float(worst.bound):.9f}")
path = worst.certificate.save("a-min-20.json")

# %% [markdown]
# The certificate is checked by a module that shares no formula with the code that made it:

# %%
from pathlib import Path

from kvratio.proofs_check.copositive import check

proved = check(Path(path).read_text(encoding="utf-8"))
assert proved.bound == worst.bound
print(f"{proved.policy} <= {float(proved.bound):.9f} times {proved.benchmark}, lengths 1 ... 20")

# %% [markdown]
# **The optimum of an instance**, by a scheduler that knows all lengths. H-SF takes 16 steps here:

# %%
instance = kv.Instance.of(memory=4, output=[2, 2, 3, 3])
best = kv.optimal(instance)
h_sf = kv.compare(instance, ["h-sf"]).rows()[0]["tel"]
print(f"{best.status}: {best.lower} <= optimum <= {best.upper}; H-SF {h_sf}")

# %% [markdown]
# **A published claim**, examined now:

# %%
claim = kv.claim("t6-prompts")
print(claim.verdict, "-", claim.statement)
for text in claim.evidence[1:]:
    print("  ", text)
