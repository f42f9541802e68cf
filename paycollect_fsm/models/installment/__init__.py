# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import paycollect_attempt
from . import paycollect_customer_data
from . import paycollect_installment
from . import paycollect_installment_plan
from . import paycollect_installment_plan_accept
from . import paycollect_installment_plan_end
from . import paycollect_installment_plan_facts
from . import paycollect_installment_plan_order
from . import paycollect_installment_plan_run
from . import paycollect_installment_plan_text
from . import payment_token
from . import res_company
from . import res_config_settings
from . import sale_order
