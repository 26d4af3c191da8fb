import type { ComponentProps, ReactNode } from "react";
import { cx } from "@/app/ui/class-names";
import { Spinner } from "@/app/ui/spinner";

type Look = { variant?: "primary" | "secondary" | "ghost" | "danger"; size?: "sm" | "md" };

const base =
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded border font-medium transition-colors duration-100 disabled:pointer-events-none disabled:opacity-60";

const variants = {
  primary: "border-transparent bg-accent text-on-accent hover:bg-accent-strong",
  secondary: "border-line-strong bg-raised text-text hover:bg-hover",
  ghost: "border-transparent text-text hover:bg-hover",
  danger: "border-transparent bg-bad text-on-bad hover:bg-bad-strong",
};

const sizes = { sm: "h-7 px-2.5 text-sm", md: "h-8 px-3 text-base" };

/** The look of a button, for links that act like one. */
export const buttonClass = ({ variant = "secondary", size = "md" }: Look = {}): string =>
  cx(base, variants[variant], sizes[size]);

type ButtonProps = ComponentProps<"button"> & Look & { pending?: boolean; icon?: ReactNode };

/** While `pending` it stays in place with its words, and a second press does nothing. */
export function Button({ variant, size, pending, icon, className, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-disabled={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : onClick}
      className={cx(buttonClass({ variant, size }), pending && "cursor-progress", className)}
      {...rest}
    >
      {pending ? <Spinner /> : icon}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<"button">, "aria-label"> & { label: string; size?: "sm" | "md" };

/** A button with only an icon: its label is its name and its tooltip. */
export function IconButton({ label, size = "md", className, children, ...rest }: IconButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} className={cx(iconButtonClass(size), className)} {...rest}>
      {children}
    </button>
  );
}

const iconButtonClass = (size: "sm" | "md" = "md"): string =>
  cx(
    "inline-flex shrink-0 items-center justify-center rounded text-muted transition-colors duration-100 hover:bg-hover hover:text-text disabled:pointer-events-none disabled:opacity-60 aria-expanded:bg-hover aria-expanded:text-text",
    size === "sm" ? "size-7" : "size-8",
  );
