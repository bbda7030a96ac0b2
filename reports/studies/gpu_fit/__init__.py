"""The GPU model against measured iterations: `kvratio study gpu-fit`.

- `measured`: the measurements, and the iterations of the model that they stand for
- `fit`: least squares, and errors
- `study`: which parts are fitted and which held out, and the page
"""
