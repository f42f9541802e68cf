# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_recovery_mixin
from . import paycollect_recovery_report
from . import paycollect_recovery_curve
from . import paycollect_return_rate
from . import paycollect_settlement_status
