"""Datasets: read, recognise, check, convert, split.

The modules here use the standard library only: the front ends check a file with them before a run is queued, and the
training scripts read the same file with them in their own interpreter. (Parquet is read through pyarrow, which every
training stack has.)
"""
