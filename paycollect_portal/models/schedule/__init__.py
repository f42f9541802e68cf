# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_customer_data
from . import paycollect_erasure
from . import paycollect_message
from . import paycollect_autopay
from . import paycollect_autopay_item
from . import paycollect_autopay_plan
from . import paycollect_autopay_method
from . import paycollect_autopay_text
from . import paycollect_scheduled_payment
from . import paycollect_scheduled_payment_run
from . import paycollect_scheduled_payment_text
from . import paycollect_attempt
from . import account_move
from . import account_move_line
from . import payment_token
from . import res_partner
from . import base_partner_merge
