// Values of a figure where a reader points, taps, or steps with the arrow keys. The points stand in
// a script element beside the drawing (reports/render/points.py), in the units of its viewBox.
"use strict";

const NEAR = 40; // pixels on the screen

class Plot {
  constructor(figure) {
    this.svg = figure.querySelector("svg");
    this.told = figure.querySelector(".told");
    const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    this.points = data.series.flatMap(({ name, points }) =>
      points.map(([x, y, ...values]) => ({ x, y, words: `${name}: ${this.words(data, values)}` })));
    this.at = -1;
    this.ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    this.ring.setAttribute("r", 6);
    this.ring.setAttribute("style", "fill: none; stroke: var(--ink); stroke-width: 1.5");
    const drawing = figure.querySelector(".drawing");
    for (const kind of ["pointermove", "pointerdown"]) {
      drawing.addEventListener(kind, (event) => this.point(event));
    }
    drawing.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") this.show(-1);
    });
    drawing.addEventListener("keydown", (event) => this.key(event));
  }

  words({ x, y }, [first, second]) {
    return [[x, first], [y, second]].filter(([, value]) => value !== "")
      .map(([name, value]) => (name ? `${name} ${value}` : value)).join(", ");
  }

  point(event) {
    const box = this.svg.getBoundingClientRect();
    const scale = box.width / this.svg.viewBox.baseVal.width;
    const x = (event.clientX - box.left) / scale, y = (event.clientY - box.top) / scale;
    let best = -1, least = NEAR / scale;
    this.points.forEach((point, k) => {
      const distance = Math.hypot(point.x - x, point.y - y);
      if (distance < least) { best = k; least = distance; }
    });
    this.show(best);
  }

  key(event) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key === "Escape") this.show(-1);
    if (!(event.key in steps)) return;
    event.preventDefault();
    const n = this.points.length;
    this.show(this.at < 0 ? 0 : (this.at + steps[event.key] + n) % n);
  }

  show(k) {
    this.at = k;
    this.told.textContent = k < 0 ? "" : this.points[k].words;
    if (k < 0) { this.ring.remove(); return; }
    this.ring.setAttribute("cx", this.points[k].x);
    this.ring.setAttribute("cy", this.points[k].y);
    this.svg.append(this.ring);
  }
}

const plots = [...document.querySelectorAll("figure")].filter((figure) =>
  figure.querySelector("script[type='application/json']")).map((figure) => new Plot(figure));
