"""What clients of plain HTTP share."""

from __future__ import annotations

import ssl
from typing import Final

# A client's own context reads the certificates of all the world's authorities, a twentieth of a second each time,
# also where it will never speak TLS. This one trusts nobody.
NO_AUTHORITIES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
