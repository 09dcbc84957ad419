"""`python -m jenkins.release`: pushes, signs and records a release, plans and deploys it."""
