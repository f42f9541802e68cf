# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where everything is. Whatever is made lives in the checkout, in HOME."""

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
    """Our own addons, by folder, in the order of their names."""
    return sorted(manifest.parent for manifest in ROOT.glob("*/__manifest__.py"))


def digest(*items):
    """Twelve characters for these texts and contents of files."""
    total = hashlib.sha256()
    for item in items:
        content = item.read_bytes() if isinstance(item, Path) else str(item).encode()
        total.update(b"%d:" % len(content) + content)
    return total.hexdigest()[:12]


def addon_files(addon):
    """The files that make an addon's database: not its tests, not its readme."""
    return [
        path
        for path in sorted(addon.rglob("*"))
        if path.is_file()
        and path.suffix != ".pyc"
        and path.relative_to(addon).parts[0] not in ("tests", "readme")
    ]


def addons_digest():
    """Changes when the code or data of any of our addons does."""
    files = [path for addon in addons() for path in addon_files(addon)]
    return digest(*(part for path in files for part in (path.relative_to(ROOT), path)))
