"""`make images`: each service as the container image that Lambda runs."""
