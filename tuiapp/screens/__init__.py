"""The screens, and what they read in their workers."""
