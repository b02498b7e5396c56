"use strict";
(function () {
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const heads = Array.from(table.tHead.rows[0].cells);
  const form = document.getElementById("filter");
  const words = document.getElementById("words");
  const shown = document.getElementById("shown");
  const rows = Array.from(body.rows);

  // A figure has the number behind its text; of a text there is no more.
  function value(cell, numeric) {
    return cell.dataset.value || (numeric ? "" : cell.textContent);
  }

  // What is absent sorts last, whichever way the column is sorted.
  function compare(column, numeric, sign) {
    return function (a, b) {
      const left = value(a.cells[column], numeric);
      const right = value(b.cells[column], numeric);
      if (left === "" || right === "") return (left === "") - (right === "");
      if (numeric) return sign * (Number(left) - Number(right));
      return sign * left.localeCompare(right, document.documentElement.lang, { numeric: true });
    };
  }

  function sort(head, column) {
    const numeric = head.classList.contains("number");
    const was = head.getAttribute("aria-sort");
    // Of figures, the dearest are what one looks for first.
    const first = numeric ? "descending" : "ascending";
    const second = numeric ? "ascending" : "descending";
    const now = was === first ? second : first;
    heads.forEach(function (other) { other.setAttribute("aria-sort", "none"); });
    head.setAttribute("aria-sort", now);
    rows.slice().sort(compare(column, numeric, now === "ascending" ? 1 : -1))
      .forEach(function (row) { body.appendChild(row); });
  }

  function filter() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = Array.from(form.elements.kind)
      .filter(function (box) { return box.checked; })
      .map(function (box) { return box.value; });
    let count = 0;
    rows.forEach(function (row) {
      const text = row.textContent.toLowerCase();
      const keep = kinds.includes(row.cells[1].className) &&
        wanted.every(function (word) { return text.includes(word); });
      row.hidden = !keep;
      if (keep) count += 1;
    });
    shown.textContent = shown.dataset.words.replace("N", count).replace("M", rows.length);
  }

  // A link may lead to a row that is filtered out or to a closed picture.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (rows.includes(target) && target.hidden) {
      words.value = "";
      Array.from(form.elements.kind).forEach(function (box) { box.checked = true; });
      filter();
    }
    const fold = target.closest("details");
    if (fold) fold.open = true;
    target.scrollIntoView({ block: rows.includes(target) ? "center" : "start" });
  }

  heads.forEach(function (head, column) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () { sort(head, column); });
  });
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (fold) { fold.open = true; });
  });
  filter();
  if (location.hash) reveal();
})();
