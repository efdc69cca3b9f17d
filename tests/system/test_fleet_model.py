# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Any sequence of runs, faults, interrupts and outside edits, against a model of what an account may look like."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine as Machine
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from simulator.authority import Issued
from simulator.handle import FAULTS, Simulator, installation
from simulator.handle import rule as fault_rule

from .cdn import BOTH, seed
from .cdn import Account as CdnAccount
from .fleets import Site, installed, issue, open_account, rotate, sites, writes

_NOT_A_SETTING = {"updated", "ssl_type", "service_ssl_expire", "sslData", "sslEnabled"}
_CUTS = ("cut_before", "cut_after", "cut_body")
_FAULTS = ("400", "429", "500", "500_after", "502_html", "html_200", "truncated_json", *_CUTS)
_CALLS = ("list", "get", "put", None, "cdn_list", "cdn_get", "cdn_patch", "ssl_list", "ssl_create", "ssl_delete")
_GENERATIONS = 4
_ACCOUNT = sites(6)
_OF_CDN = {site.id for site in _ACCOUNT[3:]}
_PAIRS = {site.id: [issue(site.name, 5 + 20 * number) for number in range(_GENERATIONS)] for site in _ACCOUNT}
"""Certificates of each site, each living longer than the one before."""


class Account(Machine):
    """What the model knows: the settings of each resource, which certificate it has had, and which it shall have."""

    simulator: Simulator

    def __init__(self) -> None:
        super().__init__()
        self.wanted = {site.id: 1 for site in _ACCOUNT}
        self.least = {site.id: 0 for site in _ACCOUNT}
        self.settings: dict[int, dict[str, Any]] = {}

    @initialize()
    def open(self) -> None:
        account = [Site(site.id, site.name, _PAIRS[site.id][0], site.new) for site in _ACCOUNT]
        open_account(self.simulator, [site for site in account if site.id not in _OF_CDN])
        of_cdn = [seed(site.id, site.name, site.old) for site in account if site.id in _OF_CDN]
        self.simulator.seed_cdn(of_cdn)
        self.settings = self._stored_settings()

    @rule(site=st.sampled_from(_ACCOUNT), value=st.integers(0, 9))
    def somebody_edits_a_setting(self, site: Site, value: int) -> None:
        self._edit(site, resource={"description": f"{value}", "x_unknown": {"value": value}})
        self.settings = self._stored_settings()

    @rule(site=st.sampled_from(_ACCOUNT))
    def a_certificate_is_renewed(self, site: Site) -> None:
        self.wanted[site.id] = min(self.wanted[site.id] + 1, _GENERATIONS - 1)

    @rule(site=st.sampled_from(_ACCOUNT), generation=st.integers(1, _GENERATIONS - 1))
    def somebody_rotates_by_hand(self, site: Site, generation: int) -> None:
        self._edit(site, install=installation(_PAIRS[site.id][generation]))
        self.least[site.id] = generation

    @rule(site=st.sampled_from(_ACCOUNT), mode=st.sampled_from(["follow", "frozen", "silent", "plain"]))
    def an_edge_changes(self, site: Site, mode: str) -> None:
        self._set_edge(site, mode)

    @rule(
        shape=st.sampled_from(["bare", "wrapped", "paged"]),
        certificate=st.booleans(),
        created=st.sampled_from(["nothing", "object", "deleted"]),
        form=st.sampled_from(["prefixed", "plain", "unreadable", "missing"]),
        usage=st.booleans(),
    )
    def the_api_answers_differently(self, shape: str, certificate: bool, created: str, form: str, usage: bool) -> None:
        self.simulator.settings(shape=shape, page_size=2, return_certificate=certificate)
        self.simulator.settings(cdn_created=created, cdn_record=form, cdn_usage=usage)

    @rule(
        faults=st.lists(
            st.tuples(st.sampled_from(_FAULTS), st.sampled_from(_CALLS), st.integers(1, 6)), min_size=1, max_size=4
        )
    )
    def the_api_falls_ill(self, faults: list[tuple[str, str | None, int]]) -> None:
        rules = [fault_rule(name, nth=nth, **({"call": call} if call else {})) for name, call, nth in faults]
        self.simulator.faults(rules)

    @rule(
        waves=st.sampled_from([["100%"], ["1", "100%"], ["2"]]),
        limit=st.sampled_from([None, "0", "2"]),
        retries=st.integers(0, 3),
        check_mode=st.booleans(),
    )
    def a_run(self, waves: list[str], limit: str | None, retries: int, check_mode: bool) -> None:
        result = self._run(waves=waves, max_failures=limit, retries=retries, check_mode=check_mode)
        self._check_truth(result)

    @rule(after=st.integers(0, 6))
    def an_interrupted_run(self, after: int) -> None:
        lines = iter(range(after))

        def say(_line: str) -> None:
            is_heeded = signal.getsignal(signal.SIGINT) is not signal.default_int_handler
            if is_heeded and next(lines, None) is None:
                os.kill(os.getpid(), signal.SIGINT)

        self._check_truth(self._run(waves=["1"], retries=2, concurrency=2, say=say))

    @precondition(lambda self: self.settings)
    @invariant()
    def no_setting_is_lost(self) -> None:
        assert self._stored_settings() == self.settings

    @precondition(lambda self: self.settings)
    @invariant()
    def no_resource_goes_back(self) -> None:
        for site, generation in self._generations().items():
            assert generation >= self.least[site]
            self.least[site] = generation

    def teardown(self) -> None:
        """A last undisturbed run ends with everything right, and one after it has nothing to do."""
        if not self.settings:
            return
        self.simulator.clear_faults()
        self.simulator.settings(shape="bare", return_certificate=False, cdn_record="prefixed")
        for site in _ACCOUNT:
            self._set_edge(site, "follow")
            self.wanted[site.id] = max(self.wanted[site.id], self.least[site.id])
        for changed in (True, False):
            result = self._run(waves=["100%"])
            assert not result.get("failed"), result["msg"]
            assert changed or not result["changed"]
        assert self._generations() == self.wanted
        assert self._stored_settings() == self.settings

    def _run(self, **options: Any) -> dict[str, Any]:
        wanted = {site.name: self._pair(site) for site in _ACCOUNT}
        return rotate(self.simulator, wanted, products=BOTH, edge_timeout=0.2, **{"concurrency": 4, **options})

    def _edit(self, site: Site, **change: Any) -> None:
        if site.id in _OF_CDN:
            self.simulator.edit_cdn(site.id, **change)
        else:
            self.simulator.edit(site.id, change.get("resource"), install=change.get("install"))

    def _set_edge(self, site: Site, mode: str) -> None:
        (self.simulator.cdn_edge if site.id in _OF_CDN else self.simulator.edge)(site.id, mode)

    def _check_truth(self, result: dict[str, Any]) -> None:
        """What is reported as rotated or in sync is there; what was not attempted was not touched."""
        stored = self._generations()
        for entry in result["results"]:
            assert entry["outcome"] not in ("rotated", "in_sync") or stored[entry["id"]] == self.wanted[entry["id"]]
            assert entry["outcome"] != "not_attempted" or stored[entry["id"]] == self.least[entry["id"]]
        if not result.get("failed") and not result["plan"]:
            assert stored == self.wanted

    def _pair(self, site: Site) -> Issued:
        return _PAIRS[site.id][self.wanted[site.id]]

    def _generations(self) -> dict[int, int]:
        known = {site: [pair.fingerprint_sha256 for pair in pairs] for site, pairs in _PAIRS.items()}
        now = CdnAccount.of(self.simulator)
        stored = {**installed(self.simulator), **{number: now.installed(number) for number in _OF_CDN}}
        return {site: known[site].index(fingerprint) for site, fingerprint in stored.items()}

    def _stored_settings(self) -> dict[int, dict[str, Any]]:
        stored = [state["resource"] for state in self.simulator.resources()]
        stored += CdnAccount.of(self.simulator).resources.values()
        return {one["id"]: {name: one[name] for name in one.keys() - _NOT_A_SETTING} for one in stored}


def test_any_sequence_of_events(simulator: Simulator, brisk: None) -> None:
    machine = type("Machine", (Account,), {"simulator": simulator})
    at_most = settings(max_examples=25, stateful_step_count=12, deadline=None, print_blob=True)
    run_state_machine_as_test(machine, settings=settings(at_most, suppress_health_check=list(HealthCheck)))


_TROUBLE = [FAULTS[name] for name in ("429", "500", "500_after", "cut_before", "cut_after")]
_TROUBLE += [{**FAULTS["429"], "retry_after": 0}]
_TROUBLE += [{"kind": "hang", "seconds": 2, "effect": effect} for effect in ("none", "after")]
"""Together they hit a fifth of all calls."""


def test_a_fifth_of_all_calls_fails(simulator: Simulator, brisk: None) -> None:
    """Every resource ends rotated or reported as failed, none is written twice, none is half done."""
    account = sites(200)
    open_account(simulator, account)
    matches = ({"probability": 0.025, "seed": seed} for seed in range(len(_TROUBLE)))
    simulator.faults([{"match": match, "fault": fault} for match, fault in zip(matches, _TROUBLE, strict=True)])
    wanted = {site.name: site.new for site in account}
    result = rotate(simulator, wanted, waves=["100%"], concurrency=32, request_timeout=1, edge_probe="never")
    stored = installed(simulator)
    outcomes = {entry["id"]: entry["outcome"] for entry in result["results"]}
    assert len([entry for entry in simulator.journal() if entry["fault"]]) > 80
    assert set(outcomes.values()) <= {"rotated", "failed"}
    assert len(outcomes) == len(account)
    assert max(writes(simulator).values()) == 1
    for site in account:
        is_new = stored[site.id] == site.new.fingerprint_sha256
        assert is_new or stored[site.id] == site.old.fingerprint_sha256
        assert is_new or outcomes[site.id] == "failed", site.name
    assert list(outcomes.values()).count("failed") == result["summary"]["failed"]
    assert bool(result.get("failed")) == (result["summary"]["failed"] > 0)

    simulator.clear_faults()
    again = rotate(simulator, wanted, waves=["100%"], concurrency=32, edge_probe="never")
    assert not again.get("failed")
    assert installed(simulator) == {site.id: site.new.fingerprint_sha256 for site in account}
    assert max(writes(simulator).values()) == 1


def test_two_runs_at_once(simulator: Simulator) -> None:
    """Both end well: what one of them wrote is right for the other."""
    fleet = sites(30)
    open_account(simulator, fleet)
    simulator.settings(latency=0.01)
    wanted = {site.name: site.new for site in fleet}
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(rotate, simulator, wanted, waves=["100%"], concurrency=8) for _run in range(2)]
        results = [run.result() for run in runs]
    assert installed(simulator) == {site.id: site.new.fingerprint_sha256 for site in fleet}
    for result in results:
        assert not result.get("failed"), result["msg"]
        assert not any(entry.get("collateral") for entry in result["results"])
