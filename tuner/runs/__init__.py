"""A run on disk: its layout, manifest, state, events, metric rows, log lines, and the view over many runs.

Modules that a training script imports (layout, atomic, lock, rows, checkpoint_marker, control, state_file, events,
manifest_file) use the standard library only.
"""
