# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What setup/demo, test, odoo, bench and lint share. Standard library only,
except for what runs inside the virtual environment (lab, mails, inbox, inside)."""
