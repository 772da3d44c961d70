/* Comfort on a board: htmx swaps the table, this keeps the form, the address and the focus in step with it. */
(() => {
  "use strict";
  const form = () => document.getElementById("board-filters");
  const status = () => document.getElementById("board-status");
  let used = "";
  let typed = false;

  /* Fields that were not touched stay out of the address, as the server would redirect them out of it. */
  document.addEventListener("htmx:configRequest", (event) => {
    used = event.detail.elt.closest("#board-chips") ? "chips" : event.detail.elt.id;
    const parameters = event.detail.parameters;
    for (const [name, value] of Object.entries(parameters)) if (value === "") delete parameters[name];
  });

  /* The same address again is no new step back, and all that is typed in one go is a single one. */
  document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
    const { history, requestConfig } = event.detail;
    const isTyping = requestConfig.triggeringEvent?.type === "input";
    if ((isTyping && typed) || history.path === location.pathname + location.search) history.type = "replace";
    typed = isTyping;
  });

  /* A chip or Back changes the filters: the fields follow the address, except the one that is being typed in. */
  const follow = () => {
    const asked = new URLSearchParams(location.search);
    for (const field of form().elements) {
      if (!field.name || field.type === "hidden" || field === document.activeElement) continue;
      const first = field.querySelector("[data-default]");
      field.value = asked.get(field.name) ?? (first ? first.value : "");
    }
  };
  document.addEventListener("htmx:historyRestore", () => {
    typed = false;
    follow();
  });
  document.addEventListener("htmx:pushedIntoHistory", follow);

  /* An answer that comes after somebody went back is about a board that they have left. */
  addEventListener("popstate", () => htmx.trigger("#board-view", "htmx:abort"));

  /* What was used may be gone: the last chip, "Next" on the last page. Then the focus goes to what it changed. */
  document.addEventListener("htmx:afterSettle", () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const chip = used === "chips" && document.querySelector("#board-chips a");
    (chip || document.querySelector("#board-results .board"))?.focus({ preventScroll: true });
  });

  /* A wrong value has a page of its own that says what is right. */
  document.addEventListener("htmx:responseError", (event) => location.assign(event.detail.xhr.responseURL));
  document.addEventListener("htmx:sendError", () => {
    status().textContent = "The server cannot be reached. What you see is the last answer.";
  });
})();
