# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import ValidationError
from odoo.http import request

from odoo.addons.paycollect_fsm.controllers.token_payment import PaycollectTokenPayment

from .customer import get_look_text, may_act


class PaycollectRole(PaycollectTokenPayment):
    """Contacts who may only look start no payment and change no method, on any page.

    A link is for whoever holds it, whether or not they are logged in.
    """

    def _create_transaction(self, *args, **kwargs):
        by_link = request.httprequest.path.startswith("/pay/")
        if not by_link and not may_act():
            raise ValidationError(get_look_text())
        return super()._create_transaction(*args, **kwargs)

    @http.route()
    def archive_token(self, token_id=None):
        return super().archive_token(token_id) if may_act() else None
