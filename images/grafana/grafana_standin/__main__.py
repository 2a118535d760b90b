"""Starts the server as the vendor's image does: everything comes from GF_* variables."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from . import VERSION
from .api import Api, Request, parse_query
from .dashboards import Dashboards
from .provisioning import provision_dashboards, provision_datasources
from .store import Store


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: Api

    def handle_any(self) -> None:
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body: Any = json.loads(raw) if raw else None
        except ValueError:
            body = None
        path = unquote(url.path)
        answer = self.api.answer(Request("GET" if self.command == "HEAD" else self.command, path.rstrip("/") or "/", parse_query(url.query), body, self.headers))
        is_text = isinstance(answer.body, str)
        # Grafana indents its health answer and nothing else.
        layout: Any = {"indent": 2} if path == "/api/health" else {"separators": (",", ":")}
        content = (answer.body if is_text else json.dumps(answer.body, **layout)).encode()
        self.send_response(answer.code)
        kind = "application/json" if not is_text else "text/plain; version=0.0.4" if path == "/metrics" else "text/html; charset=UTF-8"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), "Cache-Control": "no-store", **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    def log_message(self, format: str, *args: Any) -> None:
        """Grafana is silent about requests that went well."""


def main() -> None:
    def stop(*_: object) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    data = os.environ.get("GF_PATHS_DATA", "/var/lib/grafana")
    if not os.access(data, os.W_OK):
        print(f"GF_PATHS_DATA='{data}' is not writable.\nYou may have issues with file permissions, more information here: "
              "http://docs.grafana.org/installation/docker/#migrate-to-v51-or-later\nmkdir: can't create directory "
              f"'{data}/plugins': Permission denied", file=sys.stderr)
        sys.exit(1)
    store = Store(data, os.environ.get("GF_SECURITY_ADMIN_USER", "admin"), os.environ.get("GF_SECURITY_ADMIN_PASSWORD", "admin"))
    provisioning = os.environ.get("GF_PATHS_PROVISIONING", "/etc/grafana/provisioning")
    provision_datasources(store, os.path.join(provisioning, "datasources"))
    provision_dashboards(Dashboards(store), os.path.join(provisioning, "dashboards"))
    Handler.api = Api(store)
    port = int(os.environ.get("GF_SERVER_HTTP_PORT", "3000"))
    server = ThreadingHTTPServer((os.environ.get("GF_SERVER_HTTP_ADDR", ""), port), Handler)
    print(f'logger=http.server level=info msg="HTTP Server Listen" address=[::]:{port} protocol=http version={VERSION} kind=stand-in', flush=True)
    server.serve_forever()


main()
