import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { currentUser } from "@/app/trpc/server";

/** For everybody but administrators these pages do not exist. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const user = await currentUser();
  if (user && user.role !== "admin") notFound();
  return children;
}
