import { createHash } from "node:crypto";

/** Paper: always light, and so that a table's head stands on each of its pages. */
export const proofPageStyle = `
:root { color-scheme: light; --text: #16181d; --muted: #565d6b; --line: #d8dbe1; --good: #14683d; --bad: #b3261e; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.5rem; background: #fff; color: var(--text);
  font: 0.875rem/1.5 "Inter Variable", Inter, ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
header { border-bottom: 2px solid var(--text); padding-bottom: 1rem; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 0.5rem; font-size: 1rem; break-after: avoid; }
p { margin: 0.5rem 0 0; }
.maker { margin: 0 0 0.75rem; color: var(--muted); font-size: 0.75rem; font-weight: 600; letter-spacing: 0.06em; text-transform: uppercase; }
.verdict { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 0.75rem; margin-top: 1.25rem;
  border: 1px solid; border-left-width: 0.375rem; padding: 0.75rem 1rem; break-inside: avoid; }
.verdict strong { font-size: 1.125rem; }
.verdict span { color: var(--text); }
.good { color: var(--good); } .bad { color: var(--bad); } .muted { color: var(--muted); }
dl { display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: 0.25rem 1rem; margin: 0; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
code, .name { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.8125em; }
/* Names are as strangers chose them: line breaks show, and right-to-left text stays where it is. */
.name, .said { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
.print { overflow-wrap: anywhere; font-size: 0.6875em; color: var(--muted); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
thead { display: table-header-group; }
th { color: var(--muted); font-size: 0.75rem; font-weight: 500; text-align: left; vertical-align: bottom; }
th, td { padding: 0.3125rem 0.75rem 0.3125rem 0; border-bottom: 1px solid var(--line); }
td { vertical-align: baseline; }
.number + .word, .number + .wide, .number + th { padding-left: 1.25rem; }
th:last-child, td:last-child { padding-right: 0; }
tr { break-inside: avoid; }
.number { text-align: right; white-space: nowrap; }
.word { white-space: nowrap; font-weight: 600; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 0.75rem; color: var(--muted); font-size: 0.75rem; }
@media (max-width: 40rem) {
  body { padding: 1.25rem 1rem; } dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: 0.5rem; }
  .wide { display: none; }
}
@media print {
  @page { margin: 16mm 14mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #565d6b; } }
  body { max-width: none; padding: 0; font-size: 9pt; print-color-adjust: exact; }
}
`;

const styleHash = createHash("sha256").update(proofPageStyle).digest("base64");

/** The page may show itself in its own style, and nothing else: it loads nothing, runs nothing, sends nothing. */
export const proofPagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;
