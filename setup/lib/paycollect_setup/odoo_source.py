# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo 19.0's source: the user's checkout, ours, a shallow clone, or Debian's package.

The package is fetched with apt (which resumes an interrupted download) from the
machine's own Debian mirror, with separate lists and sources: the system's apt is not
touched and nothing is installed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import urllib.parse
from pathlib import Path

from . import paths
from .steps import Fault, need_disk, notice, replace, run, stamped, step

REPOSITORY = "https://github.com/odoo/odoo"
SERIES = "19.0"
PINS = paths.REQUIREMENTS / "debian.txt"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def ensure():
    """Return (folder to put on Python's path, version if known)."""
    if chosen := os.environ.get("ODOO_SOURCE"):
        return _check(Path(chosen).expanduser().resolve()), "ODOO_SOURCE"
    current = paths.ODOO / "source"
    if not stamped(current, _pins_key()):
        need_disk(4)
        _make(current)
    return _check(_python_folder(current)), (current / "version").read_text()


def _pins_key():
    return paths.digest(SERIES, PINS)


def _python_folder(folder):
    packaged = folder / "usr/lib/python3/dist-packages"
    return packaged if packaged.is_dir() else folder


def _check(folder):
    release = folder / "odoo" / "release.py"
    if not release.is_file():
        raise Fault(
            f"ODOO_SOURCE={folder} does not contain Odoo: use a checkout of "
            f"{REPOSITORY}, branch {SERIES}."
        )
    if not re.search(r"version_info = \(19, 0,", release.read_text()):
        raise Fault(
            f"ODOO_SOURCE={folder} is not Odoo {SERIES}: check out its branch {SERIES}."
        )
    return folder


def _make(target):
    # A new folder each time: an orphaned process may still write to an older one.
    shutil.rmtree(paths.ODOO, ignore_errors=True)
    paths.ODOO.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=paths.ODOO))
    if _github_answers():
        with step(f"Odoo {SERIES} from GitHub"):
            version = _clone(fresh)
    elif mirror := _debian_mirror():
        with step(f"Odoo {SERIES} from Debian"):
            version = _unpack_debian(mirror, fresh)
    else:
        raise Fault(
            "Odoo's source is not available: github.com does not respond and apt "
            "has no Debian mirror; "
            f"check the network, or set ODOO_SOURCE to a checkout of Odoo {SERIES}."
        )
    (fresh / "version").write_text(version)
    (fresh / ".stamp").write_text(_pins_key())
    fresh.chmod(0o755)
    replace(fresh, target)


def _github_answers():
    try:
        return not subprocess.run(
            ["git", "ls-remote", "--exit-code", REPOSITORY, f"refs/heads/{SERIES}"],
            env=os.environ | {"GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=15,
            check=False,
        ).returncode
    except (subprocess.TimeoutExpired, FileNotFoundError):
        return False


def _clone(folder):
    git = ["git", "-C", folder]
    run([*git, "init", "-q"], what="git init")
    run(
        [*git, "fetch", "-q", "--depth", "1", REPOSITORY, SERIES],
        what="git fetch of Odoo",
        remedy="check the network and run the same command again",
    )
    run([*git, "checkout", "-q", "FETCH_HEAD"], what="git checkout of Odoo")
    return run([*git, "rev-parse", "HEAD"], what="git rev-parse").strip()


def _debian_mirror():
    """Return the URL of Debian in the machine's own apt configuration."""
    if not shutil.which("apt-get"):
        return None
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    names = (
        uri
        for uri in listed
        if urllib.parse.urlsplit(uri).path.rstrip("/").endswith("/debian")
    )
    return next(names, None)


def _unpack_debian(mirror, folder):
    apt = _private_apt(mirror)
    run(
        ["apt-get", "-qq", "-o", "Acquire::Retries=3", "update"],
        what="apt-get update for sid",
        remedy="check the network and run the same command again",
        env=apt,
    )
    pins = dict(
        line.split("=", 1) for line in PINS.read_text().split("\n") if "=" in line
    )
    offered = _get_offered(apt, pins)
    chosen = [_choose(offered, name, pin) for name, pin in pins.items()]
    packages = _download(apt, chosen)
    for entry, package in zip(chosen, packages, strict=True):
        run(["dpkg", "-x", package, folder], what=f"unpacking {entry['Package']}")
    (odoo,) = [entry for entry in chosen if entry["Package"] == "odoo-19"]
    return f"debian {odoo['Version']}"


def _private_apt(mirror):
    """Return variables that limit apt to Debian sid and to writing to DOWNLOADS."""
    home = paths.DOWNLOADS / "apt"
    (home / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (home / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    (home / "sid.sources").write_text(
        f"Types: deb\nURIs: {mirror}\nSuites: sid\nComponents: main\n"
        f"Architectures: amd64\nSigned-By: {KEYRING}\n"
    )
    (home / "apt.conf").write_text(
        f'Dir::Etc::SourceList "{home}/sid.sources";\n'
        'Dir::Etc::SourceParts "/dev/null";\n'
        f'Dir::State::Lists "{home}/lists";\n'
        f'Dir::Cache "{home}";\n'
        'APT::Sandbox::User "";\n'
        'APT::Update::Error-Mode "any";\n'
        'Acquire::Languages "none";\n'
    )
    return os.environ | {"APT_CONFIG": str(home / "apt.conf")}


def _get_offered(apt, names):
    """Return the mirror's entries for these packages, as dicts.

    apt reads its whole list each time, which takes seconds.
    """
    shown = subprocess.run(
        ["apt-cache", "show", *names],
        env=apt,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return [
        dict(re.findall(r"^([\w-]+): (.*)$", entry, re.MULTILINE))
        for entry in shown.split("\n\n")
    ]


def _choose(offered, name, pin):
    """Return the pinned version if the mirror still has it, else the available one."""
    entries = [entry for entry in offered if entry.get("Package") == name]
    if not entries:
        raise Fault(
            f"Debian's mirror has no package {name}: set ODOO_SOURCE to a checkout "
            f"of Odoo {SERIES}."
        )
    for entry in entries:
        if entry["Version"] == pin:
            return entry
    notice(f"{name} {pin} is no longer on the mirror, using {entries[0]['Version']}.")
    return entries[0]


def _download(apt, chosen):
    """Fetch packages and check them against the checksums in the signed list."""
    archives = paths.DOWNLOADS / "apt" / "archives"
    for _attempt in range(3):
        run(
            ["apt-get", "-qq", "download"]
            + [f"{entry['Package']}={entry['Version']}" for entry in chosen],
            what="download of Odoo",
            remedy="check the network and run the same command again",
            env=apt,
            cwd=archives,
        )
        packages = [next(archives.glob(f"{one['Package']}_*.deb")) for one in chosen]
        broken = [
            package
            for entry, package in zip(chosen, packages, strict=True)
            if _get_checksum(package) != entry["SHA256"]
        ]
        if not broken:
            return packages
        for package in broken:
            package.unlink()
    raise Fault(
        f"the download of {broken[0].name} from Debian's mirror is corrupt: "
        "run the same command again later."
    )


def _get_checksum(path):
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
