"use client";

import { KeyRound, LogOut } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { setTheme, themes, useTheme } from "@/app/theme/theme";
import { cx } from "@/app/ui/class-names";
import { Menu } from "@/app/ui/menu";
import { useCurrentUser } from "@/app/user/current-user";
import { signOut } from "@/app/user/sign-out";

const ChangePasswordDialog = dynamic(() =>
  import("@/app/user/change-password-dialog").then((module) => module.ChangePasswordDialog),
);

export function UserMenu({ folds = false }: { folds?: boolean }) {
  const user = useCurrentUser();
  const theme = useTheme();
  const [changesPassword, setChangesPassword] = useState(false);
  return (
    <>
      <Menu
        label="Account"
        side="top"
        align="start"
        trigger={
          <button
            type="button"
            className="flex h-10 w-full items-center gap-2.5 rounded px-1 text-left hover:bg-hover aria-expanded:bg-hover max-md:w-auto"
          >
            <span
              aria-hidden
              className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent font-medium text-on-accent text-xs"
            >
              {initials(user.name)}
            </span>
            <span className="sr-only">Account of</span>
            <span className={cx("min-w-0", folds && "max-lg:sr-only")}>
              <span className="block truncate text-sm">{user.name}</span>
              <span className="block truncate text-muted text-xs">{user.email}</span>
            </span>
          </button>
        }
        actions={[
          {
            label: "Change password",
            icon: <KeyRound className="size-4" />,
            onSelect: () => setChangesPassword(true),
          },
          { label: "Sign out", icon: <LogOut className="size-4" />, onSelect: signOut },
        ]}
        choice={{ label: "Theme", value: theme, options: themes, onChange: setTheme }}
      />
      {changesPassword && <ChangePasswordDialog onClose={() => setChangesPassword(false)} />}
    </>
  );
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((part) => part.charAt(0).toUpperCase())
    .slice(0, 2)
    .join("");
