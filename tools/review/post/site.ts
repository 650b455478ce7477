/** Where a comment goes: what GitHub and GitLab have in common, and how one comment stays one. */
import { isMarked } from "../marker";

export interface Posted {
  id: number;
  body: string;
  url: string;
  /** Written by the account that this token belongs to. */
  own: boolean;
}

export interface Site {
  /** Every comment of the change, oldest first, page by page. */
  comments(): AsyncIterable<Posted>;
  create(body: string): Promise<Posted>;
  /** Undefined when the comment is no longer there. */
  edit(id: number, body: string): Promise<Posted | undefined>;
  remove(id: number): Promise<void>;
}

export interface Outcome {
  url: string;
  how: "created" | "edited" | "unchanged";
}

/** Edits the comment that carries the mark, or makes it. Copies that two runs at once made are taken away. */
export async function upsert(site: Site, mark: string, body: string): Promise<Outcome> {
  const own: Posted[] = [];
  for await (const posted of site.comments()) if (posted.own && isMarked(posted.body, mark)) own.push(posted);
  const [first, ...copies] = own;
  for (const copy of copies) await site.remove(copy.id);
  if (first !== undefined) {
    if (sameText(first.body, body)) return { url: first.url, how: "unchanged" };
    const edited = await site.edit(first.id, body);
    if (edited !== undefined) return { url: edited.url, how: "edited" };
  }
  const created = await site.create(body);
  return { url: created.url, how: "created" };
}

/** The sites store line ends their own way. */
const sameText = (a: string, b: string) => a.replaceAll("\r\n", "\n").trim() === b.trim();
