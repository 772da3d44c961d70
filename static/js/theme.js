/* Light or dark: the visitor's setting, unless this switch was used. Loaded in <head>, so that nothing flashes. */
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const keep = (theme) => {
    try { localStorage.setItem("theme", theme); } catch { /* Storage is switched off: the choice lasts for this page. */ }
  };
  const current = () => root.dataset.theme || (dark.matches ? "dark" : "light");

  root.classList.add("js");
  if (["light", "dark"].includes(kept())) root.dataset.theme = kept();

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector(".theme");
    const say = () => {
      const label = current() === "dark" ? "Switch to light" : "Switch to dark";
      button.setAttribute("aria-label", label);
      button.title = label;
    };
    button.addEventListener("click", () => {
      root.dataset.theme = current() === "dark" ? "light" : "dark";
      keep(root.dataset.theme);
      say();
      document.dispatchEvent(new Event("themechange"));
    });
    dark.addEventListener("change", () => {
      say();
      document.dispatchEvent(new Event("themechange"));
    });
    say();
  });
})();
