import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/**
 * A changed choice hides the payment form, which is for the choice before it, and offers
 * to update the page instead.
 */
export class Balance extends Interaction {
    static selector = ".o_paycollect_choice";
    dynamicContent = {
        _root: {
            "t-on-change": this.onChange,
            "t-on-input": this.onChange,
        },
        "[type=submit]": {
            "t-att-class": () => ({
                "btn-primary": this.changed,
                "btn-outline-dark": !this.changed,
            }),
        },
    };

    setup() {
        this.changed = false;
    }

    onChange() {
        this.changed = true;
        const block = this.el.closest(".o_paycollect_block");
        for (const outdated of block.querySelectorAll(
            ".o_paycollect_pay, .o_paycollect_jump"
        )) {
            outdated.classList.add("d-none");
        }
    }
}

registry.category("public.interactions").add("paycollect_portal.balance", Balance);
