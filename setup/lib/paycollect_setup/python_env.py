# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Virtual environments from our complete lists of pinned packages."""

import os
import shutil
import subprocess
import sys

from . import paths
from .steps import Fault, need_disk, notice, run, stamped, step


def ensure(folder, lists):
    """Create the virtual environment for these requirement lists, or update it."""
    files = [paths.REQUIREMENTS / f"{name}.txt" for name in lists]
    key = paths.digest(
        sys.version, str(folder), paths.REQUIREMENTS / "build.txt", *files
    )
    if stamped(folder, key):
        return
    need_disk(2)
    with step(f"Python packages ({', '.join(lists)})"):
        if not _works(folder):
            shutil.rmtree(folder, ignore_errors=True)
            run(
                [sys.executable, "-m", "venv", folder],
                what="creating a virtual environment",
            )
        (folder / ".stamp").unlink(missing_ok=True)
        _pip(folder, "-r", paths.REQUIREMENTS / "build.txt")
        _fetch(folder, [part for file in files for part in ("-r", file)])
        (folder / ".stamp").write_text(key)


def ensure_addons(folder, name):
    """Fetch the addons of a requirement list; return their folder, for addons_path.

    Outside the virtual environment: only who names the folder has them.
    """
    file = paths.REQUIREMENTS / f"{name}.txt"
    key = paths.digest(file)
    if not stamped(folder, key):
        with step(f"Addons ({name})"):
            shutil.rmtree(folder, ignore_errors=True)
            _pip(paths.VENV, "--no-deps", "--target", folder, "-r", file)
            (folder / ".stamp").write_text(key)
    return folder / "odoo" / "addons"


def _fetch(folder, arguments):
    """Install with uv, which is fast, or with pip if uv does not find packages."""
    arguments = ["--no-deps", "--no-build-isolation", *arguments]
    uv = [folder / "bin" / "uv", "pip", "install", "--python", folder / "bin/python"]
    try:
        run([*uv, *arguments], what="uv pip install", env=os.environ | _uv_settings())
    except Fault as fault:
        notice(f"{fault} Trying pip.")
        _pip(folder, *arguments)


def _uv_settings():
    """Return this machine's pip package sources as uv variables."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = {}
    for line in listed.splitlines():
        name, _equals, value = line.partition("=")
        found[name.rpartition(".")[2].strip(":")] = value.strip("'")
    named = {UV_NAMES[name]: value for name, value in found.items() if name in UV_NAMES}
    # Like pip: the newest version of all sources, not of the first source.
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", **named}


UV_NAMES = {
    "cert": "SSL_CERT_FILE",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "index-url": "UV_DEFAULT_INDEX",
}


def _pip(folder, *arguments):
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--retries", "5"]
    run(
        [*pip, *arguments],
        what="pip install",
        remedy="check the network and run the same command again",
    )


def _works(folder):
    """Return whether the environment is complete, for this Python, and not moved."""
    if not (folder / ".stamp").is_file():
        return False
    config = (folder / "pyvenv.cfg").read_text()
    activate = (folder / "bin" / "activate").read_text()
    return f"version = {sys.version.split()[0]}" in config and str(folder) in activate


def link_odoo(source):
    """Make Odoo importable from its source folder; add missing fonts."""
    packages = paths.VENV / "lib" / "python3.11" / "site-packages"
    (packages / "odoo-source.pth").write_text(f"{source}\n")
    fonts = source / "odoo/addons/web/static/src/libs/fontawesome"
    if fonts.is_dir() and not all((fonts / name).exists() for name in FONT_AWESOME):
        for name in FONT_AWESOME:
            (fonts / name).parent.mkdir(exist_ok=True)
            (fonts / name).unlink(missing_ok=True)
            shutil.copyfile(
                packages / "xstatic/pkg/font_awesome/data" / name, fonts / name
            )


# Debian dropped Font Awesome 4.7; the links in its Odoo package are broken.
FONT_AWESOME = [
    "css/font-awesome.css",
    "fonts/FontAwesome.otf",
    "fonts/fontawesome-webfont.eot",
    "fonts/fontawesome-webfont.svg",
    "fonts/fontawesome-webfont.ttf",
    "fonts/fontawesome-webfont.woff",
    "fonts/fontawesome-webfont.woff2",
]
