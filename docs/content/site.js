// The theme button, the search field, tips on F# code, and what draws formulas, diagrams and C# code. Nothing is loaded from elsewhere.
const root = document.documentElement;
const script = document.currentScript.src;
const beside = name => new URL(name, script).href;

const stored = localStorage.getItem("theme");
if (stored) root.dataset.theme = stored;
const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
document.getElementById("theme").onclick = () => {
  root.dataset.theme = dark() ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
  if (document.querySelector(".mermaid")) location.reload();
};

const load = name => new Promise(done => {
  const element = document.createElement("script");
  element.src = beside(name);
  element.onload = done;
  document.head.append(element);
});

if (/\\\(|\\\[|\$\$/.test(document.querySelector("main").textContent)) {
  window.MathJax = { tex: { inlineMath: [["\\(", "\\)"]], displayMath: [["\\[", "\\]"], ["$$", "$$"]] }, options: { enableMenu: false } };
  load("mathjax.js");
}
if (document.querySelector("code.language-csharp, code.language-fsharp"))
  load("highlight.js").then(() => load("highlight-fsharp.js")).then(() => document.querySelectorAll("code.language-csharp, code.language-fsharp").forEach(code => hljs.highlightElement(code)));
if (document.querySelector(".mermaid"))
  load("mermaid.js").then(() => { mermaid.initialize({ startOnLoad: false, theme: dark() ? "dark" : "neutral" }); mermaid.run(); });

for (const code of document.querySelectorAll("[data-fsdocs-tip]")) {
  const tip = document.getElementById(code.dataset.fsdocsTip);
  code.onmouseenter = () => {
    const at = code.getBoundingClientRect();
    tip.style.left = `${Math.min(at.left, innerWidth - 380)}px`;
    tip.style.top = `${at.bottom + 4}px`;
    tip.showPopover();
  };
  code.onmouseleave = () => tip.hidePopover();
}

// The index is a script, since a page that was opened from a file may not fetch one.
const search = document.getElementById("search"), found = document.getElementById("found");
search.onfocus = () => { if (!window.siteIndex) load("index.js"); };
search.oninput = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(word => word);
  const matches = words.length === 0 ? [] : (window.siteIndex ?? []).map(page => {
    const title = page.title.toLowerCase(), text = page.text.toLowerCase();
    return { page, score: words.every(word => title.includes(word)) ? 2 : words.every(word => title.includes(word) || text.includes(word)) ? 1 : 0 };
  }).filter(match => match.score > 0).sort((a, b) => b.score - a.score).slice(0, 12);
  found.replaceChildren(...matches.map(({ page }) => {
    const item = document.createElement("li"), link = document.createElement("a"), where = document.createElement("small");
    link.href = beside("../" + page.uri);
    link.textContent = page.title;
    where.textContent = page.uri;
    link.append(where);
    item.append(link);
    return item;
  }));
  found.hidden = matches.length === 0;
};
