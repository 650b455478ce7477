/** The few words this page needs to speak to the document. */

/** The element with that id; the page and its script are built together, so a missing or other one is a defect. */
export function at(id: string): HTMLElement;
export function at<E extends Element>(id: string, kind: new () => E): E;
export function at(id: string, kind: new () => Element = HTMLElement): Element {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return element;
}

export function make(tag: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

export function problem(id: string, error: unknown): void {
  at(id).textContent = error instanceof Error ? error.message : "";
}

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
