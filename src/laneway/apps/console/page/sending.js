// A request through a gateway, and a hundred of it: the line to copy, what came back, which versions.

import { part, post } from "./api.js";
import { Badge, Copy, html, Link, Trouble, useRead, useState } from "./view.js";
import { Button, count, Dialog, explainPath, short } from "./parts.js";

/** What came back for a request that was sent a number of times. */
export function Answers({ of }) {
  const statuses = Object.entries(of.statuses);
  return html`<div class="answers-table">
    <p>${count(of.sent, "request")} sent${of.ms !== null ? `, ${of.ms} ms in the middle` : ""}: ${statuses.map(([status, number]) => html`<${Badge} kind=${status < 400 ? "good" : "error"}>${number} × ${status}</${Badge}> `)}${Object.entries(of.lost).map(([why, number]) => html`<${Badge} kind="error">${number} × ${why}</${Badge}> `)}</p>
    ${of.lines.length > 0 && html`<div class="code"><pre tabindex="0" aria-label="Answers">${of.lines.map((one) => `${String(one.count).padStart(4)} × ${one.status === 200 ? "" : `${one.status} `}${one.text}\n`).join("")}</pre></div>`}
    ${of.services.length > 0 && html`<div class="wide" tabindex="0" role="region" aria-label="Versions that answered"><table class="facts-table"><thead><tr><th scope="col">Service</th><th scope="col">Version</th><th scope="col" class="number">Answers</th><th scope="col">Addresses</th></tr></thead>
      <tbody>${of.services.map((one) => html`<tr><th scope="row">${one.service}</th><td>${one.version}</td><td class="number">${one.count}</td><td class="mono">${one.addresses.join(", ")}</td></tr>`)}</tbody></table></div>`}
  </div>`;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The command that sends a request, as a person types it. */
function curl(url, one) {
  const headers = [...(one.host ? [["Host", one.host]] : []), ...one.headers.map((each) => [each.name, each.value])];
  return `curl${headers.map(([name, value]) => ` -H ${quoted(`${name}: ${value}`)}`).join("")} ${url.replace(/\/$/, "")}${one.path}`;
}

export function SendHundred({ group, about }) {
  const door = (about?.gateways ?? []).find((one) => one.url && one.gateways.includes(group.gateway));
  const [requests] = useRead(`/groups/${part(group.name)}/requests`);
  const [lane, choose] = useState(null);
  const [state, hold] = useState({ isBusy: false, answers: null, error: null });
  if (!requests?.length) return null; // nobody enters it: there is nothing to send
  const one = requests.find((each) => each.lane === lane) ?? requests[0];
  const line = curl(door?.url ?? "http://${ASM_GATEWAY_IP}", one);
  const send = async () => {
    hold({ isBusy: true, answers: null, error: null });
    try {
      const found = await post("/send", { text: line, gateway: group.gateway, times: 100 });
      hold({ isBusy: false, answers: found.answers, error: null });
    } catch (error) {
      hold({ isBusy: false, answers: null, error });
    }
  };
  return html`<div class="sending">
    <div class="row">
      ${requests.length > 1 && html`<label class="row tight">Request of lane <select value=${one.lane} onChange=${(event) => { choose(event.target.value); hold({ isBusy: false, answers: null, error: null }); }}>${requests.map((each) => html`<option>${each.lane}</option>`)}</select></label>`}
      <code class="curl">${line}</code><${Copy} text=${line} what="Copy" />
      ${about?.sends && html`<${Button} class="small" isOff=${state.isBusy} onClick=${send}>${state.isBusy ? "Sending…" : "Send 100"}</${Button}>`}
      <${Link} class="button small" to=${explainPath(line)}>Explain</${Link}>
    </div>
    <div aria-live="polite"><${Trouble} error=${state.error} />${state.answers && html`<${Answers} of=${state.answers} />`}</div>
  </div>`;
}

const HARMLESS = ["GET", "HEAD"];
const VERDICTS = { true: ["good", "as promised"], false: ["error", "not as promised"], null: ["plain", "not seen"] };
const hostOf = (hop) => (hop.host ? short(hop.host) : "the entry");

/** The way that was promised beside the one that was taken, hop by hop. */
function Taken({ of }) {
  return html`<h3>Promised and taken</h3><div class="wide" tabindex="0" role="region" aria-label="Promised and taken"><table class="facts-table"><thead><tr><th scope="col">Caller</th><th scope="col">Calls</th><th scope="col">May answer</th><th scope="col">Answered</th><th scope="col"></th></tr></thead>
    <tbody>${of.hops.filter((one) => one.seen.length || !one.assumed).map((one) => { const [kind, words] = VERDICTS[one.agrees]; return html`<tr><th scope="row">${one.caller}</th><td>${hostOf(one)}</td><td>${one.promised.map((pod) => `${pod.pod} (${pod.percent} %)`).join(", ") || one.statuses.join(", ")}</td><td>${one.seen.map((pod) => `${pod.count} × ${pod.pod || "nobody"}, ${pod.status}`).join("; ")}</td><td><${Badge} kind=${kind}>${words}</${Badge}></td></tr>`; })}
    ${of.beside.map((one) => html`<tr><th scope="row">${one.caller}</th><td>${short(one.host)}</td><td>nobody</td><td>${one.count} × ${one.pod || "nobody"}, ${one.status}</td><td><${Badge} kind="error">not promised</${Badge}></td></tr>`)}</tbody></table></div>`;
}

/** A request that is sent as it is, after a question where it may change something. */
export function SendIt({ text, request, gateway }) {
  const [state, hold] = useState({ isBusy: false, found: null, error: null });
  const [isAsked, ask] = useState(false);
  const send = async (confirmed) => {
    ask(false);
    hold({ isBusy: true, found: null, error: null });
    try {
      hold({ isBusy: false, found: await post("/send", { text, gateway, times: 1, confirmed }), error: null });
    } catch (error) {
      hold({ isBusy: false, found: null, error });
    }
  };
  const start = () => (HARMLESS.includes(request.method) ? send(false) : ask(true));
  return html`<div class="sending"><${Button} isOff=${state.isBusy} onClick=${start}>${state.isBusy ? "Sending…" : "Send it"}</${Button}>
    ${isAsked && html`<${Dialog} title="Send it?" close=${() => ask(false)}><p><strong>${request.method}</strong> may change something. It is sent once, through the gateway of the mesh.</p><div class="row end"><button type="button" onClick=${() => ask(false)}>Cancel</button><button type="button" class="main" onClick=${() => send(true)}>Send it</button></div></${Dialog}>`}
    <div aria-live="polite"><${Trouble} error=${state.error} />${state.found && html`<${Answers} of=${state.found.answers} />${state.found.taken ? html`<${Taken} of=${state.found.taken} />` : html`<p class="quiet">Nobody writes down which way it took on a cluster: hold the answer against the promise below.</p>`}`}</div></div>`;
}
