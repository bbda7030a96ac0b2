// The schedule viewer: requests as bars over time, the cache below, up to two schedules side by
// side on the same axes. Data comes from script elements of type application/json, which
// `reports/viewer.py` describes. `paint.js`, which stands before this, draws.
"use strict";

const TAP = 5; // pixels: what moves less is no dragging
const LEAST_STEPS = 4; // zooming in stops here
const ORDERED_ABOVE = 60; // so many requests are shown in order of completion at first

// One of the two panes of a viewer; only the first speaks, or both would at once.
const paneOf = (side, live) => `<div class="pane">
<p class="title">${side} schedule</p>
<canvas class="bars" tabindex="0" role="img" aria-label="Requests over time"></canvas>
<canvas class="cache" tabindex="0" role="img" aria-label="Cache in use over time"></canvas>
<p class="detail"${live ? ' aria-live="polite"' : ""}></p>
</div>`;

const BUTTONS = [
  ["zoom-in", "time +", "Zoom in on time"], ["zoom-out", "time -", "Zoom out of time"],
  ["rows-in", "rows +", "Zoom in on rows"], ["rows-out", "rows -", "Zoom out of rows"],
  ["reset", "everything", ""], ["step-back", "step -", "One step back"],
  ["step-on", "step +", "One step on"], ["save", "save as SVG", ""],
];

const CONTROLS = `<div class="controls">
<label>First schedule <select class="left"></select></label>
<label>Second schedule <select class="right"></select></label>
<label>Rows by <select class="order">
<option value="number">number</option>
<option value="arrival">arrival</option>
<option value="start">first start</option>
<option value="completion">completion</option>
<option value="output">output length</option>
</select></label>
<span class="buttons">${BUTTONS.map(([name, text, label]) =>
    `<button type="button" class="${name}"${label ? ` aria-label="${label}"` : ""}>${text}</button>`)
    .join("\n")}</span>
</div>
<div class="panes">${paneOf("first", true)}${paneOf("second", false)}</div>`;

// The numbers whose differences are given.
const sums = (differences) => {
  let total = 0;
  return differences.map((difference) => (total += difference));
};

class Viewer extends Painter {
  constructor(root) {
    super();
    this.root = root;
    root.insertAdjacentHTML("beforeend", CONTROLS);
    this.data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    const { requests, runs } = this.data;
    this.n = requests.output.length;
    this.end = 1; // the last step of the schedules shown
    this.chosen = null; // a request
    this.cursor = null; // a step
    for (const run of runs) {
      // see reports/viewer.py: differences of neighbours; a length is 0 for a whole output, and has
      // a minus sign if the attempt was completed with fewer or more steps
      run.start = sums(run.start);
      run.end = run.length.map((length, k) =>
        run.start[k] + (Math.abs(length) || requests.output[run.request[k]]));
      run.finished = run.length.map((length) => length <= 0);
      for (const name of ["time", "base", "running"]) run.profile[name] = sums(run.profile[name]);
      run.byRequest = Array.from({ length: this.n }, () => []);
      run.request.forEach((request, k) => run.byRequest[request].push(k));
    }
    this.selects = ["left", "right", "order"].map((name) => root.querySelector(`.${name}`));
    this.panes = [...root.querySelectorAll(".pane")].map((element) => ({
      element, title: element.querySelector(".title"), detail: element.querySelector(".detail"),
      bars: element.querySelector(".bars"), cache: element.querySelector(".cache"),
    }));
    this.fill();
    this.time = [0, 1];
    this.rows = [0, this.n];
    this.listen();
    this.update();
  }

  fill() {
    const [left, right, order] = this.selects;
    this.data.runs.forEach((run, k) => {
      left.add(new Option(run.title, k));
      right.add(new Option(run.title, k));
    });
    right.add(new Option("nothing", -1));
    const evicting = this.data.runs.findIndex((run, k) => k > 0 && run.evictions > 0);
    left.value = 0;
    right.value = evicting > 0 ? evicting : Math.min(1, this.data.runs.length - 1) || -1;
    order.value = this.n > ORDERED_ABOVE ? "completion" : "number";
    const height = Math.min(460, Math.max(120, 26 * this.n));
    for (const pane of this.panes) pane.bars.style.height = `${height}px`;
  }

  everything() {
    this.time = [0, this.end];
    this.rows = [0, this.n];
  }

  // --- state ---

  update() {
    const [left, right, order] = this.selects;
    const values = [Number(left.value), Number(right.value)];
    const first = this.data.runs[values[0]];
    this.order = this.sorted(order.value, first);
    this.place = new Int32Array(this.n);
    this.order.forEach((request, row) => { this.place[request] = row; });
    this.panes.forEach((pane, k) => {
      pane.run = values[k] < 0 ? null : this.data.runs[values[k]];
      pane.element.hidden = !pane.run;
      if (!pane.run) return;
      pane.title.textContent = `${pane.run.title}: ${this.summary(pane.run)}`;
      pane.title.className = `title ${pane.run.look}`; // its marker, as figures have it
      pane.bars.setAttribute("aria-label", `Requests over time, ${pane.title.textContent}`);
      pane.cache.setAttribute("aria-label", `Cache in use over time, ${pane.run.title}`);
    });
    const all = this.time[1] - this.time[0] >= this.end;
    this.end = Math.max(1, ...this.panes.map((pane) => (pane.run ? pane.run.makespan : 0)));
    this.time = all ? [0, this.end] : this.zoomed(this.time, this.time[0], 1, LEAST_STEPS, this.end);
    this.draw();
  }

  summary(run) {
    const ratio = (run.tel / this.data.bound).toFixed(2);
    // the bound is for the memory of the first run
    const beside = run.memory ? `with a memory of ${numbers.format(run.memory)}` :
      `${ratio} times the certified lower bound of ${numbers.format(this.data.bound)}`;
    return `total latency ${numbers.format(run.tel)} steps, ${beside}; ` +
      `${numbers.format(run.evictions)} evictions, makespan ${numbers.format(run.makespan)}`;
  }

  sorted(by, run) {
    const { output, arrival } = this.data.requests;
    const last = run.byRequest.map((attempts) => Math.max(...attempts.map((k) => run.end[k])));
    const first = run.byRequest.map((attempts) => Math.min(...attempts.map((k) => run.start[k])));
    const key = { number: (i) => i, output: (i) => output[i], arrival: (i) => arrival[i],
      start: (i) => first[i], completion: (i) => last[i] }[by];
    return Array.from({ length: this.n }, (_, i) => i).sort((a, b) => key(a) - key(b) || a - b);
  }

  // Scale a range about a point of it, keeping it within [0, most].
  zoomed([low, high], about, factor, least, most) {
    const size = Math.min(most, Math.max(Math.min(least, most), (high - low) * factor));
    const start = about - (about - low) * (size / (high - low));
    return this.moved([start, start + size], 0, most);
  }

  moved([low, high], by, most) {
    const size = high - low;
    const start = Math.min(Math.max(0, low + by), most - size);
    return [start, start + size];
  }

  zoom(factor, about = (this.time[0] + this.time[1]) / 2) {
    this.time = this.zoomed(this.time, about, factor, LEAST_STEPS, this.end);
    this.draw();
  }

  zoomRows(factor, about = (this.rows[0] + this.rows[1]) / 2) {
    this.rows = this.zoomed(this.rows, about, factor, 3, this.n);
    this.draw();
  }

  choose(request, step) {
    this.chosen = request;
    this.cursor = step;
    this.draw();
  }

  // One step on or back, from the first step shown; the axis follows.
  step(by) {
    const from = this.cursor === null ? Math.ceil(this.time[0]) - (by > 0 ? 1 : 0) : this.cursor;
    const to = Math.min(this.end - 1, Math.max(0, from + by));
    const [low, high] = this.time;
    if (to < low || to >= high) this.time = this.moved(this.time, to - (low + high) / 2, this.end);
    this.choose(this.chosen, to);
  }

  save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([svgOf(this)], { type: "image/svg+xml" }));
    link.download = `${this.root.id}.svg`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  chooseRow(row) {
    const within = Math.min(Math.max(0, row), this.n - 1);
    const [low, high] = this.rows;
    if (within < low) this.rows = this.moved(this.rows, within - low, this.n);
    if (within + 1 > high) this.rows = this.moved(this.rows, within + 1 - high, this.n);
    this.choose(this.order[within], this.cursor);
  }

  // --- what a reader does ---

  listen() {
    for (const select of this.selects) select.addEventListener("change", () => this.update());
    const buttons = {
      "zoom-in": () => this.zoom(0.5), "zoom-out": () => this.zoom(2),
      "rows-in": () => this.zoomRows(0.5), "rows-out": () => this.zoomRows(2),
      reset: () => { this.everything(); this.choose(null, null); },
      "step-back": () => this.step(-1), "step-on": () => this.step(1),
      save: () => this.save(),
    };
    for (const [name, act] of Object.entries(buttons)) {
      this.root.querySelector(`.${name}`).addEventListener("click", act);
    }
    for (const pane of this.panes) {
      for (const canvas of [pane.bars, pane.cache]) this.listenTo(canvas, pane);
      new ResizeObserver(() => this.draw()).observe(pane.bars);
    }
  }

  listenTo(canvas, pane) {
    let held = null;
    canvas.addEventListener("pointerdown", (event) => {
      held = { x: event.clientX, y: event.clientY, time: this.time, rows: this.rows };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerup", (event) => {
      const tapped = held && Math.hypot(event.clientX - held.x, event.clientY - held.y) < TAP;
      held = null;
      if (tapped) this.hover(event, canvas, pane);
    });
    canvas.addEventListener("pointercancel", () => { held = null; });
    canvas.addEventListener("pointerleave", (event) => {
      if (!held && event.pointerType === "mouse") this.choose(null, null);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (held) {
        const steps = (held.time[1] - held.time[0]) / (canvas.clientWidth - GUTTER);
        const rows = (held.rows[1] - held.rows[0]) / pane.bars.clientHeight;
        this.time = this.moved(held.time, (held.x - event.clientX) * steps, this.end);
        if (canvas === pane.bars) {
          this.rows = this.moved(held.rows, (held.y - event.clientY) * rows, this.n);
        }
        this.draw();
      } else {
        this.hover(event, canvas, pane);
      }
    });
    canvas.addEventListener("wheel", (event) => {
      const asked = event.ctrlKey || event.shiftKey || document.activeElement === canvas;
      if (!asked) return; // otherwise the wheel scrolls the page
      event.preventDefault();
      const factor = (event.deltaY || event.deltaX) > 0 ? 1.25 : 0.8;
      if (event.shiftKey) this.zoomRows(factor, this.rowAt(event, pane));
      else this.zoom(factor, this.stepAt(event, canvas));
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  stepAt(event, canvas) {
    const share = (event.offsetX - GUTTER) / (canvas.clientWidth - GUTTER);
    return this.time[0] + share * (this.time[1] - this.time[0]);
  }

  rowAt(event, pane) {
    return this.rows[0] + (event.offsetY / pane.bars.clientHeight) * (this.rows[1] - this.rows[0]);
  }

  hover(event, canvas, pane) {
    const step = Math.floor(this.stepAt(event, canvas));
    if (event.offsetX < GUTTER) { this.choose(null, null); return; }
    const row = Math.min(this.n - 1, Math.floor(this.rowAt(event, pane)));
    this.choose(canvas === pane.bars ? this.order[row] : this.chosen, step);
  }

  key(event) {
    const [low, high] = this.time;
    const rows = this.rows[1] - this.rows[0];
    const row = this.chosen === null ? Math.floor(this.rows[0]) - 1 : this.place[this.chosen];
    const acts = {
      ArrowLeft: () => { this.time = this.moved(this.time, (low - high) / 8, this.end); },
      ArrowRight: () => { this.time = this.moved(this.time, (high - low) / 8, this.end); },
      ArrowUp: () => this.chooseRow(row - 1), ArrowDown: () => this.chooseRow(row + 1),
      PageUp: () => { this.rows = this.moved(this.rows, -rows / 2, this.n); },
      PageDown: () => { this.rows = this.moved(this.rows, rows / 2, this.n); },
      "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2),
      "]": () => this.zoomRows(0.5), "[": () => this.zoomRows(2),
      Home: () => this.everything(), Escape: () => this.choose(null, null),
      ",": () => this.step(-1), ".": () => this.step(1),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
    this.draw();
  }
}

const viewers = [...document.querySelectorAll(".viewer")].map((root) => new Viewer(root));
for (const query of ["(prefers-color-scheme: dark)", "print"]) {
  matchMedia(query).addEventListener("change", () => viewers.forEach((one) => one.draw()));
}
