"use client";

import { Menu } from "@base-ui/react/menu";
import { type ComponentProps, type RefObject, useRef } from "react";
import type { MenuAction, MenuChoice } from "@/app/ui/menu";

const itemClass =
  "flex h-8 cursor-default select-none items-center gap-2 rounded-sm px-2 text-base outline-hidden data-highlighted:bg-hover";

type Props = {
  opener: RefObject<HTMLButtonElement | null>;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  actions: MenuAction[];
  choice?: MenuChoice;
  side?: "top" | "bottom";
  align?: "start" | "end";
};

/** An action runs once the menu is gone and the focus is back, so that a dialog it opens can give the focus back in turn. */
export function MenuPopup({ opener, isOpen, onOpenChange, actions, choice, side = "bottom", align = "end" }: Props) {
  const chosen = useRef<MenuAction | null>(null);
  const change: ComponentProps<typeof Menu.Root>["onOpenChange"] = (open, { reason, event }) => {
    // The opener closes it itself; twice would open it again.
    const isOpener = event.target instanceof Node && opener.current?.contains(event.target);
    if (reason !== "outside-press" || !isOpener) onOpenChange(open);
  };
  const changed = (open: boolean) => {
    if (open || !chosen.current) return;
    opener.current?.focus();
    chosen.current.onSelect();
    chosen.current = null;
  };
  return (
    <Menu.Root modal={false} open={isOpen} onOpenChange={change} onOpenChangeComplete={changed}>
      <Menu.Portal>
        <Menu.Positioner anchor={opener} side={side} align={align} sideOffset={4} className="z-20 outline-hidden">
          <Menu.Popup
            finalFocus={opener}
            className="min-w-44 rounded border border-line bg-raised p-1 text-text shadow-overlay outline-hidden transition-opacity duration-[120ms] data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            {choice && <Choice {...choice} />}
            {actions.map((action) => (
              <Menu.Item
                key={action.label}
                className={itemClass}
                onClick={() => {
                  chosen.current = action;
                }}
              >
                <span aria-hidden className="flex size-4 items-center justify-center text-muted">
                  {action.icon}
                </span>
                {action.label}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Choice({ label, value, options, onChange }: MenuChoice) {
  return (
    <Menu.Group className="mb-1 border-line border-b pb-1">
      <Menu.GroupLabel className="px-2 pt-1.5 pb-1 text-muted text-xs">{label}</Menu.GroupLabel>
      <Menu.RadioGroup value={value} onValueChange={onChange}>
        {options.map((option) => (
          <Menu.RadioItem key={option.value} value={option.value} closeOnClick={false} className={itemClass}>
            <span aria-hidden className="flex size-4 items-center justify-center">
              <Menu.RadioItemIndicator className="size-2 rounded-full bg-accent" />
            </span>
            {option.label}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </Menu.Group>
  );
}
