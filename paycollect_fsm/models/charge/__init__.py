# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import payment_transaction
from . import payment_transaction_answer
from . import payment_transaction_codes
from . import account_move
from . import account_move_decision
from . import account_move_explanation
from . import account_move_reason
from . import account_move_guard
from . import paycollect_attempt
from . import paycollect_attempt_send
from . import paycollect_attempt_limits
from . import payment_provider
from . import payment_provider_journal
from . import res_company
from . import res_config_settings
from . import res_partner
from . import paycollect_stop
