# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The guide to AWX: each output that it shows is one that a job really has, and so is each message of a failure."""

from __future__ import annotations

import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from ansible.release import __version__ as ansible_version
from packaging.version import Version

from ansible_collections.gcore.web_security.plugins.module_utils._errors import MissingLibraryError
from awx.handle import Awx
from awx.workflow import Workflow
from simulator.handle import Simulator, resource, rule, with_installed
from unit.docs.guide import block, text_of

from .awx_job import INVENTORY_FILE, PROJECT, Finished, JobRunner, checkout
from .material import API_KEY, CANARIES, deploy, ends_in, issued
from .playbook import Ansible, command, environment

pytest.importorskip("ansible_runner", reason="ansible-runner is not installed")

GUIDE = "awx"
NAMES = [f"{name}.example.com" for name in ("www", "shop", "blog", "api")]
BLOG = NAMES.index("blog.example.com") + 1
OLD = {name: ends_in(5, name) for name in NAMES}
WILDCARD = issued("the new key of the wildcard", "*.example.com", "example.com", days=90)
SHOP = issued("the new key of the shop", "shop.example.com", days=90)
CERTIFICATES = {
    "certificate_1": WILDCARD.full_chain_pem,
    "private_key_1": WILDCARD.private_key_pem,
    "certificate_2": SHOP.full_chain_pem,
    "private_key_2": SHOP.private_key_pem,
}
AWX_TOKEN = CANARIES.plant_text("the token of AWX", secrets.token_hex(20))

_UNIMPORTANT = (
    # What differs from run to run and from machine to machine.
    (r"\x1b\[[0-9;]*m", ""),
    (r"\b[0-9a-f]{12}\b", "FINGERPRINT"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "MOMENT"),
    (r"\[\d+/", "[N/"),
    (r"\d+ s left", "N s left"),
    (r"ok=\d+ +changed=[1-9]\d*", "ok=N changed=N"),
)


def plain(line: str) -> str:
    """A line without what is of no importance."""
    for pattern, name in _UNIMPORTANT:
        line = re.sub(pattern, name, line)
    return line.rstrip()


def assert_shown(mark: str, output: str) -> None:
    """Each line of the guide's block with that mark is a line of the output, or the beginning of one."""
    real = {plain(line) for line in output.splitlines()}
    for line in map(plain, block(GUIDE, "text", mark).splitlines()):
        begins = line.removesuffix("...")
        assert line in real or (line != begins and any(one.startswith(begins) for one in real)), (
            f"{line}\nnot in{output}"
        )


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy, as the guide says, with a certificate for the play over hosts."""
    return checkout(tmp_path_factory.mktemp("checkout"), {"shop.example.com": SHOP})


@pytest.fixture(scope="module")
def runner(project, simulator, tmp_path_factory) -> JobRunner:
    return JobRunner(tmp_path_factory.mktemp("jobs"), project, simulator, CERTIFICATES)


@pytest.fixture
def account(simulator) -> Simulator:
    simulator.reset()
    simulator.seed([with_installed(resource(number, name), OLD[name]) for number, name in enumerate(NAMES, start=1)])
    return simulator


@pytest.fixture
def run(runner: JobRunner, account: Simulator) -> Callable[..., Finished]:
    return runner.run


@pytest.fixture
def awx() -> Iterator[Awx]:
    playbooks = [path.name for path in PROJECT.glob("*.yml")]
    with Awx(playbooks, username="admin", password=secrets.token_hex(20), token=AWX_TOKEN) as running:
        yield running


def test_setting_awx_up_with_the_pair_that_a_hook_brings(ansible: Ansible, awx, tmp_path):
    """The second file is the other guide's; that nothing else of a credential is touched is for test_awx_configure."""
    deploy(SHOP, tmp_path)
    renewed = block("deploy_hooks", "yaml", "awx_configure_update_secrets: true")
    hook = ansible.file(renewed.replace("/etc/letsencrypt/live/www.example.com", str(tmp_path)))
    given = ansible.file(block(GUIDE, "yaml", "awx_configure_project_url"))
    env = {"AWX_URL": awx.url, "AWX_TOKEN": AWX_TOKEN}
    told = ansible.run("gcore.web_security.awx_configure", "-e", f"@{given}", "-e", f"@{hook}", env=env)
    assert told.returncode == 0, told.output
    assert_shown("TASK [Credential types]", told.output)
    assert awx.store.named("credentials", "Gcore site certificates")["inputs"] == {
        "certificate_1": SHOP.full_chain_pem.rstrip("\n"),
        "private_key_1": SHOP.private_key_pem.rstrip("\n"),
    }


def test_the_inventory(account, project, tmp_path):
    env = {**environment(tmp_path), "GCORE_API_KEY": API_KEY, "GCORE_BASE_URL": account.api_url}
    words = [command("ansible-inventory"), "-i", INVENTORY_FILE, "--graph"]
    listed = subprocess.run(words, cwd=project, env=env, check=True, capture_output=True, text=True)
    assert_shown("@all:", listed.stdout)


def test_the_check_the_rotation_and_the_next_one(run, account):
    check = run("rotate_fleet.yml", is_check=True, is_diff=True)
    assert (check.status, account.journal(call="put")) == ("successful", [])
    assert_shown("would rotate", check.stdout)
    answers = {"rotate_dry_run": "no", "fleet_cert_max_failures": "", "fleet_cert_waves": ""}
    job = run("rotate_fleet.yml", answers=answers)
    assert_shown("Done: 4 rotated, 4 resources", job.stdout)
    published = job.artifacts["gcore_fleet_cert"]
    assert set(published) == set(artifacts())
    assert (published["changed"], published["summary"]["rotated"]) == (True, len(NAMES))
    again = run("rotate_fleet.yml", answers=answers)
    assert_shown("Done: 4 in sync", again.stdout)
    assert (again.status, again.artifacts["gcore_fleet_cert"]["changed"]) == ("successful", False)
    assert len(account.journal(call="put")) == len(NAMES)


def artifacts() -> list[str]:
    """The names that the guide tells of."""
    (told,) = re.findall(r"hold ``gcore_fleet_cert`` with (.*?)\. ", re.sub(r"\s+", " ", text_of(GUIDE)))
    return re.findall(r"``(\w+)``", told)


def test_one_resource(run, account):
    answers = {"resource_cert_name": "shop.example.com", "certificate_pair": "2", "rotate_dry_run": "no"}
    assert_shown("Tell what happened", run("rotate_one.yml", answers=answers).stdout)
    assert [entry["resource_id"] for entry in account.journal(call="put")] == [NAMES.index("shop.example.com") + 1]


def test_the_report(run):
    job = run("expiry_report.yml")
    assert job.status == "failed"
    assert_shown("Worst first", job.stdout)
    published = job.artifacts["gcore_cert_expiry_report"]
    assert published["critical"] == sorted(NAMES)
    assert job.results("ansible.builtin.fail")[0]["msg"] == published["msg"]


def test_a_slice(run, runner):
    """What has no certificate is left out, and the job says so."""
    runner.sync()
    job = run("rotate_hosts.yml", job_slice=(1, 2))
    assert job.status == "successful"
    assert_shown("not there, so left out", job.stdout)


def test_a_resource_that_is_refused(run, account):
    account.faults([rule("400", call="put", resource_id=BLOG)])
    job = run("rotate_fleet.yml")
    assert job.status == "failed"
    assert "Stopped early" in job.stdout
    assert_shown("Stopped: no resource of wave 2", job.stdout)


def test_a_credential_that_is_empty(run, runner, account):
    """All of it, and the number that was chosen."""
    nothing = runner.filled_in(**dict.fromkeys(CERTIFICATES, ""))
    one = {"resource_cert_name": "www.example.com", "certificate_pair": "5"}
    jobs = [run("rotate_fleet.yml", nothing), run("rotate_one.yml", answers=one)]
    for job, says in zip(jobs, EMPTY, strict=True):
        assert job.status == "failed"
        assert says in job.stdout
    assert account.journal(call="put") == []


def test_an_inventory_of_which_the_image_lacks_the_collection(account, runner):
    """The example's image has what the example's project has."""
    told = runner.update_inventory(is_in_image=False)
    is_new = Version(ansible_version) >= Version("2.19")
    assert (UNKNOWN in told.stderr, told.returncode != 0) == (is_new, is_new), told.stderr
    folders = PROJECT.parent / "execution-environment", PROJECT / "collections"
    image, project = (yaml.safe_load((folder / "requirements.yml").read_text()) for folder in folders)
    assert image == project


def test_whoever_approves_has_the_roles_that_that_takes(ansible, awx):
    """To see what is asked, and to answer; and who reads the output waits for its end."""
    given = ansible.file(block(GUIDE, "yaml", "awx_configure_project_url"))
    env = {"AWX_URL": awx.url, "AWX_TOKEN": AWX_TOKEN}
    assert ansible.run("gcore.web_security.awx_configure", "-e", f"@{given}", env=env).returncode == 0
    changed = {"gcore_fleet_cert": {"current": False}}

    def work(name, _handed_on):
        return ("failed" if name == "Gcore: is all current?" else "successful"), changed

    weekly = Workflow(awx.store, "Gcore: rotation", work)
    run = weekly.launch()
    text = re.sub(r"\s+", " ", text_of(GUIDE))
    roles = {name: role for role, name in re.findall(r'role "(\w+)" on the (?:workflow|template) "([^"]*)"', text)}
    (word,) = re.findall(r"until ``(\w+)`` is true", text)
    assert [weekly.output(run, "plan", roles)[word] for _look in range(2)] == [False, True]
    weekly.answer("approved", roles)
    (days,) = re.findall(r"nobody answers for (\w+) days", text)
    approval = awx.store.named("workflow_approval_templates", "Rotate the certificates?")
    assert (days, approval["timeout"]) == ("six", 6 * 24 * 3600)


def test_a_project_without_the_collection(project, tmp_path):
    env = {**environment(tmp_path), "ANSIBLE_COLLECTIONS_PATH": str(tmp_path)}
    words = [command("ansible-playbook"), "rotate_fleet.yml"]
    told = subprocess.run(words, cwd=project, env=env, check=False, capture_output=True, text=True)
    assert told.returncode != 0
    assert "Could not find or access" in told.stdout + told.stderr


UNKNOWN = "unknown plugin"
EMPTY = ("no usable certificate was given", "no certificate was given")
TOLD_ALIKE = (
    # wherever it came from and whoever asked: as test_bad_input, test_operator and unit tests of the modules have it
    "no credentials",
    "no private key was given",
    "no resource of the account is called",
    "answered 401",
    "the private key does not belong to",
    "a private key among the certificates",
    "the certificate does not cover",
    "no resource is named",
    "none of the certificates is for it",
    "The API is not well or not reachable",
)


def test_every_message_of_the_guide_is_one_of_these():
    table = text_of(GUIDE).split("When a job fails")[1].split(".. code-block")[0]
    told = set(re.findall(r"^  \* - ``(.*)``$", table, re.MULTILINE))
    assert "lacks: cryptography" in MissingLibraryError(["cryptography"]).message
    assert told == {
        *EMPTY,
        *TOLD_ALIKE,
        UNKNOWN,
        "Previous Task Failed",
        "Stopped early",
        "lacks: cryptography",
        "Could not find or access",
    }


def test_the_guides_name_what_awx_will_have():
    """`Gcore ...` in quotes is an object of a definition, and every definition is named."""
    files = list((PROJECT.parents[2] / "playbooks" / "vars" / "awx").iterdir())
    assert set(re.findall(r"playbooks/vars/awx/(\w+\.yml)", text_of(GUIDE))) == {path.name for path in files}
    defined = {name for path in files for name in re.findall(r'name: "?(Gcore[^"\n]*)', path.read_text())}
    for guide in (GUIDE, "certificate_sources", "deploy_hooks"):
        named = set(re.findall(r'"(Gcore[^"]*)"', re.sub(r"\s+", " ", text_of(guide))))
        assert named
        assert named <= defined
