# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The hooks for ACME clients, called as these call them: what arrives, what is told, what is not shown."""

from __future__ import annotations

import configparser
import json
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from awx.handle import Awx
from simulator.handle import Simulator, resource, rule, with_installed
from unit.docs.guide import block, text_of

from .material import API_KEY, CANARIES, WRONG_TOKEN, issued
from .playbook import Ansible, environment
from .web import Asked, Web, nobody

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / "docs" / "examples" / "deploy-hooks"
GUIDE = "deploy_hooks"
WILDCARD, SHOP = "www.example.com", "shop.example.com"
NAMES = (WILDCARD, SHOP)
OLD = {name: issued(f"the old key of {name}", name, days=9) for name in NAMES}
NEW = {
    WILDCARD: issued("the new key of the wildcard", "*.example.com", days=90),
    SHOP: issued("the new key of the shop", SHOP, days=60),
}
AWX_TOKEN = CANARIES.plant_text("the token of AWX", secrets.token_hex(20))


@pytest.fixture
def account(simulator: Simulator) -> Simulator:
    simulator.reset()
    simulator.seed([with_installed(resource(number, name), OLD[name]) for number, name in enumerate(NAMES, start=1)])
    simulator.clear_journal()
    return simulator


def installed(account: Simulator) -> dict[str, str]:
    """Which certificate each resource has."""
    kinds = {pair.fingerprint_sha256: "old" for pair in OLD.values()}
    kinds |= {pair.fingerprint_sha256: f"new of {name}" for name, pair in NEW.items()}
    return {
        name: kinds[account.resource(number)["installed"]["fingerprint_sha256"]]
        for number, name in enumerate(NAMES, start=1)
    }


LAYOUTS = {
    # where a client keeps its certificates; each file, and what is in it
    "certbot": ("letsencrypt", {"archive/{0}/fullchain1.pem": "chain", "archive/{0}/privkey1.pem": "key"}),
    "acme.sh": (
        ".acme.sh",
        {"{0}_ecc/fullchain.cer": "chain", "{0}_ecc/{0}.key": "key", "{0}_ecc/{0}.cer": "leaf", "account.conf": ""},
    ),
    "lego": (".lego/certificates", {"{0}.crt": "chain", "{0}.key": "key", "{0}.json": ""}),
    "uacme": ("uacme", {"{0}/cert.pem": "chain", "private/{0}/key.pem": "key"}),
}


def folder_of(client: str, root: Path) -> Path:
    """A client's folder with all new certificates, and some of what lies about in it."""
    place, files = LAYOUTS[client]
    for name, pair in NEW.items():
        texts = {"chain": pair.full_chain_pem, "leaf": pair.certificate_pem, "key": pair.private_key_pem, "": "{}\n"}
        for file, content in files.items():
            path = root / place / file.format(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[content])
    return root / place


def certbot_folder(root: Path) -> Path:
    """`live` as certbot keeps it: a README, and links into the archive."""
    live = folder_of("certbot", root) / "live"
    for name in NAMES:
        (live / name).mkdir(parents=True)
        for file in ("fullchain", "privkey"):
            (live / name / f"{file}.pem").symlink_to(live.parent / "archive" / name / f"{file}1.pem")
    (live / "README").write_text("Certificates are in the folders beside this file.\n")
    return live


STUB = """#!/bin/sh
printf '%s|\\n' "$@" >>{called}
"""


@dataclass
class Hook:
    """Calls a hook as a renewal does: with little of an environment, from a folder that is not its own."""

    folder: Path
    account: Simulator
    ansible: Path = Path(sys.executable).parent

    def credentials(self, token: str = API_KEY) -> str:
        """The file of the guide, for this account."""
        path = self.folder / "credentials"
        text = block(GUIDE, "sh", "GCORE_API_KEY=").replace("1234$0123456789abcdef", token)
        text = text.replace("/opt/ansible/bin", str(self.ansible))
        path.write_text(f"{text}GCORE_BASE_URL='{self.account.api_url}'\n")
        return str(path)

    def call(self, command: str, env: dict[str, str], token: str = API_KEY) -> subprocess.CompletedProcess[str]:
        """Hand a command to a shell, as both clients do, and search what it says."""
        given = {**environment(self.folder), "PATH": "/usr/bin:/bin", "RECORD": str(self.folder / "record")}
        given |= {"LC_ALL": "C", **env}  # in which Ansible does not start
        given.setdefault("GCORE_CREDENTIALS", self.credentials(token))
        done = subprocess.run(
            ["/bin/sh", "-c", command], env=given, cwd="/", check=False, capture_output=True, text=True
        )
        CANARIES.assert_absent(done.stdout + done.stderr, command)
        return done

    def handed_over(self) -> tuple[str, dict[str, str], list[str]]:
        """What the stub was called with: the playbook, its variables, and more words; each call asks for one."""
        playbook, option, variables, *more = (self.folder / "called").read_text().split("|\n")[:-1]
        assert option == "-e"
        return playbook, yaml.safe_load(variables), more

    def port(self, role: str) -> str:
        """Where this account's edges are."""
        return f"-e {role}_edge_port={self.account.edge_port}"


@pytest.fixture
def stubbed(hook) -> Hook:
    """With a stub for ansible-playbook: what that does with the same words, the others show."""
    hook.ansible = hook.folder / "stub"
    hook.ansible.mkdir()
    (hook.ansible / "ansible-playbook").write_text(STUB.format(called=hook.folder / "called"))
    (hook.ansible / "ansible-playbook").chmod(0o700)
    return hook


@pytest.fixture
def hook(tmp_path, account) -> Hook:
    return Hook(tmp_path, account)


def renewed(live: Path, name: str) -> dict[str, str]:
    """What certbot sets."""
    return {"RENEWED_LINEAGE": str(live / name), "RENEWED_DOMAINS": name}


def saved(home: Path, name: str) -> dict[str, str]:
    """What acme.sh sets for the commands of --renew-hook and --reloadcmd."""
    folder = home / f"{name}_ecc"
    files = {
        "CERT_PATH": f"{name}.cer",
        "CERT_KEY_PATH": f"{name}.key",
        "CA_CERT_PATH": "ca.cer",
        "CERT_FULLCHAIN_PATH": "fullchain.cer",
    }
    return {"Le_Domain": name, **{variable: str(folder / file) for variable, file in files.items()}}


def told_by_lego(folder: Path, name: str, prefix: str = "LEGO_") -> dict[str, str]:
    """What lego 4 sets; lego 5 has another prefix."""
    return {f"{prefix}CERT_PATH": str(folder / f"{name}.crt"), f"{prefix}CERT_KEY_PATH": str(folder / f"{name}.key")}


def told_by_dehydrated(certificates: Path, name: str) -> str:
    """The words that dehydrated calls its hook with."""
    files = " ".join(str(certificates / name / f"{file}.pem") for file in ("privkey", "cert", "fullchain", "chain"))
    return f"deploy_cert {name} {files} 1795518687"


BOTH = {name: f"new of {name}" for name in NAMES}
ONE = {WILDCARD: "old", SHOP: f"new of {SHOP}"}


def test_certbot_renewed_one_and_each_resource_gets_its_best(hook, account, tmp_path):
    """The wildcard was renewed and lives longer; the shop's own certificate stays with the shop."""
    env = renewed(certbot_folder(tmp_path), WILDCARD)
    done = hook.call(f"{HOOKS}/rotate-fleet.sh {hook.port('fleet_cert')}", env)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "Done: 2 rotated" in done.stdout
    assert installed(account) == BOTH
    account.clear_journal()
    again = hook.call(f"{HOOKS}/rotate-fleet.sh {hook.port('fleet_cert')}", env)
    assert again.returncode == 0
    assert account.journal(call="put") == []


def test_the_function_for_acme_sh(hook, account, tmp_path):
    """acme.sh reads the file and calls the function with the domain and four paths."""
    files = saved(folder_of("acme.sh", tmp_path), SHOP)
    script = f"#!/bin/sh\nexec {HOOKS}/rotate-fleet.sh {hook.port('fleet_cert')}\n"
    (tmp_path / "rotate-fleet.sh").write_text(script)
    (tmp_path / "rotate-fleet.sh").chmod(0o700)
    function = block(GUIDE, "sh", "gcore_deploy()").replace("/usr/local/bin", str(tmp_path))
    (tmp_path / "gcore.sh").write_text(function)
    paths = [files[name] for name in ("CERT_KEY_PATH", "CERT_PATH", "CA_CERT_PATH", "CERT_FULLCHAIN_PATH")]
    done = hook.call(f". {tmp_path}/gcore.sh && gcore_deploy {SHOP} {' '.join(paths)}", {})
    assert done.returncode == 0, done.stderr
    assert installed(account) == BOTH


CLIENTS = {
    "certbot": lambda root: renewed(certbot_folder(root), SHOP),
    "certbot, by a person's tab key": lambda root: {"RENEWED_LINEAGE": f"{certbot_folder(root) / SHOP}/"},
    "acme.sh": lambda root: saved(folder_of("acme.sh", root), SHOP),
    "lego 4": lambda root: told_by_lego(folder_of("lego", root), SHOP),
    "lego 5": lambda root: told_by_lego(folder_of("lego", root), SHOP, "LEGO_HOOK_"),
}
ROTATE, ROTATE_FLEET = "gcore.web_security.rotate", "gcore.web_security.rotate_fleet"


@pytest.mark.parametrize("client", CLIENTS)
def test_whatever_a_client_tells_the_renewed_pair_and_the_folder_of_all_are_found(stubbed, tmp_path, client):
    env = CLIENTS[client](tmp_path)
    one = stubbed.call(f"{HOOKS}/rotate-one.sh {SHOP} -e 'a=b c'", env)
    assert (one.returncode, one.stderr) == (0, "")
    playbook, variables, more = stubbed.handed_over()
    paths = [Path(variables[f"resource_cert_{name}_path"]) for name in ("certificate", "private_key")]
    assert (playbook, variables["resource_cert_name"], more) == (ROTATE, SHOP, ["-e", "a=b c"])
    assert [path.read_text() for path in paths] == [NEW[SHOP].full_chain_pem, NEW[SHOP].private_key_pem]
    (tmp_path / "called").unlink()
    fleet = stubbed.call(f"{HOOKS}/rotate-fleet.sh --check --diff", env)
    assert (fleet.returncode, fleet.stderr) == (0, "")
    playbook, variables, more = stubbed.handed_over()
    folder = Path(variables["fleet_cert_directory"])
    assert (playbook, more) == (ROTATE_FLEET, ["--check", "--diff"])
    assert folder == (paths[0].parent if "lego" in client else paths[0].parents[1])


def test_one_resource_gets_the_renewed_certificate(hook, account, tmp_path):
    env = renewed(certbot_folder(tmp_path), SHOP)
    done = hook.call(f"{HOOKS}/rotate-one.sh {SHOP} {hook.port('resource_cert')}", env)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert f"({SHOP}) was changed" in done.stdout
    assert installed(account) == ONE


def test_a_certbot_that_cannot_reconfigure(stubbed, tmp_path):
    """The guide has the line that `certbot reconfigure` would write: this one calls what it says."""
    renewal = configparser.ConfigParser()
    renewal.read_string(block(GUIDE, "text", "[renewalparams]"))
    command = renewal["renewalparams"]["renew_hook"]
    assert f"--deploy-hook '{command}'" in block(GUIDE, "console", "certbot reconfigure")
    done = stubbed.call(command.replace("/usr/local/bin", str(HOOKS)), renewed(certbot_folder(tmp_path), WILDCARD))
    assert done.returncode == 0, done.stderr
    assert stubbed.handed_over()[1]["resource_cert_name"] == WILDCARD


@pytest.mark.parametrize(
    "event", ["deploy_cert", "generate_csr", "startup_hook", "exit_hook an error", "unheard_of", ""]
)
def test_dehydrated_calls_its_hook_for_everything(stubbed, tmp_path, event):
    """It ends where a hook fails, and takes what one prints for a signing request."""
    live = certbot_folder(tmp_path)
    words = told_by_dehydrated(live, SHOP) if event == "deploy_cert" else event
    done = stubbed.call(f"{HOOKS}/dehydrated-hook.sh {words}", {})
    assert (done.returncode, done.stderr) == (0, "")
    if event == "deploy_cert":
        assert stubbed.handed_over() == (ROTATE_FLEET, {"fleet_cert_directory": str(live)}, [])
    else:
        assert done.stdout == ""
        assert not (tmp_path / "called").exists()


@pytest.mark.parametrize(
    ("status", "says"), [(0, ""), (1, ""), (2, "uacme failed\n")], ids=["new", "current", "failed"]
)
def test_the_script_around_uacme(stubbed, tmp_path, status, says):
    """What an earlier run could not write is written though uacme has nothing new."""
    stub = tmp_path / "uacme-bin"
    stub.mkdir()
    (stub / "uacme").write_text(f"#!/bin/sh\nprintf '{says}' >&2\nexit {status}\n")
    (stub / "uacme").chmod(0o700)
    text = block(GUIDE, "sh", "uacme -h").replace("/etc/ssl/uacme", str(folder_of("uacme", tmp_path)))
    script = tmp_path / "gcore-certificates"
    script.write_text(text.replace("www.example.com", SHOP).replace("/usr/local/bin", str(HOOKS)))
    script.chmod(0o700)
    done = stubbed.call(str(script), {"PATH": f"{stub}:/usr/bin:/bin"})
    assert (done.returncode, done.stdout, done.stderr) == (status if says else 0, "", says)
    assert (tmp_path / "called").exists() is not bool(says)
    if not says:
        variables = stubbed.handed_over()[1]
        assert Path(variables["resource_cert_private_key_path"]).read_text() == NEW[SHOP].private_key_pem


UNTOLD = "no certificate is told: RENEWED_LINEAGE, CERT_FULLCHAIN_PATH and LEGO_CERT_PATH are unset"
ALL = "was renewed, but not every resource has its certificate: see above"


def test_a_resource_that_is_refused_is_told_and_the_hook_fails(hook, account, tmp_path):
    account.settings(echo_secrets=True)
    account.faults([rule("400", call="put", resource_id=2)])
    env = renewed(certbot_folder(tmp_path), WILDCARD)
    done = hook.call(f"{HOOKS}/rotate-fleet.sh {hook.port('fleet_cert')} -vvv --diff", env)
    assert (done.returncode, done.stdout) == (1, "")
    assert "PUT /security/resources/2 answered 400" in done.stderr
    assert done.stderr.splitlines()[-1] == f"rotate-fleet.sh: {env['RENEWED_LINEAGE']} {ALL}"


def test_a_token_that_is_wrong(hook, account, tmp_path):
    env = renewed(certbot_folder(tmp_path), SHOP)
    command = f"{HOOKS}/rotate-one.sh {SHOP} {hook.port('resource_cert')}"
    done = hook.call(command, env, token=WRONG_TOKEN)
    assert done.returncode == 1
    assert "answered 401" in done.stderr
    says = f"{env['RENEWED_LINEAGE']}/fullchain.pem was renewed, but {SHOP} does not have it: see above"
    assert done.stderr.splitlines()[-1] == f"rotate-one.sh: {says}"


@pytest.mark.parametrize(
    ("command", "env", "says"),
    [
        ("rotate-fleet.sh", {}, UNTOLD),
        ("rotate-one.sh www.example.com", {}, UNTOLD),
        ("rotate-one.sh", {"RENEWED_LINEAGE": "/nowhere/a"}, "the name of a resource is missing"),
        (
            "rotate-fleet.sh",
            {"RENEWED_LINEAGE": "/nowhere/a", "GCORE_CREDENTIALS": "/nowhere/c"},
            "can't read /nowhere/c",
        ),
        ("launch-awx.sh", {"GCORE_AWX_SETTINGS": "/nowhere/awx.curl"}, "can't read /nowhere/awx.curl"),
    ],
)
def test_a_hook_that_is_called_wrongly(hook, command, env, says):
    done = hook.call(f"{HOOKS}/{command}", env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{command.split()[0]}: {says}\n"


def survey(name: str) -> set[str]:
    """What the survey of a job template asks for."""
    definitions = yaml.safe_load((ROOT / "playbooks/vars/awx/job_templates.yml").read_text())["awx_job_templates"]
    (template,) = (one for one in definitions if one["fields"]["name"] == name)
    return {question["variable"] for question in template["survey"]["spec"]}


class Launches(Web):
    """AWX as it answers launches: what a survey does not ask for is ignored and named."""

    def __init__(self) -> None:
        super().__init__(self._answer, "application/json")
        self._surveys = {
            "/api/v2/job_templates/12/launch/": survey("Gcore: rotate the fleet"),
            "/api/v2/job_templates/13/launch/": set(),
            "/api/v2/workflow_job_templates/12/launch/": set(),
        }

    def _answer(self, asked: Asked) -> tuple[int, bytes]:
        status, answer = self._launched(asked)
        return status, json.dumps(answer, separators=(",", ":")).encode()

    def _launched(self, asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("Authorization") != f"Bearer {AWX_TOKEN}":
            return 401, {"detail": "Authentication credentials were not provided. To establish a login session, visit"}
        if asked.path not in self._surveys:
            return 404, {"detail": "The requested resource could not be found."}
        extra = json.loads(asked.body).get("extra_vars", {})
        ignored = {name: value for name, value in extra.items() if name not in self._surveys[asked.path]}
        job = "workflow_job" if "workflow" in asked.path else "job"
        return 201, {job: 42, "ignored_fields": {"extra_vars": ignored} if ignored else {}, "id": 42, "type": job}


@pytest.fixture
def awx() -> Iterator[Launches]:
    with Launches() as running:
        yield running


class Launch:
    """Calls launch-awx.sh with the settings of the guide, and looks what stands on curl's command line."""

    def __init__(self, hook: Hook, awx: Launches, folder: Path) -> None:
        self.words = folder / "words"
        self._hook, self._awx, self._folder = hook, awx, folder
        (folder / "bin").mkdir()
        curl = folder / "bin" / "curl"
        curl.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>{self.words}\nexec {shutil.which("curl")} "$@"\n')
        curl.chmod(0o700)

    def __call__(self, **changes: str) -> subprocess.CompletedProcess[str]:
        text = block(GUIDE, "text", "Authorization: Bearer").replace("0123456789abcdef", AWX_TOKEN)
        text = text.replace("https://awx.example.com", self._awx.url)
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        settings = self._folder / "awx.curl"
        settings.write_text(text)
        env = {"GCORE_AWX_SETTINGS": str(settings), "PATH": f"{self._folder / 'bin'}:/usr/bin:/bin"}
        lineage = renewed(certbot_folder(self._folder), SHOP)
        return self._hook.call(f"{HOOKS}/launch-awx.sh", {**env, **lineage})


@pytest.fixture
def launch(hook, awx, tmp_path) -> Launch:
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine")
    return Launch(hook, awx, tmp_path)


def test_a_job_is_launched_without_a_key_and_the_token_is_on_no_command_line(launch, awx):
    done = launch()
    assert (done.returncode, done.stdout, done.stderr) == (0, "AWX runs it as job 42\n", "")
    [asked] = awx.asked
    assert (asked.method, asked.path) == ("POST", "/api/v2/job_templates/12/launch/")
    assert json.loads(asked.body) == {"extra_vars": {"rotate_dry_run": "no"}}
    assert asked.headers.pop("Authorization") == f"Bearer {AWX_TOKEN}"
    CANARIES.assert_absent(repr(asked), "the launch")
    CANARIES.assert_absent(launch.words.read_text(), "curl's command line")


def test_the_workflow_is_launched(launch, awx):
    done = launch(
        **{"/job_templates/": "/workflow_job_templates/", r"{\"extra_vars\": {\"rotate_dry_run\": \"no\"}}": "{}"}
    )
    assert (done.returncode, done.stdout) == (0, "AWX runs it as job 42\n")
    assert awx.paths[0] == "/api/v2/workflow_job_templates/12/launch/"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({AWX_TOKEN: "expired"}, "AWX answered 401, nothing was launched: "),
        ({"/12/": "/99/"}, "AWX answered 404, nothing was launched: "),
        ({"/12/": "/13/"}, "AWX ignored some of the answers: "),
    ],
    ids=["token", "number", "survey"],
)
def test_a_launch_that_went_wrong(launch, changes, says):
    done = launch(**changes)
    assert done.returncode == 1
    assert done.stderr.startswith(f"launch-awx.sh: {says}")


def test_an_awx_that_is_down(launch, awx):
    done = launch(**{awx.url: nobody()})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "launch-awx.sh: AWX could not be reached, nothing was launched"
    assert done.stderr.startswith("curl: ")


def test_awx_keeps_the_renewed_pair_and_what_else_its_credential_has(ansible: Ansible, tmp_path):
    live = certbot_folder(tmp_path)
    text = block(GUIDE, "yaml", "awx_configure_update_secrets")
    (tmp_path / "renewed.yml").write_text(text.replace("/etc/letsencrypt/live/www.example.com", str(live / SHOP)))
    playbooks = [path.name for path in (ROOT / "docs" / "examples" / "awx-project").glob("*.yml")]
    with Awx(playbooks, username="admin", password=secrets.token_hex(20), token=AWX_TOKEN) as awx:
        env = {"AWX_URL": awx.url, "AWX_TOKEN": AWX_TOKEN, "GCORE_API_KEY": API_KEY}
        words = ("gcore.web_security.awx_configure", "-e", f"@{tmp_path / 'renewed.yml'}", "-vvv", "--diff")
        first = ansible.run(*words, env=env)
        assert first.returncode == 0, first.output
        kept = awx.store.named("credentials", "Gcore site certificates")["inputs"]
        kept |= {"certificate_1": "old", "private_key_1": "old", "certificate_2": "another"}
        again = ansible.run(*words, env=env)
        assert again.returncode == 0, again.output
        assert awx.store.named("credentials", "Gcore site certificates")["inputs"] == {
            "certificate_1": NEW[SHOP].full_chain_pem.rstrip("\n"),
            "private_key_1": NEW[SHOP].private_key_pem.rstrip("\n"),
            "certificate_2": "another",
        }


def test_the_guide_tells_what_the_hooks_say():
    """Whatever a script says when it fails stands in the guide's table, but for what a person mistypes."""
    told = re.sub(r"\s+", " ", text_of(GUIDE))
    for script in HOOKS.glob("*.sh"):
        for says in re.findall(r"fail ['\"](.*)['\"]\n", script.read_text()):
            fixed = max(re.split(r"\$\w+|: \$\(.*|the name of a resource is missing", says), key=len).strip()
            assert fixed in told, says
