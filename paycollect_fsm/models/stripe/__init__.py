# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_provider_customer
from . import payment_provider_customer
from . import payment_transaction
from . import payment_transaction_lookup
from . import payment_transaction_bank
from . import payment_transaction_authenticate
from . import payment_provider
from . import paycollect_event
from . import paycollect_event_intent
from . import paycollect_event_refund
from . import paycollect_event_method
from . import paycollect_event_dispute
from . import payment_provider_webhook
from . import payment_provider_events
