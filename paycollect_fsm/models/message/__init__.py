# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import account_move_content
from . import account_move_copy
from . import account_move_explanation
from . import account_move_part_receipt
from . import account_move_receipt
from . import ir_actions_report
from . import mail_mail
from . import paycollect_customer_data
from . import paycollect_message
from . import paycollect_message_delivery
from . import paycollect_message_copy
from . import paycollect_message_link
from . import paycollect_message_text
from . import payment_transaction
from . import res_partner
from . import sms_sms
