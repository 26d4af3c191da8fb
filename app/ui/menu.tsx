"use client";

import {
  cloneElement,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { MenuChoice, type MenuChoiceProps, MenuItem } from "@/app/ui/menu-item";
import { menuPosition } from "@/app/ui/menu-position";
import { moveInMenu } from "@/app/ui/move-in-menu";

export type MenuAction = { label: string; icon?: ReactNode; onSelect: () => void };

type TriggerProps = {
  ref?: Ref<HTMLButtonElement>;
  popoverTarget?: string;
  "aria-haspopup"?: "menu";
  "aria-expanded"?: boolean;
  onKeyDown?: (event: KeyboardEvent) => void;
};

type Props = {
  label: string;
  /** The button that opens it. */
  trigger: ReactElement<TriggerProps>;
  actions: MenuAction[];
  /** One of a few, above the actions. */
  choice?: MenuChoiceProps;
  side?: "top" | "bottom";
  align?: "start" | "end";
};

const itemHeight = 32;

/** The platform's popover does the opening, the closing and the way back of the focus; the keys are ours. */
export function Menu({ label, trigger, actions, choice, side = "bottom", align = "end" }: Props) {
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  useCloseOnScroll(popup, isOpen);

  function prepare() {
    if (!opener.current || !popup.current) return;
    // React keeps this attribute to itself; with it the popover takes the focus in the moment it opens.
    popup.current.querySelector("[role^=menuitem]")?.setAttribute("autofocus", "");
    const height = (actions.length + (choice ? choice.options.length + 1 : 0)) * itemHeight + 16;
    const screen = { width: document.documentElement.clientWidth, height: window.innerHeight };
    const position = menuPosition(opener.current.getBoundingClientRect(), screen, { side, align, height });
    for (const [name, value] of Object.entries(position))
      popup.current.style.setProperty(name === "maxHeight" ? "max-height" : name, `${value}px`);
  }

  function run(action: MenuAction) {
    popup.current?.hidePopover();
    action.onSelect();
  }

  return (
    <>
      {cloneElement(trigger, {
        ref: opener,
        popoverTarget: id,
        "aria-haspopup": "menu",
        "aria-expanded": isOpen,
        onKeyDown: (event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          popup.current?.showPopover();
        },
      })}
      <div
        ref={popup}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        onBeforeToggle={(event) => event.newState === "open" && prepare()}
        onToggle={(event) => setOpen(event.newState === "open")}
        onKeyDown={(event) => {
          if (event.key === "Tab") event.currentTarget.hidePopover();
          else if (moveInMenu(event.currentTarget, event.key)) event.preventDefault();
        }}
        className="menu fixed inset-auto m-0 min-w-44 flex-col overflow-y-auto rounded border border-line bg-raised p-1 text-left text-text shadow-overlay outline-hidden open:flex"
      >
        {choice && <MenuChoice {...choice} />}
        {actions.map((action) => (
          <MenuItem key={action.label} icon={action.icon} onSelect={() => run(action)}>
            {action.label}
          </MenuItem>
        ))}
      </div>
    </>
  );
}

function useCloseOnScroll(popup: { current: HTMLElement | null }, isOpen: boolean) {
  useEffect(() => {
    if (!isOpen) return;
    const close = (event: Event) => {
      const inside = event.target instanceof Node && popup.current?.contains(event.target);
      if (!inside) popup.current?.hidePopover();
    };
    window.addEventListener("scroll", close, { capture: true, passive: true });
    window.addEventListener("resize", close);
    return () => {
      window.removeEventListener("scroll", close, { capture: true });
      window.removeEventListener("resize", close);
    };
  }, [popup, isOpen]);
}
