import {PaymentForm} from "@payment/interactions/payment_form";
import {patch} from "@web/core/utils/patch";

// The button names the method on file that is selected.
patch(PaymentForm.prototype, {
    _adaptSubmitButtonLabel(paymentMethodCode) {
        super._adaptSubmitButtonLabel(paymentMethodCode);
        const radio = this.el.querySelector('input[name="o_payment_radio"]:checked');
        const label = radio?.dataset.collectionLabel;
        if (label) {
            for (const button of document.querySelectorAll(
                'button[name="o_payment_submit_button"]'
            )) {
                button.textContent = label;
            }
        }
    },
});
