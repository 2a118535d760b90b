"""Data sources with their secrets, and the proxy that uses them."""

import base64
import hashlib
import hmac
import json
import os
import urllib.error
import urllib.request
from typing import Any

from .errors import ApiError
from .passwords import random_text
from .store import Store


def secret_key() -> bytes:
    """`security.secret_key`, with the value of Grafana's own defaults.ini."""
    return os.environ.get("GF_SECURITY_SECRET_KEY", "SW2YcwTIb9zpOOhoPsMm").encode()


def keystream(salt: str, length: int) -> bytes:
    """Grafana derives its AES key like this; the stream itself is HMAC's, for Python's library has no AES."""
    key = hashlib.pbkdf2_hmac("sha256", secret_key(), salt.encode(), 10_000, 32)
    blocks = (hmac.digest(key, counter.to_bytes(4, "big"), "sha256") for counter in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def mixed(content: bytes, salt: str) -> bytes:
    return bytes(one ^ other for one, other in zip(content, keystream(salt, len(content))))


def encrypt(text: str) -> str:
    salt = random_text(8)
    return f"{salt}:{base64.b64encode(mixed(text.encode(), salt)).decode()}"


def decrypt(text: str) -> str:
    """With another key it is another text and no error, as with Grafana's AES-CFB."""
    salt, _, content = text.partition(":")
    return mixed(base64.b64decode(content), salt).decode("latin-1")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class DataSources:
    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[dict[str, Any]]:
        return [self._shown(row) for row in self._store.all("SELECT * FROM data_source ORDER BY name")]

    def find(self, column: str, value: str) -> dict[str, Any]:
        return self._shown(self._row(column, value))

    def add(self, form: dict[str, Any], *, read_only: bool = False) -> dict[str, Any]:
        name, kind = str(form.get("name") or ""), str(form.get("type") or "")
        if not name or not kind:
            raise ApiError(400, "bad request data")
        uid = str(form.get("uid") or random_text(14).lower())
        if self._store.one("SELECT 1 FROM data_source WHERE name = ? OR uid = ?", name, uid):
            raise ApiError(409, "data source with the same name already exists")
        secrets = {key: encrypt(str(value)) for key, value in (form.get("secureJsonData") or {}).items()}
        identifier = self._store.run(
            "INSERT INTO data_source (uid, org_id, name, type, access, url, is_default, basic_auth, basic_auth_user, json_data, secure_json_data, read_only)"
            " VALUES (?,1,?,?,?,?,?,?,?,?,?,?)",
            uid, name, kind, str(form.get("access") or "proxy"), str(form.get("url") or ""), int(bool(form.get("isDefault"))), int(bool(form.get("basicAuth"))),
            str(form.get("basicAuthUser") or ""), json.dumps(form.get("jsonData") or {}), json.dumps(secrets), int(read_only))
        return {"id": identifier, "message": "Datasource added", "name": name, "datasource": self.find("uid", uid)}

    def proxy(self, uid: str, path: str, query: str) -> tuple[int, str]:
        """A GET through the data source, signed in as it says. Grafana passes on a 401 as 400, and tells an address that is not there by 502."""
        row = self._row("uid", uid, "Unable to find datasource")
        request = urllib.request.Request(f"{row['url'].rstrip('/')}/{path}{'?' if query else ''}{query}")
        if row["basic_auth"]:
            password = decrypt(json.loads(row["secure_json_data"]).get("basicAuthPassword", ":"))
            request.add_header("Authorization", "Basic " + base64.b64encode(f"{row['basic_auth_user']}:{password}".encode()).decode())
        try:
            with urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            if error.code == 401:
                return 400, "Authentication to data source failed"
            return error.code, error.read().decode("utf-8", "replace")
        except (OSError, ValueError):
            return 502, ""

    def _row(self, column: str, value: str, otherwise: str = "Data source not found") -> Any:
        row = self._store.one(f"SELECT * FROM data_source WHERE {column} = ?", value)
        if row is None:
            raise ApiError(404, otherwise)
        return row

    def _shown(self, row: Any) -> dict[str, Any]:
        return {"id": row["id"], "uid": row["uid"], "orgId": 1, "name": row["name"], "type": row["type"], "typeName": row["type"].capitalize(),
                "access": row["access"], "url": row["url"], "user": "", "database": "", "basicAuth": bool(row["basic_auth"]),
                "basicAuthUser": row["basic_auth_user"], "isDefault": bool(row["is_default"]), "jsonData": json.loads(row["json_data"]),
                "secureJsonFields": {key: True for key in json.loads(row["secure_json_data"])}, "readOnly": bool(row["read_only"])}
