"""Adapters: other people's schedulers as systems that `kvratio.simulate.testing` can examine."""
