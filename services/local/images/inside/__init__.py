"""What runs inside a build, on the base image's Python and shell: nothing but the standard library."""
