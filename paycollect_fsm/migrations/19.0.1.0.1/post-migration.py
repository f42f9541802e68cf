# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """Bring emails that nobody edited up to date, e.g. the receipt of a part.

    They are not updated with the addon, because users may edit them. Those who did see
    the current version with “Reset Template” on the template.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["mail.template"]._reset_unedited("paycollect_fsm")
