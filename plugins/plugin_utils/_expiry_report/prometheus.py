# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Metrics for the textfile collector of the node exporter.

The time of the run is not among them: with it, the file would change with each run. The collector tells the file's age
as `node_textfile_mtime_seconds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .findings import Findings, Json
from .moments import seconds
from .states import LEVELS, STATES

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

Labels = Mapping[str, object]


@dataclass(frozen=True)
class Metric:
    """A gauge: all of them are values of this moment."""

    name: str
    help: str
    samples: tuple[tuple[Labels, int], ...]

    def text(self) -> str:
        """As the exposition format has it."""
        head = (f"# HELP {self.name} {self.help}", f"# TYPE {self.name} gauge")
        return "".join(f"{line}\n" for line in (*head, *(_sample(self.name, *sample) for sample in self.samples)))


def prometheus(findings: Findings) -> str:
    """All metrics that have a value."""
    return "".join(metric.text() for metric in _metrics(findings) if metric.samples)


def _metrics(findings: Findings) -> Iterator[Metric]:
    hosts = _distinct(findings.hosts)
    named = [(_labels(host), host) for host in hosts]
    yield Metric(
        "gcore_certificate_not_after_timestamp_seconds",
        "When the certificate of the host expires.",
        _moments((labels, host["not_after"]) for labels, host in named),
    )
    yield Metric(
        "gcore_certificate_not_before_timestamp_seconds",
        "When the certificate that the edge serves for the host became valid.",
        _moments((labels, _served(host).get("not_before")) for labels, host in named),
    )
    yield Metric(
        "gcore_certificate_chain_not_after_timestamp_seconds",
        "When the first certificate of the chain that the edge serves for the host expires.",
        _moments((labels, _chain(host).get("not_after")) for labels, host in named),
    )
    yield Metric(
        "gcore_certificate_level",
        "How bad it is: 0 in order, 1 warning, 2 critical.",
        tuple((labels, LEVELS.index(host["level"])) for labels, host in named),
    )
    yield Metric(
        "gcore_certificate_state",
        "The state of the host: 1 for the one that it is in, 0 for the others.",
        tuple(
            ({**labels, "state": state.name}, int(host["state"] == state.name))
            for labels, host in named
            for state in STATES
        ),
    )
    yield Metric(
        "gcore_certificate_info",
        "The certificate of the host; always 1.",
        tuple(({**labels, **_facts(host)}, 1) for labels, host in named),
    )
    yield Metric(
        "gcore_certificate_lags_behind",
        "Whether the host was given a certificate that it does not have yet.",
        tuple((labels, int(host["given"]["lags_behind"])) for labels, host in named if host["given"]),
    )
    yield Metric(
        "gcore_certificate_hosts",
        "How many hosts are in the state.",
        tuple(({"state": state.name}, findings.summary[state.name]) for state in STATES),
    )
    yield Metric(
        "gcore_certificate_resources", "How many resources were looked at.", (({}, findings.summary["resources"]),)
    )


def _distinct(hosts: Iterable[Json]) -> list[Json]:
    """Each host of a resource once: the collector refuses a whole file in which a series stands twice."""
    return list({tuple(_labels(host).items()): host for host in hosts}.values())


def _labels(host: Json) -> Labels:
    return {name: host[name] for name in ("host", "resource", "resource_id")}


def _facts(host: Json) -> Labels:
    served = _served(host)
    return {
        **{name: host[name] or "" for name in ("ssl_type", "evidence")},
        **{name: served.get(name) or "" for name in ("issuer", "key_type", "fingerprint_sha256")},
    }


def _served(host: Json) -> Json:
    return (host["edge"] or {}).get("certificate") or {}


def _chain(host: Json) -> Json:
    return (host["edge"] or {}).get("chain") or {}


def _moments(samples: Iterable[tuple[Labels, str | None]]) -> tuple[tuple[Labels, int], ...]:
    return tuple((labels, seconds(moment)) for labels, moment in samples if moment)


def _sample(name: str, labels: Labels, value: int) -> str:
    written = ",".join(f'{label}="{escaped(str(text))}"' for label, text in labels.items())
    return f"{name}{{{written}}} {value}" if written else f"{name} {value}"


def escaped(text: str) -> str:
    """A label's value: one line, between quotes."""
    return text.translate(_ESCAPES)
