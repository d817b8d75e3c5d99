"""Person keys: one key store for the installation, reached only through this package.

Personal fields are sealed under a person's key; deleting the keys of a person makes them `Erased`
everywhere at once, while every hash chain still verifies.
"""

from eventlog.keys.keyring import Keyring, KeyStore, PersonKey
from eventlog.keys.sealing import Opened, Sealed, open_block, seal

__all__ = ["KeyStore", "Keyring", "Opened", "PersonKey", "Sealed", "open_block", "seal"]
