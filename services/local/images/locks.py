"""What `make lock` asks of each image's lock: a line a service, `customers --extra lambda --extra spreadsheets`."""

from __future__ import annotations

from services.local.catalog import read_catalog


def main() -> None:
    """Prints the lines."""
    for service, entry in read_catalog().items():
        print(service, *(f"--extra {extra}" for extra in entry["extras"]))


if __name__ == "__main__":
    main()
