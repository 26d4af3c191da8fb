import "server-only";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { currentUser } from "@/app/trpc/server";

/** For everybody else these pages do not exist. */
export async function AdminsOnly({ children }: { children: ReactNode }) {
  const user = await currentUser();
  if (user && user.role !== "admin") notFound();
  return children;
}
