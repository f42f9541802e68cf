# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Paycollect Dunning",
    "summary": "Reminders that people can trust, from a courtesy note to the agency",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collections",
    "author": "Paycollect, Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/field-service",
    "license": "AGPL-3",
    "depends": ["paycollect_portal", "rating", "spreadsheet_dashboard"],
    "external_dependencies": {"python": ["numpy"]},
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rule.xml",
        "views/menu.xml",
        # plans and levels
        "data/dunning_plan.xml",
        "views/paycollect_dunning_plan_views.xml",
        "views/res_config_settings_views.xml",
        # promises
        "views/paycollect_promise_views.xml",
        "views/promise_templates.xml",
        # cases and the daily run
        "data/ir_cron.xml",
        "wizards/paycollect_bank_match_views.xml",
        "wizards/paycollect_dunning_hold_views.xml",
        "wizards/paycollect_dunning_remind_views.xml",
        "views/paycollect_dunning_case_views.xml",
        "views/paycollect_dunning_message_views.xml",
        # what is said
        "data/mail_template_reminder.xml",
        "data/dunning_level_texts.xml",
        "report/letter_templates.xml",
        "views/paycollect_dunning_say_views.xml",
        "views/reminder_templates.xml",
        "views/res_config_settings_contact_views.xml",
        # consequences
        # late fees and interest
        "views/paycollect_late_fee_views.xml",
        # preview and replay
        "data/ir_cron_preview.xml",
        "views/paycollect_dunning_replay_views.xml",
        "wizards/paycollect_dunning_preview_views.xml",
        # hand-over
        "data/ir_cron_handoff.xml",
        "report/dossier_templates.xml",
        "views/paycollect_agency_views.xml",
        "views/paycollect_handoff_views.xml",
        "wizards/paycollect_handoff_wizard_views.xml",
        # desk
        "views/account_templates.xml",
        "views/paycollect_desk_item_views.xml",
        "views/res_partner_views.xml",
        # figures
        "views/receipt_templates.xml",
        "views/paycollect_aging_views.xml",
        "wizards/paycollect_aging_day_views.xml",
        "views/paycollect_figure_views.xml",
        "views/paycollect_invoice_figure_views.xml",
        "views/paycollect_payment_figure_views.xml",
        "views/res_config_settings_figures_views.xml",
        "data/spreadsheet_dashboard.xml",
        "data/ir_cron_figures.xml",
        # daily cash report
        "report/cash_report_templates.xml",
        "data/mail_template_cash_report.xml",
        "data/ir_cron_cash_report.xml",
        "views/paycollect_cash_report_views.xml",
        "views/res_users_views.xml",
        # forecast
        "data/ir_cron_forecast.xml",
        "views/paycollect_forecast_views.xml",
        # risk
        "data/ir_cron_risk.xml",
        "views/paycollect_risk_grade_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "installable": True,
    "application": False,
}
