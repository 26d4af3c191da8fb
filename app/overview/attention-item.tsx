import Link from "next/link";
import type { ReactNode } from "react";
import { cx } from "@/app/ui/class-names";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";

const lines = { bad: "border-bad/25", warn: "border-warn/25" };

type Props = {
  tone: keyof typeof lines;
  word: string;
  /** What it is the matter with. */
  about: { name: string; href: string };
  time: string;
  text: string | null;
  actions: ReactNode;
};

/** What is the matter with what, since when, and the way on. */
export function AttentionItem({ tone, word, about, time, text, actions }: Props) {
  return (
    <li className={cx("flex flex-wrap items-center gap-x-4 gap-y-2 border-b px-3 py-2 last:border-b-0", lines[tone])}>
      <div className="min-w-0 flex-1 basis-72">
        <div className="flex flex-wrap items-center gap-x-2">
          <StatusMark tone={tone} className="font-medium">
            {word}
          </StatusMark>
          <Link href={about.href} prefetch={false} className="font-medium hover:underline">
            {about.name}
          </Link>
          <span className="text-muted text-sm">
            <RelativeTime time={time} />
          </span>
        </div>
        <p className="break-words text-sm">{text}</p>
      </div>
      <div className="flex gap-2">{actions}</div>
    </li>
  );
}

/** A project, for `about`. */
export const aboutProject = ({ slug, name }: { slug: string; name: string }) => ({ name, href: `/projects/${slug}` });
