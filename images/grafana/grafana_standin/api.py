"""The HTTP API: routes, sign-in and rights."""

import base64
import os
import re
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Callable
from urllib.parse import parse_qs, urlencode

from . import VERSION
from .dashboards import Dashboards
from .datasources import DataSources
from .errors import ApiError
from .passwords import hash_password, is_password, random_text
from .store import Store, now

ROLES = {"Viewer": 0, "Editor": 1, "Admin": 2}


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    headers: Any
    groups: tuple[str, ...] = ()
    user: dict[str, Any] = field(default_factory=dict)

    def first(self, name: str, otherwise: str = "") -> str:
        return self.query.get(name, [otherwise])[0]

    def json(self) -> dict[str, Any]:
        if not isinstance(self.body, dict):
            raise ApiError(400, "bad request data")
        return self.body


@dataclass
class Answer:
    body: Any
    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Api:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._dashboards = Dashboards(store)
        self._sources = DataSources(store)
        viewer, editor, admin, server = "Viewer", "Editor", "Admin", "server admin"
        self._routes: list[tuple[str, str, str | None, Callable[[Request], Any]]] = [
            ("GET", r"/api/health", None, self._health),
            ("GET", r"/healthz", None, lambda request: "Ok"),
            ("GET", r"/metrics", None, self._metrics),
            ("GET", r"/", None, lambda request: Answer("", 302, {"Location": "/login"})),
            ("GET", r"/login", None, lambda request: "<!DOCTYPE html><html><head><title>Grafana</title></head><body>A stand-in for Grafana: it has no pages.</body></html>"),
            ("POST", r"/login", None, self._login),
            ("GET", r"/api/user", viewer, lambda request: self._profile(request.user)),
            ("GET", r"/api/org", viewer, lambda request: {"id": 1, "name": "Main Org.", "address": {}}),
            ("GET", r"/api/org/users", admin, self._org_users),
            ("GET", r"/api/users", server, lambda request: [self._profile(user) for user in self._users()]),
            ("GET", r"/api/users/lookup", server, self._lookup),
            ("POST", r"/api/admin/users", server, self._add_user),
            ("DELETE", r"/api/admin/users/(\d+)", server, self._delete_user),
            ("PUT", r"/api/admin/users/(\d+)/password", server, self._set_password),
            ("GET", r"/api/folders", viewer, lambda request: self._dashboards.folders(request.first("parentUid"))),
            ("POST", r"/api/folders", editor, self._add_folder),
            ("GET", r"/api/folders/([\w-]+)", viewer, lambda request: self._dashboards.folder(request.groups[0])),
            ("DELETE", r"/api/folders/([\w-]+)", editor, lambda request: self._dashboards.delete_folder(request.groups[0])),
            ("POST", r"/api/dashboards/db", editor, lambda request: self._dashboards.save(request.json())),
            ("GET", r"/api/dashboards/uid/([\w-]+)", viewer, lambda request: self._dashboards.dashboard(request.groups[0])),
            ("DELETE", r"/api/dashboards/uid/([\w-]+)", editor, lambda request: self._dashboards.delete(request.groups[0])),
            ("GET", r"/api/dashboards/home", viewer, lambda request: {"meta": {"isHome": True}, "dashboard": {"title": "Home"}}),
            ("GET", r"/api/search", viewer, self._search),
            ("GET", r"/api/datasources", admin, lambda request: self._sources.all()),
            ("POST", r"/api/datasources", admin, lambda request: self._sources.add(request.json())),
            ("GET", r"/api/datasources/uid/([\w-]+)", admin, lambda request: self._sources.find("uid", request.groups[0])),
            ("GET", r"/api/datasources/name/(.+)", admin, lambda request: self._sources.find("name", request.groups[0])),
            ("GET", r"/api/datasources/proxy/uid/([\w-]+)/(.*)", viewer, self._proxy),
            ("GET", r"/api/admin/settings", server, self._settings),
        ]

    def answer(self, request: Request) -> Answer:
        try:
            for method, pattern, needs, act in self._routes:
                found = re.fullmatch(pattern, request.path)
                if found is None or method != request.method:
                    continue
                request.groups = found.groups()
                if needs is not None:
                    request.user = self._sign_in(request)
                    self._check_rights(request.user, needs)
                result = act(request)
                return result if isinstance(result, Answer) else Answer(result)
            raise ApiError(404, "Not found")
        except ApiError as error:
            return Answer(error.body, error.code)
        except (sqlite3.Error, OSError) as error:
            print(f'logger=context level=error msg="request failed" path={request.path} error="{error}"')
            return Answer({"message": "Internal Server Error"}, 500)

    def _sign_in(self, request: Request) -> dict[str, Any]:
        scheme, _, value = (request.headers.get("Authorization") or "").partition(" ")
        if scheme.lower() == "basic":
            try:
                login, _, password = base64.b64decode(value).decode().partition(":")
            except ValueError:
                raise ApiError(401, "Invalid basic auth header") from None
            return self._check_password(login, password)
        token = re.search(r"grafana_session=(\w+)", request.headers.get("Cookie") or "")
        row = token and self._store.one("SELECT user_id FROM user_auth_token WHERE auth_token = ?", hash_password(token[1], "session"))
        if not row:
            raise ApiError(401, "Unauthorized", messageId="auth.unauthorized")
        return self._users("u.id = ?", row["user_id"])[0]

    def _check_password(self, login: str, password: str) -> dict[str, Any]:
        for user in self._users("u.login = ? OR u.email = ?", login, login):
            if not user["is_disabled"] and is_password(password, user["salt"], user["password"]):
                return user
        raise ApiError(401, "Invalid username or password", messageId="password-auth.failed")

    def _check_rights(self, user: dict[str, Any], needs: str) -> None:
        allowed = user["is_admin"] if needs == "server admin" else user["is_admin"] or ROLES[user["role"]] >= ROLES[needs]
        if not allowed:
            raise ApiError(403, "You'll need additional permissions to perform this action.")

    def _users(self, where: str = "1", *values: Any) -> list[dict[str, Any]]:
        rows = self._store.all(f"SELECT u.*, o.role FROM user u JOIN org_user o ON o.user_id = u.id AND o.org_id = 1 WHERE {where} ORDER BY u.id", *values)
        return [dict(row) for row in rows]

    def _profile(self, user: dict[str, Any]) -> dict[str, Any]:
        return {"id": user["id"], "uid": user["uid"], "email": user["email"], "name": user["name"], "login": user["login"], "theme": "", "orgId": 1,
                "isGrafanaAdmin": bool(user["is_admin"]), "isAdmin": bool(user["is_admin"]), "isDisabled": bool(user["is_disabled"]), "isExternal": False,
                "authLabels": [], "createdAt": user["created"], "updatedAt": user["updated"]}

    def _health(self, request: Request) -> Any:
        self._store.one("SELECT 1")
        return {"database": "ok", "version": VERSION, "commit": "stand-in"}

    def _metrics(self, request: Request) -> str:
        count = self._store.one("SELECT count(*) AS n FROM dashboard")
        return f'# TYPE grafana_build_info gauge\ngrafana_build_info{{version="{VERSION}"}} 1\ngrafana_stat_totals_dashboard {count["n"] if count else 0}\n'

    def _login(self, request: Request) -> Answer:
        user = self._check_password(str(request.json().get("user") or ""), str(request.json().get("password") or ""))
        token = random_text(32)
        self._store.run("INSERT INTO user_auth_token (user_id, auth_token, created_at) VALUES (?, ?, ?)", user["id"], hash_password(token, "session"), now())
        return Answer({"message": "Logged in", "redirectUrl": "/"}, 200, {"Set-Cookie": f"grafana_session={token}; Path=/; HttpOnly; SameSite=Lax"})

    def _org_users(self, request: Request) -> Any:
        return [{"orgId": 1, "userId": user["id"], "uid": user["uid"], "email": user["email"], "name": user["name"], "login": user["login"],
                 "role": user["role"], "isDisabled": bool(user["is_disabled"])} for user in self._users()]

    def _lookup(self, request: Request) -> Any:
        wanted = request.first("loginOrEmail")
        for user in self._users("u.login = ? OR u.email = ?", wanted, wanted):
            return {**self._profile(user)}
        raise ApiError(404, "user not found", messageId="user.not-found")

    def _add_user(self, request: Request) -> Any:
        form = request.json()
        login = str(form.get("login") or form.get("email") or "")
        password = str(form.get("password") or "")
        if not login:
            raise ApiError(400, "Validation error, need specify either username or email")
        if len(password) < 4:
            raise ApiError(400, "Password is missing or too short")
        if self._users("u.login = ? OR u.email = ?", login, str(form.get("email") or login)):
            raise ApiError(412, f"User with email '{form.get('email') or ''}' or username '{login}' already exists")
        role = "Viewer"
        return {"id": self._store.add_user(login, str(form.get("email") or login), str(form.get("name") or ""), password, is_admin=False, role=role), "message": "User created"}

    def _delete_user(self, request: Request) -> Any:
        with self._store.transaction():
            self._store.run("DELETE FROM org_user WHERE user_id = ?", request.groups[0])
            if not self._store.run("DELETE FROM user WHERE id = ?", request.groups[0]):
                raise ApiError(404, "user not found", messageId="user.not-found")
        return {"message": "User deleted"}

    def _set_password(self, request: Request) -> Any:
        password = str(request.json().get("password") or "")
        if len(password) < 4:
            raise ApiError(400, "New password too short")
        salt = random_text(10)
        if not self._store.run("UPDATE user SET password = ?, salt = ?, updated = ? WHERE id = ?", hash_password(password, salt), salt, now(), request.groups[0]):
            raise ApiError(404, "user not found", messageId="user.not-found")
        return {"message": "User password updated"}

    def _add_folder(self, request: Request) -> Any:
        form = request.json()
        return self._dashboards.add_folder(str(form.get("title") or ""), str(form.get("uid") or ""), str(form.get("parentUid") or ""))

    def _search(self, request: Request) -> Any:
        limit = int(request.first("limit", "1000")) if request.first("limit", "1000").isdigit() else 1000
        folder_uids = [uid for value in request.query.get("folderUIDs", []) for uid in value.split(",")]
        return self._dashboards.search(request.first("query"), request.query.get("type", []), request.query.get("tag", []), folder_uids,
                                       request.query.get("dashboardUIDs", []), min(limit, 5000))

    def _settings(self, request: Request) -> Any:
        """The section that says where the server listens, as text like all of them."""
        names = {"protocol": "http", "http_addr": "", "http_port": "3000", "domain": "localhost", "root_url": "%(protocol)s://%(domain)s:%(http_port)s/", "serve_from_sub_path": "false"}
        return {"server": {name: os.environ.get(f"GF_SERVER_{name.upper()}", otherwise) for name, otherwise in names.items()}}

    def _proxy(self, request: Request) -> Any:
        status, body = self._sources.proxy(request.groups[0], request.groups[1], urlencode(request.query, doseq=True))
        return Answer(body, status)


def parse_query(text: str) -> dict[str, list[str]]:
    return parse_qs(text)
