type Box = { top: number; right: number; bottom: number; left: number };

type Wish = { side: "top" | "bottom"; align: "start" | "end"; height: number };

const gap = 4;

/**
 * Where a menu stands beside its button, as insets of the window in px. It turns to the other side when there is not
 * enough room on the one it would rather have.
 */
export function menuPosition(button: Box, screen: { width: number; height: number }, { side, align, height }: Wish) {
  const room = { top: button.top - gap, bottom: screen.height - button.bottom - gap };
  const other = side === "top" ? "bottom" : "top";
  const chosen = room[side] < height && room[other] > room[side] ? other : side;
  return {
    ...(chosen === "bottom" ? { top: button.bottom + gap } : { bottom: screen.height - button.top + gap }),
    ...(align === "start" ? { left: button.left } : { right: screen.width - button.right }),
    maxHeight: Math.max(80, room[chosen] - gap),
  };
}
