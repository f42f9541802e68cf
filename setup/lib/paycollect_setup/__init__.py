# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Shared by setup/demo, test, odoo, bench and lint. Standard library only,
except for code that runs inside the virtual environment (lab, mails, inbox, inside)."""
