/* Draws the learning curves from the figures in the page; colours of text and lines follow the theme. */
(() => {
  "use strict";
  const plots = [...document.querySelectorAll(".plot")];
  const token = (name) => {
    // A token may be `light-dark(…)`: the browser resolves it only on a real property.
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(${name})`;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  const themed = () => {
    const [ink, line, edge, card] = ["--ink-2", "--line", "--edge", "--card"].map(token);
    const axis = (name) => ({ [`${name}.gridcolor`]: line, [`${name}.linecolor`]: edge, [`${name}.zerolinecolor`]: line, [`${name}.title.font.size`]: 12.5 });
    return {
      "font.color": ink, "font.family": getComputedStyle(document.body).fontFamily, "font.size": 12.5, "annotations[0].font.color": ink,
      "hoverlabel.bgcolor": card, "hoverlabel.bordercolor": edge, "hoverlabel.font.color": token("--ink"),
      ...axis("xaxis"), ...axis("yaxis"),
    };
  };
  const config = { displayModeBar: false, responsive: true, scrollZoom: false };

  for (const plot of plots) {
    const figure = JSON.parse(document.getElementById(plot.dataset.figure).textContent);
    Plotly.newPlot(plot, figure.data, figure.layout, config).then(() => Plotly.relayout(plot, themed()));
    const button = plot.closest("figure").querySelector(".smooth");
    const traces = figure.data.flatMap((trace, place) => (trace.meta === "smoothed" ? [place] : []));
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      Plotly.restyle(plot, { visible: shown }, traces);
    });
  }
  document.addEventListener("themechange", () => plots.forEach((plot) => Plotly.relayout(plot, themed())));
})();
