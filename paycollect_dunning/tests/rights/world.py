# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.addons.paycollect_portal.tests.rights.world import PortalWorld


class DunningWorld(PortalWorld):
    """The world with one record of each model that this addon adds."""

    addon = "paycollect_dunning"
