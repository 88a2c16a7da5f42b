"""Keys of the hall: sealing personal data, hashing it for search, signing what pages hand out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_FILE = "secret.key"
SHORTEST = 32
#: Words that show that somebody copied an example instead of making a key.
_SAMPLES = (
    "secret",
    "changeme",
    "change-me",
    "example",
    "password",
    "0123456789",
    "abcdef",
    "dev-key",
    "insecure",
)


class UnsafeKey(Exception):
    """The key is too short or taken from an example; the hall does not start with it."""


class KeyMissing(Exception):
    """There is a database but no key to open it."""


class HallKeyring:
    """Three keys grown from one secret: one seals, one makes search hashes, one signs."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_grow(secret, b"seal"))
        self._search = _grow(secret, b"search")
        self._sign = _grow(secret, b"sign")

    def seal(self, text: str) -> bytes:
        """Encrypt; the same text never gives the same bytes twice."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        """Decrypt what :meth:`seal` made."""
        return self._cipher.decrypt(sealed[:12], sealed[12:], None).decode()

    def search_hash(self, kind: str, text: str) -> str:
        """A keyed hash by which equal values are found without opening them; blanks and case do not count."""
        plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
        return hmac.new(self._search, f"{kind}\0{plain}".encode(), hashlib.sha256).hexdigest()

    def body_hash(self, body: bytes) -> str:
        """A keyed hash of a request's body: equal bodies are known again, and none can be guessed."""
        return hmac.new(self._search, b"body\0" + body, hashlib.sha256).hexdigest()

    def sign(self, purpose: str, text: str) -> str:
        """A short signature that only this hall can make."""
        digest = hmac.new(self._sign, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode()

    def is_signed(self, purpose: str, text: str, signature: str) -> bool:
        """Whether ``signature`` is ours, compared in constant time."""
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode())


#: What a token begins with says whose it is, so that it is looked up in one place only.
SIGN_IN_TOKEN = "s."
DEVICE_TOKEN = "d."


def new_secret(kind: str) -> str:
    """A token of this kind, with 256 bits of chance."""
    return kind + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The hash under which a random token is kept; tokens have enough chance to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_key(folder: Path) -> Path:
    """Write a new key, readable by its owner only, and answer where it lies; an old one is kept."""
    path = folder / KEY_FILE
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path


def load_keyring(folder: Path, from_settings: str | None) -> HallKeyring:
    """The hall's keyring from the settings or the data folder.

    Raises:
        UnsafeKey: the key is shorter than 32 bytes or looks like an example.
        KeyMissing: there is no key at all.
    """
    if from_settings is not None:
        secret = from_settings.strip()
    else:
        path = folder / KEY_FILE
        if not path.exists():
            raise KeyMissing(f"{path} 不存在：请先运行 hall init，或从备份取回密钥。")
        secret = path.read_text().strip()
    if len(secret.encode()) < SHORTEST:
        raise UnsafeKey(f"HALL_SECRET_KEY 太短：至少 {SHORTEST} 字节。")
    lowered = secret.lower()
    if any(sample in lowered for sample in _SAMPLES) or len(set(secret)) < 10:
        raise UnsafeKey("HALL_SECRET_KEY 像是抄来的样例，请用 hall init 生成的密钥。")
    return HallKeyring(secret.encode())


def _grow(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"baiyin-hall/" + purpose).derive(
        secret
    )
