# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""System packages: installed if we are root, otherwise requested in one line."""

import ctypes.util
import glob
import importlib.util
import os
import shutil

from .steps import Fault, notice, run, step

POSTGRES_BINARIES = "/usr/lib/postgresql/*/bin/initdb"


def _has(program):
    return lambda: shutil.which(program)


# Debian's name of each package, and how to check that it is installed.
PACKAGES = {
    "python3-venv": lambda: importlib.util.find_spec("ensurepip"),
    "libmagic1": lambda: ctypes.util.find_library("magic"),
    "postgresql": lambda: glob.glob(POSTGRES_BINARIES),
    "chromium": _has("chromium"),
    "fonts-liberation": lambda: os.path.isdir("/usr/share/fonts/truetype/liberation"),
    "wkhtmltopdf": _has("wkhtmltopdf"),
}
OPTIONAL = {"wkhtmltopdf": "invoices are sent without a PDF"}
BASIC = ["python3-venv", "libmagic1", "postgresql", "wkhtmltopdf"]
BROWSER = ["chromium", "fonts-liberation"]


def require(packages):
    """Make sure that these system packages are installed."""
    missing = [name for name in packages if not PACKAGES[name]()]
    if not missing:
        return
    install = "apt-get install -y --no-install-recommends"
    line = f"apt-get update && {install} {' '.join(missing)}"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step(f"System packages ({' '.join(missing)})"):
            _apt_install(missing)
    elif needed := [name for name in missing if name not in OPTIONAL]:
        raise Fault(
            f"system packages are missing ({', '.join(needed)}): run this line as "
            f"root, then run the same command again:\n  {line}"
        )
    else:
        notice(
            f"without {missing[0]} {OPTIONAL[missing[0]]}; "
            f"to install it, run as root: {line}"
        )


def _apt_install(names):
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = [
        "apt-get",
        "-o",
        "DPkg::Lock::Timeout=300",
        "-o",
        "Acquire::Retries=3",
        "-qq",
    ]
    remedy = "check the network and apt's sources, and run the same command again"
    run([*apt, "update"], what="apt-get update", remedy=remedy, env=environment)
    needed = [name for name in names if name not in OPTIONAL]
    install = [*apt, "install", "-y", "--no-install-recommends"]
    # Let dpkg finish even if we are stopped.
    options = {"remedy": remedy, "env": environment, "preexec_fn": None}
    if needed:
        run([*install, *needed], what="apt-get install", **options)
    for name in set(names) - set(needed):
        try:
            run([*install, name], what=f"apt-get install {name}", **options)
        except Fault as fault:
            notice(f"{fault} Continuing: {OPTIONAL[name]}.")
