"""What Jenkins runs: the pipeline's own tools, none of which is in an image."""
