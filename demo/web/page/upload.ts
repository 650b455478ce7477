/** A file is hashed here and by the API; both must agree. */
import { authorization, config, sentence, type Refusal } from "./api";
import { at, make } from "./dom";

interface Uploaded {
  name: string;
  bytes: number;
  sha256: string;
}

export function showUpload(): void {
  const input = at("file", HTMLInputElement);
  const drop = at("drop");
  input.onchange = () => {
    const file = input.files?.[0];
    if (file) void upload(file);
    input.value = "";
  };
  drop.ondragover = (event) => {
    event.preventDefault();
    drop.classList.add("over");
  };
  drop.ondragleave = () => drop.classList.remove("over");
  drop.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const file = event.dataTransfer?.files[0];
    if (file) void upload(file);
  };
}

async function upload(file: File): Promise<void> {
  const outcome = at("upload-outcome");
  outcome.replaceChildren();
  try {
    const [there, here] = await Promise.all([send(file), hash(file)]);
    const verdict =
      here === undefined
        ? make("span", "note", "Browsers only hash on https pages: not compared.")
        : here === there.sha256
          ? make("span", "same", "✓ The browser's hash is the same")
          : make("span", "differs", `✗ The browser's hash differs: ${here}`);
    outcome.replaceChildren(
      make("span", "", `${there.name}, ${there.bytes.toLocaleString("en")} bytes`),
      make("span", "sum", there.sha256),
      verdict,
    );
  } catch (error) {
    outcome.replaceChildren(make("span", "differs", error instanceof Error ? error.message : String(error)));
  }
}

/** The browser can only hash what it holds, and only on a secure page. */
async function hash(file: File): Promise<string | undefined> {
  if (!isSecureContext || file.size > 256 * 1024 ** 2) return undefined;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** XMLHttpRequest, because fetch does not tell how far an upload is. */
function send(file: File): Promise<Uploaded> {
  const progress = at("upload-progress", HTMLProgressElement);
  progress.hidden = false;
  progress.value = 0;
  return new Promise<Uploaded>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${config.api}/upload?name=${encodeURIComponent(file.name)}`);
    for (const [name, value] of Object.entries(authorization())) request.setRequestHeader(name, value);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => (progress.value = total === 0 ? 1 : loaded / total);
    request.onload = () => {
      const body = (request.response ?? {}) as Uploaded & Refusal;
      if (request.status === 201) resolve(body);
      else
        reject(
          new Error(
            request.status === 413
              ? "The file is larger than is taken here."
              : sentence(request.status, body),
          ),
        );
    };
    request.onerror = () => reject(new Error("The upload was cut off."));
    request.send(file);
  }).finally(() => (progress.hidden = true));
}
