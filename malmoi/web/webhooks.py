"""Signatures of callbacks as https://www.standardwebhooks.com describes them."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from pydantic import SecretStr


class WebhookSecrets:
    """Makes signing secrets from one key and random salts, so that none need be stored.

    Whoever reads the database alone can sign nothing; whoever has the key and the database can.
    """

    def __init__(self, key: SecretStr) -> None:
        self._key = key.get_secret_value().encode()

    def secret(self, salt: UUID) -> str:
        """As its receiver keeps it: `whsec_…`."""
        return "whsec_" + base64.b64encode(self._bytes(salt)).decode()

    def headers(
        self, message_id: str, at: datetime, body: bytes, salts: Iterable[UUID]
    ) -> dict[str, str]:
        """What proves that `body` comes from us; one signature for each salt."""
        timestamp = str(int(at.timestamp()))
        signed = b".".join((message_id.encode(), timestamp.encode(), body))
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(self._signature(each, signed) for each in salts),
        }

    def _signature(self, salt: UUID, signed: bytes) -> str:
        digest = hmac.digest(self._bytes(salt), signed, hashlib.sha256)
        return "v1," + base64.b64encode(digest).decode()

    def _bytes(self, salt: UUID) -> bytes:
        return hmac.digest(self._key, b"callback secret " + salt.bytes, hashlib.sha256)
