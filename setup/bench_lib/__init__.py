# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import odoo.init  # noqa: F401 - makes `from odoo import …` work outside of Odoo
