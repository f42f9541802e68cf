# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import test_consent
from . import test_link
from . import test_method_page
from . import test_payment_token
from . import test_performance
from . import test_policy
from . import test_policy_rules
from . import test_readiness
from . import test_readiness_rules
from . import test_text_masking
from . import (
    test_abandoned,
    test_activation,
    test_bank_debit,
    test_brakes,
    test_authentication,
    test_charge,
    test_charge_guard,
    test_charge_rules,
    test_completion,
    test_kill_switch,
    test_messages,
    test_protocol,
    test_resolve,
    test_recovery_report,
    test_provider_booking,
    test_retry,
    test_return_rates,
    test_retry_rules,
    test_second_engine,
    test_stripe_api,
    test_stripe_inquiry,
    test_stripe_outgoing,
)
from . import test_stripe_chargebacks
from . import test_stripe_events
from . import test_stripe_methods
from . import test_stripe_missed
from . import test_stripe_refunds
from . import test_stripe_webhook
