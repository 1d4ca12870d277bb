// What lanes cost proxies and istiod, each way to write them beside the others.

import { html, Read, useRead } from "../view.js";
import { bytes, count, Empty } from "../parts.js";

const LAYOUTS = { none: "without lanes", istio: "layout istio", asm: "layout asm", scoped: "layout scoped", sparse: "istio, changed services only" };
const seconds = (number) => `${number < 1 ? number.toFixed(2) : number.toFixed(1)} s`;
const number = (n) => n.toLocaleString("en-US");
const ROWS = [
  ["clusters", "clusters", number],
  ["routes", "routes", number],
  ["configuration", "configurationBytes", bytes],
  ["memory", "memoryBytes", bytes],
  ["start", "startSeconds", seconds],
];

function Bar({ share }) {
  return html`<meter class="bar" min="0" max="1" value=${share} aria-hidden="true"></meter>`;
}

/** Classes of proxies that hold the same in every layout, once. */
function blocks(layouts) {
  const alike = new Map();
  layouts[0].proxies.forEach((one, at) => {
    const key = JSON.stringify([one.kind, layouts.map((layout) => [layout.proxies[at].clusters, layout.proxies[at].routes])]);
    alike.set(key, [...(alike.get(key) ?? []), at]);
  });
  return [...alike.values()].map((places) => ({
    at: places[0],
    name: layouts[0].proxies[places[0]].of + (places.length > 1 ? ` and ${places.length - 1} more` : ""),
    proxies: places.reduce((sum, at) => sum + layouts[0].proxies[at].count, 0),
  }));
}

/** What of a number is because of lanes, and of each of them; nothing in the column without lanes. */
function Share({ all, each, say }) {
  if (!all) return null;
  const signed = (one) => `${one < 0 ? "−" : "+"}${say(Math.abs(one))}`;
  return html`<small class="quiet"><span class="nowrap">${signed(all)},</span> <span class="nowrap">${signed(each)} a lane</span></small>`;
}

function Row({ name, values, say, shares = [] }) {
  const top = Math.max(...values, 0) || 1;
  return html`<tr><th scope="row">${name}</th>${values.map((one, at) => html`<td class="number">${say(one)}<${Bar} share=${one / top} />${shares[at]}</td>`)}</tr>`;
}

/** A number of one class of proxies in each layout. */
function ClassRow({ name, field, say, proxies }) {
  const shares = proxies.map((one) => html`<${Share} all=${one.ofLanes[field]} each=${one.ofEachLane[field]} say=${say} />`);
  return html`<${Row} name=${name} values=${proxies.map((one) => one[field])} say=${say} shares=${shares} />`;
}

const Head = ({ name, layouts }) => html`<tr class="group"><th scope="colgroup" colspan=${layouts.length + 1}>${name}</th></tr>`;

function Costs({ cost }) {
  const layouts = cost.layouts;
  return html`<p>Each number is that of one proxy; below it, what of it is because of lanes, and what each of the ${count(cost.lanes, "lane")} has of that if all had the same.</p>
    <div class="wide" tabindex="0" role="region" aria-label="Cost by layout"><table class="cost">
      <thead><tr><td></td>${layouts.map((one) => html`<th scope="col" class="number">${LAYOUTS[one.layout] ?? one.layout}</th>`)}</tr></thead>
      <tbody>
        ${blocks(layouts).map((block) => html`<${Head} name=${`${block.name} (${block.proxies.toLocaleString("en-US")})`} layouts=${layouts} />
          ${ROWS.map(([name, field, say]) => html`<${ClassRow} name=${name} field=${field} say=${say} proxies=${layouts.map((one) => one.proxies[block.at])} />`)}`)}
        <${Head} name=${`All ${count(cost.proxies, "proxy", "proxies")}`} layouts=${layouts} />
        <${Row} name="memory" values=${layouts.map((one) => one.memoryBytes)} say=${bytes} />
        <${Head} name="istiod, while they join" layouts=${layouts} />
        <${Row} name="memory" values=${layouts.map((one) => one.istiod.memoryBytes)} say=${bytes} />
        <${Row} name="processor" values=${layouts.map((one) => one.istiod.processorSeconds)} say=${seconds} />
        <${Head} name="To write" layouts=${layouts} />
        <${Row} name="objects" values=${layouts.map((one) => one.objects)} say=${number} />
        <${Row} name="their JSON" values=${layouts.map((one) => one.objectBytes)} say=${bytes} />
      </tbody>
    </table></div>
    <p class="quiet">Clusters, routes and objects are counted. Memory and time are of configuration alone, by constants measured with ${cost.measuredWith}.</p>`;
}

export function CostPage() {
  return html`<h1>Cost</h1><p class="lead">What each proxy and istiod hold because of lanes.</p>
    <${Read} of=${useRead("/cost")} word="Counting what every proxy holds in each layout. With a hundred lanes that takes minutes; other pages go on meanwhile…">${(found) => (found.layouts[1]?.objects ? html`<${Costs} cost=${found} />` : html`<${Empty}>There is no lane yet, so lanes cost nothing.</${Empty}>`)}</${Read}>`;
}
