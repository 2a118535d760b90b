"""A stand-in for Grafana: the public HTTP API of version 12, kept in an SQLite file at Grafana's own place."""

VERSION = "12.2.0"
