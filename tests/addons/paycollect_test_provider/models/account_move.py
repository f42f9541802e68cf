# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .. import provider_side


class AccountMove(models.Model):
    _inherit = "account.move"

    def _plan_collection(self, trigger, *args, **kwargs):
        attempts = super()._plan_collection(trigger, *args, **kwargs)
        if attempts:
            self.env.cr.postcommit.add(lambda: provider_side.die_at("planned"))
        return attempts

    def _create_message(self, *args):
        mail = super()._create_message(*args)
        provider_side.die_at("receipt written")
        return mail
