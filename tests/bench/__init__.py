"""Benchmarks: ratios to bare handlers, measured side by side in one run (`python -m tests.bench`)."""
