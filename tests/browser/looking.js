// What a person could not see or reach on a page, told as lines of text. It is put into a page before
// the page's own scripts, so that it knows who listens for clicks.

{
  const clicked = new Set();
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (kind, ...rest) {
    if (kind === "click" && this instanceof Element) clicked.add(this);
    return listen.call(this, kind, ...rest);
  };

  const OPERATED = "a[href], area[href], button, input, select, textarea, summary, label, option, [tabindex]";
  const isSeen = (one) => one.isConnected && one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
  let scope = document;
  const where = () => document.querySelector("dialog[open]") ?? scope;
  const named = (one) => `${one.outerHTML.slice(0, 160)}`;

  /** Elements that Tab has to come to: of a group of radio buttons one, since arrows lead to the others. */
  function stops() {
    const all = [...where().querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
    const isOther = (one) => one.type === "radio" && !one.checked && all.some((each) => each.name === one.name && each.checked);
    return all.filter((one) => isSeen(one) && !one.disabled && one.tabIndex >= 0 && !isOther(one));
  }

  /** What an element is known by: rows of a long list go and come again as other elements. */
  const known = (one) => [one.tagName, one.id, one.getAttribute("href"), one.getAttribute("aria-label") ?? one.textContent.slice(0, 60)].join(" ");
  let reached = new Map();
  function note({ target }) {
    const { outlineStyle, outlineWidth } = getComputedStyle(target);
    const isRinged = outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
    reached.set(known(target), { target, isRinged: isRinged || target instanceof SVGElement }); // a node of the topology has a ring of its own
  }
  listen.call(document, "focusin", note, true);

  /** Begin to note what Tab comes to, in all of the document or in a part of it. */
  function begin(selector) {
    scope = selector ? document.querySelector(selector) : document;
    document.activeElement?.blur();
    if (selector) scope.focus(); // a place to go on from
    reached = new Map();
  }

  /** What Tab did not come to, or without saying so; and what takes clicks and no keys. */
  function unreached() {
    const missed = stops().filter((one) => !reached.has(known(one))).map((one) => `not reached: ${named(one)}`);
    const silent = [...reached.values()].filter(({ target, isRinged }) => isSeen(target) && !isRinged).map(({ target }) => `without a ring: ${named(target)}`);
    const deaf = [...clicked].filter((one) => isSeen(one) && !one.closest(OPERATED)).map((one) => `for pointers only: ${named(one)}`);
    return [...missed, ...silent, ...deaf];
  }

  const scrolls = (style) => ["auto", "scroll"].includes(style);
  const cuts = (style) => ["hidden", "clip"].includes(style);

  /** What is left of a rectangle in all that holds it; null where one can scroll to it. */
  function left(rect, element) {
    for (let holder = element; holder && holder !== document.documentElement; holder = holder.parentElement) {
      const style = getComputedStyle(holder);
      if (scrolls(style.overflowX) && holder !== document.body) return null;
      if (!cuts(style.overflowX) || holder instanceof SVGElement) continue;
      const full = holder.getBoundingClientRect();
      if (rect.right > full.right + 1 || rect.left < full.left - 1) return style.textOverflow === "ellipsis" && holder.title ? null : "cut off";
    }
    return rect.right > innerWidth + 1 || rect.left < -1 ? "beside the window" : null;
  }

  /** Every piece of text that is seen, with its rectangles. */
  function* texts() {
    const walker = document.createTreeWalker(document.querySelector("dialog[open]") ?? document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || !isSeen(element) || element.closest("svg, option, script, style, .hidden, .skip")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      yield [node, element, [...range.getClientRects()].filter((one) => one.width > 1 && one.height > 1)];
    }
  }

  /** Text that is cut off, lies beside the window or on other text; a document that is too wide. */
  function lost() {
    const told = [];
    const wide = document.documentElement.scrollWidth;
    if (wide > innerWidth) told.push(`the document is ${wide} wide in a window of ${innerWidth}`);
    const seen = [];
    for (const [node, element, rects] of texts()) {
      for (const rect of rects) {
        const why = left(rect, element);
        if (why) told.push(`${why}: ${node.data.trim().slice(0, 60)}: ${named(element)}`);
        seen.push([rect, node, element]);
      }
    }
    seen.sort(([a], [b]) => a.top - b.top);
    seen.forEach(([a, one, element], at) => {
      for (let next = at + 1; next < seen.length && seen[next][0].top < a.bottom - 3; next++) {
        const [b, other] = seen[next];
        const isOver = Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3 && Math.min(a.bottom, b.bottom) - b.top > 4;
        if (isOver && one !== other && left(a, element) === null && !scrolled(element) && !scrolled(other.parentElement)) told.push(`on each other: ${one.data.trim().slice(0, 40)} | ${other.data.trim().slice(0, 40)}`);
      }
    });
    return told;
  }

  /** Whether an element may be out of sight inside something that scrolls. */
  function scrolled(element) {
    for (let holder = element; holder && holder !== document.body; holder = holder.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(holder);
      if ((scrolls(overflowX) || scrolls(overflowY)) && (holder.scrollWidth > holder.clientWidth + 1 || holder.scrollHeight > holder.clientHeight + 1)) return true;
    }
    return false;
  }

  window.looking = { begin, stops, unreached, lost };
}
