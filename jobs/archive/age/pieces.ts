/**
 * Cuts a stream into pieces of `size` bytes. One piece, which may be shorter, is always held back: only the end of the
 * stream tells that it is the last one. A piece is good until the next is asked for; whole ones are not copied.
 */
export function cutPieces(size: number) {
  const held = Buffer.allocUnsafe(size);
  let length = 0;
  return {
    /** Has to be read to its end. Afterwards the bytes may be written over. */
    *push(bytes: Buffer): Generator<Buffer, void, undefined> {
      let at = 0;
      if (length > 0) {
        at = bytes.copy(held, length);
        length += at;
        if (at === bytes.length) return;
        yield held;
      }
      for (; bytes.length - at > size; at += size) yield bytes.subarray(at, at + size);
      length = bytes.copy(held, 0, at);
    },
    /** The last piece. */
    end(): Buffer {
      return held.subarray(0, length);
    },
  };
}
