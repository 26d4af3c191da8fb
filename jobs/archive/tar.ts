const block = 512;

/**
 * Follows a tar file as its bytes pass, and tells whether it is one from its first header to its end: pg_restore itself never
 * ends on one that was cut short. Format: POSIX ustar, sizes in octal or, for large files, in base 256.
 */
export function followTar(): { take(chunk: Buffer): void; complaint(): string | null } {
  let header = Buffer.alloc(0);
  /** Of the member that passes now, its padding too. */
  let left = 0;
  let offset = 0;
  let emptyBlocks = 0;
  let damage: string | null = null;

  function readHeader(bytes: Buffer) {
    if (bytes.every((byte) => byte === 0)) {
      emptyBlocks++;
      return;
    }
    const size = sizeOf(bytes);
    if (emptyBlocks > 0 || !hasRightSum(bytes) || size === null) damage ??= `The archive is damaged at byte ${offset}.`;
    else left = Math.ceil(size / block) * block;
  }

  return {
    take(chunk) {
      for (let at = 0; at < chunk.length && !damage; ) {
        const taken = left > 0 ? Math.min(left, chunk.length - at) : Math.min(block - header.length, chunk.length - at);
        if (left > 0) left -= taken;
        else {
          header = Buffer.concat([header, chunk.subarray(at, at + taken)]);
          if (header.length === block) {
            readHeader(header);
            header = Buffer.alloc(0);
          }
        }
        at += taken;
        offset += taken;
      }
    },
    complaint: () =>
      damage ?? (left > 0 || header.length > 0 || emptyBlocks < 2 ? "The archive ends before its end." : null),
  };
}

/** The sum of all bytes of the header, where its own eight count as spaces. */
function hasRightSum(header: Buffer): boolean {
  const said = Number.parseInt(header.toString("latin1", 148, 156), 8);
  let sum = 8 * 32;
  for (const [i, byte] of header.entries()) if (i < 148 || i >= 156) sum += byte;
  return sum === said;
}

function sizeOf(header: Buffer): number | null {
  const first = header[124] ?? 0;
  // The last eight bytes hold whatever fits a file.
  if (first & 0x80) return Number(header.readBigUInt64BE(128));
  const size = Number.parseInt(header.toString("latin1", 124, 136), 8);
  return Number.isNaN(size) ? null : size;
}
