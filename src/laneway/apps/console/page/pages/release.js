// Releases in stages: where each stands, what is known of each gate, and what is said to one.

import { part, post } from "../api.js";
import { ago, Badge, Copy, html, Read, readAgain, span, Trouble, useRead, useState } from "../view.js";
import { Button, Dialog, Empty, short } from "../parts.js";

const PHASES = { running: "good", paused: "warning", resting: "warning", aborted: "error", refused: "error", done: "good" };
const OUTCOMES = { well: ["good", "well"], worse: ["error", "worse"], unknown: ["plain", "not known yet"] };
const percent = (share) => `${Number((share * 100).toPrecision(2))} %`;
const shareOf = (one) => (one.of ? one.bad / one.of : null);

/** Shares of bad answers on one scale: the range that counts leave open, and the share itself. */
function Ranges({ one, names }) {
  const top = Math.min(1, Math.max(one.bounds.new[1], one.bounds.stable[1], 0.01));
  const x = (share) => 4 + 192 * Math.min(1, share / top);
  const row = (key, y) => {
    const [low, high] = one.bounds[key];
    const share = shareOf(one[key]);
    return html`<line class=${`range ${key}`} x1=${x(low)} x2=${x(high)} y1=${y} y2=${y} />${share !== null && html`<circle class=${`dot ${key}`} cx=${x(share)} cy=${y} r="4" />`}`;
  };
  const words = (key) => `${names[key]}: ${one[key].bad} of ${one[key].of} bad, between ${percent(one.bounds[key][0])} and ${percent(one.bounds[key][1])}`;
  return html`<svg class="ranges" viewBox="0 0 200 30" role="img" aria-label=${`${words("new")}; ${words("stable")}`}>${row("new", 9)}${row("stable", 21)}</svg><div class="small quiet">${words("new")}<br />${words("stable")}</div>`;
}

/** The shares look by look, the newest at the right. */
function Looks({ rates }) {
  if (rates.length < 2) return html`<span class="quiet">one look so far</span>`;
  const top = Math.max(...rates, 0.01);
  const points = rates.map((rate, at) => `${(at / (rates.length - 1)) * 196 + 2},${28 - (rate / top) * 24}`).join(" ");
  return html`<svg class="looks" viewBox="0 0 200 30" role="img" aria-label=${`Bad answers look by look, at most ${percent(top)}, now ${percent(rates[rates.length - 1])}`}><polyline points=${points} /></svg>`;
}

function Stages({ release }) {
  const at = release.stage ?? 0;
  const state = (number) => (number < at || (number === at && release.phase === "done") ? "done" : number === at ? release.phase : "");
  return html`<div class="wide" tabindex="0" role="region" aria-label="Stages"><table class="rows"><thead><tr><th scope="col">Stage</th><th scope="col">Weights</th><th scope="col">At least</th><th scope="col">At most</th><th scope="col">State</th></tr></thead>
    <tbody>${release.stages.map((one, index) => html`<tr><th scope="row">${index + 1}</th><td data-label="Weights">${Object.entries(one.weights).map(([lane, weight]) => `${lane} ${weight} %`).join(", ")}</td><td data-label=${one.duration ? "At least" : undefined}>${one.duration ? span(one.duration) : ""}</td><td data-label=${one.limit ? "At most" : undefined}>${one.limit ? span(one.limit) : ""}</td><td>${state(index + 1) && html`<${Badge} kind=${PHASES[state(index + 1)] ?? "plain"}>${state(index + 1)}</${Badge}>`}</td></tr>`)}</tbody></table></div>`;
}

function Gates({ release }) {
  const judged = release.judged;
  if (!judged) return html`<p class="quiet">Gates: ${release.gates.join(", ") || "none"}. ${release.isObject ? "Its agent has not looked at a stage yet." : "No runner of this work tree has looked at this stage."}</p>`;
  return html`<p class="quiet">${judged.at ? `Looked at ${ago(judged.at)}: ` : ""}${judged.said}</p>
    ${judged.verdicts.length > 0 && html`<div class="wide" tabindex="0" role="region" aria-label="Gates"><table class="rows"><thead><tr><th scope="col">Hop</th><th scope="col">Gate</th><th scope="col">Known</th><th scope="col">Bad answers, ${release.lane} above ${release.stable}</th>${release.isObject ? null : html`<th scope="col">${release.lane} look by look</th>`}</tr></thead>
    <tbody>${judged.verdicts.map((one) => { const [kind, words] = OUTCOMES[one.outcome]; return html`<tr><th scope="row">${short(one.hop)}</th><td data-label="Gate">${one.gate}</td><td data-label="Known"><${Badge} kind=${kind}>${words}</${Badge}><div class="quiet small">${one.said}</div></td><td><${Ranges} one=${one} names=${{ new: release.lane, stable: release.stable }} /></td>${release.isObject ? null : html`<td><${Looks} rates=${one.rates} /></td>`}</tr>`; })}</tbody></table></div>`}`;
}

const ACTIONS = {
  pause: ["Pause", (one) => one.phase === "running", "It stays at its stage, whatever is counted."],
  resume: ["Resume", (one) => ["paused", "resting"].includes(one.phase), "It goes on: counting and clock of its stage begin anew."],
  promote: ["Promote", (one) => ["running", "paused", "resting"].includes(one.phase), "The last stage's weights are set now, whatever is known."],
  abort: ["Abort", (one) => ["running", "paused", "resting"].includes(one.phase), "The weights of before come back."],
};
const ASKED = { Done: "good", Refused: "error" };

/** What was asked of a release that an agent executes, and what came of it. */
function Request({ of }) {
  if (!of) return null;
  return html`<p class="note ${ASKED[of.outcome] ?? ""}">Asked to ${of.action}: ${of.outcome ? `${of.outcome.toLowerCase()}${of.message ? `, ${of.message}` : ""}` : "not answered yet"}.</p>`;
}

function Release({ release }) {
  const [asked, ask] = useState("");
  const [state, hold] = useState({ isBusy: false, error: null, said: "" });
  const say = async () => {
    const action = asked;
    ask("");
    hold({ isBusy: true, error: null, said: "" });
    try {
      const told = await post(`/releases/${part(release.release)}`, { action });
      hold({ isBusy: false, error: null, said: told.title });
      readAgain();
    } catch (error) {
      hold({ isBusy: false, error, said: "" });
    }
  };
  return html`<section class="card"><div class="row spread"><div class="row"><h2>${release.release}</h2><${Badge} kind=${PHASES[release.phase] ?? "plain"}>${release.phase}</${Badge}>${release.attempt > 1 && html`<span class="quiet">attempt ${release.attempt}</span>`}</div>
      <div class="row">${Object.entries(ACTIONS).map(([key, [words, can]]) => can(release) && release.mayAsk !== false && html`<${Button} class=${key === "abort" ? "danger" : ""} isOff=${state.isBusy} onClick=${() => ask(key)}>${words}</${Button}>`)}</div></div>
    <p>Lane <strong>${release.lane}</strong> beside lane <strong>${release.stable}</strong>${release.since ? `; its weights were moved ${ago(release.since)}` : ""}.</p>
    ${release.isObject && Object.keys(release.weights).length > 0 && html`<p>Weights now: ${Object.entries(release.weights).map(([lane, weight]) => `${lane} ${weight} %`).join(", ")}${release.git ? ", moved by commits" : ""}.</p>`}
    <${Request} of=${release.request} />
    ${release.phase === "not begun" && release.command && html`<p class="row">It begins with <code class="curl">${release.command}</code><${Copy} text=${release.command} /></p>`}
    ${release.why && html`<p class="note warning">${release.why}</p>`}
    <div aria-live="polite"><${Trouble} error=${state.error} />${state.said && !release.isObject && html`<p class="note good">Committed: ${state.said}.</p>`}</div>
    <${Stages} release=${release} /><${Gates} release=${release} />
    ${asked && html`<${Dialog} title=${`${ACTIONS[asked][0]} release ${release.release}?`} close=${() => ask("")}><p>${ACTIONS[asked][2]}</p><div class="row end"><button type="button" onClick=${() => ask("")}>Cancel</button><button type="button" class="main" onClick=${say}>${ACTIONS[asked][0]}</button></div></${Dialog}>`}</section>`;
}

export function ReleasePage({ about }) {
  const every = about?.kind === "cluster" ? 0 : 2; // a runner beside a work tree tells nobody what it counted
  return html`<h1>Release</h1><${Read} of=${useRead("/releases", { every })}>${(found) => (found.length ? found.map((one) => html`<${Release} key=${one.release} release=${one} />`) : html`<${Empty}>No plan of a release is among the files.</${Empty}>`)}</${Read}>`;
}
