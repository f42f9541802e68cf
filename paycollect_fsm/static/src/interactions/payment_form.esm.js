import {PaymentForm} from "@payment/interactions/payment_form";
import {patch} from "@web/core/utils/patch";

// A method that is saved while paying comes with the hash of the consent that was shown.
patch(PaymentForm.prototype, {
    _prepareTransactionRouteParams() {
        const params = super._prepareTransactionRouteParams();
        const radio = this.el.querySelector('input[name="o_payment_radio"]:checked');
        const option = radio?.closest('[name="o_payment_option"]');
        const shown = option?.querySelector("[data-collection-mark]");
        if (params.tokenization_requested && shown) {
            params.collection_mark = shown.dataset.collectionMark;
        }
        return params;
    },
});
