"""The evaluation engine: suites, graders, runner, sweeps. It is built in a later version."""
