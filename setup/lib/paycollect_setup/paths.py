# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Locations of everything. Generated files live in the checkout, in HOME."""

import hashlib
from pathlib import Path

LIB = Path(__file__).resolve().parent.parent
SETUP = LIB.parent
ROOT = SETUP.parent
REQUIREMENTS = SETUP / "requirements"
ODOO_COMMAND = LIB / "bin" / "odoo"

HOME = ROOT / ".paycollect"
CACHE = HOME / "cache"
DOWNLOADS = HOME / "downloads"
ODOO = HOME / "odoo"
VENV = HOME / "venv"
PYTHON = VENV / "bin" / "python"
POSTGRES = HOME / "postgres"
DATA = HOME / "data"
RUN = HOME / "run"
LOGS = HOME / "logs"
SCREENSHOTS = HOME / "screenshots"
MAILS = HOME / "mails"


def addons():
    """Return the folders of our own addons, sorted by name."""
    return sorted(manifest.parent for manifest in ROOT.glob("*/__manifest__.py"))


def digest(*items):
    """Return a 12-character digest of these texts and files' contents."""
    total = hashlib.sha256()
    for item in items:
        content = item.read_bytes() if isinstance(item, Path) else str(item).encode()
        total.update(b"%d:" % len(content) + content)
    return total.hexdigest()[:12]


def addon_files(addon):
    """Return the files that affect an addon's database: no tests, no readme."""
    return [
        path
        for path in sorted(addon.rglob("*"))
        if path.is_file()
        and path.suffix != ".pyc"
        and path.relative_to(addon).parts[0] not in ("tests", "readme")
    ]


def addons_digest():
    """Return a digest of the code and data of all our addons."""
    files = [path for addon in addons() for path in addon_files(addon)]
    return digest(*(part for path in files for part in (path.relative_to(ROOT), path)))
