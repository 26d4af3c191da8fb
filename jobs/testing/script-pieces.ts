import { readScript } from "@/jobs/archive/script";

export type WholePiece = { kind: string; text: string; bytes: Buffer; data?: Buffer };

/** All pieces of a script, with all of their rows. */
export async function piecesOf(script: Buffer, sizes: readonly number[] = []): Promise<WholePiece[]> {
  const pieces: WholePiece[] = [];
  for await (const piece of readScript(inPieces(script, sizes))) {
    const { kind, text, bytes } = piece;
    const data: Buffer[] = [];
    if (piece.kind === "copy") for await (const some of piece.data) data.push(Buffer.from(some));
    pieces.push({ kind, text, bytes, ...(piece.kind === "copy" ? { data: Buffer.concat(data) } : {}) });
  }
  return pieces;
}

/** Bytes in pieces of these sizes, over and over; always in the same buffer, as a source may do. */
export async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes.length > 0 ? (sizes[n % sizes.length] ?? 1) : bytes.length;
    const piece = Buffer.from(bytes.subarray(at, at + size));
    yield piece;
    piece.fill("'");
    at += size;
  }
}
