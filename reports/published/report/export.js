// What the schedule viewer shows, as an SVG file: the bars or the running requests, and the cache.
"use strict";

const PANE = 520, BARS = 300, CACHE = 110, LEFT = 46, TOP = 44; // in the units of the SVG

function svgOf(viewer) {
  const colour = colours();
  const shown = viewer.panes.filter((pane) => pane.run);
  const width = shown.length * (PANE + LEFT) + 20, height = TOP + BARS + CACHE + 40;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
      `font-family="sans-serif" font-size="11" fill="${colour.ink}">`,
    `<rect width="${width}" height="${height}" fill="${colour.paper}"/>`,
  ];
  shown.forEach((pane, k) => {
    parts.push(`<g transform="translate(${LEFT + k * (PANE + LEFT)} ${TOP})">`);
    parts.push(...titleOf(pane), ...barsOf(viewer, pane.run, colour));
    parts.push(`<g transform="translate(0 ${BARS + 8})">`, ...cacheOf(viewer, pane.run, colour));
    parts.push("</g></g>");
  });
  return `${parts.join("\n")}\n</svg>\n`;
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (mark) =>
    ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[mark]);
}

function titleOf(pane) {
  const [first, ...rest] = pane.title.textContent.split(": ");
  return [
    `<text y="-26" font-weight="bold">${escaped(first)}</text>`,
    `<text y="-11">${escaped(rest.join(": "))}</text>`,
  ];
}

function barsOf(viewer, run, colour) {
  const [from, to] = viewer.time, [low, high] = viewer.rows;
  const x = (step) => ((Math.min(to, Math.max(from, step)) - from) / (to - from)) * PANE;
  const row = BARS / (high - low);
  const parts = [];
  run.request.forEach((request, k) => {
    const place = viewer.place[request] - low;
    if (place < -1 || place > high - low || run.end[k] <= from || run.start[k] >= to) return;
    const y = place * row + row * 0.12, h = row * 0.76;
    const wide = Math.max(0.3, x(run.end[k]) - x(run.start[k]));
    const fill = run.finished[k] ? colour.done : colour.lost;
    parts.push(`<rect x="${x(run.start[k]).toFixed(2)}" y="${y.toFixed(2)}" ` +
      `width="${wide.toFixed(2)}" height="${h.toFixed(2)}" fill="${fill}"/>`);
    if (!run.finished[k] && row >= 8) {
      parts.push(`<text x="${(x(run.end[k]) - 4).toFixed(2)}" y="${(y + h / 2 + 4).toFixed(2)}" ` +
        'text-anchor="end">×</text>');
    }
    if (row >= LABEL_ABOVE && run.byRequest[request][0] === k) {
      parts.push(`<text x="-6" y="${(y + h / 2 + 4).toFixed(2)}" text-anchor="end">${request}</text>`);
    }
  });
  return parts;
}

function cacheOf(viewer, run, colour) {
  const [from, to] = viewer.time, memory = run.memory || viewer.data.memory;
  const y = (tokens) => CACHE - (tokens / (memory * 1.08)) * CACHE;
  const corners = [`0,${CACHE}`];
  for (let k = 0; k <= PANE; k += 1) {
    const step = Math.min(to - 1, from + (k / PANE) * (to - from));
    corners.push(`${k},${y(used(run.profile, Math.floor(step))).toFixed(2)}`);
  }
  corners.push(`${PANE},${CACHE}`);
  const parts = [
    `<polygon points="${corners.join(" ")}" fill="${colour.cache}" fill-opacity="0.35" ` +
      `stroke="${colour.cache}"/>`,
    `<path d="M 0 ${y(memory)} H ${PANE}" stroke="${colour.lost}" stroke-dasharray="7 4"/>`,
    `<path d="M 0 ${CACHE} H ${PANE}" stroke="${colour.muted}"/>`,
    `<text x="-4" y="${y(memory) + 4}" text-anchor="end">${numbers.format(memory)}</text>`,
    `<text x="0" y="${CACHE + 28}">cache (tokens) over time (steps)</text>`,
  ];
  for (const tick of ticks(from, to, 6)) {
    const x = ((tick - from) / (to - from)) * PANE;
    parts.push(`<text x="${x.toFixed(2)}" y="${CACHE + 14}" text-anchor="middle">` +
      `${numbers.format(tick)}</text>`);
  }
  return parts;
}
