"""Passwords as Grafana keeps them: PBKDF2-HMAC-SHA256, 10 000 rounds, 50 bytes, in hexadecimal, with a random salt."""

import hashlib
import hmac
import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def random_text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def hash_password(password: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 10_000, 50).hex()


def is_password(password: str, salt: str, expected: str) -> bool:
    return hmac.compare_digest(hash_password(password, salt), expected)
