"""All benchmarks, one after the other: ``make bench``."""

from benchmarks import first_paint, row_to_screen, supervision

for benchmark in (first_paint, row_to_screen, supervision):
    benchmark.main()
