# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The plugin itself reads its configuration file; the API behind it is a fake."""

import json
from functools import cache, partial

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.doc_fragments import constructed, inventory_cache
from ansible.template import Templar

from ansible_collections.gcore.web_security.plugins.doc_fragments import connection, many
from ansible_collections.gcore.web_security.plugins.inventory import gcore_resources
from ansible_collections.gcore.web_security.plugins.module_utils import _libraries as libraries
from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from unit.plugins.account import FakeAccount, alias, site
from unit.plugins.fakes import DAY, NOW, TOKEN, Script, answer, issued, unix

NAME = "gcore.web_security.gcore_resources"
SECRET_CANARY = "b3JpZ2luLWFuZC1rZXktY2FuYXJ5"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("ANSIBLE_INVENTORY_CACHE", "ANSIBLE_INVENTORY_CACHE_PLUGIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GCORE_API_KEY", TOKEN)
    constants.config.initialize_plugin_configuration_definitions("inventory", NAME, options())


@cache
def options():
    """What the plugin loader makes of the documentation and its fragments."""
    fragment, chosen = connection.ModuleDocFragment, many.ModuleDocFragment.SELECTION
    core = (constructed.ModuleDocFragment.DOCUMENTATION, inventory_cache.ModuleDocFragment.DOCUMENTATION)
    own, found = (fragment.DOCUMENTATION, fragment.HTTPS, fragment.PLUGINS, chosen, gcore_resources.DOCUMENTATION), {}
    for text in (*core, *own):
        for name, option in yaml.safe_load(text).get("options", {}).items():
            found.setdefault(name, {}).update(option)
    return {name: {"name": name, **option} for name, option in found.items()}


class Read:
    """One reading of a configuration file."""

    def __init__(self, folder, inventory=None, *, is_refresh=False, **config):
        self.inventory = inventory or InventoryData()
        self.warnings = []
        path = folder / "gcore.yml"
        path.write_text(yaml.safe_dump({"plugin": NAME, **config}))
        plugin = gcore_resources.InventoryModule()
        plugin._load_name = plugin.ansible_name = NAME
        plugin._redirected_names = [NAME]
        plugin.display = type("Display", (), {"warning": staticmethod(self.warnings.append)})
        loader = DataLoader()
        plugin.parse(self.inventory, loader, str(path), cache=not is_refresh)
        if config.get("cache"):
            plugin.update_cache_if_changed()
        self.loader, self.hosts = loader, sorted(self.inventory.hosts)

    def variables(self, host="n001.example.com"):
        return self.inventory.hosts[host].vars

    def groups(self):
        """The hosts of each group that has some."""
        groups = self.inventory.groups.items()
        found = {name: sorted(host.name for host in group.hosts) for name, group in groups}
        return {name: hosts for name, hosts in found.items() if hosts and name not in ("all", "ungrouped")}

    def templated(self, text, host="n001.example.com"):
        """What a task sees that uses the host's variables."""
        return Templar(self.loader, variables=dict(self.variables(host))).template(gcore_resources.trusted(text))


@pytest.fixture
def world(monkeypatch):
    """An account of three sites; `options` is what the plugin opened the connection with."""
    made = FakeAccount(*(site(number) for number in range(1, 4)))
    made.options = []
    monkeypatch.setattr(task, "Transport", lambda *words, **named: made.options.append((*words, named)) or made)
    return made


@pytest.fixture
def read(tmp_path):
    return lambda *words, **config: Read(tmp_path, *words, **config)


def test_files_are_told_by_their_names(tmp_path):
    ours, strangers = ("gcore.yml", "eu.prod.gcore.yaml"), ("mygcore.yml", "gcore.json", "gcore.yml.bak", "hosts.yml")
    for name in (*ours, *strangers):
        (tmp_path / name).touch()
        assert gcore_resources.InventoryModule().verify_file(str(tmp_path / name)) is (name in ours)
    assert not gcore_resources.InventoryModule().verify_file(str(tmp_path / "gone" / ours[0]))


def test_the_variables_of_a_host(world, read):
    world.raws[1].update(
        service_ssl_expire=unix(NOW + 30.5 * DAY),
        aliases=[alias("a.example.com"), alias("b.example.net", unix(NOW))],
        origins=[{"id": 1}, {"id": 2}],
    )
    now, then = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (NOW, NOW + 30.5 * DAY))
    aliases = [{"name": "a.example.com", "ssl_expires": None}, {"name": "b.example.net", "ssl_expires": now}]
    assert read().variables() == {
        "inventory_file": None, "inventory_dir": None, "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "gcore_resource_id": 1, "gcore_name": "n001.example.com", "gcore_status": "active",
        "gcore_service_ip": "192.0.2.7", "gcore_aliases": aliases, "gcore_origins_count": 2,
        "gcore_ssl_type": "custom", "gcore_ssl_expires": then, "gcore_days_left": 30,
    }  # fmt: skip


def test_expiry_and_origins_in_all_their_shapes(world, read):
    half, later = (f"{NOW + days * DAY:%Y-%m-%dT%H:%M:%SZ}" for days in (-0.5, 1.5))
    ends = [(0, None, None), (unix(NOW - 0.5 * DAY), half, -1), (str(unix(NOW + 1.5 * DAY)), later, 1)]
    ends += [(10**18, None, None), ("soon", None, None)]
    origins = [([{}, {}], 2), ({"id": 1}, 1), ({"a": {}, "b": {}}, 2), (None, 0), ("x", 0)]
    shapes = list(zip(ends, origins, strict=True))
    world.raws = {
        number: {**site(number), "service_ssl_expire": expire, "origins": given}
        for number, ((expire, _end, _days), (given, _count)) in enumerate(shapes)
    }
    found = read()
    for number, ((_expire, end, days), (_given, count)) in enumerate(shapes):
        told = found.variables(f"n{number:03}.example.com")
        assert (told["gcore_ssl_expires"], told["gcore_days_left"], told["gcore_origins_count"]) == (end, days, count)


def test_groups_out_of_the_box(world, read):
    world.raws[2].update(ssl_type="le")
    world.raws[3].update(ssl_type=None, status="suspended")
    world.raws[4] = site(4, ssl_type="acme v2!")
    for number, expiry in ((5, unix(NOW + DAY)), (6, 0)):
        world.raws[number] = site(number, service_ssl_expire=expiry)
        del world.raws[number]["ssl_type"]
    expected = {"ssl_custom": "15", "ssl_lets_encrypt": "2", "ssl_none": "36", "suspended": "3", "ssl_acme_v2_": "4"}
    assert read().groups() == {
        group: [f"n00{one}.example.com" for one in numbers] for group, numbers in expected.items()
    }
    world.raws.clear()
    assert {"ssl_custom", "ssl_lets_encrypt", "ssl_none", "suspended"} <= set(read().inventory.groups)


def test_constructed(world, read):
    world.raws[1]["service_ssl_expire"] = unix(NOW + 5 * DAY)
    world.raws[2]["service_ssl_expire"] = unix(NOW + 50 * DAY)
    with pytest.raises(AnsibleError, match="Could not"):
        read(strict=True, compose={"x": "nothing.at.all"})
    found = read(
        compose={"twice": "gcore_resource_id * 2", "undefined": "nothing.at.all"},
        groups={"soon": "gcore_days_left < 20", "double": "twice | int == 4", "odd one": "gcore_resource_id == 3"},
        keyed_groups=[{"key": "gcore_ssl_type", "prefix": "type"}, {"key": "gcore_status", "separator": ""}],
    )
    assert int(found.variables()["twice"]) == 2
    assert "undefined" not in found.variables()
    one, two, three = every = [f"n00{number}.example.com" for number in (1, 2, 3)]
    some = {"soon": [one, three], "double": [two], "odd_one": [three]}
    assert found.groups() == {**dict.fromkeys(("ssl_custom", "type_custom", "active"), every), **some}


CHOICES = [
    ([""], [""], [1, 2, 3]), ([2], None, [2]), (["N001.example.com", "3"], None, [1, 3]),
    (["n00[12]*"], ["n001*"], [2]), (None, ["*"], []), ("1,2", None, [1, 2]),
]  # fmt: skip


def test_include_and_exclude(world, read):
    for include, exclude, expected in CHOICES:
        chosen = {name: value for name, value in {"include": include, "exclude": exclude}.items() if value is not None}
        assert read(**chosen).hosts == [f"n{number:03}.example.com" for number in expected]
    assert read(include=["1", "n9*"]).warnings == ["include: no resource is called n9*."]
    with pytest.raises(AnsibleParserError, match=r"include: no resource of the account is called n9\*\. Ids, exact"):
        read(include=["n9*"])


def test_several_resources_of_one_name_are_all_there(world, read):
    world.raws = {number: site(number, "twin.example.com") for number in (9, 7, 8)}
    found = read()
    ids = {host: found.variables(host)["gcore_resource_id"] for host in found.hosts}
    assert ids == {"twin.example.com": 7, "twin.example.com_8": 8, "twin.example.com_9": 9}
    assert {found.variables(host)["gcore_name"] for host in found.hosts} == {"twin.example.com"}
    assert found.groups() == {"ssl_custom": found.hosts}
    said = "The resources 7 and 8 are both named twin.example.com: the second one is the host twin.example.com_8."
    assert found.warnings[0] == said


def test_a_name_from_two_files_is_one_host_where_it_is_the_same_resource(world, read):
    first = read(include=["1"])
    again = read(first.inventory, include=["n001*"])
    assert (again.hosts, again.warnings) == (["n001.example.com"], [])
    world.raws[4] = {**world.raws.pop(1), "id": 4}
    other = read(first.inventory, include=["4"])
    assert (other.hosts, len(other.warnings)) == (["n001.example.com", "n001.example.com_4"], 1)


@pytest.mark.parametrize("is_local", [True, False])
def test_a_host_of_another_source_is_told_of_unless_it_is_local(is_local, world, read):
    inventory = InventoryData()
    inventory.add_host("n001.example.com")
    if is_local:
        inventory.set_variable("n001.example.com", "ansible_connection", "local")
    found = read(inventory)
    assert found.variables()["gcore_resource_id"] == 1
    assert ("n001.example.com is a host of another inventory source" in str(found.warnings)) is not is_local


ODD_NAMES = {
    # None at all
    "": "resource_7",
    "  ": "resource_7",
    # A group of Ansible's, of the plugin's, that the file composes, that another source has
    "all": "all_7",
    "ssl_custom": "ssl_custom_7",
    "status_active": "status_active_7",
    "mine": "mine_7",
    "shop.example.com": "shop.example.com_7",
    # This machine, where other tasks of the play run
    "localhost": "localhost_7",
    "127.0.0.1": "127.0.0.1_7",
    # What Ansible would look for files of variables by
    "../../tmp/x.example": ".._.._tmp_x.example",
    "/etc/x.example": "_etc_x.example",
    # A console shows the names of hosts
    "a.example\x1b[2J\n[ERROR]: \u202eb": r"a.example\x1b[2J\n[ERROR]: \u202eb",
    "half\ud800.example": r"half\ud800.example",
    "*.example.com": "*.example.com",
    "bücher.example": "bücher.example",
}


@pytest.mark.parametrize(("name", "host"), ODD_NAMES.items(), ids=map(repr, ODD_NAMES))
def test_a_name_that_means_something_else(name, host, world, read):
    """Nothing of the resource gets to anybody else: its variables are its host's, and so are its groups."""
    inventory = InventoryData()
    inventory.add_group("shop.example.com")
    world.raws[7] = {**site(7), "name": name}
    keyed = [{"key": "gcore_status", "prefix": "status"}]
    found = read(inventory, groups={"mine": "true"}, keyed_groups=keyed, compose={"x": "7"})
    found.inventory.reconcile_inventory()
    every = sorted([*(f"n00{number}.example.com" for number in (1, 2, 3)), host])
    assert found.hosts == every
    assert (found.variables(host)["gcore_resource_id"], found.variables(host)["gcore_name"]) == (7, name)
    assert found.groups() == dict.fromkeys(("ssl_custom", "mine", "status_active"), every)
    assert not any(group.vars for group in found.inventory.groups.values())
    assert found.inventory.localhost is None


EVIL = "{{ 6 * 7 }}{% raw %}{#x#}"
"""In lower case, as types are."""


def test_no_string_of_the_api_is_a_template_nor_what_is_composed_of_it_but_the_interpreter_is(world, read, cached):
    strangers = {"service_ip": EVIL, "status": EVIL, "aliases": [alias(EVIL)], "ssl_type": EVIL, "x_unknown": EVIL}
    world.raws[1].update(strangers)
    world.raws[5] = site(5, EVIL)
    composed = {"compose": {"mine": "gcore_status"}, "keyed_groups": [{"key": "gcore_status", "prefix": "s"}]}
    for found in (read(**composed), cached(**composed), cached(**composed)):
        for text in ("gcore_service_ip", "gcore_status", "gcore_aliases[0].name", "gcore_ssl_type", "mine"):
            assert found.templated(f"{{{{ {text} }}}}") == EVIL
        assert found.templated("{{ gcore_name }}", f"{EVIL}_5") == EVIL
        assert any(name.startswith("ssl____6___7") for name in found.groups())
    templar = Templar(DataLoader(), variables={"ansible_playbook_python": "/usr/bin/python3"})
    assert templar.template(found.variables()["ansible_python_interpreter"]) == "/usr/bin/python3"
    assert json.loads(cached.files()[0].read_text())


CREDENTIALS = [
    # the environment, the file, and what is sent
    ({"GCORE_API_KEY": "k", "GCORE_API_TOKEN": ""}, {"api_key": ""}, "APIKey k"),
    ({"GCORE_API_TOKEN": "t"}, {"api_key": "mine"}, "APIKey mine"),
    ({"GCORE_API_KEY": "k"}, {"api_token": "mine"}, "Bearer mine"),
    ({}, {"api_key": "{{ 'a' ~ 'b' }}"}, "APIKey ab"),
    ({}, {"api_key": 4711}, "APIKey 4711"),
    ({"GCORE_API_KEY": "{{'a'}}"}, {}, "APIKey {{'a'}}"),
    ({}, {}, "no credentials. Set api_key (or GCORE_API_KEY), or api_token (or GCORE_API_TOKEN)."),
    ({}, {"api_key": "k", "api_token": "t"}, "both api_key and api_token are set."),
]


@pytest.mark.parametrize(("shell", "config", "expected"), CREDENTIALS)
def test_credentials(shell, config, expected, read, monkeypatch):
    script = Script(("GET /security/resources", answer(200, [])))
    monkeypatch.setattr(task, "Transport", lambda *_words, **_named: script)
    monkeypatch.delenv("GCORE_API_KEY")
    for name, value in shell.items():
        monkeypatch.setenv(name, value)
    if expected.startswith(("APIKey", "Bearer")):
        read(**config)
        assert script.calls[0].headers["Authorization"] == expected
        return
    with pytest.raises(AnsibleParserError) as caught:
        read(**config)
    assert expected in str(caught.value)
    assert not script.calls


KEY = issued().private_key_pem
MISPLACED = [
    ({"retries": KEY}, "retries is not an integer. What was given is not shown, for it may be a secret."),
    ({"cache_timeout": KEY}, "These options can't be used as they are. What was given is not shown"),
    ({"include": [KEY]}, "include: no resource of the account is called ********"),
]


@pytest.mark.parametrize(("config", "said"), MISPLACED, ids=[next(iter(config)) for config, _said in MISPLACED])
def test_a_secret_in_an_option_for_none_is_not_shown(config, said, world, read):
    with pytest.raises(AnsibleParserError) as caught:
        read(**config)
    assert said in str(caught.value)
    assert KEY.splitlines()[1][:12].lower() not in str(caught.value).lower()
    assert caught.value.__cause__ is None


UNSET = {"validate_certs": True, "ca_path": None}
GIVEN = {"validate_certs": False, "ca_path": "/ca.pem"}
CONNECTIONS = [
    ({"GCORE_BASE_URL": ""}, {"validate_certs": "", "ca_path": ""}, "https://api.gcore.com", UNSET),
    ({"GCORE_BASE_URL": "https://a.example"}, {"api_url": "https://b.example", **GIVEN}, "https://b.example", GIVEN),
    ({}, {"validate_certs": "no"}, "https://api.gcore.com", {**UNSET, "validate_certs": False}),
]


@pytest.mark.parametrize(("shell", "config", "url", "named"), CONNECTIONS)
def test_connection_options(shell, config, url, named, world, read, monkeypatch):
    for name, value in shell.items():
        monkeypatch.setenv(name, value)
    read(**config)
    opened_url, opened = world.options[-1]
    assert (opened_url, {name: opened[name] for name in named}) == (url, named)


def test_an_error_of_the_api_is_one_of_the_parser_and_shows_no_token(world, read, monkeypatch):
    """Neither does a bug; nor is a missing library anything else."""
    for status in (401, 403, 404):
        body = {"message": f"Bad permanent token: {TOKEN}", "request_id": "r-1"}
        world.send = lambda *_unused, status=status, body=body: answer(status, body)
        inventory = InventoryData()
        before = set(inventory.groups)
        with pytest.raises(AnsibleParserError, match=f"GET /security/resources answered {status}.*r-1") as caught:
            read(inventory)
        assert TOKEN not in str(caught.value)
        assert caught.value.__cause__ is None
        assert (set(inventory.groups), inventory.hosts) == (before, {})

    world.send = lambda *_unused: {}[f"look: {TOKEN}"]
    with pytest.raises(AnsibleParserError, match="unexpected KeyError") as caught:
        read()
    assert TOKEN not in str(caught.value)
    monkeypatch.setattr(libraries, "_MISSING", ["requests"])
    with pytest.raises(AnsibleParserError, match=r"lacks: requests.*pip install"):
        read()


@pytest.fixture
def cached(tmp_path, read):
    folder = tmp_path / "cache"
    again = partial(read, cache=True, cache_plugin="jsonfile", cache_connection=str(folder))
    again.text = lambda: "".join(path.name + path.read_text() for path in sorted(folder.glob("*")))
    again.files = lambda: sorted(folder.glob("*"))
    return again


def test_the_cache_spares_the_call_until_a_refresh_fills_it_anew(world, cached, read):
    first, second = cached(), cached()
    assert (first.hosts, first.variables(), first.groups()) == (second.hosts, second.variables(), second.groups())
    assert cached(include=["2"]).hosts == ["n002.example.com"]
    del world.raws[3]
    assert (len(cached().hosts), len(world.calls)) == (3, 1)
    assert [len(cached(is_refresh=True).hosts), len(cached().hosts), len(world.calls)] == [2, 2, 2]
    read()
    read()
    assert len(world.calls) == 4


def test_days_left_is_counted_when_the_cache_is_read(world, cached, monkeypatch):
    world.raws[1]["service_ssl_expire"] = unix(NOW + 30.5 * DAY)
    assert cached().variables()["gcore_days_left"] == 30

    class Later(gcore_resources.datetime):
        @classmethod
        def now(cls, tz=None):
            return NOW + 12 * DAY

    monkeypatch.setattr(gcore_resources, "datetime", Later)
    assert cached().variables()["gcore_days_left"] == 18
    assert len(world.calls) == 1


def test_the_cache_holds_no_secret_and_another_account_has_another(world, cached):
    for raw in world.raws.values():
        raw.update(service_ssl_key=SECRET_CANARY, service_ssl_crt=SECRET_CANARY, x_token=SECRET_CANARY)
        raw["origins"] = [{"origin_data": SECRET_CANARY}]
    cached(api_key=TOKEN)
    text = cached.text()
    assert "n001.example.com" in text
    assert [secret for secret in (SECRET_CANARY, TOKEN, *TOKEN.split("$")) if secret in text] == []
    for count, other in enumerate(({"api_key": "another"}, {"api_url": "https://another.example"}), start=2):
        cached(**other)
        assert len(world.calls) == len(cached.files()) == count
