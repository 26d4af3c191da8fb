import { CircleX, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "@/app/ui/class-names";

const looks = {
  info: { icon: Info, box: "border-line bg-sunken", color: "text-muted" },
  warn: { icon: TriangleAlert, box: "border-warn bg-warn-soft", color: "text-warn" },
  bad: { icon: CircleX, box: "border-bad bg-bad-soft", color: "text-bad" },
};

type Props = { tone?: keyof typeof looks; title?: string; children?: ReactNode; role?: "alert" | "status" };

/** Something to know before going on, where it matters. */
export function Notice({ tone = "info", title, children, role }: Props) {
  const { icon: Icon, box, color } = looks[tone];
  return (
    <div role={role} className={cx("flex gap-2 rounded border px-3 py-2 text-sm", box)}>
      <Icon aria-hidden className={cx("mt-0.5 size-4 shrink-0", color)} />
      <div className="min-w-0 flex-1 break-words">
        {title && <p className="font-medium">{title}</p>}
        {children}
      </div>
    </div>
  );
}
