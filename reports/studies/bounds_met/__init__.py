"""Simulated latencies beside the bounds that are proved for every finite instance.

policies    which policies, each with its fluid form and its bounds
rows        a cell of the grid: a law of lengths, M and n; and the closest approaches
study       `kvratio study bounds-met`
pages       the section of the report, and the page
again       does what is published come out again?
"""
