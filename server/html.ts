/** Text that is safe to stand in a page: made by `html` alone. */
export type Html = { readonly markup: string };

type Part = Html | string | number | readonly Html[];

/** A piece of a page. Everything that is put into it is escaped, but for other pieces. */
export const html = (texts: TemplateStringsArray, ...parts: Part[]): Html => ({
  markup: texts.map((text, i) => text + markupOf(parts[i] ?? "")).join(""),
});

function markupOf(part: Part): string {
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  return "markup" in part ? part.markup : part.map(({ markup }) => markup).join("");
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? "");
