"""P's experiments over a grid of settings; `kvratio study reproduction`.

- `study`: the plan, a row, and the published files
- `again`: a slice of the published map computed anew
- `pages`: the map as figures and tables
"""
