# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The example project's jobs as AWX runs them: what they do, what they hand on, what they never show."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from awx.credential_rules import check_type, injected
from awx.handle import Awx
from simulator.handle import Simulator, resource, rule, with_installed

from .awx_job import PROJECT, Finished, JobRunner, checkout, credential_types, token
from .material import API_KEY, CANARIES, NEW, OLD, PASSPHRASE, WRONG_PASSPHRASE, WRONG_TOKEN, ZONE
from .playbook import command, environment
from .web import until

pytest.importorskip("ansible_runner", reason="ansible-runner is not installed")

FLEET, ONE = "gcore.web_security.gcore_fleet_cert", "gcore.web_security.gcore_resource_cert"
TYPES = credential_types()
SITES = [f"site{number}.{ZONE}" for number in range(1, 8)]
CERTIFICATES = {
    # The first is left empty, and the third has a passphrase: what is missing between is no obstacle.
    "certificate_1": "",
    "certificate_2": OLD.full_chain_pem,
    "private_key_2": OLD.private_key_pem,
    "certificate_3": NEW.full_chain_pem,
    "private_key_3": NEW.key_pem(passphrase=PASSPHRASE),
    "private_key_passphrase_3": PASSPHRASE,
}
OWN = """
- hosts: localhost
  gather_facts: false
  tasks:
    - block:
        - ansible.builtin.import_role:
            name: gcore.web_security.{role}
          vars: {variables}
      rescue:
        - name: All that is known of the failure
          ansible.builtin.debug:
            msg: ["{{{{ ansible_failed_task.name }}}}", "{{{{ ansible_failed_result }}}}"]
      always:
        - name: Keep it
          ansible.builtin.set_fact:
            kept: "{{{{ ansible_failed_result | default({role}_result | default({role}_results | default({{}}))) }}}}"
            cacheable: true
        - name: Hand it on
          ansible.builtin.set_stats:
            data:
              kept: "{{{{ kept }}}}"
"""
"""A play of a user's own, which says and keeps all that it can get hold of."""

PASTED = {
    part: f"{{{{ lookup('file', lookup('env', 'GCORE_{part.upper()}_3_PATH')) }}}}"
    for part in ("certificate", "private_key", "private_key_passphrase")
}
PASTED_ONE = {f"resource_cert_{name}": text for name, text in PASTED.items()}
KEY_AS_CERTIFICATE = {**PASTED_ONE, "resource_cert_certificate": PASTED["private_key"]}
KEPT = [
    ("resource_cert", {"resource_cert_name": SITES[1], **PASTED_ONE}),
    ("fleet_cert", {"fleet_cert_certificates": [PASTED], "fleet_cert_waves": "100%"}),
    ("resource_cert", {"resource_cert_name": SITES[0], **PASTED_ONE}),
    ("resource_cert", {"resource_cert_name": SITES[0], **KEY_AS_CERTIFICATE}),
    ("cert_expiry_report", {"cert_expiry_report_api_key": WRONG_TOKEN}),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A user's copy, with the certificate of each site, whose key is encrypted."""
    folder = tmp_path_factory.mktemp("checkout")
    project = checkout(folder, dict.fromkeys(SITES, NEW))
    password = folder / "password"
    password.write_text(PASSPHRASE)
    keys = map(str, (project / "certificates").glob("*.key"))
    encrypt = [command("ansible-vault"), "encrypt", "--vault-password-file", str(password), *keys]
    subprocess.run(encrypt, env=environment(folder), check=True, capture_output=True)
    return project


def open_account(simulator: Simulator) -> None:
    """Its sites have the old certificate, and it repeats in its errors what it was sent."""
    simulator.reset()
    simulator.settings(echo_secrets=True)
    simulator.seed([with_installed(resource(number, name), OLD) for number, name in enumerate(SITES, start=1)])


@pytest.fixture(scope="module")
def jobs(simulator, project, tmp_path_factory) -> JobRunner:
    """Whose inventory has been updated from the account."""
    open_account(simulator)
    loud = {"verbosity": 3, "is_diff": True}
    jobs = JobRunner(tmp_path_factory.mktemp("jobs"), project, simulator, CERTIFICATES, loud)
    jobs.sync()
    return jobs


@pytest.fixture
def account(simulator, jobs) -> Simulator:
    open_account(simulator)
    return simulator


def installed(account: Simulator) -> list[str]:
    """The fingerprints by the resources' ids."""
    return [account.resource(number)["installed"]["fingerprint_sha256"] for number in range(1, len(SITES) + 1)]


def written(account: Simulator) -> list[int]:
    """The ids of resources that a write took effect on, in the order of the writes."""
    return [entry["resource_id"] for entry in account.journal(call="put") if entry["took_effect"]]


@pytest.fixture
def run(jobs, account) -> Callable[..., Finished]:
    """Jobs that say all they can; the guide's are as quiet as AWX has them. All that any job leaves is searched."""
    return jobs.run


@pytest.mark.parametrize("name", TYPES)
def test_awx_takes_the_credential_types(name, tmp_path):
    """And what is left out arrives as an empty variable."""
    check_type(TYPES[name])
    assert set(injected(TYPES[name], {}, tmp_path).values()) == {""}


def test_a_dry_run_is_a_check(run, account, project):
    """Of the fleet and of one resource; a survey's answers are strings."""
    wrappers = ("rotate_fleet.yml", "rotate_one.yml")
    (project / "both.yml").write_text(json.dumps([{"ansible.builtin.import_playbook": name} for name in wrappers]))
    fleet = {"fleet_cert_include": "", "fleet_cert_waves": "1, 10%, 100%"}
    one = {"resource_cert_name": SITES[0], "certificate_pair": "3"}
    job = run("both.yml", answers={"rotate_dry_run": "yes", **fleet, **one})
    assert job.status == "successful", job.stdout
    assert job.artifacts["gcore_fleet_cert"]["summary"]["would_rotate"] == len(SITES)
    (told,) = job.results(FLEET)
    assert [one["name"] for one in told["plan"]] == SITES
    assert job.results(ONE)[0]["changed"]
    assert account.journal(call="put") == []


OLDER_RUNNER = """
import functools, multiprocessing, sys
from ansible.plugins.callback import CallbackBase
from ansible.utils.display import Display

class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "notification", "older_runner"

def marked(display):
    @functools.wraps(display)
    def wrapper(*args, **options):
        if multiprocessing.parent_process():
            sys.stdout.write("the mark of an event")
        return display(*args, **options)
    return wrapper

Display.display = marked(Display.display)
"""
"""An ansible-runner before 2.4.2 marks what is displayed in the standard output of the worker too."""


def test_progress_is_no_reason_to_warn(account, project, tmp_path):
    """Since ansible-core 2.19 what a worker has in its standard output is one."""
    copy = Path(shutil.copytree(project, tmp_path / "project"))
    (copy / "callback_plugins").mkdir()
    (copy / "callback_plugins" / "older_runner.py").write_text(OLDER_RUNNER)
    job = JobRunner(tmp_path / "jobs", copy, account, CERTIFICATES).run("rotate_fleet.yml")
    assert job.status == "successful"
    assert f"Checking {len(SITES)} resources" in job.stdout
    assert [line for line in job.stdout.splitlines() if "WorkerProcess" in line] == []


def test_a_step_that_tells_whether_all_is_current(run, account):
    """What a check or a rotation hands on decides, be it the failure of all, and so does that nothing is handed on."""
    account.faults([rule("400", call="put", resource_id=3)])
    wrong = {"Gcore API token": {"api_key": WRONG_TOKEN, "api_url": account.api_url}}
    steps = [
        (run("rotate_fleet.yml", is_check=True), f"{len(SITES)} would rotate"),
        (run("rotate_fleet.yml", answers={"fleet_cert_max_failures": "2"}), "1 failed"),
        (run("rotate_fleet.yml", run.__self__.filled_in() | wrong), "answered 401"),
    ]
    account.clear_faults()
    steps.append((run("rotate_fleet.yml"), "1 rotated"))
    for number, (step, says) in enumerate(steps):
        job = run("all_current.yml", {}, answers=step.artifacts)
        assert job.status == ("successful" if number == 3 else "failed"), job.stdout
        assert says in job.stdout
    assert "Nothing was handed on" in run("all_current.yml", {}).stdout


def test_a_failed_run(run, account):
    """One resource is refused: what became of all the others is handed on, and the next step can tell."""
    account.faults([rule("400", call="put", resource_id=3)])
    job = run("rotate_fleet.yml", answers={"fleet_cert_max_failures": "2"})
    assert job.status == "failed"
    published = job.artifacts["gcore_fleet_cert"]
    assert published["failed"] == [SITES[2]]
    assert published["summary"]["rotated"] == len(SITES) - 1
    assert f"Failed: {SITES[2]}: PUT /security/resources/3 answered 400" in published["msg"]
    assert [entry["status"] for entry in account.journal(call="put", resource_id=3)] == [400]


def test_the_playbook_in_the_readme_with_an_encrypted_key(run, account, project):
    (example,) = re.findall(r"```yaml\n(.*?)```", (project / "README.md").read_text(), re.DOTALL)
    (project / "own.yml").write_text(example)
    for suffix in ("crt", "key"):
        shutil.copy(project / "certificates" / f"{SITES[0]}.{suffix}", project / "certificates" / f"shop.{suffix}")
    job = run("own.yml", token(account), vault_password=PASSPHRASE)
    assert job.status == "successful", job.stdout
    assert installed(account) == [NEW.fingerprint_sha256] * len(SITES)


REFUSED_CERTIFICATES = {
    "private_key_2": NEW.private_key_pem,
    "private_key_passphrase_3": WRONG_PASSPHRASE,
    "certificate_4": NEW.private_key_pem,
    "private_key_4": NEW.private_key_pem,
    "certificate_5": OLD.full_chain_pem,
    "private_key_5": OLD.private_key_pem[:-60],
}
HUNTS = {
    # a job that has secrets at hand and a reason to talk: the playbook, what is filled in, options, and what is said
    "bad certificates": ("rotate_fleet.yml", REFUSED_CERTIFICATES, {}, "4 of the certificates can't be used"),
    "wrong vault password": ("rotate_hosts.yml", {}, {"vault_password": WRONG_PASSPHRASE}, "ecrypt"),
    "no such folder": ("rotate_hosts.yml", {}, {"answers": {"rotate_directory": "nowhere"}}, "There is no folder"),
}


@pytest.mark.parametrize("name", HUNTS)
def test_nothing_secret_is_left_behind(name, run, jobs, account):
    """Each job's output, events, artifacts and fact cache are searched at its end; here is what makes it talk."""
    playbook, filled, options, says = HUNTS[name]
    job = run(playbook, jobs.filled_in(**filled), **options)
    assert job.status == "failed"
    assert says in job.stdout
    assert account.journal(call="put") == []


def test_nor_where_a_user_keeps_all_that_is_known(run, account, project):
    """A fleet is refused in part, one is refused, one has a key as its certificate, a token is wrong."""
    account.faults([rule("400", call="put", resource_id=1)])
    (project / "kept.yml").write_text(
        "".join(OWN.format(role=role, variables=json.dumps(given)) for role, given in KEPT)
    )
    job = run("kept.yml")
    assert job.status == "successful", job.stdout
    assert "rescued=4" in job.stdout
    (facts,) = job.cached_facts
    assert "kept" in facts.read_text()
    assert job.artifacts["kept"]


AWX_PASSWORD = CANARIES.plant_text("the password of this AWX", secrets.token_urlsafe(24))
CONFIGURED = {
    "awx_configure_project_url": "https://git.example.com/certificates.git",
    "awx_configure_mail": {"recipients": ["ops@example.com"]},
}


def test_nor_by_awx_configure(jobs, project):
    """It can be a job as well: AWX keeps itself as the definitions say."""
    (project / "configure.yml").write_text("- ansible.builtin.import_playbook: gcore.web_security.awx_configure\n")
    playbooks = [path.name for path in PROJECT.glob("*.yml")]
    with Awx(playbooks, username="admin", password=AWX_PASSWORD, token=WRONG_TOKEN) as awx:
        who = {"AWX_URL": awx.url, "AWX_USERNAME": "admin", "AWX_PASSWORD": AWX_PASSWORD, "GCORE_API_KEY": API_KEY}
        job = jobs.run("configure.yml", {}, answers=CONFIGURED, variables=who)
        assert job.status == "successful", job.stdout
        assert awx.store.named("credentials", "Gcore API token")["inputs"]["api_key"] == API_KEY


def test_slices_and_their_batches_touch_disjoint_resources(run, account, jobs):
    """Each slice is a job with its own part of the inventory; a batch in which one is refused does not end it."""
    assert jobs.hosts["ssl_custom"]["hosts"] == SITES
    assert jobs.hosts["_meta"]["hostvars"][SITES[2]]["gcore_resource_id"] == 3
    account.faults([rule("400", call="put", resource_id=3)])
    for number, batches, status, touched in (
        (1, ["1", "2"], "failed", [{1}, {3, 5}, {7}]),
        (2, ["100%"], "successful", [{2, 4, 6}]),
    ):
        account.clear_journal()
        options = {"answers": {"rotate_serial": batches}, "job_slice": (number, 2), "vault_password": PASSPHRASE}
        job = run("rotate_hosts.yml", token(account), **options)
        assert job.status == status, job.stdout
        part = set().union(*touched)
        assert set(written(account)) == part - {3}
        assert {entry["resource_id"] for entry in account.journal() if entry["resource_id"]} == part
        assert job.hosts() == {SITES[one - 1] for one in part}
        assert [event["event"] for event in job.events].count("playbook_on_play_start") == len(touched)


def test_a_name_that_is_a_template(simulator, project, tmp_path):
    """AWX keeps what the inventory says, and its jobs read that as if a person had written it."""
    trace = tmp_path / "trace"
    open_account(simulator)
    spelt = str(trace).replace("/", r"\x2f")  # in a host's name, the inventory leaves no slash as it is
    name = f"{{{{ lookup('ansible.builtin.pipe', 'touch {spelt}') }}}}"
    simulator.seed([with_installed(resource(8, name), OLD)])
    jobs = JobRunner(tmp_path / "jobs", project, simulator, {})
    jobs.sync()
    job = jobs.run("rotate_hosts.yml", token(simulator), vault_password=PASSPHRASE)
    assert job.status == "successful", job.stdout
    assert name in jobs.hosts["_meta"]["hostvars"]
    assert not trace.exists()


def test_a_cancelled_job(jobs, account):
    """In the middle of a fleet: each resource is old or new, and the next job completes it.

    First the playbook is told; then the runner, which kills all that it has started, with no time for anything.
    """
    answers = {"fleet_cert_concurrency": 1, "fleet_cert_waves": "100%"}
    for is_runner in (False, True):
        open_account(account)
        account.settings(latency=0.3)
        with jobs.launch("rotate_fleet.yml", answers=answers) as job:
            until(lambda: len(account.journal(call="put")) >= 2, "two writes")
            os.kill(job.process.pid if is_runner else job.playbook_pid(), signal.SIGTERM)
            ended = job.wait()
        assert ended.status in ("failed", "canceled")
        assert set(installed(account)) == {OLD.fingerprint_sha256, NEW.fingerprint_sha256}
    account.settings(latency=0)
    again = jobs.run("rotate_fleet.yml", answers=answers)
    assert again.status == "successful", again.stdout
    assert installed(account) == [NEW.fingerprint_sha256] * len(SITES)
    assert sorted(written(account)) == list(range(1, len(SITES) + 1))
