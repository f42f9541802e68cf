# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_dunning_hold
from . import paycollect_promise_record
