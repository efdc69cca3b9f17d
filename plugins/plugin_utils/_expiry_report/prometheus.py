# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Writes metrics for the textfile collector of the node exporter.

The time of the run is not among them: with it, the file would change with each run. The collector tells the file's age
as `node_textfile_mtime_seconds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .findings import Findings, Json, Options
from .words import LEVELS, STATES, seconds

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

Labels = Mapping[str, object]
Samples = Iterable[tuple[Labels, "int | str | None"]]


def prometheus(findings: Findings, _options: Options) -> str:
    """Write all metrics that have a value: gauges, for all of them are values of this moment."""
    return "".join(_metric(f"gcore_certificate_{name}", *told) for name, told in _metrics(findings).items())


def _metrics(findings: Findings) -> dict[str, tuple[str, Samples]]:
    """Give each metric, by its name, its help and its samples; a moment is a sample's text."""
    # Each host of a resource once: the collector refuses a whole file in which a series stands twice.
    labelled = [({name: host[name] for name in ("host", "resource", "resource_id")}, host) for host in findings.hosts]
    named = {tuple(labels.values()): (labels, host) for labels, host in labelled}.values()
    edges = [(labels, host["edge"] or {}) for labels, host in named]
    served = [(labels, edge.get("certificate") or {}) for labels, edge in edges]
    return {
        "not_after_timestamp_seconds": (
            "When the certificate of the host expires.",
            [(labels, host["not_after"]) for labels, host in named],
        ),
        "not_before_timestamp_seconds": (
            "When the certificate that the edge serves for the host became valid.",
            [(labels, leaf.get("not_before")) for labels, leaf in served],
        ),
        "chain_not_after_timestamp_seconds": (
            "When the first certificate of the chain that the edge serves for the host expires.",
            [(labels, (edge.get("chain") or {}).get("not_after")) for labels, edge in edges],
        ),
        "level": (
            "How bad it is: 0 in order, 1 warning, 2 critical.",
            [(labels, LEVELS.index(host["level"])) for labels, host in named],
        ),
        "state": (
            "The state of the host: 1 for the one that it is in, 0 for the others.",
            [({**labels, "state": state}, int(host["state"] == state)) for labels, host in named for state in STATES],
        ),
        "info": ("The certificate of the host; always 1.", [({**labels, **_facts(host)}, 1) for labels, host in named]),
        "lags_behind": (
            "Whether the host was given a certificate that it does not have yet.",
            [(labels, int(host["given"]["lags_behind"])) for labels, host in named if host["given"]],
        ),
        "hosts": ("How many hosts are in the state.", [({"state": name}, findings.summary[name]) for name in STATES]),
        "resources": ("How many resources were looked at.", [({}, findings.summary["resources"])]),
    }


def _facts(host: Json) -> Labels:
    served = (host["edge"] or {}).get("certificate") or {}
    return {
        **{name: host[name] or "" for name in ("ssl_type", "evidence")},
        **{name: served.get(name) or "" for name in ("issuer", "key_type", "fingerprint_sha256")},
    }


def _metric(name: str, help_text: str, samples: Samples) -> str:
    """Write what the exposition format has for it, nothing where it has no value."""
    lines = [_sample(name, labels, value) for labels, value in samples if value is not None]
    return "\n".join([f"# HELP {name} {help_text}", f"# TYPE {name} gauge", *lines, ""]) if lines else ""


def _sample(name: str, labels: Labels, value: int | str) -> str:
    number = seconds(value) if isinstance(value, str) else value
    written = ",".join(f'{label}="{str(text).translate(_ESCAPES)}"' for label, text in labels.items())
    return f"{name}{{{written}}} {number}" if written else f"{name} {number}"
