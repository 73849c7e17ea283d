"""`tuner demo`: a complete small workspace, trained here and now on the processor."""
