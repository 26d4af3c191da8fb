import { type Html, html } from "@/server/html";
import type { ProofDocument } from "@/server/proof-document";
import { proofPagePolicy, proofPageStyle } from "@/server/proof-page-style";
import { checkWords, isFine, proofWords, resultWords, verdictWords } from "@/server/proof-words";

/** A proof as one HTML file to print or to keep. It needs nothing else and runs nothing, wherever it is opened. */
export function proofPage(proof: ProofDocument): string {
  const { backup, project } = proof;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${proofPagePolicy}">
<title>Proof of ${backup.filename}</title>
<style>${{ markup: proofPageStyle }}</style>
</head>
<body>
<header>
<p class="maker">Coffer · proof of a backup</p>
<h1>${project.name}</h1>
<p class="name">${backup.filename}</p>
</header>
<main>
<p class="verdict ${proof.result === "passed" ? "good" : "bad"}"><strong>${proofWords(proof)}</strong> <span class="said">${summary(proof)}</span></p>
${facts(proof)}
${checks(proof)}
${missing(proof)}
${tables(proof)}
${sequences(proof)}
</main>
<footer>${footnote(proof)}</footer>
</body>
</html>
`;
  return page.markup;
}

function summary({ result, level, tables, sequences, checks }: ProofDocument): string {
  if (result === "failed") {
    const failed = checks.filter((check) => check.result === "failed");
    return failed.map(({ name, detail }) => `${checkWords[name]}: ${detail}`).join(" ");
  }
  if (level === "archive") return "The file is the one that was stored, and it can be read to its end.";
  return `It was restored into a scratch database: ${count(tables.length)} tables and ${count(sequences.length)} sequences are as they were in the snapshot.`;
}

function facts({ backup, project, ...proof }: ProofDocument): Html {
  const { format, compression, encrypted } = backup;
  const pairs: [string, Html][] = [
    ["Project", html`${project.name} <span class="muted">(${project.slug})</span>`],
    [
      "Database, schema",
      html`<span class="name">${project.database}</span>, <span class="name">${backup.schema}</span>`,
    ],
    ["Data as of", html`${time(backup.snapshotAt)} <span class="muted">the moment of the dump's snapshot</span>`],
    ["Backup made", html`${time(backup.createdAt)}`],
    [
      "File",
      html`${format}, ${compression === "none" ? "not compressed" : compression}, ${encrypted ? "encrypted (age)" : "not encrypted"}, ${count(backup.sizeBytes)} bytes`,
    ],
    ["sha256 of the file", html`<code>${backup.sha256}</code>`],
    ["PostgreSQL", html`${backup.serverVersion}, dumped with pg_dump ${backup.clientVersion}`],
    ["Schema version", html`<code>${backup.schemaVersion}</code>`],
    [
      "Asked for by",
      html`${proof.requestedBy ? html`${proof.requestedBy.name} (${proof.requestedBy.email})` : "Coffer"}`,
    ],
    ["Verified", html`${time(proof.provenAt)} <span class="muted">begun ${time(proof.startedAt)}</span>`],
    [
      "Ids",
      html`proof <code>${proof.proofId}</code><br>backup <code>${backup.backupId}</code><br>job <code>${proof.jobId}</code>`,
    ],
  ];
  return html`<h2>Of what, and when</h2>
<dl>${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>`;
}

const checks = (proof: ProofDocument): Html => html`<h2>Checks</h2>
<table><thead><tr><th scope="col">Check</th><th scope="col">Result</th><th scope="col">What was found</th></tr></thead><tbody>
${proof.checks.map(
  ({ name, result, detail }) =>
    html`<tr><td>${checkWords[name]}</td><td class="word ${tone[result]}">${resultWords[result]}</td><td class="said">${detail}</td></tr>\n`,
)}</tbody></table>`;

const tone = { passed: "good", failed: "bad", skipped: "muted" };

function missing({ missing: lines }: ProofDocument): Html {
  if (lines.length === 0) return html``;
  return html`<h2>What the restore had to do without</h2>
<table><thead><tr><th scope="col">Object</th><th scope="col">Why</th></tr></thead><tbody>
${lines.map(({ name, reason }) => html`<tr><td class="name">${name}</td><td class="name">${reason}</td></tr>\n`)}</tbody></table>`;
}

function tables({ tables: lines }: ProofDocument): Html {
  if (lines.length === 0) return html``;
  return html`<h2>Tables (${count(lines.length)})</h2>
<table><thead><tr><th scope="col">Table</th><th scope="col" class="number">Rows in the snapshot</th><th scope="col" class="number">Rows restored</th><th scope="col" class="wide">Fingerprint of the rows</th><th scope="col">Verdict</th></tr></thead><tbody>
${wrongFirst(lines).map(
  ({ name, expected, found, verdict }) =>
    html`<tr><td class="name">${name}</td><td class="number">${rows(expected)}</td><td class="number">${rows(found)}</td><td class="wide print">${fingerprint(expected?.fingerprint, found?.fingerprint)}</td>${verdictCell(verdict)}</tr>\n`,
)}</tbody></table>`;
}

function sequences({ sequences: lines }: ProofDocument): Html {
  if (lines.length === 0) return html``;
  return html`<h2>Sequences (${count(lines.length)})</h2>
<table><thead><tr><th scope="col">Sequence</th><th scope="col" class="number">In the snapshot</th><th scope="col" class="number">Restored</th><th scope="col">Verdict</th></tr></thead><tbody>
${wrongFirst(lines).map(
  ({ name, expected, found, verdict }) =>
    html`<tr><td class="name">${name}</td><td class="number">${expected}</td><td class="number">${found ?? "–"}</td>${verdictCell(verdict)}</tr>\n`,
)}</tbody></table>`;
}

type Verdict = Parameters<typeof isFine>[0];

/** What is not as it was comes before hundreds of lines that are. */
const wrongFirst = <T extends { verdict: Verdict }>(lines: T[]): T[] =>
  lines.toSorted((a, b) => Number(isFine(a.verdict)) - Number(isFine(b.verdict)));

const verdictCell = (verdict: Verdict): Html =>
  html`<td class="word ${isFine(verdict) ? "good" : "bad"}">${verdictWords[verdict]}</td>`;

const rows = (side: { rows: number } | null): string => (side ? count(side.rows) : "–");

function fingerprint(expected: string | null | undefined, found: string | null | undefined): Html {
  if (expected && found && expected !== found) return html`${expected}<br>${found}`;
  return html`${expected ?? found ?? "not taken"}`;
}

function footnote({ backup, level }: ProofDocument): Html {
  const compared =
    level === "restore"
      ? " A table's fingerprint is made of all its rows, whatever their order: equal fingerprints mean equal rows."
      : "";
  return html`Whether a file is the one that was verified here: <code>sha256sum</code> of it gives <code>${backup.sha256}</code>.${compared} Times are in UTC.`;
}

const count = (value: number): string => value.toLocaleString("en");

/** `2026-01-29 15:30:07 UTC` */
const time = (iso: string): string => iso.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
