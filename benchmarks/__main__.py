"""All benchmarks, one after the other: ``make bench``."""

from benchmarks import (
    chart_frame,
    first_paint,
    idle_and_live,
    log_index,
    long_run,
    many_runs,
    metric_history,
    row_to_screen,
    run_table,
    supervision,
)

for benchmark in (
    first_paint,
    row_to_screen,
    idle_and_live,
    long_run,
    log_index,
    metric_history,
    many_runs,
    run_table,
    chart_frame,
    supervision,
):
    benchmark.main()
