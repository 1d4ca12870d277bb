// What is proven of all requests at once, and the smallest request against it.

import { Badge, html, Link, Read, useRead } from "../view.js";
import { count, Empty, inquiryPath } from "../parts.js";

const PROMISES = {
  isolated: "Requests meet only pods that answer for their lane.",
  delivered: "No request meets an error nobody intended.",
};
const KINDS = { proven: "good", "counter-example": "error", undecided: "warning" };
const WORDS = { proven: "proven", "counter-example": "not so", undecided: "not decided" };

function Against({ one }) {
  return html`<div class="card">
    <p><code>${one.request}</code></p>
    <dl class="facts">
      <dt>from</dt><dd>${one.from}</dd>
      <dt>to</dt><dd>${one.to}</dd>
      <dt>lane</dt><dd>${one.lane}${one.lane !== one.answeringLane && one.answeringLane ? `, for which lane ${one.answeringLane} answers` : ""}</dd>
      <dt>but</dt><dd>${one.why}</dd>
      ${one.route && html`<dt>route</dt><dd>${one.route}</dd>`}
      ${one.place && html`<dt>at</dt><dd class="mono">${one.place}</dd>`}
      ${one.order && html`<dt>order</dt><dd>${one.order}</dd>`}
      ${one.otherServices > 0 && html`<dt>also</dt><dd>the same at ${count(one.otherServices, "other service")}</dd>`}
    </dl>
    ${one.inquiry && html`<${Link} class="button" to=${inquiryPath(one.inquiry)}>Explain this request</${Link}>`}
  </div>`;
}

function Notes({ title, of }) {
  if (!of.length) return null;
  return html`<h2>${title}</h2><ul>${of.map((one) => html`<li>${one.what}${one.place && html` <span class="mono quiet">${one.place}</span>`}</li>`)}</ul>`;
}

function Verdict({ proof }) {
  return html`
    <table class="facts-table"><tbody>${Object.entries(proof.claims).map(([name, claim]) => html`<tr><th scope="row">${name}</th><td><${Badge} kind=${KINDS[claim.verdict]}>${WORDS[claim.verdict]}</${Badge}></td><td>${PROMISES[name]}</td></tr>`)}</tbody></table>
    <p class="quiet">Held against ${proof.judged === "objects" ? `${count(proof.objects, "Istio object")} of the input` : "what Laneway makes of the lanes"}: ${count(proof.services, "service")}, ${count(proof.callers, "kind of callers", "kinds of callers")}, ${count(proof.gatewayPorts, "gateway port")}.${proof.judgedBecause ? ` ${proof.judgedBecause}` : ""}</p>
    ${Object.entries(proof.claims).map(([name, claim]) => claim.counterExamples && html`<h2>Against “${name}”</h2>${claim.counterExamples.map((one) => html`<${Against} one=${one} />`)}`)}
    <${Notes} title="Not decided, because of" of=${proof.undecided} />
    <${Notes} title="Taken for granted" of=${proof.assumed} />
    <${Notes} title="Not governed by lanes" of=${proof.notGoverned} />`;
}

export function ProofPage() {
  const proof = useRead("/proof");
  return html`<h1>Proof</h1><p class="lead">Not some requests but all there can be, from every gateway and every workload.</p>
    <${Read} of=${proof}>${(found) => (found.services ? html`<${Verdict} proof=${found} />` : html`<${Empty}>There is no lane group yet, so nothing is promised.</${Empty}>`)}</${Read}>`;
}
