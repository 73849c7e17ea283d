"""The workflows: train, runs, upload, doctor, demo. The only place that holds workflow logic; no Textual, no torch."""
