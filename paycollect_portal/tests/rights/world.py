# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.addons.paycollect_fsm.tests.rights.world import World


class PortalWorld(World):
    """The world with one record of each model that this addon adds."""

    addon = "paycollect_portal"
