# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How much a customer may send in the portal."""

# More than any real customer needs, and few enough for staff to read.
MAX_PER_DAY = 10  # of a kind, per customer
