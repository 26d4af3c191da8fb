/**
 * Bech32 as BIP 173 defines it, without its limit on length, which age does not have.
 * https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
 */
const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const checksumLength = 6;

function polymod(values: number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of generators.entries()) if ((top >>> bit) & 1) sum ^= generator;
  }
  return sum;
}

const expand = (prefix: string) => {
  const codes = [...Buffer.from(prefix)];
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)];
};

/** Regroups bits, most significant first. Undefined when bits are left over that are not zero, or a whole group of them. */
function regroup(values: Iterable<number>, [from, to]: [number, number], pad: boolean): number[] | undefined {
  const out: number[] = [];
  let held = 0;
  let bits = 0;
  for (const value of values) {
    held = ((held << from) | value) & 0xfff;
    for (bits += from; bits >= to; ) {
      bits -= to;
      out.push((held >>> bits) & ((1 << to) - 1));
    }
  }
  const rest = (held << (to - bits)) & ((1 << to) - 1);
  if (pad && bits > 0) out.push(rest);
  return !pad && (bits >= from || rest !== 0) ? undefined : out;
}

/** `prefix` in lower case, the separator 1, the bytes and a checksum, all in lower case. */
export function toBech32(prefix: string, bytes: Buffer): string {
  const data = regroup(bytes, [8, 5], true) ?? [];
  const sum = polymod([...expand(prefix), ...data, ...Array(checksumLength).fill(0)]) ^ 1;
  const checksum = Array.from({ length: checksumLength }, (_, at) => (sum >>> (5 * (checksumLength - 1 - at))) & 31);
  return `${prefix}1${[...data, ...checksum].map((value) => alphabet[value]).join("")}`;
}

/** Undoes `toBech32`, also of text all in upper case; the prefix comes in lower case. Undefined for anything else. */
export function fromBech32(text: string): { prefix: string; bytes: Buffer } | undefined {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return undefined;
  const separator = lower.lastIndexOf("1");
  const prefix = lower.slice(0, separator);
  const values = [...lower.slice(separator + 1)].map((letter) => alphabet.indexOf(letter));
  if (separator < 1 || !/^[\x21-\x7e]+$/.test(prefix) || values.includes(-1)) return undefined;
  if (values.length < checksumLength || polymod([...expand(prefix), ...values]) !== 1) return undefined;
  const bytes = regroup(values.slice(0, -checksumLength), [5, 8], false);
  return bytes && { prefix, bytes: Buffer.from(bytes) };
}
