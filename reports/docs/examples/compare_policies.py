# ---
# jupyter:
#   kernelspec:
#     name: python3
#     display_name: Python 3
# ---

# %% [markdown]
# # Compare policies
#
# Policies run on the same requests, beside H-SF (which knows all output lengths) and a certified
# lower bound on every schedule. Here the requests are drawn from a built-in workload that is fitted
# to the published statistics of LMSYS-Chat-1M; `kv.read_trace` reads yours.

# %%
import kvratio as kv

requests = kv.workload("lmsys", requests=500, seed=1, prompt=41, memory=4_000)
result = kv.compare(requests, ["h-sf", "a-max", "a-min", "a-min-live", "fcfs"], seeds=2)
result

# %% [markdown]
# The last column is an upper bound on how far each policy is from the optimum *on these requests*:
# the certified bound is below the optimum. As plain data:

# %%
for row in result.rows():
    print(f"{row['policy']:12} seed {row['seed']}  TEL {row['tel']:>8,}")

# %% [markdown]
# The distribution of latencies; further left and higher is better.

# %%
result.plot()

# %% [markdown]
# The same with better predictions: ten intervals instead of one.

# %%
binned = kv.workload("lmsys", requests=500, seed=1, prompt=41, memory=4_000, predict="bins:10")
kv.compare(binned, ["a-max", "a-min"])

# %% [markdown]
# And in seconds, on a model of a GPU, with Poisson arrivals of 40 requests a second:

# %%
timed = kv.workload("lmsys:rate=40", requests=200, seed=1, prompt=41, memory=8_000)
kv.compare(timed, ["a-min", "fcfs"], gpu="llama-3-8b:l40s")
