# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_dunning_case
from . import paycollect_dunning_case_hooks
from . import paycollect_dunning_case_text
from . import paycollect_dunning_message
from . import paycollect_dunning_message_line
from . import paycollect_customer_data
