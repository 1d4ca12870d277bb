// What is wrong, by what people see of it: cause, object, fix, and the command that looks at it.

import { part } from "../api.js";
import { Copy, html, Link, prose, Read, useRead } from "../view.js";
import { count, Empty, inquiryPath, Level, ObjectLink } from "../parts.js";
import { Rows, useFilter } from "../rows.js";
import { go } from "../view.js";

const refOf = (one) => `${one.kind} ${one.namespace ? `${one.namespace}/` : ""}${one.name}`;

function Place({ one }) {
  const line = one.place?.line;
  const words = one.place ? `${one.place.file.split("/").pop()}${line ? `:${line}` : ""}` : "";
  return html`${one.object && html`<${ObjectLink} of=${refOf(one.object)} line=${line} />`}${words && html`<div class="mono small quiet" title=${one.place.file}>${words}</div>`}`;
}

const row = (titles) => (one) => html`<tr key=${`${one.code} ${one.cause}`}>
  <td><${Level} of=${one.level} /></td>
  <td class="cause"><strong>${prose(one.cause)}</strong>${one.why && (one.code ? html`<details><summary>Why it matters</summary><p>${prose(one.why)}</p></details>` : html`<div>${one.why}</div>`)}<div class="quiet small">${[one.symptoms.map((id) => titles.get(id)).join(", "), one.code].filter(Boolean).join(" · ")}</div></td>
  <td class="where"><${Place} one=${one} /></td>
  <td class="fix">${prose(one.fix)}${one.command && html`<div class="row tight command"><code>${one.command}</code><${Copy} text=${one.command} /></div>`}${one.inquiry && html`<${Link} class="small" to=${inquiryPath(one.inquiry)}>Explain its request</${Link}>`}</td>
</tr>`;

function Symptoms({ of, chosen, choose }) {
  return html`<div class="wide"><table class="symptoms"><thead><tr><th scope="col">Symptom</th><th scope="col">What to check</th><th scope="col" class="number">Found</th></tr></thead>
    <tbody>${of.map((one) => html`<tr class=${chosen === one.id ? "chosen" : ""}><th scope="row">${one.title}</th><td>${one.check}</td><td class="number">${one.rows ? html`<button type="button" class="small" aria-pressed=${chosen === one.id} onClick=${() => choose(chosen === one.id ? "" : one.id)}>${count(one.rows, "cause")}</button>` : html`<span class="quiet">nothing</span>`}</td></tr>`)}</tbody></table></div>`;
}

const rowsOf = (found) => found.rows;

export function DoctorPage({ query }) {
  const [filter, input] = useFilter(query);
  const symptom = query.get("symptom") ?? "";
  const choose = (id) => go(`/doctor?${new URLSearchParams({ ...(filter && { filter }), ...(id && { symptom: id }) })}`);
  const path = `/doctor?query=${part(filter)}&symptom=${part(symptom)}`;
  const read = useRead(`${path}&limit=1`);
  return html`<div class="row spread"><h1>Doctor</h1>${input}</div>
    <${Read} of=${read}>${(found) => {
      const titles = new Map(found.symptoms.map((one) => [one.id, one.title]));
      const { error, warning, info } = found.levels;
      return html`<${Symptoms} of=${found.symptoms} chosen=${symptom} choose=${choose} />
        <p class="quiet" role="status">${error || warning || info ? `${count(error, "error")}, ${count(warning, "warning")}, ${count(info, "note")} in all.` : "Nothing is wrong."}${(filter || symptom) && ` ${count(found.rows.total, "row")} shown.`}</p>
        ${found.rows.total > 0 ? html`<${Rows} path=${path} total=${found.rows.total} head=${["Level", "Cause", "Where", "Fix"]} row=${row(titles)} pick=${rowsOf} label="Causes" />` : html`<${Empty}>${filter || symptom ? "Nothing of that kind." : "Nothing is wrong with lanes, their routes or their pods."}</${Empty}>`}`;
    }}</${Read}>`;
}
