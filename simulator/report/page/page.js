"use strict";
// Tables that sort, filter and page. Values go in as text, never as HTML.
(() => {
  const SIZE = 50;
  const text = (value) => (value === null ? "–" : value === true ? "yes" : value === false ? "no" : String(value));
  const make = (name, content, properties) => {
    const element = document.createElement(name);
    if (content !== undefined) element.textContent = content;
    return Object.assign(element, properties || {});
  };
  const compare = (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "en", { numeric: true });
  };

  function build(place) {
    const name = place.dataset.table;
    const { columns, rows } = JSON.parse(document.getElementById("data-" + name).textContent);
    const found = rows.map((row) => row.map(text).join("\u0000").toLowerCase());
    let order = rows.map((_, index) => index), page = 0, sorted = -1, direction = 1;

    const input = make("input", undefined, { type: "search", id: "filter-" + name });
    const label = make("label", "Filter ");
    label.htmlFor = input.id;
    const status = make("span", "");
    status.setAttribute("role", "status");
    const before = make("button", "Previous", { type: "button", className: "page" });
    const after = make("button", "Next", { type: "button", className: "page" });
    const controls = make("div", undefined, { className: "controls" });
    label.append(input);
    controls.append(label, before, after, status);

    const table = make("table");
    const head = make("tr");
    const headers = columns.map((column, index) => {
      const header = make("th");
      header.scope = "col";
      const button = make("button", column.replaceAll("_", " ").replace(/ s$/, " (s)"), { type: "button" });
      button.addEventListener("click", () => {
        direction = sorted === index ? -direction : 1;
        sorted = index;
        page = 0;
        show();
      });
      header.append(button);
      head.append(header);
      return header;
    });
    const body = make("tbody");
    const caption = make("caption", document.getElementById(name + "-title").textContent);
    const top = make("thead");
    top.append(head);
    table.append(caption, top, body);
    const scroll = make("div", undefined, { className: "scroll" });
    scroll.append(table);

    function show() {
      const wanted = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      let chosen = order.filter((index) => wanted.every((word) => found[index].includes(word)));
      if (sorted >= 0) chosen = chosen.toSorted((a, b) => direction * compare(rows[a][sorted], rows[b][sorted]) || a - b);
      const pages = Math.max(1, Math.ceil(chosen.length / SIZE));
      page = Math.min(page, pages - 1);
      headers.forEach((header, index) => header.setAttribute("aria-sort", index !== sorted ? "none" : direction > 0 ? "ascending" : "descending"));
      body.replaceChildren(...chosen.slice(page * SIZE, (page + 1) * SIZE).map((index) => {
        const row = make("tr");
        row.append(...rows[index].map((value) => make("td", text(value), typeof value === "number" ? { className: "number" } : {})));
        return row;
      }));
      before.disabled = page === 0;
      after.disabled = page >= pages - 1;
      status.textContent = chosen.length + " of " + rows.length + " rows, page " + (page + 1) + " of " + pages;
    }
    input.addEventListener("input", () => { page = 0; show(); });
    before.addEventListener("click", () => { page -= 1; show(); });
    after.addEventListener("click", () => { page += 1; show(); });
    place.replaceChildren(controls, scroll);
    show();
  }
  document.querySelectorAll("[data-table]").forEach(build);
})();
