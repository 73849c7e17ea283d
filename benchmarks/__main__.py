"""All benchmarks, one after the other: ``make bench``."""

from benchmarks import first_paint, idle_and_live, long_run, row_to_screen, supervision

for benchmark in (first_paint, row_to_screen, idle_and_live, long_run, supervision):
    benchmark.main()
