import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

const SIGNS = ["pointermove", "pointerdown", "touchstart", "wheel", "keydown"];

/**
 * Tells the server once that a person uses the page behind a signed link.
 *
 * Mail scanners fetch the page, and some run its scripts; none of them moves a
 * pointer or presses a key.
 */
export class Opened extends Interaction {
    static selector = ".o_paycollect_page[data-opened-route]";

    setup() {
        this.isTold = false;
    }

    start() {
        for (const sign of SIGNS) {
            this.addListener(window, sign, this.tell, {passive: true});
        }
    }

    tell(event) {
        if (this.isTold || !event.isTrusted) {
            return;
        }
        this.isTold = true;
        // What is submitted tells it again, should this get lost.
        rpc(this.el.dataset.openedRoute, {}, {silent: true}).catch(() => null);
    }
}

registry.category("public.interactions").add("paycollect_fsm.opened", Opened);
