"use client";

import { CleanupButton } from "@/app/cleanup/cleanup-button";
import { Statistics } from "@/app/statistics/statistics";
import { PageHeader } from "@/app/ui/page-header";
import { useCurrentUser } from "@/app/user/current-user";

export function StatisticsPage() {
  const isAdmin = useCurrentUser().role === "admin";
  return (
    <>
      <PageHeader title="Statistics" actions={isAdmin && <CleanupButton />} />
      <Statistics />
    </>
  );
}
