import type { Metadata } from "next";
import { ComparePage } from "@/app/comparison/compare-page";

export const metadata: Metadata = { title: "Compare a backup" };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <ComparePage backupId={(await params).id} />;
}
