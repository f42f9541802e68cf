# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""States of attempts and transactions."""

PAID, PLANNED, SENT, SETTLING = "paid", "planned", "sent", "settling"
DECLINED, UNKNOWN, CANCELED = "declined", "unknown", "canceled"
OPEN = frozenset([PLANNED, SENT, SETTLING, UNKNOWN])
TAKES = {  # native transitions of payment.transaction
    "done": ("draft", "pending", "authorized", "error"),
    "pending": ("draft",),
    "error": ("draft", "pending", "authorized"),
}
SPOKEN = {"succeeded": "done", "processing": "pending", "failed": "error"}
