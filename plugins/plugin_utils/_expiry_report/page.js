/* SPDX-License-Identifier: GPL-3.0-or-later
   SPDX-FileCopyrightText: 2026 The gcore.web_security authors
*/
(() => {
  "use strict";
  const find = (id) => document.getElementById(id);
  const table = find("hosts");
  if (!table) return;
  const bodies = Array.from(table.tBodies);
  const search = find("search");
  const state = find("state");
  const unfold = find("unfold");
  const text = new Map(bodies.map((body) => [body, body.textContent.toLowerCase()]));
  const tiles = [];

  /* What stood there becomes a button, its words and drawings with it. */
  const button = (element) => {
    const made = document.createElement("button");
    made.type = "button";
    made.append(...element.childNodes);
    element.append(made);
    return made;
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const body of bodies) {
      const matches =
        (!state.value || body.dataset.state === state.value) && words.every((word) => text.get(body).includes(word));
      body.hidden = !matches;
      shown += matches;
    }
    find("shown").textContent = shown === bodies.length ? `${shown} shown` : `${shown} of ${bodies.length} shown`;
    find("nothing").hidden = shown > 0;
    table.tHead.hidden = shown === 0;
    for (const tile of tiles) tile.made.setAttribute("aria-pressed", String(tile.name === state.value));
  };

  const numbers = { rank: Number, expires: (moment) => Date.parse(moment) || Infinity };
  const value = (body, key) => (key in numbers ? numbers[key](body.dataset[key]) : body.dataset[key]);
  const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));

  const sort = (head) => {
    const key = head.dataset.key;
    const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction);
    const sign = direction === "ascending" ? 1 : -1;
    const place = new Map(bodies.map((body, index) => [body, index]));
    const sorted = [...bodies].sort((a, b) => sign * compare(value(a, key), value(b, key)) || place.get(a) - place.get(b));
    table.append(...sorted);
  };

  for (const head of table.tHead.rows[0].cells) button(head).addEventListener("click", () => sort(head));

  for (const item of find("states").children) {
    const tile = { name: item.dataset.state, made: button(item) };
    tiles.push(tile);
    tile.made.addEventListener("click", () => {
      state.value = state.value === tile.name ? "" : tile.name;
      filter();
    });
  }

  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    unfold.setAttribute("aria-pressed", String(open));
    for (const body of bodies) body.querySelector("details").open = open;
  });

  search.addEventListener("input", filter);
  state.addEventListener("change", filter);
  find("tools").hidden = false;
  filter();
})();
