"""A stand-in for Loki: readiness, push (JSON), labels and queries of plain selectors with line filters, kept in /loki."""

import json
import os
import re
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

FOLDER = "/loki/stand-in"
MATCHER = re.compile(r'\s*(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*,?')
FILTER = re.compile(r'\s*(\|=|!=|\|~|!~)\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)')
DEFAULT_RANGE = 3600 * 10**9


class Refused(Exception):
    """The request is wrong: 400."""


class Log:
    """Every entry as a line [labels, nanoseconds, text]; on the disk before the push is answered, as Loki's write-ahead log is."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "entries.ndjson")
        self.lock = threading.Lock()
        self.entries = []
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.entries = [json.loads(line) for line in file if line.endswith("\n")]
        self.file = open(path, "a", encoding="utf-8")

    def push(self, body):
        try:
            new = [[stream["stream"], int(at), text] for stream in body["streams"] for at, text, *_ in stream["values"]]
        except (KeyError, TypeError, ValueError):
            raise Refused("expected streams of labels and values") from None
        with self.lock:
            self.file.writelines(json.dumps(entry) + "\n" for entry in new)
            self.file.flush()
            os.fsync(self.file.fileno())
            self.entries += new

    def select(self, query, start, end):
        matchers, filters = parse(query)
        with self.lock:
            entries = list(self.entries)
        return [entry for entry in entries if start <= entry[1] < end and all(m(entry[0]) for m in matchers) and all(f(entry[2]) for f in filters)]


def parse(query):
    whole = re.fullmatch(r"\s*\{(.*?)\}\s*((?:(?:\|=|!=|\|~|!~)\s*(?:\"(?:[^\"\\]|\\.)*\"|`[^`]*`)\s*)*)", query, re.DOTALL)
    if whole is None:
        raise Refused("parse error: this stand-in knows selectors and line filters only")
    matchers, at = [], 0
    while at < len(whole[1].rstrip()):
        found = MATCHER.match(whole[1], at)
        if found is None:
            raise Refused("parse error in the selector")
        matchers.append(matcher(found[1], found[2], unquote(found[3])))
        at = found.end()
    if not matchers:
        raise Refused("queries require at least one matcher")
    return matchers, [line_filter(found[1], unquote(found[2]) if found[2] is not None else found[3]) for found in FILTER.finditer(whole[2])]


def unquote(text):
    return json.loads(f'"{text}"')


def matcher(label, operator, value):
    tests = {"=": lambda v: v == value, "!=": lambda v: v != value, "=~": lambda v: re.fullmatch(value, v) is not None, "!~": lambda v: re.fullmatch(value, v) is None}
    return lambda labels: tests[operator](labels.get(label, ""))


def line_filter(operator, value):
    tests = {"|=": lambda t: value in t, "!=": lambda t: value not in t, "|~": lambda t: re.search(value, t) is not None, "!~": lambda t: re.search(value, t) is None}
    return tests[operator]


def nanoseconds(text, otherwise):
    """Loki takes nanoseconds, seconds with a fraction, and RFC 3339."""
    if not text:
        return otherwise
    if re.fullmatch(r"\d+", text):
        return int(text) if len(text) > 10 else int(text) * 10**9
    try:
        return int(float(text) * 10**9)
    except ValueError:
        from datetime import datetime
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 10**9)


def streams(entries, limit, backward):
    found = {}
    for labels, at, text in sorted(entries, key=lambda entry: entry[1], reverse=backward)[:limit]:
        found.setdefault(json.dumps(labels, sort_keys=True), (labels, []))[1].append([str(at), text])
    return [{"stream": labels, "values": values} for labels, values in found.values()]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log: Log

    def handle_any(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        form = parse_qs(url.query)
        if self.command == "POST" and not url.path.endswith("/push"):
            form |= parse_qs(body.decode("utf-8", "replace"))
        try:
            code, answer = self.answer(url.path, {key: values[0] for key, values in form.items()}, body)
        except (Refused, re.error, ValueError) as error:
            code, answer = 400, f"{error}\n"
        text = isinstance(answer, str)
        content = (answer if text else json.dumps(answer)).encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/plain; charset=utf-8" if text else "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = handle_any

    def answer(self, path, form, body):
        now = time.time_ns()
        start, end = nanoseconds(form.get("start"), now - DEFAULT_RANGE), nanoseconds(form.get("end"), now + 1)
        entries = self.log.entries
        if path == "/ready":
            return 200, "ready\n"
        if path == "/metrics":
            return 200, f"# TYPE loki_ingester_streams_created_total counter\nloki_ingester_streams_created_total {len({json.dumps(e[0], sort_keys=True) for e in entries})}\n"
        if path == "/loki/api/v1/status/buildinfo":
            return 200, {"version": "stand-in"}
        if path == "/loki/api/v1/push":
            if "json" not in (self.headers.get("Content-Type") or ""):
                raise Refused("this stand-in takes JSON only")
            self.log.push(json.loads(body))
            return 204, ""
        if path in ("/loki/api/v1/query_range", "/loki/api/v1/query"):
            found = self.log.select(form.get("query", ""), start, end)
            return 200, {"status": "success", "data": {"resultType": "streams", "result": streams(found, int(form.get("limit") or 100), form.get("direction", "backward") != "forward"), "stats": {}}}
        if path in ("/loki/api/v1/labels", "/loki/api/v1/label"):
            return 200, {"status": "success", "data": sorted({label for labels, at, _ in entries if start <= at < end for label in labels})}
        values = re.fullmatch(r"/loki/api/v1/label/(\w+)/values", path)
        if values:
            return 200, {"status": "success", "data": sorted({labels[values[1]] for labels, at, _ in entries if values[1] in labels and start <= at < end})}
        return 404, "404 page not found\n"

    def log_message(self, format, *args):
        """Loki does not log each request."""


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Handler.log = Log(FOLDER)
    ThreadingHTTPServer(("", 3100), Handler).serve_forever()


main()
