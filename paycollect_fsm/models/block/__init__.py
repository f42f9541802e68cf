# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Prepaid services: blocks of hours or of money that jobs draw down.

A block is a prepayment. It is sold, with its taxes, by an ordinary invoice line whose
account holds the income back. A job is billed in full, less a line for what it draws:
at the same amount, on the block's account and with the block's taxes. So

- tax is charged once, when the block is sold: on the job's invoice, the two lines
  cancel out, in total and tax by tax;
- income moves from the block's account to that of the work, on the invoice's day, in
  the entry that the customer reads: no other entry has to be reversed if the invoice is
  canceled or credited, and the hours are back at once;
- hours count as hours, whatever they cost today. A second line takes the difference of
  the two prices off, or adds it.

(The alternative, not to invoice what is covered, would leave the sales order unbilled
forever, hide from the customer what was drawn, and need an entry for each draw.)

A block's account is the company's account for prepaid services, or the product's own
income account if income is recognized at once: what a job draws is booked on the
account that the block was sold on, so that a block keeps its way to its end. What is
left when it expires becomes income by an entry of its own.

What a block has left is computed: what was sold, less the rows of
``paycollect.hour.block.use``, each with its line on a job's invoice or on a credit note
of the block.
"""

from . import product_template
from . import res_company
from . import res_config_settings
from . import paycollect_hour_block
from . import paycollect_hour_block_use
from . import paycollect_hour_block_use_amounts
from . import paycollect_hour_block_amounts
from . import paycollect_hour_block_cover
from . import paycollect_hour_block_draw
from . import paycollect_hour_block_end
from . import paycollect_hour_block_refill
from . import paycollect_hour_block_text
from . import paycollect_hour_block_customer
from . import paycollect_hour_refill
from . import paycollect_hour_refill_text
from . import account_move
from . import account_move_draw
from . import account_move_line
from . import account_move_receipt
from . import fsm_order
from . import sale_order
from . import paycollect_booking_mixin
from . import payment_transaction
from . import paycollect_refund
from . import paycollect_consent
from . import paycollect_customer_data
from . import base_partner_merge
from . import res_partner
