# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.addons.paycollect_portal.tests.common import PortalCommon


class DunningCommon(PortalCommon):
    """Customers on terms, and the shipped plan."""
