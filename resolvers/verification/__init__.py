"""What `leitai verify` recomputes and compares."""
