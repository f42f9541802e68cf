# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Paycollect Portal",
    "summary": "What customers owe, and how they pay it themselves",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collections",
    "author": "Paycollect, Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/field-service",
    "license": "AGPL-3",
    "depends": [
        "paycollect_fsm",
        "fieldservice_portal",
        "partner_statement",
        "account_check_deposit",
        "calendar_public_holiday",
    ],
    "data": [],
    "installable": True,
    "application": False,
}
