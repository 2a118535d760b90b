#!/usr/bin/python3 -B
"""Looks into artefacts in a host: layer by layer, in bounded memory. Nothing of them is ever written anywhere.

In comes one JSON object on standard input: `sources`, each with `path` or `command`, and `members`: whether they are told; `nonces`
{nonce: name}; `needles` [[name, base64]]; `passphrases`; `keyrings` (folders); `secretKeys` (base64); `limits`. Out go lines of JSON
with an `event`: `member` and `ended` while an archive passes, and for each source, in order, `facts`, or `gone` where it cannot be
read. Paths in archives are bytes as latin1.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys

from bytesource import CHUNK, ByteSource
from damage import Damage, OutOfReach
from layers import ARCHIVES, Findings, Inspection
from limits import Budget
from needles import Wanted
from openpgp import Keys
from program import ENVIRONMENT


class Raw:
    """The artefact's own bytes, each of which goes into its hash, also where a layer gave up early."""

    def __init__(self, file, budget):
        self._file, self._budget = file, budget
        self.digest = hashlib.sha256()
        self.source = ByteSource(self._chunks())

    def _chunks(self):
        while part := os.read(self._file, CHUNK):
            self.digest.update(part)
            self._budget.raw += len(part)
            yield part

    def finish(self):
        for _ in self._chunks():
            pass


def main():
    request = json.load(sys.stdin.buffer)
    wanted = Wanted(request["nonces"], [(name, base64.b64decode(text)) for name, text in request["needles"]])
    keys = Keys(request["passphrases"], request["keyrings"], [base64.b64decode(key) for key in request["secretKeys"]])
    try:
        for source in request["sources"]:
            inspect_source(source, wanted, keys, request)
            sys.stdout.flush()
    finally:
        keys.close()


def inspect_source(source, wanted, keys, request):
    budget = Budget(request["limits"])
    if "command" in source:
        with subprocess.Popen(source["command"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=ENVIRONMENT) as process:
            facts = inspect_file(process.stdout.fileno(), budget, wanted, keys, source["members"])
        if process.returncode != 0:
            return say("gone", why=f"{source['command'][0]} ended with {process.returncode}")
        return say("facts", facts=facts)
    try:
        file = open_file(source["path"].encode())
    except OSError as error:
        return say("gone", why=str(error))
    try:
        facts = inspect_file(file, budget, wanted, keys, source["members"])
    except OSError as error:
        return say("gone", why=str(error))
    finally:
        os.close(file)
    return say("facts", facts=facts)


def open_file(path):
    # A FIFO that somebody put there meanwhile must not hold it up.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        # When a file was last read tells whether a restore reads it: this reading must not.
        return os.open(path, flags | os.O_NOATIME)
    except PermissionError:
        return os.open(path, flags)


def inspect_file(file, budget, wanted, keys, members):
    raw = Raw(file, budget)
    findings = Findings()
    state, detail = "readable", ""
    try:
        Inspection(wanted, keys, budget, say if members else lambda *_, **__: None).inspect(raw.source, findings)
    except Damage as damage:
        state, detail = "broken", str(damage)
    except OutOfReach as reason:
        state, detail = "opaque", str(reason)
    raw.finish()
    reached = state == "readable"
    innermost = findings.layers[-1] if findings.layers else "text"
    if reached and not (innermost in ARCHIVES or innermost == "text" or findings.nonces or findings.content_bytes == 0):
        state, detail = "opaque", innermost
    return {
        "bytes": budget.raw,
        "sha256": raw.digest.hexdigest(),
        "layers": findings.layers,
        "state": state,
        "detail": detail,
        "members": findings.members if reached else None,
        "contentBytes": findings.content_bytes if reached else None,
        "holds": sorted(findings.nonces) if reached else [],
        "plaintext": sorted(findings.plaintext),
        "lock": findings.lock,
    }


def say(event, **what):
    sys.stdout.write(json.dumps({"event": event, **what}) + "\n")


main()
