# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from werkzeug.exceptions import Forbidden

from odoo.http import request


def get_customer():
    """Return the customer whose contact is logged in (sudo), or None.

    The single place where a portal page gets its customer from. Employees have their
    own pages, and companies that don't collect keep Odoo's.
    """
    user, company = request.env.user, request.env.company
    if not user._is_portal() or not company.sudo().collection_active:
        return None
    return user.partner_id.sudo().commercial_partner_id


def find_own(records, text):
    """Return the one of the customer's records with this ID, or none.

    :param text: the ID as the browser sent it
    """
    return records.filtered(lambda record: str(record.id) == text)


def may_act():
    """Whether the contact who is logged in may do more than look for its customer.

    The single place where a page gets the contact's role from.
    """
    customer = get_customer()
    return customer is None or request.env.user.partner_id._may_act_for_customer()


def check_may_act():
    """:raise Forbidden: if the contact who is logged in may only look"""
    if not may_act():
        raise Forbidden(get_look_text())


def get_look_text():
    return request.env._(
        "You can look at this account, but not change it. Please ask a colleague who "
        "pays, or us, for access."
    )


def get_token_labels(tokens, currency, amount):
    """Return what the button says, by the ID of the method on file that is selected."""
    amount = currency._format_amount(amount)
    return {
        token.id: request.env._(
            "Pay %(amount)s with %(method)s",
            amount=amount,
            method=token._get_label(),
        )
        for token in tokens
    }
