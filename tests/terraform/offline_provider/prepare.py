"""`python -m tests.terraform.offline_provider.prepare FOLDER`: a copy of Terraform's code, and how to run it, as JSON.

{"code": the copy of terraform/, "environment": all variables for Terraform, "reason": which providers it uses}
It is for an emulator, and ours unless SKEP_TERRAFORM_PROVIDERS says otherwise: the real provider imports the API's
OpenAPI document as a whole, which the emulator can't; ours makes its resources one by one.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tests.terraform.offline_provider.mirror import CHOICE, WrongChoice, copy_tree, find_providers


def main(arguments: list[str]) -> int:
    """The exit code: 0, or 1 with a sentence on standard error."""
    (folder,) = arguments
    os.environ.setdefault(CHOICE, "offline")
    try:
        providers = find_providers()
    except WrongChoice as error:
        sys.stderr.write(f"{error}\n")
        return 1
    code = copy_tree(Path(folder), locked=providers.kind == "registry")
    json.dump({"code": str(code), "environment": providers.environment, "reason": providers.reason}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
