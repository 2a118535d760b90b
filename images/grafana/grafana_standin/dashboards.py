"""Folders and dashboards: what the database holds, in the words of the HTTP API."""

import json
import re
from typing import Any

from .errors import ApiError
from .passwords import random_text
from .store import Store, now


def slug_of(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "-"


def check_uid(uid: str) -> None:
    if len(uid) > 40:
        raise ApiError(400, "uid too long, max 40 characters")
    if uid and not re.fullmatch(r"[A-Za-z0-9_-]+", uid):
        raise ApiError(400, "uid contains illegal characters")


class Dashboards:
    def __init__(self, store: Store) -> None:
        self._store = store

    def folder(self, uid: str) -> dict[str, Any]:
        row = self._store.one("SELECT * FROM folder WHERE uid = ?", uid)
        if row is None:
            raise ApiError(404, "folder not found", status="not-found")
        rights = {right: True for right in ("canSave", "canEdit", "canAdmin", "canDelete")}
        return {"id": row["id"], "uid": uid, "orgId": 1, "title": row["title"], "url": f"/dashboards/f/{uid}/{slug_of(row['title'])}",
                "hasAcl": False, **rights, "createdBy": "admin", "created": row["created"], "updatedBy": "admin", "updated": row["updated"],
                "version": row["version"], **({"parentUid": row["parent_uid"]} if row["parent_uid"] else {})}

    def folders(self, parent: str) -> list[dict[str, Any]]:
        rows = self._store.all("SELECT id, uid, title FROM folder WHERE parent_uid = ? ORDER BY title", parent)
        return [{"id": row["id"], "uid": row["uid"], "title": row["title"], **({"parentUid": parent} if parent else {})} for row in rows]

    def add_folder(self, title: str, uid: str, parent: str) -> dict[str, Any]:
        if not title:
            raise ApiError(400, "folder title cannot be empty")
        check_uid(uid)
        if parent:
            self.folder(parent)
        uid = uid or random_text(14).lower()
        if self._store.one("SELECT id FROM folder WHERE uid = ?", uid):
            raise ApiError(412, "the folder has been changed by someone else", status="version-mismatch")
        if self._store.one("SELECT id FROM folder WHERE title = ? AND parent_uid = ?", title, parent):
            raise ApiError(409, "a folder with the same name already exists in the current location", status="name-exists")
        self._store.run("INSERT INTO folder (uid, org_id, title, parent_uid, created, updated) VALUES (?, 1, ?, ?, ?, ?)", uid, title, parent, now(), now())
        return self.folder(uid)

    def delete_folder(self, uid: str) -> dict[str, Any]:
        found = self.folder(uid)
        with self._store.transaction():
            for row in self._store.all("SELECT uid FROM dashboard WHERE folder_uid = ?", uid):
                self._remove(row["uid"])
            for row in self._store.all("SELECT uid FROM folder WHERE parent_uid = ?", uid):
                self.delete_folder(row["uid"])
            self._store.run("DELETE FROM folder WHERE uid = ?", uid)
        return {"id": found["id"], "message": f"Folder {found['title']} deleted", "title": found["title"]}

    def dashboard(self, uid: str) -> dict[str, Any]:
        row = self._store.one("SELECT d.*, p.external_id, f.title AS folder_title, f.id AS folder_id FROM dashboard d"
                              " LEFT JOIN dashboard_provisioning p ON p.dashboard_id = d.id LEFT JOIN folder f ON f.uid = d.folder_uid WHERE d.uid = ?", uid)
        if row is None:
            raise ApiError(404, "Dashboard not found", status="not-found")
        folder_uid = row["folder_uid"]
        folder_title = row["folder_title"] or "General"
        meta = {"type": "db", "canSave": True, "canEdit": True, "canAdmin": True, "canStar": True, "canDelete": True, "slug": row["slug"],
                "url": f"/d/{uid}/{row['slug']}", "expires": "0001-01-01T00:00:00Z", "created": row["created"], "updated": row["updated"],
                "updatedBy": "admin", "createdBy": "admin", "version": row["version"], "hasAcl": False, "isFolder": False,
                "folderId": row["folder_id"] or 0, "folderUid": folder_uid, "folderTitle": folder_title if folder_uid else "General",
                "folderUrl": f"/dashboards/f/{folder_uid}/{slug_of(folder_title)}" if folder_uid else "",
                "provisioned": row["external_id"] is not None, "provisionedExternalId": row["external_id"] or ""}
        model = json.loads(row["data"])
        return {"meta": meta, "dashboard": {**model, "id": row["id"], "uid": uid, "version": row["version"]}}

    def save(self, command: dict[str, Any], *, provisioned: bool = False) -> dict[str, Any]:
        model = command.get("dashboard")
        if not isinstance(model, dict):
            raise ApiError(400, "bad request data")
        title = str(model.get("title") or "").strip()
        if not title:
            raise ApiError(400, "Dashboard title cannot be empty", status="empty-name")
        uid = str(model.get("uid") or "")
        check_uid(uid)
        folder_uid = str(command.get("folderUid") or "")
        if folder_uid:
            self.folder(folder_uid)
        with self._store.transaction():
            row = self._existing(model, uid)
            if row is None:
                uid = uid or random_text(14).lower()
                identifier = self._store.run("INSERT INTO dashboard (uid, org_id, title, slug, folder_uid, data, version, created, updated) VALUES (?,1,?,?,?,'{}',0,?,?)",
                                             uid, title, slug_of(title), folder_uid, now(), now())
                version = 1
            else:
                uid, identifier, version = row["uid"], row["id"], row["version"] + 1
                if not provisioned and self._store.one("SELECT 1 FROM dashboard_provisioning WHERE dashboard_id = ?", identifier):
                    raise ApiError(400, "Cannot save provisioned dashboard")
                if not command.get("overwrite") and int(model.get("version") or 0) != row["version"]:
                    raise ApiError(412, "The dashboard has been changed by someone else", status="version-mismatch")
            data = json.dumps({**model, "id": identifier, "uid": uid, "version": version, "title": title})
            self._store.run("UPDATE dashboard SET title = ?, slug = ?, folder_uid = ?, data = ?, version = ?, updated = ? WHERE id = ?",
                            title, slug_of(title), folder_uid, data, version, now(), identifier)
            self._store.run("INSERT INTO dashboard_version (dashboard_id, version, message, data, created) VALUES (?,?,?,?,?)",
                            identifier, version, str(command.get("message") or ""), data, now())
        slug = slug_of(title)
        return {"folderUid": folder_uid, "id": identifier, "slug": slug, "status": "success", "uid": uid, "url": f"/d/{uid}/{slug}", "version": version}

    def _existing(self, model: dict[str, Any], uid: str) -> Any:
        if uid:
            return self._store.one("SELECT * FROM dashboard WHERE uid = ?", uid)
        if model.get("id"):
            row = self._store.one("SELECT * FROM dashboard WHERE id = ?", model["id"])
            if row is None:
                raise ApiError(404, "Dashboard not found", status="not-found")
            return row
        return None

    def delete(self, uid: str) -> dict[str, Any]:
        found = self.dashboard(uid)
        if found["meta"]["provisioned"]:
            raise ApiError(400, "provisioned dashboard cannot be deleted")
        self._remove(uid)
        title = found["dashboard"]["title"]
        return {"id": found["dashboard"]["id"], "message": f"Dashboard {title} deleted", "title": title}

    def _remove(self, uid: str) -> None:
        with self._store.transaction():
            row = self._store.one("SELECT id FROM dashboard WHERE uid = ?", uid)
            if row is not None:
                for table, column in (("dashboard_provisioning", "dashboard_id"), ("dashboard_version", "dashboard_id"), ("dashboard", "id")):
                    self._store.run(f"DELETE FROM {table} WHERE {column} = ?", row["id"])

    def provisioned_by(self, provider: str) -> dict[str, str]:
        """Dashboard uid to the file it came from."""
        rows = self._store.all("SELECT d.uid, p.external_id FROM dashboard_provisioning p JOIN dashboard d ON d.id = p.dashboard_id WHERE p.name = ?", provider)
        return {row["uid"]: row["external_id"] for row in rows}

    def mark_provisioned(self, identifier: int, provider: str, path: str) -> None:
        self._store.run("INSERT OR REPLACE INTO dashboard_provisioning (dashboard_id, name, external_id) VALUES (?, ?, ?)", identifier, provider, path)

    def unprovision(self, uid: str) -> None:
        self._remove(uid)

    def search(self, query: str, kinds: list[str], tags: list[str], folder_uids: list[str], uids: list[str], limit: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for row in self._store.all("SELECT * FROM folder ORDER BY title"):
            found.append({"id": row["id"], "uid": row["uid"], "orgId": 1, "title": row["title"], "uri": f"db/{slug_of(row['title'])}",
                          "url": f"/dashboards/f/{row['uid']}/{slug_of(row['title'])}", "slug": "", "type": "dash-folder", "tags": [], "isStarred": False,
                          "sortMeta": 0, "isDeleted": False, **({"folderUid": row["parent_uid"]} if row["parent_uid"] else {})})
        for row in self._store.all("SELECT d.*, f.title AS folder_title, f.id AS folder_id FROM dashboard d LEFT JOIN folder f ON f.uid = d.folder_uid ORDER BY d.title"):
            place = {"folderId": row["folder_id"], "folderUid": row["folder_uid"], "folderTitle": row["folder_title"],
                     "folderUrl": f"/dashboards/f/{row['folder_uid']}/{slug_of(row['folder_title'] or '')}"} if row["folder_uid"] else {}
            found.append({"id": row["id"], "uid": row["uid"], "orgId": 1, "title": row["title"], "uri": f"db/{row['slug']}", "url": f"/d/{row['uid']}/{row['slug']}",
                          "slug": "", "type": "dash-db", "tags": json.loads(row["data"]).get("tags") or [], "isStarred": False, "sortMeta": 0, "isDeleted": False, **place})
        wanted = [hit for hit in found if query.lower() in hit["title"].lower() and (not kinds or hit["type"] in kinds) and set(tags) <= set(hit["tags"])
                  and (not folder_uids or hit.get("folderUid", "general") in folder_uids) and (not uids or hit["uid"] in uids)]
        return wanted[:limit]
