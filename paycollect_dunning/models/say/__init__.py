# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import res_company
from . import res_config_settings
from . import res_partner
from . import paycollect_link
from . import paycollect_dunning_reply
from . import paycollect_dunning_case
from . import paycollect_dunning_message_text
from . import paycollect_dunning_message_state
from . import paycollect_dunning_message_carrier
from . import paycollect_message
from . import paycollect_dunning_case_reply
from . import paycollect_dunning_case_text
from . import paycollect_dunning_message_call
from . import paycollect_dunning_message_letter
from . import res_company_texts
from . import phone_blacklist
from . import paycollect_customer_data
