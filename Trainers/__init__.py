"""What runs inside the training process: one folder per trainer, with its script and configs/config.yaml."""
