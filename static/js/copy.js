/* Buttons that copy: `data-copy="address"` takes the page's address, otherwise the text of the element with that id. Hidden without a script. */
(() => {
  "use strict";
  const said = document.body.appendChild(document.createElement("p"));
  said.className = "visually-hidden";
  said.setAttribute("role", "status");

  const show = () => document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  const select = (element) => getSelection().selectAllChildren(element);
  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source ? source.textContent : location.href);
      return "Copied";
    } catch {
      // Without https, or where the browser refuses: the text is marked, and the reader copies it.
      if (source) select(source);
      return source ? "Press Ctrl+C" : "Copy it from the address line";
    }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    button.dataset.title ??= button.textContent;
    button.textContent = said.textContent = await copy(button);
    setTimeout(() => { button.textContent = button.dataset.title; said.textContent = ""; }, 2500);
  });
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("htmx:historyRestore", show);
  show();
})();
