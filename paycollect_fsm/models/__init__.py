# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

# policies and readiness
from . import paycollect_retry_plan
from . import paycollect_retry_plan_step
from . import paycollect_decline_code
from . import paycollect_policy
from . import paycollect_policy_resolution
from . import paycollect_policy_text
from . import paycollect_booking_mixin
from . import paycollect_booking_gate
from . import sale_order
from . import fsm_order_booking

# links, methods, consents
from . import paycollect_link
from . import paycollect_link_bank
from . import paycollect_link_visit
from . import paycollect_consent
from . import payment_token
from . import paycollect_provider_customer
from . import payment_provider_customer
from . import payment_transaction
from . import payment_transaction_stripe
from . import payment_transaction_inquiry
from . import payment_transaction_stripe_inquiry
from . import payment_transaction_stripe_bank
from . import payment_transaction_authenticate
from . import payment_transaction_stripe_authenticate
from . import res_partner

# completion, charge, receipt
from . import account_move
from . import account_move_charge
from . import account_move_message
from . import account_move_retry
from . import fsm_order
from . import fsm_order_billing
from . import fsm_order_collection_line
from . import fsm_order_preview
from . import fsm_stage
from . import mail_mail
from . import paycollect_attempt
from . import paycollect_attempt_send
from . import paycollect_attempt_retry
from . import paycollect_attempt_brake
from . import paycollect_attempt_resolve
from . import paycollect_attempt_unknown
from . import paycollect_inquiry
from . import paycollect_attempt_authenticate
from . import account_move_authenticate
from . import payment_provider
from . import payment_provider_stripe
from . import res_company
from . import res_company_activation
from . import res_company_stop
from . import paycollect_stop
from . import res_config_settings
from . import sale_order_billing
from . import sale_order_line

# what the provider tells by itself
from . import paycollect_event
from . import paycollect_event_intent
from . import payment_provider_webhook
from . import payment_transaction_codes
from . import paycollect_attempt_codes
