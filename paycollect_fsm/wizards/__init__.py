# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

# policies and readiness
from . import paycollect_policy_test
from . import paycollect_override
from . import paycollect_method_request
from . import paycollect_activation
from . import paycollect_approve
from . import paycollect_charge
from . import paycollect_refund_start
from . import paycollect_installment_offer
from . import paycollect_deposit_confirm
from . import paycollect_deposit_settle
from . import paycollect_switch
from . import paycollect_complete
from . import paycollect_take_payment
from . import paycollect_take_payment_status
from . import paycollect_take_payment_text
from . import paycollect_custody_receive
from . import paycollect_settlement_import

# data protection
from . import paycollect_export
from . import paycollect_forget
