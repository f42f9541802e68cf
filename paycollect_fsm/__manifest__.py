# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Paycollect Field Service",
    "summary": "Charge the method on file when the job is done",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collections",
    "author": "Paycollect, Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/field-service",
    "license": "AGPL-3",
    "depends": [
        "fieldservice_sale",
        "account_payment",
        "payment_stripe",
        "queue_job",
        "sms",
    ],
    "external_dependencies": {"python": ["stripe"]},
    "data": [
        "security/res_groups.xml",
        "security/ir.model.access.csv",
        "security/ir_rule.xml",
        "security/paycollect_event_rule.xml",
        # declines and retries
        "data/paycollect_decline_code.xml",
        "data/paycollect_retry_plan.xml",
        # policies and readiness
        "data/paycollect_policy.xml",
        # links, methods, consents
        "data/payment_method.xml",
        "data/mail_template_method.xml",
        "data/sms_template_method.xml",
        "views/pay_templates.xml",
        "views/pay_authenticate_templates.xml",
        # completion, charge, receipt
        "data/fsm_stage.xml",
        "data/mail_activity_type.xml",
        "data/queue_job.xml",
        "data/ir_cron.xml",
        "data/paycollect_event.xml",
        "data/mail_template_invoice.xml",
        # screens
        "views/menu.xml",
        # screens: policies and readiness
        "views/paycollect_policy_views.xml",
        "wizards/paycollect_policy_test_views.xml",
        "wizards/paycollect_override_views.xml",
        "wizards/paycollect_method_request_views.xml",
        "views/sale_order_views.xml",
        "views/fsm_order_booking_views.xml",
        "views/res_partner_views.xml",
        # screens: links, methods, consents
        "views/paycollect_link_views.xml",
        "views/paycollect_consent_views.xml",
        "views/payment_token_views.xml",
        "views/payment_provider_views.xml",
        "views/paycollect_stop_views.xml",
        "views/paycollect_attempt_views.xml",
        "views/paycollect_decline_code_views.xml",
        "views/paycollect_retry_plan_views.xml",
        "views/account_move_views.xml",
        "views/fsm_order_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "paycollect_fsm/static/src/scss/pay.scss",
            "paycollect_fsm/static/src/interactions/*",
        ],
        "web.assets_backend": ["paycollect_fsm/static/src/views/*"],
    },
    "uninstall_hook": "uninstall_hook",
    "installable": True,
    "application": False,
}
