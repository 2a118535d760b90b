"""Data sources and dashboards from files, as Grafana's provisioning reads them at its start."""

import glob
import json
import os
import re
from typing import Any

import yaml

from .dashboards import Dashboards
from .datasources import DataSources
from .errors import ApiError
from .passwords import random_text
from .store import Store


def expand(text: str) -> str:
    """Grafana replaces $NAME and ${NAME} in values with environment variables, and reads $$ as a dollar sign."""
    return re.sub(r"\$(\$|\{(\w+)\}|(\w+))", lambda hit: "$" if hit[1] == "$" else os.environ.get(hit[2] or hit[3], ""), text)


def expand_all(value: Any) -> Any:
    if isinstance(value, str):
        return expand(value)
    if isinstance(value, dict):
        return {key: expand_all(item) for key, item in value.items()}
    if isinstance(value, list):
        return [expand_all(item) for item in value]
    return value


def documents(folder: str) -> list[dict[str, Any]]:
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "*.yml")) + glob.glob(os.path.join(folder, "*.yaml"))):
        with open(path, encoding="utf-8") as file:
            found.append(expand_all(yaml.safe_load(file) or {}))
    return found


def provision_datasources(store: Store, folder: str) -> None:
    sources = DataSources(store)
    for document in documents(folder):
        for unwanted in document.get("deleteDatasources") or []:
            store.run("DELETE FROM data_source WHERE name = ?", unwanted["name"])
        for source in document.get("datasources") or []:
            uid = source.get("uid") or "P" + random_text(16).upper()
            with store.transaction():
                store.run("DELETE FROM data_source WHERE name = ? OR uid = ?", source["name"], uid)
                sources.add({**source, "uid": uid}, read_only=not source.get("editable"))


def folder_for(dashboards: Dashboards, provider: dict[str, Any], title: str) -> str:
    if not title:
        return ""
    for folder in dashboards.folders(""):
        if folder["title"] == title:
            return str(folder["uid"])
    return str(dashboards.add_folder(title, str(provider.get("folderUid") or ""), "")["uid"])


def provision_dashboards(dashboards: Dashboards, folder: str) -> None:
    for document in documents(folder):
        for provider in document.get("providers") or []:
            provision_from(dashboards, provider)


def provision_from(dashboards: Dashboards, provider: dict[str, Any]) -> None:
    root = provider["options"]["path"]
    seen = set()
    for path in sorted(glob.glob(os.path.join(root, "**", "*.json"), recursive=True)):
        with open(path, encoding="utf-8") as file:
            model = json.load(file)
        from_files = (provider.get("options") or {}).get("foldersFromFilesStructure")
        title = os.path.basename(os.path.dirname(path)) if from_files and os.path.dirname(path) != root.rstrip("/") else provider.get("folder") or ""
        try:
            if dashboard_is(dashboards, model):
                seen.add(model["uid"])
                continue
            saved = dashboards.save({"dashboard": {**model, "id": None}, "folderUid": folder_for(dashboards, provider, title), "overwrite": True}, provisioned=True)
        except ApiError as error:
            print(f'logger=provisioning.dashboard level=error msg="failed to save dashboard" file={path} error="{error}"')
            continue
        seen.add(saved["uid"])
        dashboards.mark_provisioned(saved["id"], provider.get("name") or "default", path)
    if not provider.get("disableDeletion"):
        for uid in set(dashboards.provisioned_by(provider.get("name") or "default")) - seen:
            dashboards.unprovision(uid)


def dashboard_is(dashboards: Dashboards, model: dict[str, Any]) -> bool:
    """A file that did not change makes no new version."""
    try:
        found = dashboards.dashboard(str(model.get("uid") or "?"))
    except ApiError:
        return False
    own = ("id", "version", "uid")
    same = {key: value for key, value in found["dashboard"].items() if key not in own} == {key: value for key, value in model.items() if key not in own}
    return bool(found["meta"]["provisioned"]) and same
