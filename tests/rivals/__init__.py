"""Other tools beside kvratio, in development only: `make bench-rivals`."""
