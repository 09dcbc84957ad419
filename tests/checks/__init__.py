"""What is checked of the code without running it, and of the lines that a branch changes. See `make help`."""
