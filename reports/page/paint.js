// What the schedule viewer draws, and the words that it says; `viewer.js` holds its state. Nothing
// is loaded from anywhere.
"use strict";

const AGGREGATE_BELOW = 3; // height of a row in pixels below which rows are drawn as densities
const LABEL_ABOVE = 13; // height of a row in pixels from which it carries its number
const GUTTER = 46; // pixels on the left for numbers
const FAINTEST = 0.3; // of a density, so that single attempts are seen
const AXIS = 22; // pixels below the cache for the time axis
const QUEUE = 12; // requests of a queue that are listed
const numbers = new Intl.NumberFormat("en");

function colours() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    ink: value("--ink"), paper: value("--paper"), line: value("--line"), muted: value("--muted"),
    done: value("--c0"), lost: value("--c1"), cache: value("--c2"),
  };
}

function channels(colour) {
  return [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
}

// Fit a canvas to its place on the page; returns its context in CSS pixels.
function prepare(canvas, colour) {
  const scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = colour.paper;
  context.fillRect(0, 0, width, height);
  context.font = "11px system-ui, 'Liberation Sans', sans-serif";
  return { context, width, height };
}

// About `count` round numbers from low to high.
function ticks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= rough) || power;
  const found = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) found.push(tick);
  return found;
}

// Tokens in the cache in a step: pieces between events, linear in each (simulate/measures.py).
function used(profile, step) {
  const { time, base, running } = profile;
  let low = -1, high = time.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (time[middle] <= step) low = middle; else high = middle;
  }
  return low < 0 ? 0 : base[low] + running[low] * step;
}

// Draws `this.data` (see reports/viewer.py) in the ranges `this.time` and `this.rows`.
class Painter {
  draw() {
    const colour = colours();
    for (const pane of this.panes) {
      if (!pane.run || pane.bars.clientWidth <= GUTTER) continue; // not shown at the moment
      this.drawBars(pane, colour);
      this.drawCache(pane, colour);
      pane.detail.textContent = this.describe(pane.run);
    }
  }

  x(step, width) {
    const [low, high] = this.time;
    return GUTTER + ((step - low) / (high - low)) * (width - GUTTER);
  }

  drawBars(pane, colour) {
    const { context, width, height } = prepare(pane.bars, colour);
    const rowHeight = height / (this.rows[1] - this.rows[0]);
    const run = pane.run;
    const shown = [];
    for (let k = 0; k < run.request.length; k += 1) {
      const row = this.place[run.request[k]];
      if (row + 1 > this.rows[0] && row < this.rows[1] &&
          run.end[k] > this.time[0] && run.start[k] < this.time[1]) shown.push(k);
    }
    if (rowHeight < AGGREGATE_BELOW) this.drawDensity(pane.bars, run, shown, colour);
    else this.drawEach(context, run, shown, colour, width, rowHeight);
    this.drawCursor(context, colour, width, height, rowHeight);
    pane.bars.dataset.attempts = shown.length;
    pane.bars.dataset.mode = rowHeight < AGGREGATE_BELOW ? "density" : "bars";
  }

  drawEach(context, run, shown, colour, width, rowHeight) {
    const stripes = this.stripes(context, colour);
    const top = (request) => (this.place[request] - this.rows[0]) * rowHeight;
    context.save();
    context.beginPath();
    context.rect(GUTTER, 0, width - GUTTER, context.canvas.height);
    context.clip();
    for (const request of new Set(shown.map((k) => run.request[k]))) {
      const from = this.x(this.data.requests.arrival[request], width);
      const to = this.x(Math.max(...run.byRequest[request].map((k) => run.end[k])), width);
      context.fillStyle = colour.line; // waiting: from its arrival until its completion
      context.fillRect(from, top(request) + rowHeight / 2 - 0.5, to - from, 1);
    }
    for (const k of shown) {
      const from = this.x(run.start[k], width), to = this.x(run.end[k], width);
      const y = top(run.request[k]) + rowHeight * 0.12, h = rowHeight * 0.76;
      const wide = Math.max(1, to - from - 0.5);
      context.fillStyle = run.finished[k] ? colour.done : colour.lost;
      context.fillRect(from, y, wide, h);
      if (run.finished[k]) {
        context.fillStyle = colour.ink;
        context.fillRect(to - 2, y - 1, 2, h + 2);
      } else {
        context.fillStyle = stripes;
        context.fillRect(from, y, wide, h);
        if (rowHeight >= 8 && to - from > 4) this.cross(context, to, y + h / 2, h / 3, colour);
      }
    }
    context.restore();
    if (rowHeight < LABEL_ABOVE) return;
    context.fillStyle = colour.ink;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let row = Math.ceil(this.rows[0]); row < this.rows[1]; row += 1) {
      context.fillText(this.order[row], GUTTER - 6, (row + 0.5 - this.rows[0]) * rowHeight);
    }
  }

  stripes(context, colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const pen = tile.getContext("2d");
    pen.strokeStyle = colour.paper;
    pen.lineWidth = 1.4;
    pen.beginPath();
    for (const shift of [-6, 0, 6]) { pen.moveTo(shift, 6); pen.lineTo(shift + 6, 0); }
    pen.stroke();
    return context.createPattern(tile, "repeat");
  }

  cross(context, x, y, size, colour) {
    context.strokeStyle = colour.ink;
    context.lineWidth = 1.6;
    context.beginPath();
    context.moveTo(x - size, y - size); context.lineTo(x + size, y + size);
    context.moveTo(x - size, y + size); context.lineTo(x + size, y - size);
    context.stroke();
  }

  // Many rows a pixel: how many of them run, and how many in attempts that will be lost.
  drawDensity(canvas, run, shown, colour) {
    const scale = canvas.width / canvas.clientWidth;
    const left = Math.round(GUTTER * scale);
    const width = canvas.width - left, height = canvas.height;
    const counts = [new Float32Array((width + 1) * height), new Float32Array((width + 1) * height)];
    const across = width / (this.time[1] - this.time[0]);
    const down = height / (this.rows[1] - this.rows[0]);
    const column = (step) => Math.min(width, Math.max(0, Math.round((step - this.time[0]) * across)));
    for (const k of shown) {
      const y = Math.min(height - 1, Math.floor((this.place[run.request[k]] - this.rows[0]) * down));
      if (y < 0) continue;
      const from = column(run.start[k]);
      const count = counts[run.finished[k] ? 0 : 1];
      count[y * (width + 1) + from] += 1;
      count[y * (width + 1) + Math.max(from + 1, column(run.end[k]))] -= 1;
    }
    const context = canvas.getContext("2d");
    const image = context.getImageData(left, 0, width, height);
    const [done, lost] = [channels(colour.done), channels(colour.lost)];
    const full = Math.max(1, 1 / down); // rows a pixel
    for (let y = 0; y < height; y += 1) {
      let kept = 0, gone = 0;
      for (let x = 0; x < width; x += 1) {
        kept += counts[0][y * (width + 1) + x];
        gone += counts[1][y * (width + 1) + x];
        if (kept + gone <= 0) continue;
        const strength = Math.max(FAINTEST, Math.min(1, (kept + gone) / full));
        const at = 4 * (y * width + x);
        for (let c = 0; c < 3; c += 1) {
          const mixed = (kept * done[c] + gone * lost[c]) / (kept + gone);
          image.data[at + c] += (mixed - image.data[at + c]) * strength;
        }
      }
    }
    context.putImageData(image, left, 0);
  }

  drawCursor(context, colour, width, height, rowHeight) {
    context.strokeStyle = colour.ink;
    context.lineWidth = 1;
    if (this.chosen !== null && rowHeight) {
      const y = (this.place[this.chosen] - this.rows[0]) * rowHeight;
      context.strokeRect(GUTTER + 0.5, y, width - GUTTER - 1, Math.max(2, rowHeight));
    }
    if (this.cursor !== null) {
      const x = this.x(this.cursor + 0.5, width);
      context.setLineDash([3, 3]);
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, height);
      context.stroke();
      context.setLineDash([]);
    }
  }

  drawCache(pane, colour) {
    const { context, width, height } = prepare(pane.cache, colour);
    const memory = pane.run.memory || this.data.memory;
    const bottom = height - AXIS;
    const y = (tokens) => bottom - (tokens / (memory * 1.08)) * bottom;
    const profile = pane.run.profile;
    context.beginPath();
    context.moveTo(GUTTER, bottom);
    for (let x = GUTTER; x < width; x += 1) {
      const top = y(this.most(profile, x, width));
      context.lineTo(x, top);
      context.lineTo(x + 1, top);
    }
    context.lineTo(width, bottom);
    context.fillStyle = colour.cache;
    context.globalAlpha = 0.35;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colour.cache;
    context.stroke();
    context.strokeStyle = colour.lost;
    context.lineWidth = 1.5;
    context.setLineDash([7, 4]);
    context.beginPath();
    context.moveTo(GUTTER, y(memory));
    context.lineTo(width, y(memory));
    context.stroke();
    context.setLineDash([]);
    this.drawCursor(context, colour, width, bottom, 0);
    this.drawAxis(context, colour, width, bottom);
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillText(numbers.format(memory), GUTTER - 4, Math.max(6, y(memory)));
    context.fillText("0", GUTTER - 4, bottom);
    context.fillText("tokens", GUTTER - 4, bottom / 2);
    context.fillText("steps", GUTTER - 4, bottom + 11);
  }

  // The most tokens in use in the steps that one column of pixels stands for.
  most(profile, x, width) {
    const steps = (this.time[1] - this.time[0]) / (width - GUTTER);
    const from = Math.floor(this.time[0] + (x - GUTTER) * steps);
    const to = Math.max(from, Math.ceil(from + steps) - 1);
    let best = Math.max(used(profile, from), used(profile, to));
    let low = -1, high = profile.time.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (profile.time[middle] <= from) low = middle; else high = middle;
    }
    for (let k = high; k < profile.time.length && profile.time[k] <= to; k += 1) {
      best = Math.max(best, used(profile, profile.time[k]), used(profile, profile.time[k] - 1));
    }
    return best;
  }

  drawAxis(context, colour, width, bottom) {
    context.strokeStyle = colour.muted;
    context.fillStyle = colour.ink;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.beginPath();
    context.moveTo(GUTTER, bottom + 0.5);
    context.lineTo(width, bottom + 0.5);
    for (const tick of ticks(this.time[0], this.time[1], (width - GUTTER) / 90)) {
      const x = this.x(tick, width);
      context.moveTo(x, bottom);
      context.lineTo(x, bottom + 4);
      if (x > GUTTER + 8 && x < width - 16) context.fillText(numbers.format(tick), x, bottom + 6);
    }
    context.stroke();
  }

  // --- words ---

  describe(run) {
    const parts = [];
    if (this.cursor !== null) {
      const tokens = used(run.profile, this.cursor);
      const share = ((100 * tokens) / (run.memory || this.data.memory)).toFixed(1);
      parts.push(`Step ${numbers.format(this.cursor)}: ${numbers.format(tokens)} tokens in the ` +
        `cache (${share} %). ${this.queue(run, this.cursor)}`);
    }
    if (this.chosen !== null) parts.push(this.describeRequest(run, this.chosen));
    return parts.join(" ") || "Point at a request, tap it, or press the arrow keys, for details.";
  }

  // Who runs and who waits in a step.
  queue(run, step) {
    const running = [], waiting = [];
    for (let i = 0; i < this.n; i += 1) {
      const attempts = run.byRequest[i];
      if (attempts.some((k) => run.start[k] <= step && step < run.end[k])) running.push(i);
      else if (this.data.requests.arrival[i] <= step &&
        attempts.some((k) => run.start[k] > step)) waiting.push(i);
    }
    const listed = (requests) => (requests.length > QUEUE
      ? `${requests.slice(0, QUEUE).join(", ")}, ...` : requests.join(", "));
    const part = (word, requests) =>
      `${word} ${requests.length}${requests.length ? ` (${listed(requests)})` : ""}`;
    return `${part("Running", running)}, ${part("waiting", waiting)}.`;
  }

  describeRequest(run, request) {
    const { prompt, output, arrival } = this.data.requests;
    const attempts = run.byRequest[request].map((k) => {
      const end = run.finished[k] ? "completed" : "evicted";
      const here = this.cursor !== null && run.start[k] <= this.cursor && this.cursor < run.end[k];
      const began = run.began?.[k] ? ` (from token ${run.began[k] + 1})` : "";
      return `${here ? "now " : ""}${run.start[k]} to ${run.end[k]} ${end}${began}`;
    });
    const most = 6;
    const list = attempts.length > most
      ? [...attempts.slice(0, most - 1), `... ${attempts.length - most} more`, attempts.at(-1)]
      : attempts;
    return `Request ${request}: prompt ${prompt[request]}, output ${output[request]} tokens, ` +
      `arrives at ${arrival[request]}; steps ${list.join(", ")}.`;
  }
}
