/* Draws the pictures from the figures in the page; colours of text and lines follow the theme, points are links. */
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
  const themed = (figure) => {
    const [ink, line, edge, card] = ["--ink-2", "--line", "--edge", "--card"].map(token);
    const axis = (name) => ({ [`${name}.gridcolor`]: line, [`${name}.linecolor`]: edge, [`${name}.zerolinecolor`]: line, [`${name}.title.font.size`]: 12.5 });
    const notes = (figure.layout.annotations ?? []).map((_, place) => [`annotations[${place}].font.color`, ink]);
    return {
      "font.color": ink, "font.family": getComputedStyle(document.body).fontFamily, "font.size": 12.5, ...Object.fromEntries(notes),
      "hoverlabel.bgcolor": card, "hoverlabel.bordercolor": edge, "hoverlabel.font.color": token("--ink"),
      ...axis("xaxis"), ...axis("yaxis"),
    };
  };
  const config = { displayModeBar: false, responsive: true, scrollZoom: false };
  const figures = new Map(plots.map((plot) => [plot, JSON.parse(document.getElementById(plot.dataset.figure).textContent)]));

  const offerSmoothing = (plot, figure) => {
    const button = plot.closest("figure").querySelector(".smooth");
    if (!button) return;
    const traces = figure.data.flatMap((trace, place) => (trace.meta === "smoothed" ? [place] : []));
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      Plotly.restyle(plot, { visible: shown }, traces);
    });
  };

  for (const [plot, figure] of figures) {
    // On a phone a finger scrolls the page, it does not zoom the picture.
    if (matchMedia("(pointer: coarse)").matches) figure.layout.dragmode = false;
    Plotly.newPlot(plot, figure.data, figure.layout, config).then(() => {
      Plotly.relayout(plot, themed(figure));
      plot.on("plotly_click", (event) => {
        const address = event.points.map((point) => point.customdata).find(Boolean);
        if (address) location.assign(address);
      });
    });
    offerSmoothing(plot, figure);
  }
  document.addEventListener("themechange", () => figures.forEach((figure, plot) => Plotly.relayout(plot, themed(figure))));
})();
