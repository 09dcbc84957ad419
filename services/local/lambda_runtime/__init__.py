"""Lambda on one machine: AWS's own runtime client, in a process or in a built image, behind a Runtime API of ours."""
