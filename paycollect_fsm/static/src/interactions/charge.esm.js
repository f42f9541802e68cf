import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

const CHECKS = 20;
const CHECK_PAUSE = 1500; // Milliseconds
const COLORED = ["paid", "failed"];

/**
 * Tells the customer what became of the payment that saving a method started.
 */
export class Charge extends Interaction {
    static selector = ".o_paycollect_charge[data-route]";
    dynamicContent = {
        ".o_paycollect_charge_words": {"t-out": () => this.text},
        ".o_paycollect_charge_spinner": {
            "t-att-class": () => ({"d-none": this.outcome !== "waiting"}),
        },
        ".o_paycollect_charge_text": {
            "t-att-class": () => ({
                "alert-info": !COLORED.includes(this.outcome),
                "alert-success": this.outcome === "paid",
                "alert-danger": this.outcome === "failed",
            }),
        },
        ".o_paycollect_charge_retry": {
            "t-att-class": () => ({"d-none": this.outcome !== "failed"}),
        },
    };

    setup() {
        this.outcome = "waiting";
        this.text = this.el.querySelector(".o_paycollect_charge_words").textContent;
    }

    start() {
        this.check();
    }

    async check() {
        for (let tries = 0; tries < CHECKS && this.outcome === "waiting"; tries++) {
            await this.waitFor(new Promise((done) => setTimeout(done, CHECK_PAUSE)));
            try {
                const answer = await this.waitFor(
                    rpc(this.el.dataset.route, {}, {silent: true})
                );
                this.outcome = answer.outcome || "later";
                this.text = answer.text || this.text;
            } catch {
                continue; // The connection may come back.
            }
            this.updateContent();
        }
        if (this.outcome === "waiting") {
            this.outcome = "later";
            this.updateContent();
        }
    }
}

registry.category("public.interactions").add("paycollect_fsm.charge", Charge);
