// A question before something is removed: what goes with it, and what would change.

import { html, Trouble, useState } from "./view.js";
import { Dialog } from "./parts.js";
import { canInsist, Conflict, Preview, useApply, usePreview, Way } from "./edits.js";
import { go } from "./view.js";

const NAMES = { group: "lane group", lane: "lane", rule: "entry rule" };

export function Removing({ removal, close }) {
  const [also, choose] = useState({ withLanes: false, withWorkloads: false });
  const [despiteErrors, insist] = useState(false);
  const edit = { form: { kind: "removal", what: removal.what, name: removal.name, rule: removal.rule ?? null, ...also }, shown: removal.shown ?? null, file: "", despiteErrors };
  const { preview, conflict, way, error, isAsked } = usePreview(edit);
  const [apply, state] = useApply((written) => { close(); go(location.pathname + location.search, { replaces: true, written }); });
  const tick = (name, words) => html`<label class="row"><input type="checkbox" checked=${also[name]} onChange=${(event) => choose({ ...also, [name]: event.target.checked })} /> ${words}</label>`;
  const errors = (preview?.findings ?? []).filter((one) => one.level === "error" && one.isNew);
  return html`<${Dialog} title=${`Remove ${NAMES[removal.what]} ${removal.said ?? removal.name}`} close=${close}>
    ${removal.what === "group" && tick("withLanes", "Its lanes as well")}
    ${(removal.what === "lane" || also.withLanes) && tick("withWorkloads", "Workloads and services that nothing else uses as well")}
    <${Trouble} error=${error ?? state.error} />${(conflict ?? state.conflict) && html`<${Conflict} of=${conflict ?? state.conflict} />`}
    <${Preview} of=${preview} rest=${preview?.findings ?? []} isAsked=${isAsked} isShort=${true} />
    ${errors.length > 0 && canInsist(preview) && html`<label class="row"><input type="checkbox" checked=${despiteErrors} onChange=${(event) => insist(event.target.checked)} /> Remove it in spite of the errors</label>`}
    <${Way} of=${way} preview=${preview} />
    <div class="row end"><button type="button" onClick=${close}>Cancel</button><button type="button" class="danger" disabled=${state.isBusy || isAsked || !preview || preview.isRefused} onClick=${() => apply(edit)}>Remove</button></div>
  </${Dialog}>`;
}
