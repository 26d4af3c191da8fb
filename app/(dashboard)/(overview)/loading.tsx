import { PageHeader } from "@/app/ui/page-header";
import { Section } from "@/app/ui/section";
import { Skeleton, SkeletonRows } from "@/app/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeader title="Overview" />
      <Skeleton className="h-17" />
      <Section title="Running now">
        <Skeleton className="h-9" />
      </Section>
      <Section title="Last good backup">
        <SkeletonRows />
      </Section>
    </>
  );
}
