# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
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
