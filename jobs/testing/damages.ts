/** The bytes of a file, and the length of its chunks. */
export type Stored = { bytes: Buffer /** Where the first whole chunk begins. */; front: number; chunk: number };
export type Damage = (stored: Stored) => Buffer;

/** One bit is another one. */
export const flipped =
  (place: (stored: Stored) => number): Damage =>
  (stored) => {
    const copy = Buffer.from(stored.bytes);
    copy.writeUInt8(copy.readUInt8(place(stored)) ^ 1, place(stored));
    return copy;
  };
const chunksOf = ({ bytes, front, chunk }: Stored, ...order: number[]) => [
  bytes.subarray(0, front),
  ...order.map((n) => bytes.subarray(front + n * chunk, front + (n + 1) * chunk)),
];
const reordered =
  (used: number, ...order: number[]): Damage =>
  (stored) =>
    Buffer.concat([...chunksOf(stored, ...order), stored.bytes.subarray(stored.front + used * stored.chunk)]);

/** The length changes. */
export const lengths: Record<string, Damage> = {
  "cut by one byte": ({ bytes }) => bytes.subarray(0, -1),
  "cut at half": ({ bytes }) => bytes.subarray(0, bytes.length >> 1),
  "cut at a chunk's edge": ({ bytes, front, chunk }) => bytes.subarray(0, front + 2 * chunk),
  "cut within its first bytes": ({ bytes }) => bytes.subarray(0, 20),
  emptied: () => Buffer.alloc(0),
  "left without a chunk": reordered(2, 0),
  "given a chunk twice": reordered(1, 0, 0),
};

/** The length stays. */
const contents: Record<string, Damage> = {
  "flipped in its first bytes": flipped(() => 1),
  "flipped before its data": flipped(({ front }) => Math.max(front - 20, 8)),
  "flipped at a tenth": flipped(({ bytes }) => Math.floor(bytes.length / 10)),
  "flipped in the middle": flipped(({ bytes }) => bytes.length >> 1),
  "flipped in its last bytes": flipped(({ bytes }) => bytes.length - 3),
  "swapped in two chunks": reordered(2, 1, 0),
  "filled with zeros at half": ({ bytes }) =>
    Buffer.concat([bytes.subarray(0, bytes.length >> 1), Buffer.alloc(bytes.length - (bytes.length >> 1))]),
};

/** All that may become of a file. */
export const damages = { ...lengths, ...contents };
