"""All small instances, one by one, and how far from the optimum each policy is."""
