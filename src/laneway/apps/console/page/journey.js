// The way of a request, hop by hop: who answers with which share, the rule that decided with its
// lines, and the rules that did not.

import { Badge, html } from "./view.js";
import { lineOf, ObjectLink, short } from "./parts.js";

const refOf = (rule) => rule.from.replace(/ spec\b.*$/, "");

function Where({ rule }) {
  if (!rule.at) return null;
  return html`<${ObjectLink} of=${refOf(rule)} line=${lineOf(rule.at)}><span class="mono" title=${rule.at}>${rule.at.split("/").pop()}</span></${ObjectLink}>`;
}

/** Lines of a file with their numbers. */
export function Lines({ of, marked = 0 }) {
  const lines = of.text.split("\n");
  return html`<div class="lines" tabindex="0" role="region" aria-label=${`Lines of ${of.file}`}>${lines.map((text, at) => html`<div class=${of.line + at === marked ? "marked" : ""}><span class="number" aria-hidden="true">${of.line + at}</span><code>${text || " "}</code></div>`)}</div>`;
}

function Decided({ hop }) {
  const rule = hop.by;
  if (!rule) return html`<p>${hop.status ? html`<${Badge} kind="error">${hop.status}</${Badge}> ` : ""}${hop.why ?? "no rule is met"}</p>`;
  return html`
    <p>by <strong>${rule.rule}</strong> <${Where} rule=${rule} /></p>
    ${Object.entries(rule.sets ?? {}).map(([name, value]) => html`<p class="quiet">sets <code>${name}: ${value}</code></p>`)}
    ${rule.with && html`<p class="quiet">with ${Object.keys(rule.with).join(", ")}</p>`}
    ${hop.lost && html`<p class="note warning">Lane ${hop.lost.lane} is lost: ${hop.lost.why}</p>`}
    ${hop.status && html`<p><${Badge} kind="error">${hop.status}</${Badge}> ${hop.redirect ? `to ${hop.redirect}, ` : ""}the proxy answers by itself</p>`}
    ${rule.lines && html`<details><summary>The lines that say so</summary><${Lines} of=${rule.lines} /></details>`}`;
}

function Passed({ rules = [] }) {
  if (!rules.length) return null;
  const shown = (one) => html`<li>${one.rule}: <span class="quiet">${one.why}</span> <${Where} rule=${one} /></li>`;
  return html`<details><summary>${rules.length === 1 ? "One rule" : `${rules.length} rules`} did not decide</summary><ul class="plain">${rules.map(shown)}</ul></details>`;
}

function Refusals({ of = [] }) {
  return of.map((one) => html`<p class="note warning">${one.policy} ${one.says} <span class="mono">${one.at ?? ""}</span></p>`);
}

const pods = (answer) => answer.pods.map((pod) => (pod.replicas === 1 ? pod.name : `${pod.name} (${pod.replicas} pods)`)).join(", ");

function Answer({ one }) {
  const percent = `${Number(one.percent.toPrecision(3))} %`;
  return html`<li class="answer">
    <div class="row"><span class="share">${percent}</span>
      ${one.status
        ? html`<${Badge} kind="error">${one.status}</${Badge}> <span>${short(one.service)}:${one.port}: ${one.why}</span>`
        : html`<strong>${pods(one) || short(one.service)}</strong> <span class="quiet">${short(one.service)}:${one.port}${one.subset ? ` ${one.subset}` : ""}${one.lane ? `, lane ${one.lane}` : ""}</span>`}
    </div>
    <${Refusals} of=${one.refusedBy} />
    ${one.standsIn && html`<p class="note warning">${one.standsIn.why}</p>`}
    ${one.chosen && html`<p class="quiet">${one.chosen}</p>`}
    ${(one.calls ?? []).map((call) => (call.assumed ? html`<${Assumed} hop=${call} />` : html`<${Hop} hop=${call} />`))}
  </li>`;
}

const Assumed = ({ hop }) => html`<details class="assumed"><summary>If it calls ${short(hop.host)} as well</summary><${Hop} hop=${hop} /></details>`;

/** A hop and all that follow. */
export function Hop({ hop }) {
  const head = hop.gateway ? `Gateway ${hop.gateway.join(", ")}, port ${hop.port}` : `${hop.caller} calls ${short(hop.host)}${hop.port ? `:${hop.port}` : ""}`;
  const lane = hop.by?.lane;
  return html`<section class="hop" aria-label=${head}>
    <div class="row"><span class="hop-head">${head}</span>${lane && html`<${Badge}>lane ${lane}</${Badge}>`}</div>
    ${(hop.tags ?? []).map((tag) => html`<p class="quiet">tagged <code>${tag.header}: ${tag.value}</code> by the hash of ${tag.hashOf}</p>`)}
    <${Refusals} of=${hop.refusedBy} />
    <${Decided} hop=${hop} />
    <${Passed} rules=${hop.notBy} />
    <ul class="answers">${hop.answers.map((one) => html`<${Answer} one=${one} />`)}</ul>
  </section>`;
}

/** Every chain of services in short, with its share. */
export function chains(hop) {
  if (!hop.answers.length) return [{ share: 100, text: hop.status ? `${hop.status}` : hop.why ?? "passed on" }];
  const found = new Map();
  for (const one of hop.answers) {
    const own = one.status ? `${one.status} at ${short(one.service)}` : pods(one) || short(one.service);
    const calls = (one.calls ?? []).filter((call) => !call.assumed);
    const ways = calls.length ? calls.map(chains) : [[{ share: 100, text: "" }]];
    for (const way of ways.length === 1 ? ways[0] : [{ share: 100, text: ways.map((each) => each.map((chain) => chain.text).join(" or ")).join(" and ") }]) {
      const text = way.text ? `${own} → ${way.text}` : own;
      found.set(text, (found.get(text) ?? 0) + (one.percent * way.share) / 100);
    }
  }
  return [...found].map(([text, share]) => ({ text, share }));
}
