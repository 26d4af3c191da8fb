const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id that an address has under this name; null when it has none, or nonsense. */
export function uuidIn(query: Pick<URLSearchParams, "get">, name: string): string | null {
  const id = query.get(name);
  return id && uuid.test(id) ? id : null;
}
