# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import os

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import InputError
from ansible_collections.gcore.web_security.plugins.module_utils._x509.directory import sources


def grow(folder, files):
    """Empty files; `a -> b` is a symbolic link."""
    for file in files:
        name, _arrow, target = file.partition(" -> ")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target) if target else path.touch()


def shown(folder):
    """What was found, each as its label with its options, its file or its problem; paths relative to the folder."""
    return {
        os.path.relpath(source.label, folder): " ".join(
            [
                *(f"{option.removesuffix('_path')}={os.path.relpath(path, folder)}"
                  for option, path in sorted(source.options.items())),
                *([f"problem: {source.problem.replace(f'{folder}/', '')}"] if source.problem else []),
            ]
        )
        for source in sources(str(folder))
    }  # fmt: skip


PARTS = ("cert", "chain", "fullchain", "privkey")
CERTBOT = [
    "live/README", "live/www.example.com/README", "renewal/www.example.com.conf",
    *(f"archive/www.example.com/{part}2.pem" for part in PARTS),
    *(f"live/www.example.com/{part}.pem -> ../../archive/www.example.com/{part}2.pem" for part in PARTS),
]  # fmt: skip
ARCHIVE = "certbot's live folder consists of links into its archive folder, which belongs beside it"
NOWHERE = "www.example.com/{0}.pem is a link to ../../archive/www.example.com/{0}2.pem, which is missing"


@pytest.mark.parametrize("gone", [["privkey"], ["fullchain", "privkey"]], ids=" and ".join)
def test_a_link_of_certbots_that_leads_nowhere_is_named(tmp_path, gone):
    """Without its archive, a live folder is a problem and no empty folder."""
    grow(tmp_path, CERTBOT)
    for file in gone:
        (tmp_path / f"archive/www.example.com/{file}2.pem").unlink()
    problem = "; ".join([*map(NOWHERE.format, gone), ARCHIVE])
    assert shown(tmp_path / "live") == {"www.example.com": f"problem: {problem}"}


NOWHERE_LINKS = [
    (["a.key", "www.example.com -> live/www.example.com"],
     "www.example.com", "problem: www.example.com is a link to live/www.example.com, which is missing"),
    (["a.crt", "a.key", "a.chain.pem -> gone"], "a.crt", "certificate=a.crt chain=a.chain.pem private_key=a.key"),
    (["a.key", "a.crt -> gone"], "a.crt", "certificate=a.crt private_key=a.key"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "label", "expected"), NOWHERE_LINKS)
def test_no_link_that_leads_nowhere_vanishes(tmp_path, files, label, expected):
    grow(tmp_path, files)
    assert shown(tmp_path)[label] == expected


def test_what_may_not_be_read_is_not_missing(tmp_path, monkeypatch):
    grow(tmp_path, UACME)
    real = os.stat

    def stat(path, *_, **__):
        if "private/" in str(path):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "stat", stat)
    monkeypatch.setattr(os, "lstat", stat)
    problem = "problem: private/www.example.com/key.pem can't be read (Permission denied)"
    assert shown(tmp_path) == {"www.example.com": problem}


UACME = [
    "private/key.pem", *(f"private/www.example.com/{key}" for key in ("key.pem", "key.pem.old")),
    *(f"www.example.com/{cert}" for cert in ("cert-1760000000.pem", "cert.pem")),
]  # fmt: skip
NAME = "www.example.com"
TWO, ALIASED = ("wildcard_.example.com", NAME), ("alias.example.com", NAME)
ACME_SH = ["{0}.cer", "{0}.conf", "{0}.csr", "{0}.csr.conf", "{0}.key", "ca.cer", "fullchain.cer"]
ACME_SH_FOLDERS = {NAME: NAME, f"{NAME}_ecc": NAME, "*.example.com_ecc": "*.example.com"}
LAYOUTS = {
    "certbot": ([*CERTBOT, "here -> live", f"live/alias.example.com -> {NAME}"], "here",
                {name: f"certificate={name}/fullchain.pem private_key={name}/privkey.pem" for name in ALIASED}),
    "uacme": (UACME, "", {NAME: f"certificate={NAME}/cert.pem private_key=private/{NAME}/key.pem"}),
    "caddy": ([f"{name}/{name}.{ending}" for name in TWO for ending in ("crt", "json", "key")], "",
              {name: f"certificate={name}/{name}.crt private_key={name}/{name}.key" for name in TWO}),
    "dehydrated": (
        [f"{NAME}/{file}" for part in PARTS for file in (f"{part}-17600.pem", f"{part}.pem -> {part}-17600.pem")], "",
        {NAME: f"certificate={NAME}/fullchain.pem private_key={NAME}/privkey.pem"},
    ),
    "acme.sh": (
        [*(f"{folder}/{file.format(name)}" for folder, name in ACME_SH_FOLDERS.items() for file in ACME_SH),
         "account.conf", "acme.sh", "http.header", "ca/acme.example/account.key", "dnsapi/dns_gcore.sh"], "",
        {folder: f"certificate={folder}/fullchain.cer private_key={folder}/{name}.key"
         for folder, name in sorted(ACME_SH_FOLDERS.items())},
    ),
    "acme.sh, begun": ([f"{NAME}_ecc/{NAME}.key", f"{NAME}_ecc/{NAME}.csr"], "",
                       {f"{NAME}_ecc": f"problem: {NAME}_ecc/fullchain.cer is missing"}),
}  # fmt: skip
LONE = {
    "the certificate of an authority": (["ca/ca.crt"], {}),
    "a certificate without a store of keys": (["other/cert.pem"], {}),
    "a certificate without its key in it": (["private/key.pem", "a/cert.pem"],
                                            {"a": "problem: private/a/key.pem is missing"}),
    "a chain without its key": (["a/fullchain.pem"], {"a": "problem: a/privkey.pem is missing"}),
    "a key without its certificate": (["a/a.key"], {"a": "problem: a/fullchain.cer is missing"}),
}  # fmt: skip
FLAT = {
    "crt and key": (["a.crt", "a.key"], {"a.crt": "certificate=a.crt private_key=a.key"}),
    "cer and key": (["a.cer", "a.key"], {"a.cer": "certificate=a.cer private_key=a.key"}),
    "pem and key": (["a.pem", "a.key"], {"a.pem": "combined=a.pem private_key=a.key"}),
    "pem alone": (["a.pem"], {"a.pem": "combined=a.pem"}),
    "crt alone may hold the key": (["a.crt"], {"a.crt": "combined=a.crt"}),
    "p12": (["a.p12"], {"a.p12": "pkcs12=a.p12"}), "pfx": (["a.pfx"], {"a.pfx": "pkcs12=a.pfx"}),
    "dots in the name": (["www.a.example.crt", "www.a.example.key"],
                         {"www.a.example.crt": "certificate=www.a.example.crt private_key=www.a.example.key"}),
    "a wildcard": (["*.a.example.crt", "*.a.example.key"],
                   {"*.a.example.crt": "certificate=*.a.example.crt private_key=*.a.example.key"}),
    "a chain beside it": (["a.chain.pem", "a.crt", "a.key"],
                          {"a.crt": "certificate=a.crt chain=a.chain.pem private_key=a.key"}),
    "lego": (["a.crt", "a.issuer.crt", "a.json", "a.key", "a.pem", "a.pfx"],
             {"a.crt": "certificate=a.crt chain=a.issuer.crt private_key=a.key"}),
    "a bundle of an authority": (["a.ca-bundle", "a.crt", "a.key"],
                                 {"a.crt": "certificate=a.crt chain=a.ca-bundle private_key=a.key"}),
    "all ways of one name": (["a.crt", "a.key", "a.p12", "a.pem"],
                             {"a.crt": "certificate=a.crt private_key=a.key", "a.p12": "pkcs12=a.p12",
                              "a.pem": "combined=a.pem private_key=a.key"}),
    "a key alone": (["a.crt", "a.key", "b.key"],
                    {"a.crt": "certificate=a.crt private_key=a.key",
                     "b.key": "problem: there is no certificate beside it (.crt, .cer, .pem)"}),
    "other files": (["README", "a.crt", "a.csr", "a.key", "a.txt", ".hidden.key", "crt", "sub/b.crt", "sub/b.key"],
                    {"a.crt": "certificate=a.crt private_key=a.key"}),
    "a folder is no file": (["a.crt", "a.key/x"], {"a.crt": "combined=a.crt"}),
    "links": (["store/1.crt", "store/1.key", "a.crt -> store/1.crt", "a.key -> store/1.key"],
              {"a.crt": "certificate=a.crt private_key=a.key"}),
    "layouts side by side": (
        ["b/fullchain.pem", "b/privkey.pem", "a.p12", "c_ecc/fullchain.cer", "c_ecc/c.key"],
        {"b": "certificate=b/fullchain.pem private_key=b/privkey.pem",
         "c_ecc": "certificate=c_ecc/fullchain.cer private_key=c_ecc/c.key", "a.p12": "pkcs12=a.p12"}),
}  # fmt: skip
HALVES = {name: ([*files, "z.p12"], {**found, "z.p12": "pkcs12=z.p12"}) for name, (files, found) in LONE.items()}
FOUND = LAYOUTS | {name: (files, "", found) for name, (files, found) in (HALVES | FLAT).items()}


@pytest.mark.parametrize(("files", "below", "expected"), FOUND.values(), ids=FOUND)
def test_what_is_found_in_the_order_of_the_names(files, below, expected, tmp_path):
    grow(tmp_path, files)
    assert list(shown(tmp_path / below).items()) == list(expected.items())


@pytest.mark.parametrize("files", [[], ["README"], ["sub/a.crt"], CERTBOT], ids=len)
def test_nothing_that_looks_like_a_certificate_is_an_error(files, tmp_path):
    grow(tmp_path, files)
    with pytest.raises(InputError, match="looks like a certificate") as caught:
        sources(str(tmp_path))
    assert (str(tmp_path) in caught.value.message, caught.value.hint) == (True, "Is it the right folder?")


def test_a_folder_that_is_none_is_named(tmp_path):
    grow(tmp_path, ["file"])
    for name, reason in (("gone", "No such file or directory"), ("file", "Not a directory")):
        with pytest.raises(InputError) as caught:
            sources(str(tmp_path / name))
        assert caught.value.message == f"directory: can't read '{tmp_path}/{name}': {reason}"
