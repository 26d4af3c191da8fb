/** What PostgreSQL calls the encodings that a database can have, and what the web calls them. */
const labels: Record<string, string> = {
  EUC_CN: "gb18030",
  EUC_JP: "euc-jp",
  EUC_KR: "euc-kr",
  ISO_8859_5: "iso-8859-5",
  ISO_8859_6: "iso-8859-6",
  ISO_8859_7: "iso-8859-7",
  ISO_8859_8: "iso-8859-8",
  KOI8R: "koi8-r",
  KOI8U: "koi8-u",
  LATIN2: "iso-8859-2",
  LATIN3: "iso-8859-3",
  LATIN4: "iso-8859-4",
  LATIN5: "iso-8859-9",
  LATIN6: "iso-8859-10",
  LATIN7: "iso-8859-13",
  LATIN8: "iso-8859-14",
  LATIN9: "iso-8859-15",
  LATIN10: "iso-8859-16",
  WIN866: "ibm866",
  WIN874: "windows-874",
  ...Object.fromEntries([1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258].map((n) => [`WIN${n}`, `windows-${n}`])),
};

export type Decode = (bytes: Buffer) => string;

/** How to read text of an encoding by PostgreSQL's name. What we do not know is taken for UTF-8, as is SQL_ASCII, which says nothing. */
export function decoderOf(encoding: string): Decode {
  const name = encoding.toUpperCase();
  if (name === "LATIN1") return (bytes) => bytes.toString("latin1");
  const label = labels[name];
  if (label === undefined) return (bytes) => bytes.toString("utf8");
  const decoder = new TextDecoder(label);
  return (bytes) => decoder.decode(bytes);
}
