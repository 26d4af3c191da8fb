"use client";

import { redirect, usePathname, useSearchParams } from "next/navigation";
import { loginPath } from "@/app/login/next-path";

/** Leads to the sign-in page and back here. A client component, because a layout does not know its address. */
export function SignInFirst(): never {
  const pathname = usePathname();
  const query = useSearchParams().toString();
  redirect(loginPath(query ? `${pathname}?${query}` : pathname));
}
