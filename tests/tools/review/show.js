// In the browser: colours diffs as the sites do, and draws the diagrams.
"use strict";
/* global document, window */
window.showComment = async () => {
  const classes = { "+": "add", "-": "del", "!": "mod", "@": "at" };
  for (const block of document.querySelectorAll("code.language-diff")) {
    block.classList.add("diff");
    const lines = block.textContent.trimEnd().split("\n");
    block.replaceChildren(
      ...lines.map((text) => {
        const span = document.createElement("span");
        span.textContent = text;
        span.className = classes[text[0]] ?? "";
        return span;
      }),
    );
  }
  for (const block of document.querySelectorAll("code.language-mermaid")) {
    const drawn = document.createElement("div");
    drawn.className = "mermaid";
    drawn.textContent = block.textContent;
    block.parentElement.replaceWith(drawn);
  }
  window.mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
  await window.mermaid.run({ querySelector: ".mermaid" });
};
