import Link from "next/link";
import { buttonClass } from "@/app/ui/button";
import { PageMessage } from "@/app/ui/page-message";

export function NoSuchPage() {
  return (
    <PageMessage
      title="There is no such page"
      action={
        <Link href="/" className={buttonClass()}>
          Go to the overview
        </Link>
      }
    >
      <p>It may have been removed, or you may not have the right to see it.</p>
    </PageMessage>
  );
}
