# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectAttempt(models.Model):
    """What the reports need to find among many attempts."""

    _inherit = "paycollect.attempt"

    _first_declines = models.Index(
        "(move_id, sent_at, id) WHERE state = 'declined' OR decline_kind IS NOT NULL"
    )
