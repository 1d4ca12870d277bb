// Which part of the picture is seen, and how large: drag, wheel, pinch, keys.
//
// Comes in: the stage, the sheet that is moved over it, and what to do when the picture is looked at
// from elsewhere. Goes out: `x`, `y` and the scale `k`. While something moves only the sheet's CSS
// transform changes, which costs the compositor alone; when it rests at another scale the picture
// is drawn at that scale (`rests`). See docs/decisions for what was measured.

const LEAST = 0.02, MOST = 4, REST = 160, STEP = 60;

export class Camera {
  x = 0;
  y = 0;
  k = 1;
  isOurs = true; // whether it shows what `fit` showed: nobody has moved it
  #drawnAt = 1;
  #frame = 0;
  #resting = 0;
  #pointers = new Map();
  #dragged = null;
  #size = { width: 1, height: 1 };
  #extentTold = null; // of the stage, as soon as the browser has said it
  #corner = null; // of the stage, while it is dragged: asking anew would lay out all that changed
  #stop = new AbortController();

  constructor(stage, sheet, { rests }) {
    Object.assign(this, { stage, sheet, rests });
    const on = (type, act, options = {}) => stage.addEventListener(type, act, { signal: this.#stop.signal, ...options });
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"]) on(type, (event) => this.#up(event));
    on("click", (event) => { if (this.#dragged?.isFar) event.stopPropagation(); this.#dragged = null; }, { capture: true });
  }

  /** Forget everything that is listened to. */
  end() {
    this.#stop.abort();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#resting);
  }

  /** Say how large the picture is. */
  measure(size) { this.#size = size; }

  /** Say how large the stage is now. */
  resized({ width, height }) {
    this.#extentTold = { width, height };
    if (this.isOurs) this.fit();
  }

  /** How large the stage is: asking it would lay out all that changed. */
  #extent() {
    return this.#extentTold ?? { width: this.stage.clientWidth, height: this.stage.clientHeight };
  }

  /** Show all of it, no larger than is good to read. */
  fit() {
    const { width, height } = this.#extent();
    if (!width || !height) return;
    const k = Math.min(1.25, width / this.#size.width, height / this.#size.height);
    this.isOurs = true;
    this.#go((width - this.#size.width * k) / 2, (height - this.#size.height * k) / 2, k, true);
  }

  /** Make it larger or smaller around a point of the stage, or around its middle. */
  zoom(factor, x = this.#extent().width / 2, y = this.#extent().height / 2, glides = false) {
    const k = Math.min(MOST, Math.max(LEAST, this.k * factor));
    this.isOurs = false;
    this.#go(x - (x - this.x) * (k / this.k), y - (y - this.y) * (k / this.k), k, glides);
  }

  /** Move it by CSS pixels. */
  pan(x, y) {
    this.isOurs = false;
    this.#go(this.x + x, this.y + y, this.k, false);
  }

  /** Move it by so many steps of the keyboard. */
  step(x, y) { this.pan(x * STEP, y * STEP); }

  /** Move it as little as shows a rectangle of the picture. */
  reveal({ x, y, width, height }) {
    const { width: across, height: down } = this.#extent(), edge = 24;
    const left = x * this.k + this.x, top = y * this.k + this.y;
    const by = (from, to, end) => (from < edge ? edge - from : to > end - edge ? Math.max(end - edge - to, edge - from) : 0);
    const dx = by(left, left + width * this.k, across), dy = by(top, top + height * this.k, down);
    if (dx || dy) this.#go(this.x + dx, this.y + dy, this.k, true);
  }

  /** The rectangle of the picture that is seen, and so many stages more on each side. */
  seen(margin = 0) {
    const { width, height } = this.#extent();
    return {
      x: (-this.x - width * margin) / this.k, y: (-this.y - height * margin) / this.k,
      width: (width * (1 + 2 * margin)) / this.k, height: (height * (1 + 2 * margin)) / this.k,
    };
  }

  /** From where it is seen, in a word. */
  get place() { return `${this.x} ${this.y} ${this.k}`; }

  /** Have the sheet say that it is drawn at the present scale. */
  drawn() {
    this.#drawnAt = this.k;
    this.#place();
  }

  #go(x, y, k, glides) {
    Object.assign(this, { x, y, k });
    this.sheet.classList.toggle("gliding", glides);
    this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; this.#place(); });
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#rest(), REST + (glides ? 200 : 0));
  }

  #rest() {
    this.sheet.classList.remove("gliding");
    if (!this.#pointers.size) this.rests(this.k !== this.#drawnAt);
  }

  #place() {
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.k / this.#drawnAt})`;
  }

  #at(event) {
    const { left, top } = this.#corner ?? this.stage.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #wheel(event) {
    event.preventDefault();
    const lines = [1, 16, 400][event.deltaMode];
    this.zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.002)), ...this.#at(event));
  }

  #down(event) {
    if (event.button) return;
    this.#corner = this.stage.getBoundingClientRect();
    this.#pointers.set(event.pointerId, this.#at(event));
    this.#dragged = { from: this.#at(event), isFar: false };
  }

  #move(event) {
    const was = this.#pointers.get(event.pointerId);
    if (!was) return;
    const is = this.#at(event);
    const others = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    if (!this.#dragged.isFar) {
      if (Math.hypot(is[0] - this.#dragged.from[0], is[1] - this.#dragged.from[1]) < 4 && !others.length) return;
      this.#dragged.isFar = true;
      this.stage.setPointerCapture(event.pointerId);
    }
    this.#pointers.set(event.pointerId, is);
    if (!others.length) return void this.pan(is[0] - was[0], is[1] - was[1]);
    const [other] = others, apart = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]) || 1;
    const middle = [(is[0] + other[0]) / 2, (is[1] + other[1]) / 2];
    this.pan((is[0] - was[0]) / 2, (is[1] - was[1]) / 2);
    this.zoom(apart(is) / apart(was), ...middle);
  }

  #up(event) {
    this.#pointers.delete(event.pointerId);
    if (this.#pointers.size) return;
    this.#corner = null;
    if (this.#dragged?.isFar) this.#resting = setTimeout(() => this.#rest(), REST);
  }
}
