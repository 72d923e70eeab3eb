"""Encrypt TOTP seeds and sessions before they are stored."""

import base64
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.signing import BadSignature


def seal(clear: bytes) -> bytes:
    return _fernet_keys(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(clear)


def unseal(sealed: bytes) -> bytes:
    """Decrypt with the secret key or a fallback; raise `BadSignature` if none fits."""
    try:
        return _fernet_keys(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(sealed)
    except InvalidToken as fault:
        raise BadSignature("not sealed with a key of this console") from fault


@lru_cache(maxsize=8)
def _fernet_keys(*secrets: str) -> MultiFernet:
    return MultiFernet(_derive_keys(secrets))


def _derive_keys(secrets: Iterable[str]) -> Iterable[Fernet]:
    for secret in secrets:
        kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"console.operators.sealing")
        yield Fernet(base64.urlsafe_b64encode(kdf.derive(secret.encode())))


class SealedSerializer:
    """Serialise sessions as encrypted JSON, since they may hold TOTP seeds."""

    def dumps(self, value: Any) -> bytes:
        return seal(json.dumps(value, separators=(",", ":")).encode())

    def loads(self, data: bytes) -> Any:
        return json.loads(unseal(data))
