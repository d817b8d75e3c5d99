"""Make the secret files that `compose.yaml` names, once; what is there stays as it is.

`python -m deploy.make_secrets` fills `deploy/secrets/`. Back up person-master.key, installation.key and
vault.key elsewhere, and put the company's own key and certificate in the place of company-signing.pem.
"""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path

from operate.stack.installation import make_keys
from operate.stack.secret_files import secret_file

FOLDER = Path(__file__).parent / "secrets"
DATABASES = ("intake", "escalation", "compensation", "blacklist", "keys")


def make_secrets(folder: Path = FOLDER) -> None:
    """Make keys, the administrator's password and one DSN for each database.

    The folder is closed to others; its files are not, since a container mounts each by itself and reads it as a
    user of its own.
    """
    make_keys(folder)
    secret_file(folder / "postgres-password", _password)
    for name in DATABASES:
        secret_file(folder / f"{name}-database", partial(_dsn, f"amends_{name}"))
    folder.chmod(0o700)
    for file in folder.iterdir():
        if file.is_file():
            file.chmod(0o644)


def _password() -> str:
    return secrets.token_urlsafe(24)


def _dsn(database: str) -> str:
    return f"postgresql://{database}:{_password()}@postgres/{database}"


if __name__ == "__main__":
    make_secrets()
