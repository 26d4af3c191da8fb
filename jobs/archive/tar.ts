const block = 512;

/** Sizes of this many bytes and more do not fit the eleven octal digits of a header: 8 GiB. */
const octalLimit = 8 ** 11;

export type TarMember = {
  /** The folder that it stands in; a folder needs no entry of its own. */
  folder: string;
  name: string;
  sizeBytes: number;
  /** Rights, e.g. 0o644. */
  mode: number;
  modifiedAt: Date;
};

/** The header in front of a file. Throws for names that do not fit: more than 155 bytes of folder, more than 100 of name. */
export function tarHeader({ folder, name, sizeBytes, mode, modifiedAt }: TarMember): Buffer {
  const header = Buffer.alloc(block);
  const put = (text: string, at: number, room: number) => {
    if (Buffer.byteLength(text) > room) throw new Error(`too long for a tar header: ${text}`);
    header.write(text, at);
  };
  const octal = (value: number, at: number, digits: number) => put(value.toString(8).padStart(digits, "0"), at, digits);
  put(name, 0, 100);
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  // One header whatever the size, where pax would need two more blocks; GNU tar, bsdtar, 7-Zip, BusyBox and Python read it.
  if (sizeBytes >= octalLimit) header.writeBigUInt64BE(BigInt(sizeBytes), header.writeUInt32BE(0x80000000, 124));
  else octal(sizeBytes, 124, 11);
  octal(Math.floor(modifiedAt.getTime() / 1000), 136, 11);
  put("0", 156, 1);
  put("ustar\u000000", 257, 8);
  put(folder, 345, 155);
  octal(sumOf(header), 148, 6);
  put("\u0000 ", 154, 2);
  return header;
}

/** What fills up the last block of a file of this size. */
export const tarPadding = (sizeBytes: number): Buffer => Buffer.alloc((block - (sizeBytes % block)) % block);

/** What stands after the last file. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * block);

type FollowedTar = {
  take(chunk: Buffer): void;
  /** What is wrong with all that was taken, as a sentence; null when it is a whole tar file. */
  complaint(): string | null;
};

/**
 * Follows a tar file as its bytes pass, and tells whether it is one from its first header to its end: pg_restore itself never
 * ends on one that was cut short. `content` sees the bytes of the files in it, which count from 0. Format: POSIX ustar, sizes
 * in octal or, for large files, in base 256.
 */
export function followTar(content: (bytes: Buffer, file: number) => void = () => {}): FollowedTar {
  let header = Buffer.alloc(0);
  /** Of the file that passes now. */
  let left = 0;
  let padding = 0;
  let files = 0;
  let offset = 0;
  let emptyBlocks = 0;
  let damage: string | null = null;

  function readHeader(bytes: Buffer) {
    if (bytes.every((byte) => byte === 0)) {
      emptyBlocks++;
      return;
    }
    const size = sizeOf(bytes);
    if (emptyBlocks > 0 || !hasRightSum(bytes) || size === null) {
      damage ??= `The archive is damaged at byte ${offset}.`;
      return;
    }
    files++;
    left = size;
    padding = tarPadding(size).length;
  }

  /** Gives how many of these bytes belong to what stands here. */
  function step(bytes: Buffer): number {
    if (left > 0) {
      const taken = Math.min(left, bytes.length);
      left -= taken;
      content(bytes.subarray(0, taken), files - 1);
      return taken;
    }
    if (padding > 0) {
      const taken = Math.min(padding, bytes.length);
      padding -= taken;
      return taken;
    }
    const taken = Math.min(block - header.length, bytes.length);
    header = Buffer.concat([header, bytes.subarray(0, taken)]);
    if (header.length < block) return taken;
    readHeader(header);
    header = Buffer.alloc(0);
    return taken;
  }

  return {
    take(chunk) {
      for (let at = 0; at < chunk.length && !damage; ) {
        const taken = step(chunk.subarray(at));
        at += taken;
        offset += taken;
      }
    },
    complaint() {
      const isWhole = left === 0 && padding === 0 && header.length === 0 && emptyBlocks >= 2;
      return damage ?? (isWhole ? null : "The archive ends before its end.");
    },
  };
}

const hasRightSum = (header: Buffer): boolean =>
  Number.parseInt(header.toString("latin1", 148, 156), 8) === sumOf(header);

/** The sum of all bytes of the header, where its own eight count as spaces. */
function sumOf(header: Buffer): number {
  let sum = 8 * 32;
  for (const [i, byte] of header.entries()) if (i < 148 || i >= 156) sum += byte;
  return sum;
}

function sizeOf(header: Buffer): number | null {
  const first = header[124] ?? 0;
  // The last eight bytes hold whatever fits a file.
  if (first & 0x80) return Number(header.readBigUInt64BE(128));
  const size = Number.parseInt(header.toString("latin1", 124, 136), 8);
  return Number.isNaN(size) ? null : size;
}
