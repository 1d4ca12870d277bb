// The shares of a group's lanes as sliders. A slider that moves moves the others, so that they add up
// to 100; a number that is typed stays, and then it is said what they add up to.

import { html, Link, Read, Trouble, useEffect, useRead, useRef, useState } from "./view.js";
import { part } from "./api.js";
import { go } from "./view.js";
import { atFields, Conflict, Preview, Told, useApply, usePreview, Way } from "./edits.js";

/** Weights with one changed and the rest shared out as before, in whole numbers that add up to 100. */
export function shared(weights, name, value) {
  const others = Object.keys(weights).filter((one) => one !== name);
  if (!others.length) return { [name]: 100 };
  const rest = 100 - value;
  const sum = others.reduce((total, one) => total + weights[one], 0);
  const exact = others.map((one) => (sum ? (weights[one] * rest) / sum : rest / others.length));
  const whole = exact.map(Math.floor);
  const order = exact.map((one, at) => [one - whole[at], at]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (let left = rest - whole.reduce((a, b) => a + b, 0), at = 0; left > 0; left--, at++) whole[order[at % order.length][1]]++;
  return { ...weights, [name]: value, ...Object.fromEntries(others.map((one, at) => [one, whole[at]])) };
}

function Slider({ name, value, slide, type }) {
  const id = `weight-${name}`;
  return html`<div class="slider">
    <label for=${id}>${name}</label>
    <input id=${id} type="range" min="0" max="100" step="1" value=${value} aria-valuetext=${`${value} percent`} onInput=${(event) => slide(Number(event.target.value))} />
    <span class="row tight"><input type="number" min="0" max="100" aria-label=${`Share of ${name} in percent`} value=${value} onInput=${(event) => type(Number(event.target.value) || 0)} /> %</span>
  </div>`;
}

function Sliders({ shown, done }) {
  const [base, rest] = useState(shown);
  const [weights, weigh] = useState(shown.form.weights);
  const anchor = useRef({ name: "", weights });
  const slide = (name, to) => {
    if (anchor.current.name !== name) anchor.current = { name, weights };
    weigh(shared(anchor.current.weights, name, to)); // by what they were before it moved: steps do not add up rounding
  };
  const type = (name, to) => {
    anchor.current = { name: "", weights };
    weigh({ ...weights, [name]: to });
  };
  const same = JSON.stringify(weights) === JSON.stringify(base.form.weights);
  const sum = Object.values(weights).reduce((a, b) => a + b, 0);
  const edit = { form: { ...base.form, weights }, shown: base, file: "", despiteErrors: false };
  const { preview, conflict, way, error, isAsked } = usePreview(same ? null : edit);
  const [apply, state, forget] = useApply((written) => { done(); go(location.pathname + location.search, { replaces: true, written }); });
  useEffect(() => {
    if (!same || shown === base) return;
    rest(shown);
    weigh((now) => (now === weights ? shown.form.weights : now)); // whoever moved one since it was drawn goes on
  }, [shown.version]);
  const take = (now) => { rest(now); weigh(now.form.weights); forget(); };
  const told = atFields(preview?.findings, ["weights"]);
  const found = conflict ?? state.conflict;
  return html`
    ${base.reason && html`<p class="note warning">${base.reason}</p>`}
    ${Object.entries(weights).map(([name, value]) => html`<${Slider} key=${name} name=${name} value=${value} slide=${(to) => slide(name, to)} type=${(to) => type(name, to)} />`)}
    <p class=${sum === 100 ? "quiet" : "told-error"} role="status">${sum === 100 ? "They add up to 100 %." : `They add up to ${sum} %, and have to add up to 100 %.`}</p>
    <${Told} of=${sum === 100 ? told.get("weights") : []} />
    <${Trouble} error=${error ?? state.error} />${found && html`<${Conflict} of=${found} take=${take} />`}
    ${!same && sum === 100 && !found && html`<${Preview} of=${preview} rest=${told.get("") ?? []} isAsked=${isAsked} isShort=${true} />`}
    ${!same && html`<${Way} of=${way} preview=${preview} />`}
    <div class="row"><button type="button" class="main" disabled=${same || sum !== 100 || isAsked || state.isBusy || !preview || preview.isRefused || Boolean(found)} onClick=${() => apply(edit)}>Apply</button><button type="button" onClick=${done}>Cancel</button></div>`;
}

export function Weights({ group, done }) {
  const read = useRead(`/forms/weights/of/${part(group.name)}`);
  return html`<div class="weights" role="group" aria-label=${`Weights of ${group.name}`}>
    ${group.splits.map((one) => html`<p class="quiet small">Written in <${Link} to=${`/resources?filter=${part(one.subject.split(" ").pop())}`}>${one.said}</${Link}> <span class="mono">${one.place.split("/").pop()}</span></p>`)}
    <${Read} of=${read}>${(shown) => html`<${Sliders} shown=${shown} done=${done} />`}</${Read}></div>`;
}
