# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Paycollect Portal",
    "summary": "What customers owe, and how they pay it themselves",
    "version": "19.0.1.0.1",
    "category": "Accounting/Collections",
    "author": "Paycollect, Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/field-service",
    "license": "AGPL-3",
    "depends": [
        "paycollect_fsm",
        "auth_totp_portal",
        "fieldservice_portal",
        "account_check_deposit",
        "calendar_public_holiday",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rule.xml",
        "data/mail_template_statement.xml",
        "data/ir_cron.xml",
        # what is owed and paid
        "data/mail_template_payment_receipt.xml",
        "views/balance_templates.xml",
        "views/home_templates.xml",
        "views/method_templates.xml",
        "views/paycollect_allocation_views.xml",
        "views/res_partner_views.xml",
        # people with access
        "data/ir_cron_people.xml",
        "views/people_templates.xml",
        # checks on the way
        "data/ir_cron_check.xml",
        "views/check_templates.xml",
        "report/check_slip_templates.xml",
        "wizards/paycollect_check_views.xml",
        "views/paycollect_check_notice_views.xml",
        "views/fsm_order_views.xml",
        "views/res_partner_check_views.xml",
        "views/res_config_settings_check_views.xml",
        # autopay and scheduled payments
        "data/ir_cron_schedule.xml",
        "data/mail_template_autopay.xml",
        "data/mail_template_schedule.xml",
        "views/schedule_templates.xml",
        "views/autopay_templates.xml",
        "views/autopay_form_templates.xml",
        "views/scheduled_templates.xml",
        "views/paycollect_autopay_views.xml",
        "views/paycollect_scheduled_payment_views.xml",
        "views/res_partner_schedule_views.xml",
        # payment plans
        "data/mail_template_installment.xml",
        "views/plan_templates.xml",
        "views/prepaid_templates.xml",
        # statement and service history
        "views/statement_templates.xml",
        "views/paycollect_statement_request_views.xml",
        "views/history_templates.xml",
        # requests
        "data/mail_template_dispute.xml",
        "views/dispute_templates.xml",
        "views/paycollect_dispute_views.xml",
        "data/mail_template_request.xml",
        "views/request_templates.xml",
        "views/paycollect_request_views.xml",
        "wizards/paycollect_answer_views.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            # Imports a file that Odoo 19 doesn't have: an error on every page.
            ("remove", "fieldservice_portal/static/src/js/fsm_order_portal*.js"),
            "paycollect_portal/static/src/scss/*",
            "paycollect_portal/static/src/interactions/*",
        ],
    },
    "installable": True,
    "application": False,
}
