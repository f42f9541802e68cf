# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/odoo ARGS…: Odoo's own command line in the environment.

For instance `setup/odoo shell -d paycollect_demo`.
"""

import subprocess

from .. import configuration, environment, paths


def main(argv):
    with environment.ready():
        conf = configuration.write(paths.RUN / "odoo.conf")
        return subprocess.run(configuration.odoo(conf, *argv), check=False).returncode
