/* Puts a button beside what is to be copied: <code data-copy>. Where a browser lets no page copy, there is none. */
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  for (const source of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button secondary";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    });
    source.after(" ", button);
  }
})();
