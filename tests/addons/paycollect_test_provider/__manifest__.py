# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Paycollect Test Provider",
    "summary": "Makes charges countable and interrupts the server on command",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "Paycollect, Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/field-service",
    "license": "AGPL-3",
    "depends": ["paycollect_fsm", "payment_demo"],
    "installable": True,
}
