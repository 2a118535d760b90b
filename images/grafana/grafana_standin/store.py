"""The database: tables and columns named as in Grafana's own grafana.db, in SQLite's default (rollback) journal."""

import os
import sqlite3
import threading
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, Iterator

from .passwords import hash_password, random_text

SCHEMA = """
CREATE TABLE IF NOT EXISTS org (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL, created TEXT, updated TEXT);
CREATE TABLE IF NOT EXISTS user (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT UNIQUE, login TEXT UNIQUE NOT NULL, email TEXT UNIQUE,
  name TEXT, password TEXT, salt TEXT, is_admin INTEGER NOT NULL, is_disabled INTEGER NOT NULL DEFAULT 0, org_id INTEGER NOT NULL,
  created TEXT, updated TEXT);
CREATE TABLE IF NOT EXISTS org_user (id INTEGER PRIMARY KEY AUTOINCREMENT, org_id INTEGER NOT NULL, user_id INTEGER NOT NULL, role TEXT NOT NULL,
  UNIQUE (org_id, user_id));
CREATE TABLE IF NOT EXISTS user_auth_token (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL, auth_token TEXT UNIQUE NOT NULL, created_at TEXT);
CREATE TABLE IF NOT EXISTS folder (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT UNIQUE NOT NULL, org_id INTEGER NOT NULL, title TEXT NOT NULL,
  parent_uid TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT 1, created TEXT, updated TEXT, UNIQUE (org_id, parent_uid, title));
CREATE TABLE IF NOT EXISTS dashboard (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT UNIQUE NOT NULL, org_id INTEGER NOT NULL, title TEXT NOT NULL,
  slug TEXT NOT NULL, folder_uid TEXT NOT NULL DEFAULT '', data TEXT NOT NULL, version INTEGER NOT NULL, created TEXT, updated TEXT);
CREATE TABLE IF NOT EXISTS dashboard_version (id INTEGER PRIMARY KEY AUTOINCREMENT, dashboard_id INTEGER NOT NULL, version INTEGER NOT NULL,
  message TEXT, data TEXT NOT NULL, created TEXT, UNIQUE (dashboard_id, version));
CREATE TABLE IF NOT EXISTS dashboard_provisioning (dashboard_id INTEGER PRIMARY KEY, name TEXT NOT NULL, external_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS data_source (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT UNIQUE NOT NULL, org_id INTEGER NOT NULL, name TEXT NOT NULL,
  type TEXT NOT NULL, access TEXT NOT NULL, url TEXT NOT NULL, is_default INTEGER NOT NULL, basic_auth INTEGER NOT NULL, basic_auth_user TEXT NOT NULL,
  json_data TEXT NOT NULL, secure_json_data TEXT NOT NULL, read_only INTEGER NOT NULL,
  UNIQUE (org_id, name));
"""


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """One connection for all threads; a statement or a transaction at a time."""

    def __init__(self, folder: str, admin_user: str, admin_password: str) -> None:
        for name in ("csv", "pdf", "plugins", "png"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        path = os.path.join(folder, "grafana.db")
        os.umask(0o027)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(SCHEMA)
        # As in Grafana, the administrator of the configuration is only the first one: later starts do not look at it.
        if self.one("SELECT id FROM org WHERE id = 1") is None:
            with self.transaction():
                self.run("INSERT INTO org (id, name, created, updated) VALUES (1, 'Main Org.', ?, ?)", now(), now())
                self.add_user(admin_user, f"{admin_user}@localhost", "", admin_password, is_admin=True, role="Admin")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def run(self, statement: str, *values: Any) -> int:
        """Row id of an insert; number of rows of any other statement."""
        with self._lock:
            cursor = self._connection.execute(statement, values)
            return int(cursor.lastrowid or 0) if statement.startswith("INSERT") else cursor.rowcount

    def all(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def one(self, statement: str, *values: Any) -> sqlite3.Row | None:
        rows = self.all(statement, *values)
        return rows[0] if rows else None

    def add_user(self, login: str, email: str, name: str, password: str, *, is_admin: bool, role: str) -> int:
        salt = random_text(10)
        with self.transaction():
            user_id = self.run(
                "INSERT INTO user (uid, login, email, name, password, salt, is_admin, org_id, created, updated) VALUES (?,?,?,?,?,?,?,1,?,?)",
                random_text(14).lower(), login, email, name, hash_password(password, salt), salt, int(is_admin), now(), now())
            self.run("INSERT INTO org_user (org_id, user_id, role) VALUES (1, ?, ?)", user_id, role)
        return user_id
