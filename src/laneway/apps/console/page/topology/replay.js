// The last ten minutes again: a slider, play and pause, how fast, and the way back to now.
//
// Comes in: the newest second there is, and a function that gives what was known at a second. Goes
// out: what was known then, drawn by the same code as what is known now; null goes out where one is
// back at now. A second that nobody recorded is unknown, not quiet.

import { button, html, write } from "./elements.js";

const LONG = 600;
const SPEEDS = [1, 4, 16];
const TICK = 250;
let sliders = 0;

export class Replay {
  second = null; // null: now
  #newest = 0;
  #timer = 0;
  #asked = 0;
  #isAsking = false;
  #speed = SPEEDS[1];

  constructor({ frame, shows, says }) {
    Object.assign(this, { frame, shows, says });
    const id = `topology-replay-${++sliders}`;
    this.play = button("▶", () => this.#toggle(), { class: "small", "aria-label": "Play", title: "Play the last ten minutes" });
    this.slider = html("input", { id, type: "range", min: -LONG, max: 0, step: 1, value: 0, oninput: () => this.#slid() });
    this.fast = html("select", { "aria-label": "Speed", onchange: () => { this.#speed = Number(this.fast.value); } },
      ...SPEEDS.map((one) => html("option", { value: one, selected: one === this.#speed }, `${one}×`)));
    this.when = html("output", { for: id, class: "topology-when" });
    this.now = button("Now", () => this.#back(), { class: "small" });
    this.element = html("div", { class: "topology-replay row", role: "group", "aria-label": "Replay" },
      this.play, html("label", { class: "hidden", for: id }, "Moment of the last ten minutes"), this.slider, this.when, this.fast, this.now);
    this.#tell();
  }

  /** Say which second is the newest. */
  reach(newest) {
    this.#newest = Math.floor(newest);
    if (this.second === null) return void this.#tell();
    this.second = Math.max(this.second, this.#newest - LONG);
    this.slider.value = this.second - this.#newest;
    this.#tell();
  }

  /** Stop playing. */
  end() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#asked++;
  }

  #slid() {
    const ago = Number(this.slider.value);
    if (ago === 0) return void this.#back();
    this.#seek(this.#newest + ago);
  }

  #seek(second) {
    this.second = second;
    this.#tell();
    this.#ask();
  }

  async #ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const mine = ++this.#asked, second = Math.floor(this.second);
    const found = await this.frame(second).catch(() => null);
    this.#isAsking = false;
    if (mine !== this.#asked || this.second === null) return;
    this.shows(found ?? { at: second, window: 0, known: false, edges: {}, seen: [] });
    if (Math.floor(this.second) !== second) this.#ask();
  }

  #toggle() {
    if (this.#timer) return void this.#pause();
    if (this.second === null) this.#seek(this.#newest - LONG);
    this.#timer = setTimeout(() => this.#tick(), TICK);
    this.#playing();
  }

  #tick() {
    if (this.second === null) return;
    const next = this.second + (this.#speed * TICK) / 1000;
    if (next >= this.#newest) return void this.#back();
    this.slider.value = Math.floor(next) - this.#newest;
    if (Math.floor(next) === Math.floor(this.second)) this.second = next;
    else this.#seek(next);
    this.#timer = setTimeout(() => this.#tick(), TICK);
  }

  #pause() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#playing();
  }

  #playing() {
    const isPlaying = this.#timer !== 0;
    write(this.play, isPlaying ? "❚❚" : "▶");
    this.play.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
  }

  #back() {
    this.#pause();
    this.#asked++;
    this.second = null;
    this.slider.value = 0;
    this.#tell();
    this.shows(null);
    this.says("This is now.");
  }

  #tell() {
    const ago = this.second === null ? 0 : Math.max(0, this.#newest - Math.floor(this.second));
    const words = this.second === null ? "now" : `${ago >= 60 ? `${Math.floor(ago / 60)} min ` : ""}${ago % 60} s ago`;
    const clock = this.#newest ? new Date((this.#newest - ago) * 1000).toLocaleTimeString([], { hour12: false }) : "";
    write(this.when, [clock, words].filter(Boolean).join(" · "));
    this.slider.setAttribute("aria-valuetext", words);
    this.now.disabled = this.second === null;
    this.element.classList.toggle("past", this.second !== null);
  }
}
