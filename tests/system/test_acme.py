# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Real ACME clients against Let's Encrypt's own test server: they issue, call the guide's hooks, and renew."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from simulator.handle import Simulator, resource, rule, with_installed
from unit.docs.guide import block, blocks

from .material import API_KEY, CANARIES, ROOT, issued
from .playbook import command, environment
from .web import Server, free_port

HOOKS = Path(__file__).parents[2] / "docs" / "examples" / "deploy-hooks"
GUIDE = "deploy_hooks"
WWW, SHOP = NAMES = ("www.example.com", "shop.example.com")
OLD = {name: issued(f"the old key of {name}", name, days=9) for name in NAMES}

SYSTEM = "/usr/bin:/bin"
"""Where Debian puts all that is needed."""

_SECONDS = 120
"""For anything that a client does, its hooks' runs of Ansible among it."""

_DAYS = 20
"""A certificate's life: dehydrated and uacme find that due for renewal at once."""


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip where one of them is missing, and name it."""
    missing = [name for name in programs if not shutil.which(name, path=SYSTEM)]
    return pytest.mark.skipif(bool(missing), reason=f"no real ACME: {', '.join(missing)} missing (Debian's packages)")


RENEW = "certbot renew --no-random-sleep-on-renew --force-renewal"
"""A newer certbot than Debian 12's waits until a third of the life is left."""

OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-ec")
"""What follows is a script that may mount something for itself alone, root or not."""


class Pebble(Server):
    """The ACME server; it takes every challenge for done."""

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        self.url = f"https://127.0.0.1:{self._port}/dir"
        self.trusted = folder / "trusted" / "ca.pem"
        pair = ROOT.issue(["127.0.0.1"])
        self.trusted.parent.mkdir()
        self.trusted.write_text(pair.root_pem)
        settings = {
            "listenAddress": f"127.0.0.1:{self._port}",
            "managementListenAddress": f"127.0.0.1:{free_port()}",
            "certificate": "chain.pem",
            "privateKey": "key.pem",
            "certificateValidityPeriod": _DAYS * 24 * 3600,
        }
        files = {"chain.pem": pair.full_chain_pem, "key.pem": pair.key_pem("traditional")}
        for name, text in {**files, "settings.json": json.dumps({"pebble": settings})}.items():
            (folder / name).write_text(text)
        always = {"PEBBLE_VA_ALWAYS_VALID": "1", "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
        super().__init__(["pebble", "-config", "settings.json"], folder, {"PATH": SYSTEM, **always})

    def answers(self) -> None:
        """It listens."""
        socket.create_connection(("127.0.0.1", self._port)).close()


@dataclass
class Machine:
    """A machine whose /etc, /opt and /usr/local are in a folder, set up by the guide's own lines."""

    root: Path
    account: Simulator
    pebble: Pebble
    _planted: set[bytes] = field(default_factory=set, repr=False)

    def here(self, text: str) -> str:
        """A text of the guide with these places in it."""
        return re.sub(r"(?<![\w/.])/(?=(etc|opt|usr/local)/)", f"{self.root}/", text)

    def path(self, path: str) -> Path:
        """A file that the guide names."""
        return Path(self.here(path))

    def write(self, path: str, text: str, mode: int = 0o600) -> Path:
        """Write a file, which may be a command."""
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def write_block(self, language: str, mark: str, mode: int = 0o600) -> Path:
        """Write a file of the guide to where it says that it belongs."""
        text = block(GUIDE, language, mark)
        (path,) = re.findall(r"^# (/\S+)$", text, re.MULTILINE)
        return self.write(path, self.here(text), mode)

    def run(self, words: str, status: int = 0, **env: str) -> str:
        """Run a command with little of an environment; search what it says for the keys that there are by then."""
        given = {**environment(self.root), **env}
        given |= {"PATH": f"{self.root}/usr/local/bin:{SYSTEM}", "RECORD": str(self.root / "record")}
        given |= {"CURL_CA_BUNDLE": str(self.pebble.trusted), "REQUESTS_CA_BUNDLE": str(self.pebble.trusted)}
        given |= {"GCORE_CREDENTIALS": str(self.path("/etc/gcore/credentials")), "LC_ALL": "C"}
        done = subprocess.run(
            ["/bin/sh", "-c", self.here(words)],
            env=given,
            cwd=HOOKS,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
        )
        self._plant_keys()
        CANARIES.assert_absent(done.stdout, words)
        assert done.returncode == status, done.stdout
        return done.stdout

    def run_line(self, mark: str) -> None:
        """Run a line of the guide that is like no other."""
        (line,) = (line for text in blocks(GUIDE, "console") for line in text.splitlines() if mark in line)
        self.run(line.removeprefix("$ "))

    def _plant_keys(self) -> None:
        pems = {path.read_bytes() for path in self.root.rglob("*.pem") if path.is_file()}
        for pem in {pem for pem in pems if b"PRIVATE KEY" in pem} - self._planted:
            CANARIES.plant_key("the key of a client", load_pem_private_key(pem, None))
            self._planted.add(pem)

    def has(self, name: str, chain: Path) -> bool:
        """Whether a site serves that certificate with its chain, and that was seen there by who wrote it."""
        pems = x509.load_pem_x509_certificates(chain.read_bytes())
        leaf, *issuers = (certificate.fingerprint(hashes.SHA256()).hex() for certificate in pems)
        state = self.account.resource(1 + NAMES.index(name))
        assert issuers, f"no chain in {chain}"
        assert any(seen["served"] == leaf for seen in self.account.handshakes(name)), f"nobody looked at {name}"
        return (state["served"], state["installed"]["chain_fingerprints_sha256"]) == (leaf, issuers)

    def writes(self) -> list[str]:
        """Which sites were written, a failed attempt as well, since this was asked last."""
        names = [NAMES[entry["resource_id"] - 1] for entry in self.account.journal(call="put")]
        self.account.clear_journal()
        return names


@pytest.fixture(scope="module")
def pebble(tmp_path_factory) -> Iterator[Pebble]:
    with Pebble(tmp_path_factory.mktemp("pebble")) as running:
        yield running


@pytest.fixture
def machine(tmp_path, simulator, pebble) -> Machine:
    """With the guide's scripts and its credentials; its Ansible knows the edges, and has each change proved there."""
    simulator.reset()
    simulator.seed([with_installed(resource(number, name), OLD[name]) for number, name in enumerate(NAMES, start=1)])
    made = Machine(tmp_path, simulator, pebble)
    edge = {"edge_port": simulator.edge_port, "verify": "edge", "verify_interval": 1}
    roles = ("fleet_cert", "resource_cert")
    variables = json.dumps({f"{role}_{name}": value for role in roles for name, value in edge.items()})
    made.write(
        "/opt/ansible/bin/ansible-playbook",
        f"#!/bin/sh\nexec {command('ansible-playbook')} \"$@\" -e '{variables}'\n",
        0o700,
    )
    credentials = made.write_block("sh", "GCORE_API_KEY=")
    text = credentials.read_text().replace("1234$0123456789abcdef", API_KEY)
    credentials.write_text(f"{text}GCORE_BASE_URL='{simulator.api_url}'\n")
    made.path("/usr/local/bin").mkdir(parents=True)
    made.run_line("install -m")
    return made


def lines_of(settings: dict[str, object]) -> str:
    """A file of settings, as certbot and dehydrated read it."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def refusing(name: str) -> list[dict[str, object]]:
    """A fault plan: the API refuses to write that site."""
    return [rule("400", call="put", resource_id=1 + NAMES.index(name))]


def cron_line(head: str) -> str:
    """What stands behind that in the guide's lines for cron."""
    (found,) = re.findall(rf"^{re.escape(head)}(.*)$", block(GUIDE, "text", "MAILTO="), re.MULTILINE)
    return str(found)


@needs("pebble", "certbot")
def test_certbot(machine, simulator):
    """One site by a line that certbot remembers, the fleet by its folder of hooks; what they could not, cron does."""
    settings = {
        "server": machine.pebble.url,
        "config-dir": machine.path("/etc/letsencrypt"),
        "work-dir": machine.root / "work",
        "logs-dir": machine.root / "logs",
        "authenticator": "webroot",
        "webroot-path": machine.root,
        "agree-tos": True,
        "register-unsafely-without-email": True,
        "non-interactive": True,
    }
    machine.write(f"{machine.root}/home/.config/letsencrypt/cli.ini", lines_of(settings))
    live = machine.path("/etc/letsencrypt/live")
    for name in NAMES:
        machine.run(f"certbot certonly -d {name}")
    assert (live / WWW / "fullchain.pem").is_symlink()
    assert machine.writes() == []

    remembered = machine.path(f"/etc/letsencrypt/renewal/{WWW}.conf")
    told = machine.here(block(GUIDE, "text", "[renewalparams]")).partition("\n")[2]
    remembered.write_text(remembered.read_text().replace("[renewalparams]\n", told))
    machine.run(f"{RENEW} --cert-name {WWW}")
    assert machine.has(WWW, live / WWW / "fullchain.pem")
    assert machine.writes() == [WWW]

    remembered.write_text(remembered.read_text().replace("renew_hook", "# renew_hook"))
    machine.run_line("ln -s")
    simulator.faults(refusing(SHOP))
    said = machine.run(RENEW)
    assert f"{live / SHOP} was renewed, but not every resource has its certificate: see above" in said
    assert "Hook 'deploy-hook' reported error code 1" in said
    assert machine.writes() == [SHOP, SHOP]

    simulator.clear_faults()
    lineage = cron_line("RENEWED_LINEAGE=")
    assert machine.run(cron_line("41 5 * * 1 root "), RENEWED_LINEAGE=machine.here(lineage)) == ""
    assert all(machine.has(name, live / name / "fullchain.pem") for name in NAMES)
    assert sorted(machine.writes()) == sorted(NAMES)


@needs("pebble", "dehydrated", "curl")
def test_dehydrated(machine, simulator):
    """A failed hook ends it; its next run renews what it had, and goes on with what it had not."""
    folder = machine.path("/etc/dehydrated")
    machine.write_block("text", "HOOK=/usr/local/bin/dehydrated-hook.sh")
    settings = {
        "CA": machine.pebble.url,
        "BASEDIR": folder,
        "CONFIG_D": folder / "conf.d",
        "WELLKNOWN": machine.root,
        "KEYSIZE": 2048,  # of the account's key, which else takes seconds
    }
    machine.write("/etc/dehydrated/config", lines_of(settings))
    dehydrated = f"dehydrated --config {folder / 'config'}"
    machine.write("/etc/dehydrated/domains.txt", "\n".join((*NAMES, "")))
    machine.run(f"{dehydrated} --register --accept-terms")
    simulator.faults(refusing(WWW))
    certs = folder / "certs"
    said = machine.run(f"{dehydrated} --cron", status=1)
    assert f"{certs / WWW} was renewed, but not every resource has its certificate: see above" in said
    assert [name for name in NAMES if (certs / name / "fullchain.pem").exists()] == [WWW]
    assert machine.writes() == [WWW]

    simulator.clear_faults()
    issued_first = (certs / WWW / "fullchain.pem").read_bytes()
    machine.run(f"{dehydrated} --cron")
    assert all(machine.has(name, certs / name / "fullchain.pem") for name in NAMES)
    assert machine.writes() == [WWW, SHOP]
    assert (certs / WWW / "fullchain.pem").read_bytes() != issued_first


@needs("pebble", "uacme", "unshare")
def test_uacme(machine):
    """The guide's script, twice; then the fleet by the folder."""
    trust = f'mount --bind "{machine.pebble.trusted.parent}" /etc/ssl/certs'
    if subprocess.run([*OWN_MOUNTS, trust], capture_output=True, check=False).returncode:
        pytest.skip("no real uacme: it trusts what is in /etc/ssl/certs alone, and no mount of one's own is possible")
    folder = machine.path("/etc/ssl/uacme")
    folder.parent.mkdir()
    real = f'exec {shutil.which("uacme", path=SYSTEM)} -a {machine.pebble.url} -c {folder} "$@"'
    own = f"{shlex.join([*OWN_MOUNTS, f'{trust}; {real}'])} uacme"
    machine.write("/usr/local/bin/uacme", f'#!/bin/sh\nexec {own} "$@"\n', 0o700)
    daily = machine.write_block("sh", "uacme -h", 0o700)
    machine.run("uacme -y new")
    for _turn in ("issue", "renewal"):
        assert machine.run(str(daily), UACME_CHALLENGE_PATH=str(machine.root)) == ""
        assert machine.has(WWW, folder / WWW / "cert.pem")
        assert machine.writes() == [WWW]
    machine.run(f"uacme -h /usr/share/uacme/uacme.sh issue {SHOP}", UACME_CHALLENGE_PATH=str(machine.root))
    machine.run("/usr/local/bin/rotate-fleet.sh", CERT_FULLCHAIN_PATH=str(folder / SHOP / "cert.pem"))
    assert machine.has(SHOP, folder / SHOP / "cert.pem")
    assert machine.writes() == [SHOP]
