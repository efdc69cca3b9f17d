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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from awx.credential_rules import check_type, injected
from awx.handle import Awx
from simulator.handle import Simulator, resource, rule, with_installed

from .awx_job import PROJECT, Credentials, Finished, Job, JobRunner, credential_types
from .material import API_KEY, CANARIES, NEW, OLD, PASSPHRASE, WRONG_PASSPHRASE, WRONG_TOKEN, ZONE
from .playbook import command, environment
from .web import until

pytest.importorskip("ansible_runner", reason="ansible-runner is not installed")

FLEET = "gcore.web_security.gcore_fleet_cert"
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
KEPT = [
    ("resource_cert", {"resource_cert_name": SITES[1], **PASTED_ONE}),
    ("fleet_cert", {"fleet_cert_certificates": [PASTED], "fleet_cert_waves": "100%"}),
    ("resource_cert", {"resource_cert_name": SITES[0], **PASTED_ONE}),
]
ONE = {"resource_cert_name": SITES[0], "certificate_pair": "3"}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A user's copy, with the certificate of each site, whose key is encrypted."""
    folder = tmp_path_factory.mktemp("checkout")
    project = Path(shutil.copytree(PROJECT, folder / "project"))
    certificates = project / "certificates"
    certificates.mkdir()
    for name in SITES:
        (certificates / f"{name}.crt").write_text(NEW.full_chain_pem)
        (certificates / f"{name}.key").write_text(NEW.private_key_pem)
    password = folder / "password"
    password.write_text(PASSPHRASE)
    keys = map(str, certificates.glob("*.key"))
    encrypt = [command("ansible-vault"), "encrypt", "--vault-password-file", str(password), *keys]
    subprocess.run(encrypt, env=environment(folder), check=True, capture_output=True)
    return project


def open_account(simulator: Simulator) -> None:
    """Its sites have the old certificate, and it repeats in its errors what it was sent."""
    simulator.reset()
    simulator.clear_resources()
    simulator.settings(echo_secrets=True)
    simulator.seed([with_installed(resource(number, name), OLD) for number, name in enumerate(SITES, start=1)])
    simulator.clear_journal()


@pytest.fixture(scope="module")
def jobs(simulator, project, tmp_path_factory) -> JobRunner:
    """Whose inventory has been updated from the account."""
    open_account(simulator)
    jobs = JobRunner(tmp_path_factory.mktemp("jobs"), project, CANARIES)
    jobs.sync(token(simulator))
    return jobs


@pytest.fixture
def account(simulator, jobs) -> Simulator:
    open_account(simulator)
    return simulator


def token(account: Simulator, api_key: str = API_KEY) -> Credentials:
    return {"Gcore API token": {"api_key": api_key, "api_url": account.api_url}}


def both(account: Simulator, **certificates: str) -> Credentials:
    return {**token(account), "Gcore site certificates": {**CERTIFICATES, **certificates}}


def ports(account: Simulator) -> dict[str, int]:
    roles = ("fleet_cert", "resource_cert", "cert_expiry_report")
    return {f"{role}_edge_port": account.edge_port for role in roles}


def installed(account: Simulator) -> list[str]:
    """The fingerprints by the resources' ids."""
    return [account.resource(number)["installed"]["fingerprint_sha256"] for number in range(1, len(SITES) + 1)]


def written(account: Simulator) -> list[int]:
    """The ids of resources that a write took effect on, in the order of the writes."""
    return [entry["resource_id"] for entry in account.journal(call="put") if entry["took_effect"]]


@pytest.fixture
def run(jobs, account) -> Callable[..., Finished]:
    """Jobs that say all they can; the guide's are as quiet as AWX has them. All that any job leaves is searched."""

    def start(playbook: str, credentials: Credentials | None = None, **options: Any) -> Finished:
        answers = ports(account) | options.pop("answers", {})
        loudly = {"verbosity": 3, "is_diff": True, **options}
        return jobs.run(playbook, credentials or both(account), answers=answers, **loudly)

    return start


@pytest.mark.parametrize("name", TYPES)
def test_awx_takes_the_credential_types(name, tmp_path):
    """And what is left out arrives as an empty variable."""
    check_type(TYPES[name])
    assert set(injected(TYPES[name], {}, tmp_path).values()) == {""}


def test_the_inventory(jobs):
    """AWX's copy of it."""
    assert jobs.hosts["ssl_custom"]["hosts"] == SITES
    assert jobs.hosts["_meta"]["hostvars"][SITES[2]]["gcore_resource_id"] == 3


def test_a_dry_run_is_a_check(run, account):
    """A survey's answers are strings."""
    answers = {"rotate_dry_run": "yes", "fleet_cert_include": "", "fleet_cert_waves": "1, 10%, 100%"}
    job = run("rotate_fleet.yml", answers=answers)
    assert job.status == "successful", job.stdout
    assert job.artifacts["gcore_fleet_cert"]["summary"]["would_rotate"] == len(SITES)
    (told,) = job.results(FLEET)
    assert [one["name"] for one in told["plan"]] == SITES
    answers = {"rotate_dry_run": "yes", **ONE}
    assert run("rotate_one.yml", answers=answers).status == "successful"
    assert account.journal(call="put") == []


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


def test_a_folder_that_is_not_there(run, account):
    job = run("rotate_hosts.yml", token(account), answers={"rotate_directory": "nowhere"})
    assert job.status == "failed"
    assert "There is no folder" in job.stdout
    assert "nothing was changed" in job.stdout
    assert account.journal(call="put") == []


def test_the_playbook_in_the_readme_with_an_encrypted_key(run, account, project):
    (example,) = re.findall(r"```yaml\n(.*?)```", (project / "README.md").read_text(), re.DOTALL)
    (project / "own.yml").write_text(example)
    for suffix in ("crt", "key"):
        shutil.copy(project / "certificates" / f"{SITES[0]}.{suffix}", project / "certificates" / f"shop.{suffix}")
    job = run("own.yml", token(account), vault_password=PASSPHRASE)
    assert job.status == "successful", job.stdout
    assert installed(account) == [NEW.fingerprint_sha256] * len(SITES)


@dataclass(frozen=True)
class Hunt:
    """A job that has secrets at hand, and a reason to talk.

    Attributes:
        playbook: a file of the project.
        says: what is in its output.
        answers: of the survey.
        certificates: what the credential has in place of the usual.
        vault_password: of a credential of the type Vault.
        api_key: the token.
    """

    playbook: str
    says: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    certificates: Mapping[str, str] = field(default_factory=dict)
    vault_password: str | None = None
    api_key: str = API_KEY


REFUSED_CERTIFICATES = {
    "private_key_2": NEW.private_key_pem,
    "private_key_passphrase_3": WRONG_PASSPHRASE,
    "certificate_4": NEW.private_key_pem,
    "private_key_4": NEW.private_key_pem,
    "certificate_5": OLD.full_chain_pem,
    "private_key_5": OLD.private_key_pem[:-60],
}
HUNTS = {
    "fleet, bad certificates": Hunt(
        "rotate_fleet.yml", "4 of the certificates can't be used", certificates=REFUSED_CERTIFICATES
    ),
    "one, wrong token": Hunt("rotate_one.yml", "answered 401", ONE, api_key=WRONG_TOKEN),
    "one, key as certificate": Hunt(
        "rotate_one.yml", "private key", ONE, certificates={"certificate_3": NEW.private_key_pem}
    ),
    "hosts, wrong vault password": Hunt("rotate_hosts.yml", "ecrypt", vault_password=WRONG_PASSPHRASE),
    "report, wrong token": Hunt("expiry_report.yml", "answered 401", api_key=WRONG_TOKEN),
}


@pytest.mark.parametrize("name", HUNTS)
def test_nothing_secret_is_left_behind(name, run, account):
    """Each job's output, events, artifacts and fact cache are searched at its end; here is what makes it talk."""
    hunt = HUNTS[name]
    credentials = both(account, **hunt.certificates) | token(account, hunt.api_key)
    job = run(hunt.playbook, credentials, answers=hunt.answers, vault_password=hunt.vault_password)
    assert job.status == "failed"
    assert hunt.says in job.stdout


def test_nor_where_a_user_keeps_all_that_is_known(run, account, project):
    """A resource that is rotated, a fleet that is refused in part, and a resource that is refused."""
    account.faults([rule("400", call="put", resource_id=1)])
    (project / "kept.yml").write_text(
        "".join(OWN.format(role=role, variables=json.dumps(given)) for role, given in KEPT)
    )
    job = run("kept.yml")
    assert job.status == "successful", job.stdout
    assert "rescued=2" in job.stdout
    (facts,) = job.cached_facts
    assert "kept" in facts.read_text()
    assert job.artifacts["kept"]


CONFIGURE = """
- ansible.builtin.import_playbook: gcore.web_security.awx_configure
"""
AWX_PASSWORD = CANARIES.plant_text("the password of this AWX", secrets.token_urlsafe(24))
CONFIGURED = {
    "awx_configure_project_url": "https://git.example.com/certificates.git",
    "awx_configure_mail": {"recipients": ["ops@example.com"]},
}


@pytest.mark.parametrize(
    ("password", "status"), [(AWX_PASSWORD, "successful"), (WRONG_PASSPHRASE, "failed")], ids=["right", "wrong"]
)
def test_nor_by_awx_configure(password, status, jobs, project):
    """It can be a job as well: AWX keeps itself as the definitions say."""
    (project / "configure.yml").write_text(CONFIGURE)
    with Awx(
        [path.name for path in PROJECT.glob("*.yml")], username="admin", password=AWX_PASSWORD, token=WRONG_TOKEN
    ) as awx:
        variables = {"AWX_URL": awx.url, "AWX_USERNAME": "admin", "AWX_PASSWORD": password, "GCORE_API_KEY": API_KEY}
        options = {"answers": CONFIGURED, "variables": variables, "verbosity": 3, "is_diff": True}
        job = jobs.run("configure.yml", {}, **options)
        assert job.status == status, job.stdout
        made = awx.store.all("credentials")
    assert bool(made) is (status == "successful")


def test_slices_touch_disjoint_resources(run, account):
    """Each slice is a job with its own part of the inventory, and together they touch all of it once."""
    parts, count = [], 2
    for number in range(1, count + 1):
        account.clear_journal()
        job = run("rotate_hosts.yml", token(account), job_slice=(number, count), vault_password=PASSPHRASE)
        assert job.status == "successful", job.stdout
        parts.append(set(written(account)))
        assert {entry["resource_id"] for entry in account.journal() if entry["resource_id"]} == parts[-1]
        assert job.hosts() == {SITES[one - 1] for one in parts[-1]}
    assert sorted(one for part in parts for one in part) == list(range(1, len(SITES) + 1))
    assert installed(account) == [NEW.fingerprint_sha256] * len(SITES)


def test_serial_within_a_slice(run, account):
    """A play's batches are disjoint too, and a batch that fails as a whole keeps the job from the next one."""
    account.faults([rule("400", call="put", resource_id=3)])
    answers = {"rotate_serial": ["1", "2"]}
    job = run("rotate_hosts.yml", token(account), answers=answers, job_slice=(1, 2), vault_password=PASSPHRASE)
    assert job.status == "failed"
    assert written(account)[0] == 1
    batches = [event["event_data"]["pattern"] for event in job.events if event["event"] == "playbook_on_play_start"]
    assert len(batches) == 3
    assert set(written(account)) == {1, 5, 7}


def test_a_name_that_is_a_template(simulator, project, tmp_path):
    """AWX keeps what the inventory says, and its jobs read that as if a person had written it."""
    trace = tmp_path / "trace"
    open_account(simulator)
    spelt = str(trace).replace("/", r"\x2f")  # in a host's name, the inventory leaves no slash as it is
    name = f"{{{{ lookup('ansible.builtin.pipe', 'touch {spelt}') }}}}"
    simulator.seed([with_installed(resource(8, name), OLD)])
    jobs = JobRunner(tmp_path / "jobs", project, CANARIES)
    jobs.sync(token(simulator))
    job = jobs.run("rotate_hosts.yml", token(simulator), answers=ports(simulator), vault_password=PASSPHRASE)
    assert job.status == "successful", job.stdout
    assert name in jobs.hosts["_meta"]["hostvars"]
    assert not trace.exists()


def to_the_playbook(job: Job) -> None:
    os.kill(job.playbook_pid(), signal.SIGTERM)


def to_the_runner(job: Job) -> None:
    """Which then kills all that the job has started, with no time for anything."""
    os.kill(job.process.pid, signal.SIGTERM)


@pytest.mark.parametrize("cancel", [to_the_playbook, to_the_runner])
def test_a_cancelled_job(cancel, jobs, account):
    """In the middle of a fleet: each resource is old or new, and the next job completes it."""
    account.settings(latency=0.3)
    answers = {**ports(account), "fleet_cert_concurrency": 1, "fleet_cert_waves": "100%"}
    with jobs.launch("rotate_fleet.yml", both(account), answers=answers) as job:
        until(lambda: len(account.journal(call="put")) >= 2, "two writes")
        cancel(job)
        ended = job.wait()
    assert ended.status in ("failed", "canceled")
    stored = installed(account)
    assert set(stored) == {OLD.fingerprint_sha256, NEW.fingerprint_sha256}
    account.settings(latency=0)
    again = jobs.run("rotate_fleet.yml", both(account), answers=answers)
    assert again.status == "successful", again.stdout
    assert installed(account) == [NEW.fingerprint_sha256] * len(SITES)
    assert sorted(written(account)) == list(range(1, len(SITES) + 1))
