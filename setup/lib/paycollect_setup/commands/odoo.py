# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/odoo ARGS…: Odoo's own command line in the environment.

For instance `setup/odoo shell -d paycollect_demo`.
"""

from .. import configuration, environment, paths
from ..steps import foreground


def main(argv):
    with environment.ready():
        conf = configuration.write(paths.RUN / "odoo.conf")
        return foreground(configuration.odoo(conf, *argv))
