/** Light or dark: the system's wish until the visitor has one. */
import { at } from "./dom";

const sun = `<circle cx="12" cy="12" r="4"/><path d="M12 2v2m0 16v2M4.9 4.9l1.4 1.4m11.4 11.4 1.4 1.4M2 12h2m16 0h2M4.9 19.1l1.4-1.4M17.700 6.3l1.4-1.4"/>`;
const moon = `<path d="M20.500 14.500A8.500 8.500 0 0 1 9.500 3.500a8.500 8.500 0 1 0 11 11Z"/>`;

export function showTheme(): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const draw = () => {
    const dark = (localStorage.getItem("theme") ?? (system.matches ? "dark" : "light")) === "dark";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    at("theme").innerHTML =
      `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${dark ? sun : moon}</svg>`;
    return dark;
  };
  at("theme").onclick = () => {
    localStorage.setItem("theme", draw() ? "light" : "dark");
    draw();
  };
  system.addEventListener("change", draw);
  draw();
}
