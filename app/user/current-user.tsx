"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { CurrentUser } from "@/app/trpc/types";

const UserContext = createContext<CurrentUser | null>(null);

export function CurrentUserProvider({ user, children }: { user: CurrentUser; children: ReactNode }) {
  return <UserContext value={user}>{children}</UserContext>;
}

/** Who is signed in. */
export function useCurrentUser(): CurrentUser {
  const user = useContext(UserContext);
  if (!user) throw new Error("useCurrentUser needs a CurrentUserProvider above it.");
  return user;
}
