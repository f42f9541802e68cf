# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a customer reads about the payment of a job's invoice."""

PAID = "paid"
CREDITED = "credited"
ON_ITS_WAY = "on_its_way"
PARTLY_PAID = "partly_paid"
OVERDUE = "overdue"
OPEN = "open"


def get_payment_state(payment_state, residual, due, today, is_on_its_way=False):
    """Return the state of an invoice's payment; "paid" only once it is.

    :param payment_state: Odoo's
    :param due: when the whole invoice is due, if known
    :param is_on_its_way: a payment was sent that may still fail

    >>> get_payment_state("paid", 0, None, None)
    'paid'
    >>> get_payment_state("in_payment", 0, None, None, is_on_its_way=True)
    'on_its_way'
    >>> get_payment_state("reversed", 0, None, None)
    'credited'
    >>> get_payment_state("not_paid", 0, None, None)
    'paid'
    >>> get_payment_state("partial", 40, 10, 5)
    'partly_paid'
    >>> get_payment_state("partial", 40, 10, 11)
    'overdue'
    >>> get_payment_state("not_paid", 40, 10, 10)
    'open'
    """
    if is_on_its_way:
        return ON_ITS_WAY
    if payment_state == "reversed":
        return CREDITED
    if not residual:
        return PAID
    if due and due < today:
        return OVERDUE
    return PARTLY_PAID if payment_state == "partial" else OPEN
