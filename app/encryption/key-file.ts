type Pair = { name: string; recipient: string; identity: string; createdAt: string };

/** What `age -d -i` and `age-keygen -y` read, with what a person needs who finds it years later. */
export function keyFileText({ name, recipient, identity, createdAt }: Pair): string {
  return [
    // A line break in a name would make a line that age does not understand.
    `# Coffer: ${name.replace(/\s+/g, " ")}`,
    `# created: ${createdAt}`,
    `# public key: ${recipient}`,
    identity,
    "",
  ].join("\n");
}

/** `offsite 2026` → `offsite-2026.key.txt` */
export const keyFileName = (name: string): string =>
  `${name.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "") || "coffer"}.key.txt`;

/** Hands a text to the browser as a file to keep. */
export function saveText(filename: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  URL.revokeObjectURL(url);
}
