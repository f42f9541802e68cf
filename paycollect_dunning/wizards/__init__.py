# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_aging_day
from . import paycollect_bank_match
from . import paycollect_dunning_activation
from . import paycollect_dunning_hold
from . import paycollect_dunning_preview
from . import paycollect_dunning_remind
from . import paycollect_late_fee_preview
from . import paycollect_handoff_end
from . import paycollect_handoff_import
from . import paycollect_promise_record
from . import paycollect_write_off
from . import paycollect_dunning_call
