/** Signing up, in and out. */
import { ask, keepSession, session, type Session } from "./api";
import { at, problem } from "./dom";

export function showAccount(changed: () => void): void {
  const form = at("account", HTMLFormElement);
  const tabs = { signup: at("tab-signup"), login: at("tab-login") };
  const button = at("enter", HTMLButtonElement);
  const password = form.elements.namedItem("password") as HTMLInputElement;
  let mode: keyof typeof tabs = "signup";

  const choose = (chosen: keyof typeof tabs) => {
    mode = chosen;
    for (const [name, tab] of Object.entries(tabs)) tab.setAttribute("aria-selected", String(name === mode));
    button.textContent = mode === "signup" ? "Sign up" : "Sign in";
    password.autocomplete = mode === "signup" ? "new-password" : "current-password";
    at("password-hint").hidden = mode !== "signup";
    problem("account-problem", undefined);
  };
  tabs.signup.onclick = () => choose("signup");
  tabs.login.onclick = () => choose("login");

  form.onsubmit = (event) => {
    event.preventDefault();
    problem("account-problem", undefined);
    button.disabled = true;
    const { email, password } = Object.fromEntries(new FormData(form));
    ask<Session>(`/auth/${mode}`, { email, password })
      .then((entered) => {
        keepSession(entered);
        form.reset();
        changed();
      })
      .catch((error: unknown) => problem("account-problem", error))
      .finally(() => (button.disabled = false));
  };
  at("sign-out").onclick = () => {
    keepSession(undefined);
    changed();
  };
}

/** Which half of the page is to be seen. */
export function drawAccount(): boolean {
  const current = session();
  at("gate").hidden = current !== undefined;
  at("desk").hidden = current === undefined;
  at("sign-out").hidden = current === undefined;
  at("who").textContent = current?.email ?? "";
  return current !== undefined;
}
