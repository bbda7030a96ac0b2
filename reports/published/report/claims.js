// The table of claims: filters, and sorting by a column; the panel of a claim opens by its address.
"use strict";

for (const table of document.querySelectorAll("table.claims")) {
  const rows = [...table.tBodies[0].rows];
  const form = document.querySelector(".filters");
  const words = form.querySelector(".words");
  const selects = [...form.querySelectorAll("select")];
  const count = form.querySelector(".count");
  const text = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  const filter = () => {
    const asked = words.value.toLowerCase().split(/\s+/);
    for (const row of rows) {
      row.hidden = !asked.every((word) => text.get(row).includes(word)) ||
        selects.some((select) => select.value && row.dataset[select.className] !== select.value);
    }
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = `${shown} of ${rows.length} claims`;
  };

  // Text of a cell to compare by; numbers in it compare as numbers.
  const key = (row, column) => row.cells[column].textContent.trim();
  const order = new Intl.Collator("en", { numeric: true });
  const heads = [...table.tHead.rows[0].cells];

  const sort = (column) => {
    const rising = heads[column].getAttribute("aria-sort") !== "ascending";
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", rising ? "ascending" : "descending");
    const sign = rising ? 1 : -1;
    rows.sort((a, b) => sign * order.compare(key(a, column), key(b, column)));
    table.tBodies[0].append(...rows);
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
  form.hidden = false;
  form.addEventListener("input", filter);
  filter();
}

addEventListener("hashchange", () => {
  const panel = document.querySelector(":target");
  if (panel && panel.matches(".finding")) panel.focus({ preventScroll: true });
});
