import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { currentUser } from "@/app/trpc/server";

/** Only administrators know of databases. */
export default async function DatabasesLayout({ children }: { children: ReactNode }) {
  const user = await currentUser();
  if (user && user.role !== "admin") notFound();
  return children;
}
