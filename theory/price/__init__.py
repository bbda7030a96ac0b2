"""The price of cancelling: how far from the optimum a policy must be that loses what it cancels.

Fluid limit, all requests present at time 0, lengths unknown. Against the fluid optimum the best
constant of any such policy is exactly K = min over y > 1 of (2y - 3 + 1/y)/(ln y)^2 = 2.728372...

constant     K to any number of digits, enclosed; its minimiser, and the equation for it
offset       the policy that attains it, offset slicing: upper bounds, pairs, classes of offsets
lower        no policy does better: a bound for every prompt and interval
lower_finite the same for every number of requests and every memory, with explicit errors
one_machine  the same policy for jobs on one machine: at most K for every finite instance
kept         preemption that keeps the tokens: exactly 2
kept_slices  the same with few restarts, what those cost, and the best growth of the slices
kept_policies  A_min and A_l with tokens kept: their forms, and what keeping is worth to them
finite       slicing by volume on finite instances, with pipelines: proved constants
mixed        finite instances with mixed prompts: rounds limited in time and volume
whole_lengths  its form for whole lengths: the worst ratio enclosed, to H-SF too
ladder       what not knowing costs: all the policies side by side
predictions  volumes in [v, rho v]: the price of short intervals, the best policy on two lengths
enclosed     the price at any rho between two certificates, checked exactly; found by best_policy
             (from above) and best_prices (from below)
"""
