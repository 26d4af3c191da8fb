"use client";

import dynamic from "next/dynamic";
import {
  cloneElement,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type RefObject,
  useRef,
  useState,
} from "react";

// The library behind it weighs as much as React itself, so it comes when somebody goes for a menu.
const loadPopup = () => import("@/app/ui/menu-popup");
const MenuPopup = dynamic(() => loadPopup().then((module) => module.MenuPopup), { ssr: false });

export type MenuAction = { label: string; icon?: ReactNode; onSelect: () => void };

/** One of a few, above the actions. */
export type MenuChoice = {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
};

type TriggerProps = {
  ref?: RefObject<HTMLButtonElement | null>;
  "aria-haspopup"?: "menu";
  "aria-expanded"?: boolean;
  onClick?: () => void;
  onPointerEnter?: () => void;
  onFocus?: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
};

type Props = {
  /** The button that opens it. */
  trigger: ReactElement<TriggerProps>;
  actions: MenuAction[];
  choice?: MenuChoice;
  side?: "top" | "bottom";
  align?: "start" | "end";
};

export function Menu({ trigger, ...popup }: Props) {
  const opener = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const change = (open: boolean) => {
    setOpen(open);
    if (open) setWasOpen(true);
  };
  return (
    <>
      {cloneElement(trigger, {
        ref: opener,
        "aria-haspopup": "menu",
        "aria-expanded": isOpen,
        onPointerEnter: loadPopup,
        onFocus: loadPopup,
        onClick: () => change(!isOpen),
        onKeyDown: (event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          change(true);
        },
      })}
      {wasOpen && <MenuPopup {...popup} opener={opener} isOpen={isOpen} onOpenChange={change} />}
    </>
  );
}
