// How elements are made: names, attributes, children; text is always text. SVG and HTML alike.

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

/** Make an element of HTML; attributes that begin with `on` are listeners. */
export const html = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

/** Make an element of SVG. */
export const svg = (name, attributes = {}, ...children) => filled(document.createElementNS(SVG, name), attributes, children);

/** Write a text where it differs. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A button that says what it does. */
export const button = (words, pressed, attributes = {}) => html("button", { type: "button", onclick: pressed, ...attributes }, words);

let pen = null;
const fonts = new Map();

/** The width of a text in CSS pixels, near enough: that of its letters, each of which is measured once. */
export function textWidth(text, font) {
  if (!fonts.has(font)) fonts.set(font, new Map());
  const widths = fonts.get(font);
  let sum = 0;
  for (const letter of text) {
    if (!widths.has(letter)) widths.set(letter, measured(letter, font));
    sum += widths.get(letter);
  }
  return sum;
}

function measured(letter, font) {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = font;
  return pen.measureText(letter).width;
}

/** A text that is cut in its middle where it is too wide: beginnings and ends tell names apart. */
export function cut(text, font, width) {
  if (textWidth(text, font) <= width) return text;
  let low = 1, high = text.length - 1;
  while (low < high) {
    const kept = Math.ceil((low + high) / 2);
    if (textWidth(shortened(text, kept), font) <= width) low = kept;
    else high = kept - 1;
  }
  return shortened(text, low);
}

const shortened = (text, kept) => `${text.slice(0, Math.ceil(kept * 0.6))}…${text.slice(text.length - Math.floor(kept * 0.4))}`;
