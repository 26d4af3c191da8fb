import Link from "next/link";
import { Cell } from "@/app/ui/table";

type Props = { project: { slug: string; name: string }; className: string };

/** The name of a project in a list, which leads to it. */
export function ProjectNameCell({ project, className }: Props) {
  return (
    <Cell className={className}>
      <Link
        href={`/projects/${project.slug}`}
        prefetch={false}
        className="block truncate font-medium text-base hover:underline"
      >
        {project.name}
      </Link>
    </Cell>
  );
}
