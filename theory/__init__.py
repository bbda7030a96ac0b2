"""What must be true: the exact model, length distributions, fluid forms, ratios, the optimum."""
