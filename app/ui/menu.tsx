"use client";

import { Menu as BaseMenu } from "@base-ui/react/menu";
import { type ReactElement, type ReactNode, useRef } from "react";

const itemClass =
  "flex h-8 cursor-default select-none items-center gap-2 rounded-sm px-2 text-base outline-hidden data-highlighted:bg-hover";

export type MenuAction = { label: string; icon?: ReactNode; onSelect: () => void };

type MenuProps = {
  /** The element that opens it. */
  trigger: ReactElement;
  actions: MenuAction[];
  /** Whatever stands above the actions. */
  children?: ReactNode;
  side?: "top" | "bottom";
  align?: "start" | "end";
};

/** An action runs once the menu is gone and the focus is back, so that a dialog it opens can return the focus too. */
export function Menu({ trigger, actions, children, side = "bottom", align = "end" }: MenuProps) {
  const chosen = useRef<MenuAction | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const runChosen = (isOpen: boolean) => {
    if (isOpen || !chosen.current) return;
    opener.current?.focus();
    chosen.current.onSelect();
    chosen.current = null;
  };
  return (
    <BaseMenu.Root modal={false} onOpenChangeComplete={runChosen}>
      <BaseMenu.Trigger ref={opener} render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner side={side} align={align} sideOffset={4} className="z-20 outline-hidden">
          <BaseMenu.Popup className="min-w-44 rounded border border-line bg-raised p-1 text-text shadow-overlay outline-hidden transition-opacity duration-[120ms] data-ending-style:opacity-0 data-starting-style:opacity-0">
            {children}
            {actions.map((action) => (
              <BaseMenu.Item
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
              </BaseMenu.Item>
            ))}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

type Choice<T extends string> = { value: T; label: string };

type ChoiceProps<T extends string> = {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
};

/** One of a few, inside a menu. */
export function MenuChoice<T extends string>({ label, value, choices, onChange }: ChoiceProps<T>) {
  return (
    <BaseMenu.Group className="border-line border-b pb-1 mb-1">
      <BaseMenu.GroupLabel className="px-2 pt-1.5 pb-1 text-muted text-xs">{label}</BaseMenu.GroupLabel>
      <BaseMenu.RadioGroup value={value} onValueChange={onChange}>
        {choices.map((choice) => (
          <BaseMenu.RadioItem key={choice.value} value={choice.value} closeOnClick={false} className={itemClass}>
            <span aria-hidden className="flex size-4 items-center justify-center text-accent-strong">
              <BaseMenu.RadioItemIndicator>●</BaseMenu.RadioItemIndicator>
            </span>
            {choice.label}
          </BaseMenu.RadioItem>
        ))}
      </BaseMenu.RadioGroup>
    </BaseMenu.Group>
  );
}
