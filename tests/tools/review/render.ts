/** Comments as a site renders them: Markdown to HTML by one library, and what a site takes out of HTML by another. */
import MarkdownIt from "markdown-it";
import sanitize from "sanitize-html";

const renderer = new MarkdownIt({ html: true, linkify: true });

/** As GitHub shows it: its own list of tags, no scripts, no styles. */
export function html(markdown: string): string {
  return sanitize(renderer.render(markdown), {
    allowedTags: [
      ...[
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "br",
        "hr",
        "blockquote",
        "pre",
        "code",
        "sub",
        "b",
        "strong",
        "em",
      ],
      ...[
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "a",
        "img",
        "div",
        "s",
      ],
    ],
    allowedAttributes: {
      a: ["href"],
      img: ["src"],
      details: ["open"],
      code: ["class"],
      td: ["style"],
      th: ["style"],
    },
  });
}

/** How often each element stands in a page: what no name or value may change. */
export function structure(page: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, tag = ""] of page.matchAll(/<([a-z][a-z0-9]*)\b/g)) counts[tag] = (counts[tag] ?? 0) + 1;
  return counts;
}

/** The text outside code, where a site looks for mentions, references and links. */
export function prose(page: string): string {
  return page
    .replaceAll(/<pre>[^]*?<\/pre>/g, "")
    .replaceAll(/<code>[^]*?<\/code>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"');
}
