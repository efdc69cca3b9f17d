# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The hooks for ACME clients, called as these call them: what arrives, what is told, what is not shown."""

import configparser
import json
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from simulator.handle import Simulator, resource, rule, with_installed
from unit.docs.guide import block, text_of

from .material import API_KEY, CANARIES, WRONG_TOKEN, issued
from .playbook import environment
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
    return simulator


def installed(account: Simulator) -> dict[str, str]:
    """Which certificate each resource has."""
    kinds = {pair.fingerprint_sha256: "old" for pair in OLD.values()}
    kinds |= {pair.fingerprint_sha256: f"new of {name}" for name, pair in NEW.items()}
    numbers = enumerate(NAMES, start=1)
    return {name: kinds[account.resource(number)["installed"]["fingerprint_sha256"]] for number, name in numbers}


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


def script(path: Path, *lines: str) -> Path:
    """Make a command of these lines."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o700)
    return path


@dataclass
class Hook:
    """Calls a hook as a renewal does: with little of an environment, from a folder that is not its own."""

    folder: Path
    account: Simulator
    ansible: Path = Path(sys.executable).parent

    def call(self, command: str, env: dict[str, str], token: str = API_KEY) -> subprocess.CompletedProcess[str]:
        """Hand a command to a shell, as clients do, with the guide's file of this account; search what it says."""
        credentials = self.folder / "credentials"
        text = block(GUIDE, "sh", "GCORE_API_KEY=").replace("1234$0123456789abcdef", token)
        text = text.replace("/opt/ansible/bin", str(self.ansible))
        credentials.write_text(f"{text}GCORE_BASE_URL='{self.account.api_url}'\n")
        given = {**environment(self.folder), "PATH": "/usr/bin:/bin", "RECORD": str(self.folder / "record")}
        given |= {"LC_ALL": "C", "GCORE_CREDENTIALS": str(credentials), **env}  # Ansible does not start in that locale
        words = ["/bin/sh", "-c", command]
        done = subprocess.run(words, env=given, cwd="/", check=False, capture_output=True, text=True)
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
def hook(tmp_path, account) -> Hook:
    return Hook(tmp_path, account)


@pytest.fixture
def stubbed(hook) -> Hook:
    """With a stub for ansible-playbook: what that does with the same words, the others show."""
    hook.ansible = hook.folder / "stub"
    script(hook.ansible / "ansible-playbook", f"""printf '%s|\\n' "$@" >>{hook.folder / "called"}""")
    return hook


def renewed(live: Path, name: str) -> dict[str, str]:
    """What certbot sets."""
    return {"RENEWED_LINEAGE": str(live / name), "RENEWED_DOMAINS": name}


def saved(home: Path, name: str) -> dict[str, str]:
    """What acme.sh sets for --renew-hook and --reloadcmd, in the order in which it gives it to a function."""
    files = {"CERT_KEY": f"{name}.key", "CERT": f"{name}.cer", "CA_CERT": "ca.cer", "CERT_FULLCHAIN": "fullchain.cer"}
    return {"Le_Domain": name, **{f"{what}_PATH": str(home / f"{name}_ecc" / file) for what, file in files.items()}}


def told_by_lego(folder: Path, name: str, prefix: str = "LEGO_") -> dict[str, str]:
    """What lego 4 sets; lego 5 has another prefix."""
    return {f"{prefix}CERT_PATH": str(folder / f"{name}.crt"), f"{prefix}CERT_KEY_PATH": str(folder / f"{name}.key")}


ALL = "was renewed, but not every resource has its certificate: see above"


def test_a_fleet_of_which_one_is_refused_and_the_next_renewal(hook, account, tmp_path):
    """Each resource gets its best: certbot renewed the wildcard, and the shop's own lives shorter and stays its own.

    The next renewal is one of acme.sh, which reads the file of the guide and calls the function with its words.
    """
    account.settings(echo_secrets=True)
    account.faults([rule("400", call="put", resource_id=1)])
    env = renewed(certbot_folder(tmp_path), WILDCARD)
    done = hook.call(f"{HOOKS}/rotate-fleet.sh {hook.port('fleet_cert')} -vvv --diff", env)
    assert (done.returncode, done.stdout) == (1, "")
    assert "PUT /security/resources/1 answered 400" in done.stderr
    assert done.stderr.splitlines()[-1] == f"rotate-fleet.sh: {env['RENEWED_LINEAGE']} {ALL}"
    assert installed(account) == {WILDCARD: "old", SHOP: f"new of {SHOP}"}
    account.clear_faults()
    account.clear_journal()
    words = " ".join(saved(folder_of("acme.sh", tmp_path), SHOP).values())
    script(tmp_path / "rotate-fleet.sh", f"exec {HOOKS}/rotate-fleet.sh {hook.port('fleet_cert')}")
    function = block(GUIDE, "sh", "gcore_deploy()").replace("/usr/local/bin", str(tmp_path))
    (tmp_path / "gcore.sh").write_text(function)
    done = hook.call(f". {tmp_path}/gcore.sh && gcore_deploy {words}", {})
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "Done: 1 rotated, 1 in sync" in done.stdout
    assert installed(account) == {name: f"new of {name}" for name in NAMES}
    assert [entry["resource_id"] for entry in account.journal(call="put")] == [1]


def test_one_resource_gets_the_renewed_certificate(hook, account, tmp_path):
    """Once the token is right."""
    env = renewed(certbot_folder(tmp_path), SHOP)
    command = f"{HOOKS}/rotate-one.sh {SHOP} {hook.port('resource_cert')}"
    done = hook.call(f"{command} -vvv --diff", env, token=WRONG_TOKEN)
    assert done.returncode == 1
    assert "answered 401" in done.stderr
    says = f"{env['RENEWED_LINEAGE']}/fullchain.pem was renewed, but {SHOP} does not have it: see above"
    assert done.stderr.splitlines()[-1] == f"rotate-one.sh: {says}"
    done = hook.call(command, env)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert f"({SHOP}) was changed" in done.stdout
    assert installed(account) == {WILDCARD: "old", SHOP: f"new of {SHOP}"}


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


def test_a_certbot_that_cannot_reconfigure(stubbed, tmp_path):
    """The guide has the line that `certbot reconfigure` would write: this one calls what it says."""
    renewal = configparser.ConfigParser()
    renewal.read_string(block(GUIDE, "text", "[renewalparams]"))
    command = renewal["renewalparams"]["renew_hook"]
    assert f"--deploy-hook '{command}'" in block(GUIDE, "console", "certbot reconfigure")
    done = stubbed.call(command.replace("/usr/local/bin", str(HOOKS)), renewed(certbot_folder(tmp_path), WILDCARD))
    assert done.returncode == 0, done.stderr
    assert stubbed.handed_over()[1]["resource_cert_name"] == WILDCARD


def test_dehydrated_calls_its_hook_for_everything(stubbed, tmp_path):
    """It ends where a hook fails, and takes what one prints for a signing request."""
    for event in ("generate_csr", "startup_hook", "exit_hook an error", "unheard_of", ""):
        done = stubbed.call(f"{HOOKS}/dehydrated-hook.sh {event}", {})
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "called").exists()
    live = certbot_folder(tmp_path)
    files = " ".join(f"{live / SHOP / name}.pem" for name in ("privkey", "cert", "fullchain", "chain"))
    done = stubbed.call(f"{HOOKS}/dehydrated-hook.sh deploy_cert {SHOP} {files} 1795518687", {})
    assert (done.returncode, done.stderr) == (0, "")
    assert stubbed.handed_over() == (ROTATE_FLEET, {"fleet_cert_directory": str(live)}, [])


@pytest.mark.parametrize(
    ("status", "says"), [(0, ""), (1, ""), (2, "uacme failed\n")], ids=["new", "current", "failed"]
)
def test_the_script_around_uacme(stubbed, tmp_path, status, says):
    """What an earlier run could not write is written though uacme has nothing new."""
    stub = script(tmp_path / "uacme-bin" / "uacme", f"printf '{says}' >&2", f"exit {status}").parent
    text = block(GUIDE, "sh", "uacme -h").replace("/etc/ssl/uacme", str(folder_of("uacme", tmp_path)))
    text = text.replace("www.example.com", SHOP).replace("/usr/local/bin", str(HOOKS))
    done = stubbed.call(str(script(tmp_path / "gcore-certificates", text)), {"PATH": f"{stub}:/usr/bin:/bin"})
    assert (done.returncode, done.stdout, done.stderr) == (status if says else 0, "", says)
    assert (tmp_path / "called").exists() is not bool(says)
    if not says:
        variables = stubbed.handed_over()[1]
        assert Path(variables["resource_cert_private_key_path"]).read_text() == NEW[SHOP].private_key_pem


UNTOLD = "no certificate is told: RENEWED_LINEAGE, CERT_FULLCHAIN_PATH and LEGO_CERT_PATH are unset"
LINEAGE = {"RENEWED_LINEAGE": "/nowhere/a"}


@pytest.mark.parametrize(
    ("command", "env", "says"),
    [
        ("rotate-fleet.sh", {}, UNTOLD),
        ("rotate-one.sh www.example.com", {}, UNTOLD),
        ("rotate-one.sh", LINEAGE, "the name of a resource is missing"),
        ("rotate-fleet.sh", {**LINEAGE, "GCORE_CREDENTIALS": "/nowhere/c"}, "can't read /nowhere/c"),
        ("launch-awx.sh", {"GCORE_AWX_SETTINGS": "/nowhere/awx.curl"}, "can't read /nowhere/awx.curl"),
    ],
)
def test_a_hook_that_is_called_wrongly(hook, command, env, says):
    done = hook.call(f"{HOOKS}/{command}", env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{command.split()[0]}: {says}\n"


JOB = {"job": 42, "ignored_fields": {}, "id": 42, "type": "job"}
LAUNCHES = {
    # what AWX answers; what a survey does not ask for is ignored and named
    "/api/v2/job_templates/12/launch/": JOB,
    "/api/v2/job_templates/13/launch/": {**JOB, "ignored_fields": {"extra_vars": {"rotate_dry_run": "no"}}},
    "/api/v2/workflow_job_templates/12/launch/": {"workflow_job": 42, "ignored_fields": {}, "id": 42},
}


def launched(asked: Asked) -> tuple[int, bytes]:
    """Answer as AWX does."""
    if asked.headers.get("Authorization") != f"Bearer {AWX_TOKEN}":
        return 401, b'{"detail":"Authentication credentials were not provided."}'
    if asked.path not in LAUNCHES:
        return 404, b'{"detail":"The requested resource could not be found."}'
    return 201, json.dumps(LAUNCHES[asked.path], separators=(",", ":")).encode()


@pytest.fixture
def awx() -> Iterator[Web]:
    with Web(launched, "application/json") as running:
        yield running


@pytest.fixture
def launch(hook, awx, tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Calls launch-awx.sh with the settings of the guide, and keeps what stands on curl's command line."""
    if not (real := shutil.which("curl")):
        pytest.skip("no curl on this machine")
    curl = script(tmp_path / "bin" / "curl", f'printf "%s\\n" "$@" >>{tmp_path / "words"}', f'exec {real} "$@"')
    settings = tmp_path / "awx.curl"
    env = {"GCORE_AWX_SETTINGS": str(settings), "PATH": f"{curl.parent}:/usr/bin:/bin"}
    env |= renewed(certbot_folder(tmp_path), SHOP)

    def start(changes: dict[str, str]) -> subprocess.CompletedProcess[str]:
        text = block(GUIDE, "text", "Authorization: Bearer")
        for old, new in {"0123456789abcdef": AWX_TOKEN, "https://awx.example.com": awx.url, **changes}.items():
            assert old in text
            text = text.replace(old, new)
        settings.write_text(text)
        return hook.call(f"{HOOKS}/launch-awx.sh", env)

    return start


WORKFLOW = {"/job_templates/": "/workflow_job_templates/", r"{\"extra_vars\": {\"rotate_dry_run\": \"no\"}}": "{}"}


def test_a_job_or_a_workflow_is_launched_without_a_key_and_the_token_is_on_no_command_line(launch, awx, tmp_path):
    for changes in ({}, WORKFLOW):
        done = launch(changes)
        assert (done.returncode, done.stdout, done.stderr) == (0, "AWX runs it as job 42\n", "")
    assert [asked.method for asked in awx.asked] == ["POST", "POST"]
    assert awx.paths == ["/api/v2/job_templates/12/launch/", "/api/v2/workflow_job_templates/12/launch/"]
    assert json.loads(awx.asked[0].body) == {"extra_vars": {"rotate_dry_run": "no"}}
    for asked in awx.asked:
        assert asked.headers.pop("Authorization") == f"Bearer {AWX_TOKEN}"
    CANARIES.assert_absent(repr(awx.asked), "the launches")
    CANARIES.assert_absent((tmp_path / "words").read_text(), "curl's command line")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"0123456789abcdef": "expired"}, "AWX answered 401, nothing was launched: "),
        ({"/12/": "/99/"}, "AWX answered 404, nothing was launched: "),
        ({"/12/": "/13/"}, "AWX ignored some of the answers: "),
        ({"https://awx.example.com": nobody()}, "AWX could not be reached, nothing was launched"),
    ],
    ids=["token", "number", "survey", "down"],
)
def test_a_launch_that_went_wrong(launch, changes, says):
    done = launch(changes)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"launch-awx.sh: {says}")


def test_the_guide_tells_what_the_hooks_say():
    """Whatever a script says when it fails stands in the guide's table, but for what a person mistypes."""
    told = re.sub(r"\s+", " ", text_of(GUIDE))
    for script in HOOKS.glob("*.sh"):
        for says in re.findall(r"fail ['\"](.*)['\"]\n", script.read_text()):
            fixed = max(re.split(r"\$\w+|: \$\(.*|the name of a resource is missing", says), key=len).strip()
            assert fixed in told, says
