import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/**
 * Methods on file are ordered by dragging them, too; the buttons work without this.
 */
export class Methods extends Interaction {
    static selector = ".o_paycollect_methods";

    start() {
        const {cleanup} = this.services.sortable
            .create({
                ref: {el: this.el},
                elements: ".o_paycollect_method[data-method]",
                handle: ".o_paycollect_handle",
                cursor: "grabbing",
                applyChangeOnDrop: true,
                onDrop: () => this.waitForTimeout(() => this.saveOrder(), 0),
            })
            .enable();
        this.registerCleanup(cleanup);
    }

    saveOrder() {
        const methods = this.el.querySelectorAll(".o_paycollect_method[data-method]");
        const form = document.querySelector(".o_paycollect_order");
        form.elements.order.value = [...methods].map((el) => el.dataset.method).join();
        form.submit();
    }
}

registry.category("public.interactions").add("paycollect_portal.methods", Methods);
