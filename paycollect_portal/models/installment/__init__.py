# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move_line
from . import paycollect_installment_plan
from . import paycollect_installment_plan_mail
from . import paycollect_message
from . import payment_token
from . import res_partner
