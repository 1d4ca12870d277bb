// A request is typed or pasted, and its way is shown.

import { get, post } from "../api.js";
import { go, html, Trouble, useEffect, useState } from "../view.js";
import { chains, Hop } from "../journey.js";
import { SendIt } from "../sending.js";
import { Findings, ObjectLink } from "../parts.js";

const SAMPLE = "curl -H 'x-asm-prefer-tag: s1' http://${ASM_GATEWAY_IP}/mock";

function Start({ value, change }) {
  const [known, learn] = useState([]);
  useEffect(() => { get("/mesh").then((mesh) => learn((mesh.services ?? []).flatMap((one) => one.pods.map((pod) => pod.ref.split(" ")[1])))).catch(() => learn([])); }, []);
  return html`
    <label class="field"><span>Begins at</span>
      <input list="workloads" value=${value.workload} placeholder="the gateway" onInput=${(event) => change({ ...value, workload: event.target.value.trim() })} />
      <small class="quiet">Empty for the gateway, or a workload that sends it.</small>
      <datalist id="workloads">${[...new Set(known)].map((one) => html`<option value=${one} />`)}</datalist></label>
    <label class="field"><span>Does not pass the lane on</span>
      <input value=${value.forgets} disabled=${value.nobody} placeholder=${value.nobody ? "nobody" : "as predicted"} onInput=${(event) => change({ ...value, forgets: event.target.value })} />
      <small class="quiet">Services or workloads that forget the lane's header, with commas. Empty for those whose manifests show that they will.</small></label>
    <label class="row"><input type="checkbox" checked=${value.nobody} onChange=${(event) => change({ ...value, nobody: event.target.checked, forgets: "" })} /> Every program passes the lane on</label>`;
}

const Predicted = ({ of }) => html`<div class="note warning"><p>By what manifests show, these are taken to forget the lane:</p>
  <ul class="plain">${of.map((one) => html`<li><${ObjectLink} of=${one.workload} />: ${one.because} <span class="mono quiet">${one.at ?? ""}</span></li>`)}</ul></div>`;

function Found({ answer, asked, about }) {
  const { request, journey, unanswered, findings } = answer;
  if (findings.length) return html`<${Findings} of=${findings} />`;
  if (unanswered) return html`<div class="trouble" role="alert"><strong>Nobody can say where this goes</strong><p>${unanswered.why}</p></div>`;
  const ways = chains(journey);
  return html`
    <p class="asked"><strong>${request.method}</strong> <code>${request.host ? `http://${request.host}` : ""}${request.path}</code>${request.headers.map(([name, value]) => html` <code class="pill">${name}: ${value}</code>`)}</p>
    <ul class="chains">${ways.slice(0, 12).map((one) => html`<li><span class="share">${Number(one.share.toPrecision(3))} %</span> ${one.text}</li>`)}</ul>
    ${ways.length > 12 && html`<p class="quiet">and ${ways.length - 12} ways more</p>`}
    ${journey.predictedToForget && html`<${Predicted} of=${journey.predictedToForget} />`}
    ${about?.sends && !asked.workload && html`<${SendIt} key=${asked.text} text=${asked.text} request=${request} gateway=${asked.gateway} />`}
    <h2>Hop by hop</h2>
    <${Hop} hop=${journey} />`;
}

export function ExplainPage({ query, about }) {
  const asked = { text: query.get("request") ?? "", workload: query.get("from") ?? "", forgets: query.get("forgets") ?? "", nobody: query.get("nobody") === "forgets", gateway: query.get("gateway") ?? "", port: query.get("port") ?? "" };
  const [wish, want] = useState(asked.text ? asked : { ...asked, text: SAMPLE });
  const [found, hold] = useState({ answer: null, error: null });
  const key = JSON.stringify(asked);
  useEffect(() => {
    if (!asked.text) return;
    want(asked);
    const named = asked.forgets.split(",").map((one) => one.trim()).filter(Boolean);
    const forgets = asked.nobody || named.length ? named : null;
    post("/explain", { text: asked.text, workload: asked.workload, gateway: asked.gateway, port: asked.port ? Number(asked.port) : null, forgets }).then((answer) => hold({ answer, error: null }), (error) => hold({ answer: null, error }));
  }, [key]);
  const submit = (event) => {
    event.preventDefault();
    const words = new URLSearchParams({ request: wish.text });
    for (const [name, value] of [["from", wish.workload], ["forgets", wish.forgets], ["nobody", wish.nobody && "forgets"], ["gateway", wish.gateway], ["port", wish.port]]) if (value) words.set(name, value);
    go(`/explain?${words}`);
  };
  return html`<h1>Explain</h1>
    <form class="explain" onSubmit=${submit}>
      <label class="field"><span>Request</span>
        <textarea class="mono" rows="3" spellcheck="false" value=${wish.text} onInput=${(event) => want({ ...wish, text: event.target.value })} onKeyDown=${(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event); }}></textarea>
        <small class="quiet">A curl command as it was copied, a URL, or METHOD /path with headers below.</small></label>
      <div class="columns"><${Start} value=${wish} change=${want} /></div>
      <div class="row"><button class="main" type="submit">Explain</button></div>
    </form>
    <div aria-live="polite"><${Trouble} error=${found.error} />${found.answer && html`<${Found} answer=${found.answer} asked=${asked} about=${about} />`}</div>`;
}
