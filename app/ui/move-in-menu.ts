/** Moves the focus as a menu's keys do: arrows go around, a letter goes to the next item that begins with it. Says whether it did. */
export function moveInMenu(menu: HTMLElement, key: string): boolean {
  const items = [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const current = items.findIndex((item) => item.matches(":focus"));
  const target =
    items[
      nextItem(
        items.map((item) => item.textContent ?? ""),
        current,
        key,
      )
    ];
  target?.focus({ preventScroll: true });
  return target !== undefined;
}

/** The position to go to from `current` (-1: none); -1 for a key that means nothing here. */
export function nextItem(labels: string[], current: number, key: string): number {
  const count = labels.length;
  switch (key) {
    case "ArrowDown":
      return (current + 1) % count;
    case "ArrowUp":
      return (Math.max(current, 0) - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
  }
  if (key.length !== 1 || key === " ") return -1;
  const order = labels.map((_, step) => (current + 1 + step) % count);
  return order.find((position) => labels[position]?.toLowerCase().startsWith(key.toLowerCase())) ?? -1;
}
