# ---
# jupyter:
#   kernelspec:
#     name: python3
#     display_name: Python 3
# ---

# %% [markdown]
# # Prompts matter: A_min loses its constant
#
# P (arXiv 2508.14544) proves that in the fluid limit without prompts A_min has at most
# $(3 - \alpha)/2 < 1.5$ times the latency of H-SF on two output lengths, $\alpha = l/u$. With a
# common prompt of $s$ tokens the exact supremum, by P's own Lemma 2, is
# $1 + u(\rho - 1)/(2 l \rho^2)$ with $\rho^2 = u(s+u)/(l(s+l))$. This example derives the closed
# form, checks it against exact witnesses, and draws it.

# %%
from fractions import Fraction

from matplotlib.figure import Figure

from kvratio.theory.forms import A_MIN, H_SF, ratio
from kvratio.theory.ratios.binary import lemma_bound

formula, steps = lemma_bound(A_MIN, H_SF)  # every step is checked while it is made
print(len(steps), "steps, of kinds", sorted({step.kind for step in steps}))

# %% [markdown]
# A witness is a mixture of the two lengths; its ratio is exact and cannot exceed the supremum.


# %%
def best_witness(u: int, s: int, parts: int = 200) -> Fraction:
    """The largest ratio over mixtures of lengths 1 and u, in multiples of 1 / parts."""
    mixtures = ({1: parts - k, u: k} for k in range(1, parts))
    return max(ratio(A_MIN, H_SF, mixture, s) for mixture in mixtures)


U = 100
rows = []
for s in (0, 1, 10, 100, 1000):
    supremum = float(formula.at({"l": 1, "u": U, "s": s}))
    witness = best_witness(U, s)
    assert float(witness) <= supremum + 1e-12
    rows.append((s, float(witness), supremum))
    print(f"s = {s:4d}: witness {float(witness):.4f}, supremum {supremum:.4f}")

# %%
figure = Figure(figsize=(6, 3.5), layout="constrained")
axes = figure.subplots()
prompts = [10 ** (k / 8) for k in range(-4, 25)]
at = formula.function()
axes.plot(prompts, [at(l=1, u=U, s=s) for s in prompts], label="supremum (derived)")
axes.plot([s for s, *_ in rows[1:]], [w for _, w, _ in rows[1:]], "o", label="witness (exact)")
axes.axhline(1.5, color="grey", linewidth=1)
axes.annotate("published bound without prompts: 1.5", (0.4, 1.55), fontsize="small")
axes.set(
    xscale="log",
    xlabel="common prompt s (tokens)",
    ylabel="A_min / H-SF",
    title=f"Output lengths 1 and {U}: A_min's ratio grows with the prompt",
)
axes.legend()
figure
