/** All that comes, in order. */
export async function gather<T>(items: AsyncIterable<T> | T[]): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
