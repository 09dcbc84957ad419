"""Where the server is and what opens it, from the environment. No other module of this package reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""Of the checkout: what is analysed."""


class Missing(Exception):
    """Something that the environment has to say, and doesn't."""


@dataclass(frozen=True)
class Settings:
    """token: may analyse. admin_password: may provision. revision, release: of the build, empty outside one."""

    url: str
    token: str
    admin_password: str
    webhook_url: str
    webhook_secret: str
    revision: str
    release: str
    cache: Path
    maven: Path

    def expect(self, *names: str) -> None:
        """Raises Missing with the variables of the fields that are empty."""
        missing = [VARIABLES[name] for name in names if not getattr(self, name)]
        if missing:
            raise Missing(f"Set {' and '.join(missing)} in the environment.")


VARIABLES = {
    "url": "SONAR_HOST_URL",
    "token": "SONAR_TOKEN",
    "admin_password": "SONAR_ADMIN_PASSWORD",
    "webhook_url": "SONAR_WEBHOOK_URL",
    "webhook_secret": "SONAR_WEBHOOK_SECRET",
}


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Jenkins's withSonarQubeEnv calls the token SONAR_AUTH_TOKEN."""
    env = os.environ if environ is None else environ
    build = env.get("BUILD_NUMBER", "")
    revision = env.get("GIT_COMMIT", "")
    return Settings(
        url=env.get("SONAR_HOST_URL", "").rstrip("/"),
        token=env.get("SONAR_TOKEN") or env.get("SONAR_AUTH_TOKEN", ""),
        admin_password=env.get("SONAR_ADMIN_PASSWORD", ""),
        webhook_url=env.get("SONAR_WEBHOOK_URL", ""),
        webhook_secret=env.get("SONAR_WEBHOOK_SECRET", ""),
        revision=revision,
        release=env.get("TAG_NAME") or (f"{build}-{revision[:12]}" if build and revision else ""),
        cache=_cache(env),
        maven=Path(env.get("MAVEN_REPOSITORY") or Path.home() / ".m2" / "repository"),
    )


def child_environment(**more: str) -> dict[str, str]:
    """What a program that is started here sees: this environment and more."""
    return dict(os.environ) | more


def bare_environment(home: Path) -> dict[str, str]:
    """What the server sees: where programs are, and nothing of a build."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LANG": "C.UTF-8"}


def _cache(env: Mapping[str, str]) -> Path:
    """A folder outside the checkout. root's home is closed to the user that the server runs as, so root has another."""
    if folder := env.get("XDG_CACHE_HOME"):
        return Path(folder) / "skep"
    return Path("/var/cache/skep") if os.geteuid() == 0 else Path.home() / ".cache" / "skep"
