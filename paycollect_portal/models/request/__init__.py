# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import account_move_line
from . import account_move_reversal
from . import paycollect_answer_mixin
from . import paycollect_attempt
from . import paycollect_customer_data
from . import paycollect_dispute
from . import paycollect_dispute_steps
from . import paycollect_dispute_text
from . import paycollect_message
from . import paycollect_refund
from . import paycollect_request
from . import paycollect_request_apply
from . import paycollect_request_refund
